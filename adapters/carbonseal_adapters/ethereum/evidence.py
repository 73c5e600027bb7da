"""Checks that an anchor stands in the registry's storage, offline, down from a block hash that the verifier pinned.

Evidence of type ``ethereum-storage``, version 1, is the RLP list

    [registry (20 bytes), publisher (20 bytes), block header, [account proof nodes], [storage proof nodes]]

where the header and every node are byte strings that hold their own RLP (EIP-1186 has the proofs). The way down is:
block hash -> state root -> the registry's account, with the pinned code -> its storage root -> the slot of (publisher,
log id, size) -> the anchor digest. A policy's line is

    ledger NAME eip155:1337 genesis=0x… registry=0x… code=0x… publisher=0x…[,0x…]

and trust items have kind ``block`` and value ``{"number": n, "hash": "0x…"}``. Block 0, where the trust has it, must be
the pinned genesis. Pure, and at home on the base install.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from carbonseal.findings import Finding, Refused
from carbonseal.ledger import Checked, Evidence, Proved, Statement, TrustItem
from carbonseal_adapters.ethereum import codes, rlp
from carbonseal_adapters.ethereum.headers import Header, read_header
from carbonseal_adapters.ethereum.registry import slot
from carbonseal_adapters.ethereum.trie import MAX_NODES, Absent, keccak256, prove

TYPE, VERSION = "ethereum-storage", 1
MAX_EVIDENCE = 8 << 20
OPTIONS = ("genesis", "registry", "code", "publisher")
BLOCK = "block"  # the kind of a trust item


@dataclass(frozen=True, slots=True)
class Pins:
    """A policy's `ledger` line, read. Hashes have 32 bytes, addresses 20."""

    name: str
    chain_id: int
    genesis: bytes
    registry: bytes
    code: bytes
    publishers: frozenset[bytes]
    keys: frozenset[bytes] = frozenset()  # a chain is pinned by hashes: no signature of anyone is relied on


@dataclass(frozen=True, slots=True)
class StorageEvidence:
    """The evidence's parts, unchecked but for their form."""

    registry: bytes  # 20 bytes
    publisher: bytes  # 20 bytes
    header: bytes
    account_proof: tuple[bytes, ...]
    storage_proof: tuple[bytes, ...]

    def encode(self) -> Evidence:
        parts: list[rlp.Item] = [self.registry, self.publisher, self.header]
        parts += [list(self.account_proof), list(self.storage_proof)]
        return Evidence(TYPE, VERSION, rlp.encode(parts))

    @staticmethod
    def decode(data: bytes) -> StorageEvidence:
        """Raises `Refused` (ethereum.evidence-malformed, ethereum.rlp-…)."""
        parts = rlp.decode(data)
        if not isinstance(parts, list) or len(parts) != 5:
            raise Refused(codes.EVIDENCE_MALFORMED(problem="it is no list of 5 items"))
        registry, publisher, header, account, storage = parts
        return StorageEvidence(
            _bytes(registry, "registry", 20),
            _bytes(publisher, "publisher", 20),
            _bytes(header, "header", None),
            _nodes(account, "account proof"),
            _nodes(storage, "storage proof"),
        )


class EthereumVerifier:
    """Serves `eip155:` ledgers; see `carbonseal.ledger.EvidenceVerifier`."""

    scheme = "eip155"

    def pin(self, name: str, options: Mapping[str, str]) -> Pins:
        """Read a policy's `ledger` line; every option is required. Raises `Refused`, placed at the option."""
        for option in options:
            if option not in OPTIONS:
                raise Refused(codes.OPTION_UNKNOWN(option, option=option, known=", ".join(OPTIONS)))
        for option in OPTIONS:
            if option not in options:
                raise Refused(codes.OPTION_MISSING(option, option=option))
        return Pins(
            name,
            chain_id(name),
            read_hash(options["genesis"], "genesis"),
            read_address(options["registry"], "registry"),
            read_hash(options["code"], "code"),
            _publishers(options["publisher"]),
        )

    def check(self, evidence: Evidence, statement: Statement, pins: Pins, trust: Sequence[TrustItem]) -> Checked:
        """Show that `statement` stands in the pinned registry, under a listed publisher, in a pinned block."""
        try:
            proved = _check(evidence, statement, pins, trust)
        except Refused as refused:
            return Checked((refused.finding,))
        return Checked((_anchored(proved, pins),), proved)


VERIFIER = EthereumVerifier()


def chain_id(name: str) -> int:
    """The chain id in a ledger's name. Raises `Refused` (ethereum.name-malformed)."""
    if not re.fullmatch(r"eip155:[1-9][0-9]{0,31}", name, re.ASCII):
        raise Refused(codes.NAME_MALFORMED(name=name))
    return int(name.partition(":")[2])


def read_hash(text: str, *place: str) -> bytes:
    """32 bytes from 0x and 64 lower-case digits. Raises `Refused` (ethereum.hash-malformed)."""
    if not re.fullmatch(r"0x[0-9a-f]{64}", text):
        raise Refused(codes.HASH_MALFORMED(*place, value=text))
    return bytes.fromhex(text[2:])


def read_address(text: str, *place: str) -> bytes:
    """20 bytes from an address in lower case or with its EIP-55 checksum. Raises `Refused` (ethereum.address-…)."""
    if not re.fullmatch(r"0x[0-9a-fA-F]{40}", text):
        raise Refused(codes.ADDRESS_MALFORMED(*place, value=text))
    lower = text[2:].lower()
    digest = keccak256(lower.encode()).hex()
    checksummed = "".join(c.upper() if int(d, 16) >= 8 else c for c, d in zip(lower, digest, strict=False))
    if text[2:] not in {lower, checksummed}:
        raise Refused(codes.ADDRESS_CHECKSUM(*place, value=text))
    return bytes.fromhex(lower)


def to_hex(data: bytes) -> str:
    """Hashes and addresses as findings, publishers and trust items write them: 0x and lower-case digits."""
    return "0x" + data.hex()


def _descend(found: StorageEvidence, statement: Statement, header: Header, code: bytes) -> None:
    """The way from the header's state root down to the anchor. Raises `Refused`, placed at the proof."""
    try:
        account = prove(header.state_root, found.registry, found.account_proof)
        storage_root = _storage_root(account, code)
    except Refused as refused:
        raise refused.under("account proof") from None
    try:
        _compare(prove(storage_root, slot(found.publisher, statement), found.storage_proof), statement)
    except Refused as refused:
        raise refused.under("storage proof") from None


def _check(evidence: Evidence, statement: Statement, pins: Pins, trust: Sequence[TrustItem]) -> Proved:
    if (evidence.type, evidence.version) != (TYPE, VERSION):
        raise Refused(codes.EVIDENCE_UNKNOWN(type=evidence.type, version=evidence.version))
    if len(evidence.data) > MAX_EVIDENCE:
        raise Refused(codes.EVIDENCE_TOO_LARGE(size=len(evidence.data), limit=MAX_EVIDENCE))
    found = StorageEvidence.decode(evidence.data)
    if found.registry != pins.registry:
        raise Refused(codes.REGISTRY_DIFFERS(registry=to_hex(found.registry), pinned=to_hex(pins.registry)))
    if found.publisher not in pins.publishers:  # whatever stands there: it accuses nobody
        raise Refused(codes.PUBLISHER_NOT_LISTED(publisher=to_hex(found.publisher)))
    try:
        header = read_header(found.header)
    except Refused as refused:
        raise refused.under("header") from None
    _descend(found, statement, header, pins.code)
    return Proved(to_hex(found.publisher), header.timestamp, _pinned(header, pins, trust))


def _pinned(header: Header, pins: Pins, trust: Sequence[TrustItem]) -> tuple[TrustItem, ...]:
    """The trust items that pin this block. Raises `Refused` where there is none, or where they do not agree."""
    same_number: dict[bytes, list[TrustItem]] = {}
    for item in trust:
        if item.kind != BLOCK or item.ledger != pins.name or item.value.get("number") not in (0, header.number):
            continue
        number, digest = _block(item)
        if number == 0 and digest != pins.genesis:
            raise Refused(codes.TRUST_OTHER_CHAIN(pinned=to_hex(digest), genesis=to_hex(pins.genesis)))
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


def _compare(stored: bytes | Absent, statement: Statement) -> None:
    if isinstance(stored, Absent):
        raise Refused(codes.ANCHOR_ABSENT())
    word, expected = rlp.decode(stored), statement.digest()
    if not isinstance(word, bytes) or not 0 < len(word) <= 32 or word[0] == 0:
        raise Refused(codes.VALUE_MALFORMED())
    if word.rjust(32, b"\0") != expected:
        raise Refused(codes.OTHER_DIGEST(found=to_hex(word.rjust(32, b"\0")), expected=to_hex(expected)))


def _publishers(text: str) -> frozenset[bytes]:
    publishers: set[bytes] = set()
    for part in text.split(","):
        publisher = read_address(part, "publisher")
        if publisher in publishers:
            raise Refused(codes.PUBLISHER_REPEATED("publisher", publisher=to_hex(publisher)))
        publishers.add(publisher)
    return frozenset(publishers)


def _anchored(proved: Proved, pins: Pins) -> Finding:
    number = proved.trusted[0].value["number"]
    return codes.ANCHORED(ledger=pins.name, number=number, publisher=proved.publisher)


def _bytes(item: rlp.Item, name: str, length: int | None) -> bytes:
    if not isinstance(item, bytes) or (length is not None and len(item) != length):
        wanted = "a byte string" if length is None else f"{length} bytes"
        raise Refused(codes.EVIDENCE_MALFORMED(problem=f"its {name} is not {wanted}"))
    return item


def _nodes(item: rlp.Item, name: str) -> tuple[bytes, ...]:
    if not isinstance(item, list) or len(item) > MAX_NODES:
        raise Refused(codes.EVIDENCE_MALFORMED(problem=f"its {name} is no list of at most {MAX_NODES} nodes"))
    return tuple(_bytes(node, f"{name} node", None) for node in item)
