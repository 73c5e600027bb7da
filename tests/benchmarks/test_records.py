"""The benchmark of admission: what it takes for good is read, so that what it times is the fault and no limit."""

from __future__ import annotations

import pytest

from benchmarks.records import ITEMS, LONG, long_list
from carbonseal.records.strict import parse


@pytest.mark.parametrize("what", ITEMS)
def test_a_long_list_is_read(what: str) -> None:
    read = parse(long_list(ITEMS[what]), LONG)
    assert isinstance(read, list)
    assert len(read) > 1 << 20
