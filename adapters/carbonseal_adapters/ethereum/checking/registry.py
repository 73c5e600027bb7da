"""AnchorRegistry: the contract's artifact, call data, and the storage slot of an anchor. Pure."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from carbonseal.ledger import Statement
from carbonseal_adapters.ethereum.checking.keccak import keccak256


@cache
def artifact() -> dict[str, Any]:
    """The compiled contract: abi, bytecode, bytecode_runtime, code_hash, compiler, evm_version, source_sha256."""
    from importlib import resources

    text = resources.files(__package__).joinpath("AnchorRegistry.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def slot(publisher: bytes, statement: Statement) -> bytes:
    """The 32-byte storage slot of `anchors[publisher][log id][size]`.

    `anchors` is at slot 1 (for London, Vyper reserves slot 0 for its lock), and Vyper places a mapping's value at
    keccak(slot ‖ key), each a word of 32 bytes.
    (Solidity has it the other way round.)
    """
    place = (1).to_bytes(32, "big")
    for key in (publisher.rjust(32, b"\0"), statement.log_id, statement.size.to_bytes(32, "big")):
        place = keccak256(place + key)
    return place


ANCHORED = keccak256(b"Anchored(address,bytes32,uint64,bytes32,bytes32)")  # the event's first topic


def call_anchor(statement: Statement) -> bytes:
    """The call data of `anchor(log id, size, root)`."""
    selector = keccak256(b"anchor(bytes32,uint64,bytes32)")[:4]
    return selector + statement.log_id + statement.size.to_bytes(32, "big") + statement.root


def call_anchors(publisher: bytes, statement: Statement) -> bytes:
    """The call data of the view `anchors(publisher, log id, size)`, which returns the digest, or zeros."""
    selector = keccak256(b"anchors(address,bytes32,uint64)")[:4]
    return selector + publisher.rjust(32, b"\0") + statement.log_id + statement.size.to_bytes(32, "big")
