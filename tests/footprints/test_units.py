"""Units: the table of the specification is the table of the implementation, and conversion is exact both ways."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.footprints import units
from tests.repository.sources import REPOSITORY

PAGE = (REPOSITORY / "docs" / "spec.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+) \| (.*)\|$", PAGE.partition("<!-- units -->\n")[2].partition("\n\n")[0], re.MULTILINE)[1:]
WORDS = [word for words, _ in ROWS for word in re.findall("`([^`]+)`", words)]


@pytest.mark.parametrize(("words", "text"), ROWS)
def test_the_specification_has_the_table(words: str, text: str) -> None:
    found = {units.find(word) for word in re.findall("`([^`]+)`", words)}
    (unit,) = found
    assert unit is not None
    if not text.strip():
        assert [one for one in units.UNITS if unit.to(one) is not None] == [unit]
        return
    factor, base = text.split(" ", 1)
    other = units.find(base.strip(" `"))
    assert other is not None
    assert unit.to(other) == Fraction(factor)


def test_it_has_all_units_and_each_word_once() -> None:
    assert len(WORDS) == len(set(WORDS)) > 100
    assert {units.find(word) for word in WORDS} == units.UNITS


@given(st.sampled_from(WORDS), st.sampled_from(WORDS), st.fractions())
def test_conversion_is_exact_both_ways(one: str, other: str, amount: Fraction) -> None:
    first, second = units.find(f"unit:{one}"), units.find(other)
    assert first is not None
    assert second is not None
    there, back = first.to(second), second.to(first)
    assert (there is None) is (back is None) is (first.dimension != second.dimension)
    if there is not None and back is not None:
        assert amount * there * back == amount


@pytest.mark.parametrize("word", ["", "KG", "Kilogram", "kilograms", "unit:unit:kg", " kg", "banana"])
def test_nothing_is_equal_because_it_is_spelled_alike(word: str) -> None:
    assert units.find(word) is None
