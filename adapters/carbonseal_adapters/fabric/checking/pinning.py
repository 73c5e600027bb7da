"""Configuration blocks as trust: source a verifier knows the organisations and orderers of a channel.

A trust item has kind ``config-block`` and value ``{"block": base64 of the Block message, "number": n}``; the block's header
hash is what a policy pins.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from carbonseal.findings import Refused
from carbonseal.ledger import TrustItem
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.blocks import Block
from carbonseal_adapters.fabric.checking.config import Config, read_config

CONFIG_BLOCK = "config-block"  # the kind of a trust item
MAX_BLOCK = 4 << 20


def item_value(ledger: str, raw: bytes) -> Mapping[str, Any]:
    """A trust item's value from a configuration block's bytes. Raises `Refused` (fabric.file-malformed)."""
    if len(raw) > MAX_BLOCK:
        raise Refused(codes.FILE_MALFORMED(problem=f"it has more than {MAX_BLOCK} bytes"))
    try:
        block = Block.of(raw)
        read_config(block)
    except Refused as refused:
        raise Refused(codes.FILE_MALFORMED(problem=refused.finding.message)) from None
    if block.number == 0 and block.hash.hex() != ledger.partition(":")[2]:
        raise Refused(codes.FILE_MALFORMED(problem=f"it is the first one of ledger fabric:{block.hash.hex()}"))
    return {"block": base64.b64encode(raw).decode(), "number": block.number}


def pinned(name: str, wanted: bytes, trust: Sequence[TrustItem]) -> tuple[TrustItem, Config]:
    """The item whose block has the pinned header hash, and its configuration.

    Raises `Refused` (noted: what is wrong with the verifier's own trust is never held against evidence).
    """
    genesis = name.partition(":")[2]
    for item in trust:
        if item.kind != CONFIG_BLOCK or item.ledger != name:
            continue
        try:
            block, digest = _block(_text(item.value))
            if digest != wanted:
                continue
            config = _config(block)
        except Refused as refused:
            raise Refused(codes.TRUST_MALFORMED(problem=refused.finding.message)) from None
        if block.number == 0 and wanted.hex() != genesis:
            raise Refused(codes.GENESIS_DIFFERS(genesis=genesis))
        return item, config
    raise Refused(codes.CONFIG_MISSING(hash=wanted.hex()))


def hash_of(value: Mapping[str, Any]) -> bytes:
    """The header hash of the block in an item's value. Raises `Refused`."""
    return _block(_text(value))[1]


def _text(value: Mapping[str, Any]) -> str:
    text, number = value.get("block"), value.get("number")
    if set(value) != {"block", "number"} or not isinstance(text, str) or type(number) is not int:
        raise Refused(codes.TRUST_MALFORMED(problem="its value is not {block, number}"))
    return text


@lru_cache(maxsize=64)  # many anchors rest on one block
def _block(text: str) -> tuple[Block, bytes]:
    """The block in base64, and its hash."""
    try:
        block = Block.of(base64.b64decode(text, validate=True))
    except ValueError as error:
        raise Refused(codes.TRUST_MALFORMED(problem=error)) from None
    return block, block.hash


_config = lru_cache(maxsize=64)(read_config)
