"""One word of a contract's storage, shown down from a block that the verifier pinned: what every kind of evidence shares.

The way down is: block hash -> state root -> the contract's account, with the pinned code -> its storage root -> the word.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol, TypeAlias

from carbonseal.findings import Refused
from carbonseal.ledger import TrustItem
from carbonseal_adapters.ethereum import codes, rlp
from carbonseal_adapters.ethereum.headers import Header, read_header
from carbonseal_adapters.ethereum.options import read_hash, to_hex
from carbonseal_adapters.ethereum.trie import MAX_NODES, Absent, prove

BLOCK = "block"  # the kind of a trust item

Nodes: TypeAlias = tuple[bytes, ...]  # of a proof as EIP-1186 has it, from the root down


class Proofs(Protocol):
    """What shows a word: the block's header and the two proofs, unchecked but for their form."""

    @property
    def header(self) -> bytes: ...
    @property
    def account_proof(self) -> Nodes: ...
    @property
    def storage_proof(self) -> Nodes: ...


class Chain(Protocol):
    """What a policy's line pins of a chain."""

    @property
    def name(self) -> str: ...
    @property
    def genesis(self) -> bytes: ...


# --- the form --------------------------------------------------------------------------------------------------------


def read_parts(data: bytes, *addresses: str) -> tuple[list[bytes], bytes, Nodes, Nodes]:
    """Evidence as the RLP list [address, …, header, [account node, …], [storage node, …]]; `addresses` names the first.

    Raises `Refused` (ethereum.evidence-malformed, ethereum.rlp-…).
    """
    parts, count = rlp.decode(data), len(addresses) + 3
    if not isinstance(parts, list) or len(parts) != count:
        raise Refused(codes.EVIDENCE_MALFORMED(problem=f"it is no list of {count} items"))
    *first, header, account, storage = parts
    return (
        [_bytes(item, name, 20) for item, name in zip(first, addresses, strict=True)],
        _bytes(header, "header", None),
        _nodes(account, "account proof"),
        _nodes(storage, "storage proof"),
    )


def write_parts(proofs: Proofs, *addresses: bytes) -> bytes:
    """The inverse of `read_parts`."""
    return rlp.encode([*addresses, proofs.header, list(proofs.account_proof), list(proofs.storage_proof)])


def _bytes(item: rlp.Item, name: str, length: int | None) -> bytes:
    if not isinstance(item, bytes) or (length is not None and len(item) != length):
        wanted = "a byte string" if length is None else f"{length} bytes"
        raise Refused(codes.EVIDENCE_MALFORMED(problem=f"its {name} is not {wanted}"))
    return item


def _nodes(item: rlp.Item, name: str) -> Nodes:
    if not isinstance(item, list) or len(item) > MAX_NODES:
        raise Refused(codes.EVIDENCE_MALFORMED(problem=f"its {name} is no list of at most {MAX_NODES} nodes"))
    return tuple(_bytes(node, f"{name} node", None) for node in item)


# --- the way down ----------------------------------------------------------------------------------------------------


def word(proofs: Proofs, contract: bytes, code: bytes, slot: bytes) -> tuple[Header, bytes]:
    """The block's header, read, and the 32-byte word that `contract`, with code of this hash, holds at `slot` there.

    Raises `Refused`, placed at the header or the proof: a word that is zero is absent (ethereum.anchor-absent).
    """
    try:
        header = read_header(proofs.header)
    except Refused as refused:
        raise refused.under("header") from None
    try:
        storage_root = _storage_root(prove(header.state_root, contract, proofs.account_proof), code)
    except Refused as refused:
        raise refused.under("account proof") from None
    try:
        return header, _word(prove(storage_root, slot, proofs.storage_proof))
    except Refused as refused:
        raise refused.under("storage proof") from None


def _storage_root(account: bytes | Absent, code: bytes) -> bytes:
    """The storage root of an account [nonce, balance, storage root, code hash] with the pinned code."""
    if isinstance(account, Absent):
        raise Refused(codes.ACCOUNT_ABSENT())
    fields: Any = rlp.decode(account)
    if not isinstance(fields, list) or len(fields) != 4 or not all(isinstance(field, bytes) for field in fields):
        raise Refused(codes.ACCOUNT_MALFORMED(problem="it is no list of 4 byte strings"))
    storage_root: bytes = fields[2]
    if len(storage_root) != 32:
        raise Refused(codes.ACCOUNT_MALFORMED(problem="its storage root has not 32 bytes"))
    if fields[3] != code:
        raise Refused(codes.CODE_DIFFERS(code=to_hex(fields[3]), pinned=to_hex(code)))
    return storage_root


def _word(stored: bytes | Absent) -> bytes:
    if isinstance(stored, Absent):
        raise Refused(codes.ANCHOR_ABSENT())
    value = rlp.decode(stored)
    if not isinstance(value, bytes) or not 0 < len(value) <= 32 or value[0] == 0:
        raise Refused(codes.VALUE_MALFORMED())
    return value.rjust(32, b"\0")


# --- the block -------------------------------------------------------------------------------------------------------


def pinned(header: Header, chain: Chain, trust: Sequence[TrustItem]) -> tuple[TrustItem, ...]:
    """The trust items that pin this block. Raises `Refused` where there is none, or where they do not agree."""
    same_number: dict[bytes, list[TrustItem]] = {}
    for item in trust:
        if item.kind != BLOCK or item.ledger != chain.name or item.value.get("number") not in (0, header.number):
            continue
        number, digest = _block(item)
        if number == 0 and digest != chain.genesis:
            raise Refused(codes.TRUST_OTHER_CHAIN(pinned=to_hex(digest), genesis=to_hex(chain.genesis)))
        if number == header.number:
            same_number.setdefault(digest, []).append(item)
    if not same_number:
        raise Refused(codes.BLOCK_NOT_PINNED(number=header.number, hash=to_hex(header.hash)))
    hashes = ", ".join(map(to_hex, same_number))
    if header.hash not in same_number:
        raise Refused(codes.BLOCK_DIFFERS(number=header.number, hash=to_hex(header.hash), pinned=hashes))
    if len(same_number) > 1:
        raise Refused(codes.TRUST_CONTRADICTS(number=header.number, pinned=hashes))
    return tuple(same_number[header.hash])


def _block(item: TrustItem) -> tuple[int, bytes]:
    """A trust item's number and hash. What is wrong with the verifier's own trust is never held against the passport."""
    number, digest = item.value.get("number"), item.value.get("hash")
    if set(item.value) == {"number", "hash"} and type(number) is int and number >= 0 and isinstance(digest, str):
        with suppress(Refused):
            return number, read_hash(digest)
    raise Refused(codes.TRUST_MALFORMED(value=dict(item.value)))
