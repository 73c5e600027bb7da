"""Schemas of profiles: what breaks one is told in words, with a code that no format owns, at its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Code, Refused
from carbonseal.records.profiles import codes
from carbonseal.records.profiles.schema import (
    ABOVE_ZERO,
    AT_LEAST_ZERO,
    AT_MOST_ZERO,
    DATE_TIME,
    DECIMAL,
    FILLED,
    PERCENT,
    RATING,
    RATING_OF_3,
    Part,
    Schema,
    list_of,
    members,
    named,
    number,
    or_null,
    text,
)  # fmt: skip
from tests.records.refusals import refused

FORMAT = Schema(
    "Example 1",
    members(
        {"kind": {"const": "example"}, "amount": number(exclusiveMinimum=0)},
        {
            "share": number(minimum=0, maximum=1),
            "percent": PERCENT,
            "emissions": AT_LEAST_ZERO,
            "unit": named("kilogram", "piece"),
            "country": text("^[A-Z]{2}$", title="a country such as DE"),
            "day": text(format="date"),
            "since": DATE_TIME,
            "names": list_of(FILLED),
            "one": list_of(members({"id": FILLED}, {}, additionalProperties=False), maxItems=1),
            "either": {"type": ["string", "number"]},
        },
    ),
)
GOOD = {"kind": "example", "amount": 2.5}

MISTAKES: list[tuple[dict[str, Any], Code, str, str]] = [
    ({"kind": "other"}, codes.RECORD_UNKNOWN_VALUE, "/kind", "example"),
    ({"amount": "2.5"}, codes.RECORD_TYPE, "/amount", "expected a number, found a string"),
    ({"amount": 0}, codes.RECORD_RANGE, "/amount", "0 is out of range; expected above 0"),
    ({"share": 1.5}, codes.RECORD_RANGE, "/share", "expected 1 or less"),
    ({"share": -1}, codes.RECORD_RANGE, "/share", "expected 0 or more"),
    ({"percent": 12}, codes.RECORD_TYPE, "/percent", "a decimal in quotes"),
    ({"percent": "1e2.5"}, codes.RECORD_DECIMAL, "/percent", "1e2.5"),
    ({"percent": "1.001e2"}, codes.RECORD_RANGE, "/percent", "0 to 100"),
    ({"emissions": "-0.001"}, codes.RECORD_RANGE, "/emissions", "0 or more"),
    ({"unit": "pound"}, codes.RECORD_UNKNOWN_VALUE, "/unit", "kilogram, piece"),
    ({"country": "de"}, codes.RECORD_FORM, "/country", "a country such as DE"),
    ({"day": "2026-02-30"}, codes.RECORD_FORM, "/day", "a date"),
    ({"since": "yesterday"}, codes.RECORD_DATE_TIME, "/since", "yesterday"),
    ({"names": []}, codes.RECORD_EMPTY, "/names", "empty"),
    ({"one": [{"id": "a"}, {"id": "b"}]}, codes.RECORD_ITEMS, "/one", "at most 1, found 2 items"),
    ({"one": [{"id": "a", "x": 1}]}, codes.RECORD_UNKNOWN_MEMBER, "/one/0/x", "Example 1 has no member x"),
    ({"either": True}, codes.RECORD_TYPE, "/either", "a number or a string"),
]


@pytest.mark.parametrize(("change", "code", "place", "words"), MISTAKES)
def test_a_mistake_is_told_in_words(change: dict[str, Any], code: Code, place: str, words: str) -> None:
    finding = refused(code, FORMAT.check, GOOD | change)
    assert finding.place == (place,)
    assert words in str(finding)


def test_what_is_missing_is_named_with_its_format() -> None:
    finding = refused(codes.RECORD_MISSING, FORMAT.check, {"kind": "example"})
    assert finding.place == ("/amount",)
    assert "Example 1 requires it" in str(finding)


def test_open_and_null() -> None:
    FORMAT.check(GOOD)
    FORMAT.check(GOOD | {"anything": {"else": [1]}, "unit": None, "one": None, "percent": "1e2", "emissions": "-0.0"})
    assert or_null({}) == {}


RANGES: list[tuple[Part, Callable[[Decimal], bool]]] = [
    (DECIMAL, lambda _: True),
    (AT_LEAST_ZERO, lambda value: value >= 0),
    (AT_MOST_ZERO, lambda value: value <= 0),
    (ABOVE_ZERO, lambda value: value > 0),
    (PERCENT, lambda value: 0 <= value <= 100),
    (RATING, lambda value: 1 <= value <= 5),
    (RATING_OF_3, lambda value: 1 <= value <= 3),
]
_SCHEMAS = [(Schema("Example 1", part), inside) for part, inside in RANGES]


def assert_exact(written: str) -> None:
    """Every range says of a string what the comparison of its decimal says."""
    is_decimal = re.fullmatch(r"[+-]?[0-9]{1,40}([.][0-9]{1,40})?([eE][+-]?[0-9]{1,2})?", written, re.ASCII)
    for schema, inside in _SCHEMAS:
        expected = codes.RECORD_DECIMAL if not is_decimal else None if inside(Decimal(written)) else codes.RECORD_RANGE
        try:
            schema.check(written)
        except Refused as refusal:
            assert refusal.finding.code == expected, written
        else:
            assert expected is None, written


def test_short_texts_are_compared_exactly() -> None:
    for length in range(5):
        for letters in product("-.e0135", repeat=length):
            assert_exact("".join(letters))


_SIGNS = st.sampled_from(["", "-", "+"])
_WHOLE = st.sampled_from(["0", "00", "1", "3", "5", "99", "100", "101", "0" * 40, "9" * 40, "0" * 41]) | st.from_regex(
    "[0-9]{1,41}", fullmatch=True
)
_FRACTIONS = st.sampled_from(["", ".", ".0", ".5", f".{'0' * 40}", f".{'0' * 39}1", f".{'0' * 41}"]) | st.from_regex(
    "[.][0-9]{1,41}", fullmatch=True
)
_EXPONENTS = st.sampled_from(["", "e0", "E+1", "e-2", "e99", "e-99", "e100", "e"])
_ENDS = st.sampled_from(["", "", "", "\n", " ", "٣"])


@given(st.tuples(_SIGNS, _WHOLE, _FRACTIONS, _EXPONENTS, _ENDS).map("".join))
def test_decimals_are_compared_exactly(written: str) -> None:
    assert_exact(written)
