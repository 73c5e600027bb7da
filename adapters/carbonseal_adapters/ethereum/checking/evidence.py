"""Evidence of an anchor in a contract's storage, verified offline from a pinned block hash (spec section 8).

Evidence of type ``ethereum-storage``, version 1, is of an AnchorRegistry. It is the RLP list

    [registry (20 bytes), publisher (20 bytes), block header, [account proof nodes], [storage proof nodes]]

where the header and every node are byte strings that hold their own RLP (EIP-1186 has the proofs). The way down is:
block hash -> state root -> the registry's account, with the pinned code -> its storage root -> the slot of (publisher,
log id, size) -> the anchor digest. A policy's line is

    ledger NAME eip155:1337 genesis=0x… registry=0x… code=0x… publisher=0x…[,0x…] [agree=2]

and the trust must name the block: see `checking.blocks`. A line with `contract=eas` pins an EAS contract instead:
see `checking.eas`. Pure; it runs on the base install.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from carbonseal.findings import Refused
from carbonseal.ledger import Checked, Evidence, Statement, TrustItem
from carbonseal.values import dataclass
from carbonseal_adapters.ethereum.checking import codes, eas
from carbonseal_adapters.ethereum.checking.blocks import pinned
from carbonseal_adapters.ethereum.checking.options import (
    chain_id,
    read_address,
    read_agree,
    read_exactly,
    read_hash,
    to_hex,
)
from carbonseal_adapters.ethereum.checking.registry import slot
from carbonseal_adapters.ethereum.checking.state import read_parts, word, write_parts

TYPE, VERSION = "ethereum-storage", 1
MAX_EVIDENCE = 8 << 20
OPTIONS = ("genesis", "registry", "code", "publisher")
OPTIONAL = ("agree",)


@dataclass(frozen=True, slots=True)
class Pins:
    """A policy's `ledger` line, read. Hashes have 32 bytes, addresses 20."""

    name: str
    chain_id: int
    genesis: bytes
    registry: bytes
    code: bytes
    publishers: frozenset[bytes]
    agree: int = 1  # how many sources must name a block's hash
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
        """The bytes of evidence, as section 8 of the specification has them."""
        return Evidence(TYPE, VERSION, write_parts(self, self.registry, self.publisher))

    @staticmethod
    def decode(data: bytes) -> StorageEvidence:
        """Raises `Refused` (ethereum.evidence-malformed, ethereum.rlp-…)."""
        (registry, publisher), header, account, storage = read_parts(data, "registry", "publisher")
        return StorageEvidence(registry, publisher, header, account, storage)


_KINDS: Mapping[tuple[str, int], Callable[[bytes], StorageEvidence | eas.EasEvidence]] = {
    (TYPE, VERSION): StorageEvidence.decode,
    (eas.TYPE, eas.VERSION): eas.EasEvidence.decode,
}


def decode(evidence: Evidence) -> StorageEvidence | eas.EasEvidence | None:
    """The parts of evidence of a kind that is known here, else None. Raises `Refused` (ethereum.evidence-malformed, …)."""
    reader = _KINDS.get((evidence.type, evidence.version))
    return None if reader is None else reader(evidence.data)


class EthereumVerifier:
    """Serves `eip155:` ledgers; see `carbonseal.ledger.EvidenceVerifier`."""

    scheme = "eip155"

    def pin(self, name: str, options: Mapping[str, str]) -> Pins | eas.EasPins:
        """Read a policy's `ledger` line; every option but `agree` is required. Raises `Refused`, placed at the option."""
        if "contract" in options:
            return eas.pin(name, options)
        read_exactly(options, OPTIONS, OPTIONAL)
        return Pins(
            name,
            chain_id(name),
            read_hash(options["genesis"], "genesis"),
            read_address(options["registry"], "registry"),
            read_hash(options["code"], "code"),
            _publishers(options["publisher"]),
            read_agree(options),
        )

    def check(
        self, evidence: Evidence, statement: Statement, pins: Pins | eas.EasPins, trust: Sequence[TrustItem]
    ) -> Checked:
        """Show that `statement` is in the pinned contract, in a pinned block, under a publisher that counts."""
        try:
            return _check(evidence, statement, pins, trust)
        except Refused as refused:
            return Checked((refused.finding,))

    def describe_item(self, kind: str, value: Mapping[str, Any]) -> str:
        """A block's number and hash."""
        return f"{kind} {value.get('number')} hash {value.get('hash')}"


VERIFIER = EthereumVerifier()


def _check(evidence: Evidence, statement: Statement, pins: Pins | eas.EasPins, trust: Sequence[TrustItem]) -> Checked:
    """Steps 1 and 2 of spec section 8, then those of the kind. Raises `Refused`."""
    kind = evidence.type, evidence.version
    if kind not in _KINDS:
        raise Refused(codes.EVIDENCE_UNKNOWN(type=evidence.type, version=evidence.version))
    if len(evidence.data) > MAX_EVIDENCE:
        raise Refused(codes.EVIDENCE_TOO_LARGE(size=len(evidence.data), limit=MAX_EVIDENCE))
    expected = (eas.TYPE, eas.VERSION) if isinstance(pins, eas.EasPins) else (TYPE, VERSION)
    if kind != expected:
        raise Refused(codes.CONTRACT_NOT_PINNED(type=evidence.type, expected=expected[0]))
    if isinstance(pins, eas.EasPins):
        return eas.check(eas.EasEvidence.decode(evidence.data), statement, pins, trust)
    return _check_registry(StorageEvidence.decode(evidence.data), statement, pins, trust)


def _check_registry(found: StorageEvidence, statement: Statement, pins: Pins, trust: Sequence[TrustItem]) -> Checked:
    """Steps 3 to 8 of spec section 8. Raises `Refused`."""
    # 3. Registry
    if found.registry != pins.registry:
        raise Refused(codes.REGISTRY_DIFFERS(registry=to_hex(found.registry), pinned=to_hex(pins.registry)))
    # 4. Publisher
    publisher = to_hex(found.publisher)
    if found.publisher not in pins.publishers:  # whatever is there accuses nobody
        raise Refused(codes.PUBLISHER_NOT_LISTED(publisher=publisher))
    # 5. Header; 6. account; 7. storage
    header, stored = word(found, found.registry, pins.code, slot(found.publisher, statement))
    if stored != statement.digest():
        raise Refused(codes.OTHER_DIGEST("storage proof", found=to_hex(stored), expected=to_hex(statement.digest())))
    # 8. Block
    anchored = codes.ANCHORED(ledger=pins.name, number=header.number, publisher=publisher)
    return pinned(header, pins, trust).checked(anchored, publisher, header.timestamp)


def _publishers(text: str) -> frozenset[bytes]:
    publishers: set[bytes] = set()
    for part in text.split(","):
        publisher = read_address(part, "publisher")
        if publisher in publishers:
            raise Refused(codes.PUBLISHER_REPEATED("publisher", publisher=to_hex(publisher)))
        publishers.add(publisher)
    return frozenset(publishers)


if TYPE_CHECKING:
    from carbonseal.ledger import EvidenceVerifier

    _: EvidenceVerifier = VERIFIER
