"""Schemas of profiles: what breaks one is told in words, with a code that no format owns, at its place."""

from __future__ import annotations

from typing import Any

import pytest

from carbonseal.findings import Code
from carbonseal.records.profiles import codes
from carbonseal.records.profiles.schema import (
    AT_LEAST_ZERO,
    DATE_TIME,
    FILLED,
    PERCENT,
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
