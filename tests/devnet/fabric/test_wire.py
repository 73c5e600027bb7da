from __future__ import annotations

import hashlib

import pytest
from asn1crypto import core
from fabric_protos.common import common_pb2
from hypothesis import given
from hypothesis import strategies as st

from carbonseal_devnet.fabric import wire
from carbonseal_devnet.fabric.wire import Update, Version


class Header(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields = [("number", core.Integer), ("previous", core.OctetString), ("data", core.OctetString)]  # noqa: RUF012


@given(st.integers(0, 2**64 - 1), st.binary(max_size=300), st.binary(max_size=300))
def test_header_bytes_are_der(number: int, previous: bytes, data: bytes) -> None:
    expected = Header({"number": number, "previous": previous, "data": data}).dump()
    assert wire.header_bytes(number, previous, data) == expected


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_versions_sort_as_their_bytes(one: int, other: int) -> None:
    assert (Version(one, 0) < Version(other, 0)) == (Version(one, 0).encode() < Version(other, 0).encode())


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "a\0c"]), st.binary(min_size=1, max_size=5)), unique=True))
def test_the_commit_hash_does_not_depend_on_the_order_of_updates(keys: list[tuple[str, bytes]]) -> None:
    updates = [Update(namespace, key, b"v", Version(3, 1)) for namespace, key in keys]
    assert wire.commit_hash(b"\0", updates, b"p") == wire.commit_hash(b"\0", updates[::-1], b"p")


def test_the_commit_hash_depends_on_all_else() -> None:
    update = Update("a", b"k", b"v", Version(3, 1))
    variants = [
        wire.commit_hash(b"\0", [update], b"p"),
        wire.commit_hash(b"\1", [update], b"p"),
        wire.commit_hash(b"\0", [update], b"q"),
        wire.commit_hash(b"\0", [], b"p"),
        wire.commit_hash(b"\0", [Update("a", b"k", None, Version(3, 1))], b"p"),
        wire.commit_hash(b"\0", [Update("a", b"k", b"v", Version(3, 2))], b"p"),
        wire.commit_hash(b"\0", [Update("a\0k", b"k", b"v", Version(3, 1))], b"p"),
    ]
    assert len(set(variants)) == len(variants)


def test_blocks_are_chained() -> None:
    first = wire.new_block(0, b"", [b"one", b"two"])
    assert first.header.data_hash == hashlib.sha256(b"onetwo").digest()
    second = wire.new_block(1, wire.header_hash(first.header), [])
    assert second.header.previous_hash == hashlib.sha256(wire.header_bytes(0, b"", first.header.data_hash)).digest()


@pytest.mark.parametrize("raw", [b"\xff", common_pb2.Envelope(payload=b"\xff").SerializeToString()])
def test_what_is_no_envelope(raw: bytes) -> None:
    with pytest.raises(wire.Malformed):
        wire.open_envelope(raw)
