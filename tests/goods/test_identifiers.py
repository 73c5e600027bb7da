"""Check digits find the slips that people make. Single cases are tests/vectors/identifiers.json."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.goods.identifiers import has_check_digit, mrn_check_digit, parse_gtin, parse_lei


def completed(stem: str) -> str:
    """A GTIN: the stem, and the one digit that makes it valid."""
    return next(stem + digit for digit in "0123456789" if is_gtin(stem + digit))


def is_gtin(text: str) -> bool:
    try:
        parse_gtin(text)
    except Refused:
        return False
    return True


@given(st.from_regex(r"\A[0-9]{13}\Z"), st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_of_a_gtin_is_seen(stem: str, at: int, by: int) -> None:
    good = completed(stem)
    wrong = good[:at] + str((int(good[at]) + by) % 10) + good[at + 1 :]
    assert not is_gtin(wrong)


@given(st.from_regex(r"\A[A-Z0-9]{12}[0-9]{6}\Z"), st.integers(12, 16))
def test_two_digits_of_an_lei_that_change_places_are_seen(stem: str, at: int) -> None:
    good = next(f"{stem}{digits:02}" for digits in range(2, 99) if is_lei(f"{stem}{digits:02}"))
    wrong = good[:at] + good[at + 1] + good[at] + good[at + 2 :]
    assert wrong == good or not is_lei(wrong)


def is_lei(text: str) -> bool:
    try:
        return parse_lei(text) == text
    except Refused:
        return False


def test_the_message_has_the_digit_that_would_be_right() -> None:
    with pytest.raises(Refused, match="ends in the check digits 1, and 2 would be right"):
        parse_gtin("09506000134351")
    with pytest.raises(Refused, match="56, and 55 would be right"):
        parse_lei("529900T8BM49AURSDO56")


def test_mrns_with_and_without_their_check_digit() -> None:
    assert has_check_digit("21DE27364916384836")
    assert has_check_digit("26FR0123456789ABCF")
    assert not has_check_digit("22GB02I89012847596")
    assert mrn_check_digit("21DE12345678901234") == "4"
