"""Fabric's byte formats, written by Hyperledger's own classes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from fabric_protos.common import common_pb2

from carbonseal.ledger import Statement
from carbonseal_adapters.fabric.checking.blocks import Block

TIME = 1_795_000_000  # 2026-11-18


def key(publisher: bytes, statement: Statement) -> str:
    return "/".join(("anchor", publisher.hex(), statement.log_id.hex(), f"{statement.size:016x}"))


def value(statement: Statement, time: int) -> bytes:
    stated = statement.log_id + statement.size.to_bytes(8, "big") + statement.root
    return stated + hashlib.sha256(b"carbonseal/anchor/v1\0" + stated).digest() + time.to_bytes(8, "big")


def header(block_header: Any) -> bytes:
    """DER of a block's header."""
    number = block_header.number.to_bytes(block_header.number.bit_length() // 8 + 1, "big")
    parts = (b"\x02", number), (b"\x04", block_header.previous_hash), (b"\x04", block_header.data_hash)
    body = b"".join(tag + bytes([len(content)]) + content for tag, content in parts)
    return b"\x30" + bytes([len(body)]) + body


def block_of(number: int, previous: bytes, envelopes: Sequence[bytes]) -> Any:
    made = common_pb2.Block(data=common_pb2.BlockData(data=envelopes), metadata=common_pb2.BlockMetadata())
    made.header.number, made.header.previous_hash = number, previous
    made.header.data_hash = hashlib.sha256(b"".join(envelopes)).digest()
    return made


def packed(block: Any) -> Block:
    """What of a Block message goes into evidence."""
    head = block.header
    signatures = block.metadata.metadata[0]
    return Block(head.number, head.previous_hash, head.data_hash, tuple(block.data.data), signatures)


def raw_message(message: Any) -> bytes:
    raw: bytes = message.SerializeToString(deterministic=True)
    return raw
