"""Vectors of anchors in EAS. States and tries are built by `rlp` and `trie`, which share no code with the verifier."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import rlp
from eth_utils import keccak

from carbonseal.ledger import Statement
from carbonseal_devnet.ethereum.evidence import mainnet_header, synthesise, trie_around
from tests.vectors.cases import Case, case, octets, refused
from tests.vectors.making.evidence import CHAIN, STATEMENT, block, hexed, noted
from tests.vectors.making.log import sha

EAS, CODE, SLOT = b"\x22" * 20, sha(b"the code of an EAS contract"), 2
NUMBER, STAMPED, MINED = 1234, 1_795_000_000, 1_795_200_000
OPTIONS = {
    "contract": "eas",
    "genesis": hexed(sha(b"genesis")),
    "eas": hexed(EAS),
    "code": hexed(CODE),
    "slot": str(SLOT),
    "publisher": "any",
}
EMPTY = keccak(rlp.encode(b""))


def place(statement: Statement, base: int = SLOT) -> bytes:
    """Where Solidity keeps `_timestamps[digest]`."""
    return bytes(keccak(statement.digest() + base.to_bytes(32, "big")))


def state(word: Any, *, base: int = SLOT, code: bytes = CODE, nodes: int = 2) -> list[Any]:
    """Evidence as a list, from a state in which EAS holds this word for the statement."""
    root, storage = trie_around(place(STATEMENT, base), rlp.encode(word), nodes)
    state_root, account = trie_around(EAS, rlp.encode([b"\x01", b"", root, code]), nodes)
    return [EAS, mainnet_header(state_root, NUMBER, MINED), list(account), list(storage)]


def eas() -> dict[str, Any]:
    sound = state(STAMPED)
    cases: list[Case] = []

    def add(name: str, expect: dict[str, Any], parts: list[Any] | bytes | None = None, **changes: Any) -> None:
        data: Any = {"named": "sound"}
        if parts is not None:
            data = octets(parts if isinstance(parts, bytes) else rlp.encode(parts))
        header = parts[1] if isinstance(parts, list) and len(parts) == 4 else sound[1]
        trust = [block(NUMBER, hexed(keccak(header))), block(0, OPTIONS["genesis"])]
        statement = changes.pop("statement", STATEMENT)
        given = {
            "type": "ethereum-eas",
            "version": 1,
            "data": data,
            "logId": statement.log_id.hex(),
            "size": statement.size,
            "root": statement.root.hex(),
            "ledger": CHAIN,
            "options": OPTIONS,
            "trust": trust,
        }
        cases.append(case(name, "check", expect, **{**given, **changes}))

    add("a timestamp", proved(STAMPED))
    add("a timestamp of the block itself", proved(MINED), state(MINED))
    add("a timestamp of one byte", proved(1), state(1))
    newer = {**OPTIONS, "slot": "5"}
    add("timestamps in variable 5", proved(STAMPED), state(STAMPED, base=5), options=newer)
    registry = synthesise(STATEMENT, account_nodes=1, storage_nodes=1)
    add("a registry's line", noted("ethereum.contract-not-pinned"), options=registry.options)
    add("a registry's evidence", noted("ethereum.contract-not-pinned"), registry.evidence.data, type="ethereum-storage")
    add("version 2", noted("ethereum.evidence-unknown"), version=2)
    add("no trust", noted("ethereum.block-not-pinned"), trust=[])
    add("no block 0", noted("ethereum.genesis-missing"), trust=[block(NUMBER, hexed(keccak(sound[1])))])
    add("later than the block", refused("ethereum.timestamp-later"), state(MINED + 1))
    add("a word that is not a time", refused("ethereum.timestamp-later"), state(STATEMENT.digest()))
    add("a time with a leading zero", refused("ethereum.value-malformed"), state(b"\0\x01"))
    add("another variable", noted("ethereum.slot-differs"), state(STAMPED, base=3, nodes=1))
    other = replace(STATEMENT, root=sha(b"another root"))
    add("another root", noted("ethereum.slot-differs"), state(STAMPED, nodes=1), statement=other)
    add("another contract", noted("ethereum.registry-differs"), [b"\x55" * 20, *sound[1:]])
    add("other code", noted("ethereum.code-differs"), state(STAMPED, code=EMPTY))
    add("three parts", refused("ethereum.evidence-malformed"), rlp.encode(sound[:3]))
    add("a byte more", refused("ethereum.rlp-malformed"), rlp.encode(sound) + b"\0")
    add("a storage node missing", noted("ethereum.slot-differs"), [*sound[:3], sound[3][:1]])
    for name, expect, change in (
        ("all six", {"holds": True}, {}),
        ("another contract than eas", refused("ethereum.contract-unknown"), {"contract": "registry"}),
        ("a publisher", refused("ethereum.publisher-unknowable"), {"publisher": "0x" + "11" * 20}),
        ("a slot with a leading zero", refused("ethereum.slot-malformed"), {"slot": "02"}),
        ("no slot", refused("ethereum.option-missing"), {"slot": None}),
        ("a registry too", refused("ethereum.option-unknown"), {"registry": "0x" + "11" * 20}),
    ):
        options = {option: value for option, value in {**OPTIONS, **change}.items() if value is not None}
        cases.append(case(name, "pin", expect, ledger=CHAIN, options=options))
    for base in (2, 5):
        given = {"digest": STATEMENT.digest().hex(), "variable": base}
        cases.append(case(f"a slot of variable {base}", "eas-slot", {"slot": place(STATEMENT, base).hex()}, **given))
    return {"data": {"sound": octets(rlp.encode(sound))}, "cases": cases}


def proved(time: int) -> dict[str, Any]:
    return {
        "proved": {
            "publisher": "any",
            "time": time,
            "identities": [f"block0:{OPTIONS['genesis']}"],
            "shown": ["ethereum.timestamped"],
        }
    }
