from __future__ import annotations

import tracemalloc

import pytest
import rlp as reference
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal_adapters.ethereum.checking import rlp

items: st.SearchStrategy[rlp.Item] = st.recursive(
    st.binary(max_size=80), lambda inner: st.lists(inner, max_size=6), max_leaves=20
)


def depth(item: rlp.Item) -> int:
    return 1 + max(map(depth, item), default=0) if isinstance(item, list) else 0


@given(items.filter(lambda item: depth(item) <= rlp.MAX_DEPTH))
def test_agrees_with_the_reference_encoder(item: rlp.Item) -> None:
    encoded = reference.encode(item)
    assert rlp.encode(item) == encoded
    assert rlp.decode(encoded) == item


@given(st.binary(max_size=60))
def test_whatever_is_accepted_is_the_only_encoding(data: bytes) -> None:
    try:
        item = rlp.decode(data)
    except Refused as refused:
        assert refused.finding.code.name in {"ethereum.rlp-malformed", "ethereum.rlp-not-canonical"}
    else:
        assert rlp.encode(item) == data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "ethereum.rlp-malformed"),  # nothing
        ("0102", "ethereum.rlp-malformed"),  # two items
        ("83aabb", "ethereum.rlp-malformed"),  # truncated
        ("c2a0aa", "ethereum.rlp-malformed"),  # an item longer than its list
        ("b8", "ethereum.rlp-malformed"),  # no length
        ("bfffffffffffffffff", "ethereum.rlp-malformed"),  # a length of 2^64 - 1
        ("c9" * 9 + "c0", "ethereum.rlp-malformed"),  # lists that are longer than what holds them
        ("c8c7c6c5c4c3c2c1c0", "ethereum.rlp-malformed"),  # nested nine deep
        ("f881" + "01" * 129, "ethereum.rlp-malformed"),  # 129 items
        ("f90410" + ("f880" + "c0" * 128) * 8, "ethereum.rlp-malformed"),  # 1,024 empty lists, and those around them
        ("8101", "ethereum.rlp-not-canonical"),  # a small byte with a prefix
        ("b801aa", "ethereum.rlp-not-canonical"),  # a short string in the long form
        ("b90038" + "00" * 56, "ethereum.rlp-not-canonical"),  # a length with leading zeros
        ("f801c0", "ethereum.rlp-not-canonical"),  # a short list in the long form
    ],
)
def test_refuses(data: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        rlp.decode(bytes.fromhex(data))
    assert refused.value.finding.code.name == code


def test_ten_thousand_nested_lists_do_not_crash() -> None:
    data = b"\xc0"
    for _ in range(10_000):
        data = reference.codec.length_prefix(len(data), 0xC0) + data
    with pytest.raises(Refused):
        rlp.decode(data)


def test_millions_of_small_items_are_refused_unread() -> None:
    """Eight bytes of memory, or sixty, for every byte of a file."""
    flat, deep = b"\xc0" * (1 << 22), b"\xc0"
    for _ in range(6):
        deep = reference.codec.length_prefix(12 * len(deep), 0xC0) + 12 * deep
    for data in (reference.codec.length_prefix(len(flat), 0xC0) + flat, deep):
        tracemalloc.start()
        try:
            with pytest.raises(Refused):
                rlp.decode(data)
            assert tracemalloc.get_traced_memory()[1] < 1 << 20
        finally:
            tracemalloc.stop()


def test_a_child_is_read_without_the_others() -> None:
    """Of a full node, as reading all of it gives; whatever byte of it is another, nothing else is ever read."""
    node = rlp.encode([*(bytes([0xA0 + n]) * 32 for n in range(16)), b""])
    assert [rlp.child_hash(node, n) for n in range(16)] == rlp.decode(node)[:-1]
    read = 0
    for at in range(len(node)):
        for byte in (node[at] ^ 1, node[at] ^ 0x80, 0, 0x80, 0xA0, 0xFF):
            changed = node[:at] + bytes([byte]) + node[at + 1 :]
            for number in (0, 7, 15):
                child = rlp.child_hash(changed, number)
                if child is not None:
                    whole = rlp.decode(changed)
                    assert (len(whole), whole[number]) == (17, child)
                    read += 1
    assert read > 16 * 32
    for other in (node[:-1], node + b"\x80", b"", rlp.encode([*(bytes(32) for _ in range(16)), b"value"])):
        assert rlp.child_hash(other, 0) is None
