"""Parts: however the work is cut, and in whatever order parts end, what comes out is the same."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from carbonseal.examining.files.items import Item
from carbonseal.examining.parts import FIRST_ITEMS, MOST_BYTES, MOST_ITEMS, NOTHING, Observed, cut
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.verification import codes
from carbonseal.verification.observing.log_facts import SignedHead

KEYS = st.sampled_from([b"a", b"b", b"c"])
HEADS = st.builds(lambda size: SignedHead(Checkpoint("log.example", size, bytes(32)), b"%d" % size), st.integers(1, 4))
FINDINGS = st.sampled_from(["one", "other"]).map(lambda what: codes.LOG_EQUIVOCATION(origin="log.example", what=what))
OBSERVED = st.builds(
    Observed,
    st.dictionaries(KEYS, KEYS),
    st.frozensets(HEADS),
    st.frozensets(st.tuples(HEADS, HEADS)),
    st.dictionaries(st.sampled_from(["log.example", "other.example"]), FINDINGS),
)


@given(OBSERVED, OBSERVED, OBSERVED)
def test_joining_is_associative_commutative_and_idempotent(one: Observed, other: Observed, third: Observed) -> None:
    joined = Observed.joined
    assert joined((one, other)) == joined((other, one))
    assert joined((joined((one, other)), third)) == joined((one, joined((other, third)))) == joined((one, other, third))
    assert joined((one, one)) == joined((one, NOTHING)) == one


@given(st.lists(st.integers(0, MOST_BYTES), max_size=300))
def test_parts_have_every_item_once_in_order(sizes: list[int]) -> None:
    """None has more items than it may, nor takes one more once it has enough bytes."""
    zeros = memoryview(bytes(MOST_BYTES))
    items = [Item(str(number), zeros[:size]) for number, size in enumerate(sizes)]  # type: ignore[arg-type]
    parts = [*cut(items)]
    assert [item for part in parts for item in part.items()] == items
    assert all(0 < len(part) <= MOST_ITEMS for part in parts)
    assert all(sum(len(item.raw) for item in part.held[:-1]) < MOST_BYTES for part in parts)
    assert all(len(one) <= FIRST_ITEMS for one in parts[:1])
    full = [
        sum(len(item.raw) for item in one.held) >= MOST_BYTES or len(one) >= FIRST_ITEMS for one, _ in pairwise(parts)
    ]
    assert all(full)
