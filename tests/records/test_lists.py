"""Lists of records: their items are found in one pass, whatever is in them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.records.lists import items

VALUES = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(st.lists(VALUES), st.booleans(), st.sampled_from([None, 1]))
def test_each_item_is_the_one_that_was_written(values: list[object], as_answer: bool, indent: int | None) -> None:
    text = json.dumps({"data": values} if as_answer else values, indent=indent, ensure_ascii=False)
    found = items(text.encode(), answers=True)
    assert found is not None
    assert [json.loads(raw) for _, raw in found] == values


@pytest.mark.parametrize("unit", [b'\\"', b"\\", b"a", b'\\\\"'])
def test_a_string_without_an_end_is_read_once(unit: bytes) -> None:
    """A million of them: what began again at each would not come to an end."""
    raw = b'["' + unit * 1_000_000
    if unit == b'\\\\"':  # ends, and begins again
        raw = raw + b"\\"
    with pytest.raises(Refused) as refused:
        items(raw, answers=True)
    assert refused.value.finding.code.name == "json.truncated"
