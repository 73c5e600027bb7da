"""Anchors in an EAS contract (Ethereum Attestation Service), for those who rely on one already. Pure.

`timestamp(bytes32)` stores the block's time under the anchor digest, once and for all. EAS keeps no publisher: anyone who
knows the digest can be first, and the second transaction reverts (AlreadyTimestamped). That does no harm: the digest
names log, size and root, and the checkpoint's signature shows whose head it is. But EAS refuses no second root for
a size, and cannot tell what a log anchored last: it does not detect a node that went back in time.

Evidence of type ``ethereum-eas``, version 1, is the RLP list

    [EAS contract (20 bytes), block header, [account proof nodes], [storage proof nodes]]

for the word at `_timestamps[digest]`, and a policy's line is

    ledger NAME eip155:1 contract=eas genesis=0x… eas=0x… code=0x… slot=2 publisher=any [agree=2]

`slot` is where this EAS keeps `_timestamps`: its versions differ. Solidity places a mapping's value at keccak(key ‖ slot).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from carbonseal.findings import Refused
from carbonseal.ledger import Checked, Evidence, Statement, TrustItem
from carbonseal.values import dataclass
from carbonseal_adapters.ethereum.checking import codes
from carbonseal_adapters.ethereum.checking.blocks import pinned
from carbonseal_adapters.ethereum.checking.headers import Header
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_adapters.ethereum.checking.options import (
    chain_id,
    read_address,
    read_agree,
    read_exactly,
    read_hash,
    to_hex,
)
from carbonseal_adapters.ethereum.checking.state import read_parts, word, write_parts

TYPE, VERSION = "ethereum-eas", 1
CONTRACT = "eas"  # the value of a line's option `contract`
OPTIONS = ("contract", "genesis", "eas", "code", "slot", "publisher")
OPTIONAL = ("agree",)
ANYONE = "any"  # the publisher of every anchor in EAS
ELSEWHERE = (codes.ANCHOR_ABSENT, codes.NODE_EXTRA, codes.NODE_HASH, codes.NODE_MISSING, codes.PROOF_STRAYS)


@dataclass(frozen=True, slots=True)
class EasPins:
    """A policy's `ledger` line with contract=eas, read. Hashes have 32 bytes, addresses 20."""

    name: str
    chain_id: int
    genesis: bytes
    eas: bytes
    code: bytes
    slot: int
    agree: int = 1  # how many sources must name a block's hash
    keys: frozenset[bytes] = frozenset()  # a chain is pinned by hashes: no signature of anyone is relied on


@dataclass(frozen=True, slots=True)
class EasEvidence:
    """The evidence's parts, unchecked but for their form."""

    eas: bytes  # 20 bytes
    header: bytes
    account_proof: tuple[bytes, ...]
    storage_proof: tuple[bytes, ...]

    def encode(self) -> Evidence:
        """The bytes of evidence, as section 8 of the specification has them."""
        return Evidence(TYPE, VERSION, write_parts(self, self.eas))

    @staticmethod
    def decode(data: bytes) -> EasEvidence:
        """Raises `Refused` (ethereum.evidence-malformed, ethereum.rlp-…)."""
        (eas,), header, account, storage = read_parts(data, "EAS contract")
        return EasEvidence(eas, header, account, storage)


def pin(name: str, options: Mapping[str, str]) -> EasPins:
    """Read a policy's `ledger` line; every option but `agree` is required. Raises `Refused`, placed at the option."""
    read_contract(options)
    read_exactly(options, OPTIONS, OPTIONAL)
    if options["publisher"] != ANYONE:
        raise Refused(codes.PUBLISHER_UNKNOWABLE("publisher", value=options["publisher"]))
    return EasPins(
        name,
        chain_id(name),
        read_hash(options["genesis"], "genesis"),
        read_address(options["eas"], "eas"),
        read_hash(options["code"], "code"),
        read_slot(options["slot"]),
        read_agree(options),
    )


def check(found: EasEvidence, statement: Statement, pins: EasPins, trust: Sequence[TrustItem]) -> Checked:
    """Show that the pinned EAS holds a timestamp of the statement's digest, in a pinned block. Raises `Refused`.

    What is proved is the time that EAS stored, which may be long before the block.
    """
    if found.eas != pins.eas:
        raise Refused(codes.REGISTRY_DIFFERS(registry=to_hex(found.eas), pinned=to_hex(pins.eas)))
    header, stored = _stored(found, statement, pins)
    time = int.from_bytes(stored, "big")
    if time > header.timestamp:
        raise Refused(codes.TIMESTAMP_LATER("storage proof", found=to_hex(stored), timestamp=header.timestamp))
    timestamped = codes.TIMESTAMPED(ledger=pins.name, number=header.number)
    return pinned(header, pins, trust).checked(timestamped, ANYONE, time)


def _stored(found: EasEvidence, statement: Statement, pins: EasPins) -> tuple[Header, bytes]:
    """The header, and the word at the pinned slot. A proof that leads elsewhere accuses nobody: the verifier may have pinned the
    slot of another version of EAS. Raises `Refused`."""
    try:
        return word(found, found.eas, pins.code, slot_of(statement.digest(), pins.slot))
    except Refused as refused:
        finding = refused.finding
        if finding.place[:1] != ("storage proof",) or finding.code not in ELSEWHERE:
            raise
        raise Refused(codes.SLOT_DIFFERS(*finding.place, slot=pins.slot, problem=finding.message)) from refused


def slot_of(digest: bytes, variable: int) -> bytes:
    """The 32-byte storage slot of `_timestamps[digest]`, where `_timestamps` is the storage variable of this number."""
    return keccak256(digest + variable.to_bytes(32, "big"))


def read_contract(options: Mapping[str, str]) -> None:
    """Raises `Refused` (ethereum.contract-unknown)."""
    if options["contract"] != CONTRACT:
        raise Refused(codes.CONTRACT_UNKNOWN("contract", contract=options["contract"]))


def read_slot(text: str) -> int:
    """The number of a storage variable. Raises `Refused` (ethereum.slot-malformed)."""
    if not re.fullmatch("0|[1-9][0-9]{0,2}", text, re.ASCII):
        raise Refused(codes.SLOT_MALFORMED("slot", value=text))
    return int(text)


def call_timestamp(statement: Statement) -> bytes:
    """The call data of `timestamp(digest)`, which reverts where the digest has a timestamp already."""
    return keccak256(b"timestamp(bytes32)")[:4] + statement.digest()


def call_get_timestamp(statement: Statement) -> bytes:
    """The call data of the view `getTimestamp(digest)`, which returns seconds since 1970, or zero."""
    return keccak256(b"getTimestamp(bytes32)")[:4] + statement.digest()
