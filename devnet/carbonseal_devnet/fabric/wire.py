"""Fabric's byte formats: block headers and hashes, transaction ids, envelopes. Raw bytes are hashed, never re-serialised."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from fabric_protos.common import common_pb2
from google.protobuf.message import DecodeError

FILTER = common_pb2.TRANSACTIONS_FILTER
SIGNATURES = common_pb2.SIGNATURES
COMMIT_HASH = common_pb2.COMMIT_HASH


class Signer(Protocol):
    """Who signs: `serialized` is a SerializedIdentity's bytes."""

    @property
    def serialized(self) -> bytes:
        """A SerializedIdentity's bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The signature over `message`."""
        ...


class Malformed(ValueError):
    """Bytes that are not a message of the expected kind."""


@dataclass(frozen=True, slots=True)
class Message:
    """A decoded envelope. `payload` is what `signature` signs."""

    channel: Any  # ChannelHeader
    creator: bytes
    nonce: bytes
    signature_header: bytes
    data: bytes
    payload: bytes
    signature: bytes

    @property
    def signed(self) -> tuple[bytes, bytes, bytes]:
        """Identity, message and signature, as policies take them."""
        return self.creator, self.payload, self.signature


def decode(kind: Any, raw: bytes) -> Any:
    """A protobuf message. Raises Malformed."""
    try:
        return kind.FromString(raw)
    except DecodeError as error:
        raise Malformed(f"no {kind.DESCRIPTOR.name}") from error


def open_envelope(raw: bytes) -> Message:
    """Raises Malformed."""
    envelope = decode(common_pb2.Envelope, raw)
    payload = decode(common_pb2.Payload, envelope.payload)
    channel = decode(common_pb2.ChannelHeader, payload.header.channel_header)
    header = decode(common_pb2.SignatureHeader, payload.header.signature_header)
    return Message(
        channel, header.creator, header.nonce, payload.header.signature_header, payload.data, envelope.payload,
        envelope.signature,
    )  # fmt: skip


def transaction_id(nonce: bytes, creator: bytes) -> str:
    """Hexadecimal SHA-256 of nonce ‖ creator."""
    return hashlib.sha256(nonce + creator).hexdigest()


def signature_header(creator: bytes, nonce: bytes) -> bytes:
    """A serialised SignatureHeader."""
    raw: bytes = common_pb2.SignatureHeader(creator=creator, nonce=nonce).SerializeToString()
    return raw


def channel_header(
    kind: int, channel: str, *, transaction: str = "", extension: bytes = b"", version: int = 0
) -> bytes:
    """To the second; `version` is 1 in genesis blocks alone, as Fabric's tools write them."""
    header = common_pb2.ChannelHeader(
        type=kind, version=version, channel_id=channel, tx_id=transaction, extension=extension
    )
    header.timestamp.FromSeconds(int(time.time()))
    raw: bytes = header.SerializeToString()
    return raw


def envelope(kind: int, channel: str, data: bytes, signer: Signer) -> bytes:
    """A signed envelope around `data`, raw. It has no transaction id: only endorsed transactions do."""
    header = common_pb2.Header(
        channel_header=channel_header(kind, channel),
        signature_header=signature_header(signer.serialized, os.urandom(24)),
    )
    payload = common_pb2.Payload(header=header, data=data).SerializeToString()
    raw: bytes = common_pb2.Envelope(payload=payload, signature=signer.sign(payload)).SerializeToString()
    return raw


def header_bytes(number: int, previous_hash: bytes, data_hash: bytes) -> bytes:
    """DER SEQUENCE { INTEGER number, OCTET STRING previous_hash, OCTET STRING data_hash }: what orderers sign."""
    integer = number.to_bytes(number.bit_length() // 8 + 1, "big")
    body = _der(0x02, integer) + _der(0x04, previous_hash) + _der(0x04, data_hash)
    return _der(0x30, body)


def _der(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def header_hash(header: Any) -> bytes:
    """The hash of a BlockHeader: what the next block names, and what names the channel."""
    return hashlib.sha256(header_bytes(header.number, header.previous_hash, header.data_hash)).digest()


def data_hash(envelopes: Iterable[bytes]) -> bytes:
    """SHA-256 of a block's envelopes, one after the other."""
    return hashlib.sha256(b"".join(envelopes)).digest()


def new_block(number: int, previous_hash: bytes, envelopes: Iterable[bytes]) -> Any:
    """A Block without signatures, every transaction's validity still open."""
    envelopes = list(envelopes)
    header = common_pb2.BlockHeader(number=number, previous_hash=previous_hash, data_hash=data_hash(envelopes))
    metadata = common_pb2.BlockMetadata(metadata=[b""] * 5)
    return common_pb2.Block(header=header, data=common_pb2.BlockData(data=envelopes), metadata=metadata)


def varint(number: int) -> bytes:
    """Protobuf's unsigned varint."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """When a key was last written: block and transaction in it."""

    block: int
    transaction: int

    def encode(self) -> bytes:
        """Two order-preserving varints: a length byte, then that many bytes, big-endian."""
        return _ordered(self.block) + _ordered(self.transaction)


def _ordered(number: int) -> bytes:
    size = (number.bit_length() + 7) // 8
    return bytes([size]) + number.to_bytes(size, "big")


@dataclass(frozen=True, slots=True)
class Update:
    """What a block does to one key. No value: the key is gone.

    The namespace is a chaincode's, or chaincode NUL collection for hashes of private data.
    """

    namespace: str
    key: bytes
    value: bytes | None
    version: Version


def commit_hash(filter_: bytes, updates: Iterable[Update], previous: bytes) -> bytes:
    """What peers put into a block's COMMIT_HASH metadata: a running hash over everything committed so far."""
    body, last = bytearray(), ("", "")
    for update in sorted(updates, key=lambda each: (each.namespace.encode(), each.key)):
        chaincode, _, collection = update.namespace.partition("\0")
        write = b"" if chaincode == last[0] else field(1, chaincode.encode())
        write += b"" if (chaincode, collection) == last else field(2, collection.encode())
        write += field(3, update.key)
        write += b"\x20\x01" if update.value is None else field(5, update.value)
        write += field(6, update.version.encode())
        body += varint(1 << 3 | 2) + varint(len(write)) + write
        last = (chaincode, collection)
    return hashlib.sha256(varint(len(filter_)) + filter_ + body + previous).digest()


def field(number: int, value: bytes) -> bytes:
    """Protobuf's length-delimited field; absent if empty."""
    return varint(number << 3 | 2) + varint(len(value)) + value if value else b""


def serialise(message: Any) -> bytes:
    """Maps in the order of their keys, so that the same configuration is the same bytes."""
    raw: bytes = message.SerializeToString(deterministic=True)
    return raw
