"""Storage proofs: one word of a contract's storage, proved from a pinned block hash. Shared by all kinds of Ethereum evidence.

The chain of proofs is: block hash -> state root -> the contract's account, with the pinned code -> its storage root -> the word.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

from carbonseal.findings import Refused
from carbonseal_adapters.ethereum.checking import codes, rlp
from carbonseal_adapters.ethereum.checking.headers import Header, read_header
from carbonseal_adapters.ethereum.checking.options import to_hex
from carbonseal_adapters.ethereum.checking.trie import MAX_NODES, Absent, prove

Nodes: TypeAlias = tuple[bytes, ...]  # of a proof as EIP-1186 has it, from the root down


class Proofs(Protocol):
    """A storage proof: the block's header and the two proofs of EIP-1186, of which only the form was checked."""

    @property
    def header(self) -> bytes:
        """The block header's RLP."""
        ...

    @property
    def account_proof(self) -> Nodes:
        """The contract's account, under the header's state root."""
        ...

    @property
    def storage_proof(self) -> Nodes:
        """The storage slot, under the account's storage root."""
        ...


# --- the form --------------------------------------------------------------------------------------------------------


def read_parts(data: bytes, *addresses: str) -> tuple[list[bytes], bytes, Nodes, Nodes]:
    """Evidence as the RLP list [address, …, header, [account node, …], [storage node, …]]; `addresses` names the first.

    Raises `Refused` (ethereum.evidence-malformed, ethereum.rlp-…).
    """
    parts, count = rlp.decode(data), len(addresses) + 3
    if not isinstance(parts, list) or len(parts) != count:
        raise Refused(codes.EVIDENCE_MALFORMED(problem=f"it is not a list of {count} items"))
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
        raise Refused(codes.EVIDENCE_MALFORMED(problem=f"its {name} is not a list of at most {MAX_NODES} nodes"))
    if {*map(type, item)} - {bytes}:
        raise Refused(codes.EVIDENCE_MALFORMED(problem=f"its {name} node is not a byte string"))
    return tuple(item)  # type: ignore[arg-type]


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
        raise Refused(codes.ACCOUNT_MALFORMED(problem="it is not a list of 4 byte strings"))
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
