"""The strict reader: what the official classes write is read, and nothing that is not exactly understood."""

from __future__ import annotations

import pytest
from fabric_protos.common import common_pb2
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Code, Outcome, Refused
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.messages import shapes
from carbonseal_adapters.fabric.checking.messages.protobuf import MAX_FIELDS, Shape, read

SHAPE = Shape.of("test", "1n 2b 3t 4b* 5n*")


def code_of(raw: bytes, shape: Shape = SHAPE) -> Code:
    with pytest.raises(Refused) as caught:
        read(raw, shape)
    return caught.value.finding.code


@given(
    st.integers(0, 2**63 - 1), st.integers(0, 999_999_999), st.text(max_size=40), st.text(max_size=70), st.binary(),
)  # fmt: skip
def test_what_others_write_is_read(seconds: int, nanos: int, channel: str, transaction: str, extension: bytes) -> None:
    written = common_pb2.ChannelHeader(
        type=3, channel_id=channel, tx_id=transaction, extension=extension, epoch=2**64 - 1
    )
    written.timestamp.seconds, written.timestamp.nanos = seconds, nanos
    found = read(written.SerializeToString(), shapes.CHANNEL_HEADER)
    timestamp = found.message(3, shapes.TIMESTAMP)
    assert (found.number(1), found.number(6), found.text(4), found.text(5)) == (3, 2**64 - 1, channel, transaction)
    assert (found.data(7), timestamp.number(1), timestamp.number(2)) == (extension, seconds, nanos)


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_lists_keep_their_order(values: list[bytes]) -> None:
    raw = common_pb2.BlockData(data=values).SerializeToString()
    assert read(raw, shapes.BLOCK_DATA).each(1) == tuple(values)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        found = read(raw, SHAPE)
    except Refused as refused:
        assert refused.finding.code in {codes.PROTOBUF_MALFORMED, codes.FIELD_UNKNOWN}
    else:
        assert found.raw == raw


@pytest.mark.parametrize(
    "raw",
    [
        b"\x08",  # ends before the value
        b"\x08\x80",  # ends within it
        b"\x08\x80\x00",  # 0 in two bytes
        b"\x88\x00\x01",  # a tag in two bytes
        b"\x08" + b"\xff" * 9 + b"\x02",  # 2^64 and more
        b"\x08" + b"\xff" * 10 + b"\x01",  # 11 bytes
        b"\x08\x01\x08\x01",  # twice
        b"\x12\x01a\x12\x01b",  # twice
        b"\x12\x02a",  # past the end
        b"\x12\xff\xff\xff\xff\x0f",  # far past the end
        b"\x0a\x01a",  # bytes where a number belongs
        b"\x10\x01",  # a number where bytes belong
        b"\x1a\x01\xff",  # not UTF-8
        b"\x09" + bytes(8),  # 64 bits
        b"\x0d" + bytes(4),  # 32 bits
        b"\x0b\x0c",  # a group
        b"\x00\x01",  # field 0
        b"\x2a\x02\x01\x02",  # packed numbers
        b"\x22\x00" * (MAX_FIELDS + 1),
    ],
)
def test_what_is_malformed(raw: bytes) -> None:
    assert code_of(raw) is codes.PROTOBUF_MALFORMED


@pytest.mark.parametrize("raw", [b"\x30\x01", b"\x32\x01a", b"\x31" + bytes(8), b"\x35" + bytes(4)])
def test_an_unknown_field_is_not_understood(raw: bytes) -> None:
    """Of whatever type: a later Fabric may have fields of 32 or 64 bits."""
    assert code_of(raw) is codes.FIELD_UNKNOWN
    assert codes.FIELD_UNKNOWN.outcome is Outcome.NOTED


def test_defaults() -> None:
    found = read(b"", SHAPE)
    assert (found.number(1), found.data(2), found.text(3), found.each(4), found.has(1)) == (0, b"", "", (), False)
    assert read(b"\x08\x00", SHAPE).has(1)
