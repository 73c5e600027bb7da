"""What an adapter and the node say to one another: a statement has one form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.ledger import Statement


@given(st.binary(min_size=32, max_size=32), st.integers(1, 2**64 - 1), st.binary(min_size=32, max_size=32))
def test_a_statement_is_read_as_it_was_written(log: bytes, size: int, root: bytes) -> None:
    statement = Statement(log, size, root)
    assert Statement.decode(statement.encode()) == statement


@pytest.mark.parametrize("length", [0, 71, 73])
def test_a_statement_has_72_bytes(length: int) -> None:
    with pytest.raises(ValueError, match="72 bytes"):
        Statement.decode(bytes(length))
