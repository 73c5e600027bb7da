"""The number of values that a document has, counted in its bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carbonseal.passport.passports import PASSPORT_LIMITS
from carbonseal.records import codes
from carbonseal.records.counting import has_more_values
from carbonseal.records.strict import Limits, parse
from tests.records.refusals import refused

TEXTS = st.text(alphabet='a"\\[]{},: \n\u00e9', max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 99) | TEXTS,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(TEXTS, below, max_size=4),
    max_leaves=20,
)


def count(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(count, value.values()))
    return 1 + sum(map(count, value)) if isinstance(value, list) else 1


@given(VALUES, st.integers(1, 12), st.sampled_from([None, 1]))
@example([""], 2, None)
@example({"a\\": [[], {}]}, 1, None)
def test_values_are_counted_exactly(value: Any, window: int, indent: int | None) -> None:
    """However the document is written, and wherever a window ends."""
    raw = json.dumps(value, ensure_ascii=False, indent=indent).encode()
    values = count(value)
    assert not has_more_values(raw, values, window)
    assert has_more_values(raw, values - 1, window)
    assert parse(raw, Limits(len(raw), max_values=values)) == value
    refused(codes.JSON_TOO_MANY_VALUES, parse, raw, Limits(len(raw), max_values=values - 1))


@pytest.mark.parametrize("piece", [b"[" * 20 + b"]" * 20, b'{"":1.5}', b'{"a":0}', b"[],0", b'{"a":",\\",["}'])
def test_a_document_of_small_parts_is_refused_before_it_is_read(piece: bytes) -> None:
    """Each of these takes many times its bytes in memory."""
    raw = b"[" + b",".join([piece] * 500_000) + b"]"
    refused(codes.JSON_TOO_MANY_VALUES, parse, raw, PASSPORT_LIMITS)


def test_a_long_text_is_one_value() -> None:
    raw = json.dumps(["[,{" * 100_000, '\\"' * 100_000]).encode()
    assert len(parse(raw, Limits(len(raw), max_values=3))) == 2
