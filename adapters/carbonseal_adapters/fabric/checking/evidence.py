"""Evidence of an anchor on a channel of Hyperledger Fabric, verified offline from a pinned configuration block (spec section 9).

A policy's line is

    ledger NAME fabric:<genesis block's hash> config=<hash> chaincode=<name> attest=<k>:<MSP id>,... publisher=<hex>[,<hex>]
        [endorse=<k>:<MSP id>,...]

`config` is the header hash of the configuration block from which the chain of configurations is followed; `attest` says how
many of which organisations must attest that the transaction is valid; `endorse` replaces the channel's own endorsement
policy where the chaincode has another one. The way is: pinned configuration -> the chain of configuration blocks -> the block,
signed by the orderers (`fabric.ordered`: the transaction in it is endorsed and writes this anchor alone) -> the answers that
peers signed (`fabric.valid`). Pure; it runs on the base install.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from carbonseal.findings import Finding, Refused
from carbonseal.ledger import Checked, Evidence, Proved, Statement, TrustItem
from carbonseal.values import dataclass
from carbonseal_adapters.fabric.checking import codes, policies
from carbonseal_adapters.fabric.checking.anchors import Place, anchor_key, anchor_value
from carbonseal_adapters.fabric.checking.attestations import Attestation, Written, attesters
from carbonseal_adapters.fabric.checking.blocks import Block, check_signatures
from carbonseal_adapters.fabric.checking.certificates import publisher_id
from carbonseal_adapters.fabric.checking.config import Config, follow
from carbonseal_adapters.fabric.checking.packing import MAX_EVIDENCE, TYPE, VERSION, FabricEvidence
from carbonseal_adapters.fabric.checking.pinning import hash_of, pinned
from carbonseal_adapters.fabric.checking.transactions import Transaction, check_anchor

SCHEME = "fabric"
REQUIRED = ("config", "chaincode", "attest", "publisher")
OPTIONS = (*REQUIRED, "endorse")
MAX_LISTED = 256  # organisations or publishers on a line

__all__ = [
    "VERIFIER",
    "Attestation",
    "Block",
    "FabricEvidence",
    "FabricVerifier",
    "Organisations",
    "Pins",
    "anchor_key",
    "anchor_value",
    "publisher_id",
]


@dataclass(frozen=True, slots=True)
class Organisations:
    """So many of these organisations, by MSP id."""

    count: int
    ids: frozenset[str]

    @staticmethod
    def read(text: str, place: str) -> Organisations:
        """From <k>:<MSP id>,<MSP id>. Raises `Refused` (fabric.organisations-malformed)."""
        count, _, names = text.partition(":")
        ids = names.split(",")
        fits = re.fullmatch("[1-9][0-9]{0,2}", count) and all(ids) and len(set(ids)) == len(ids) <= MAX_LISTED
        if not fits or int(count) > len(ids):
            raise Refused(codes.ORGANISATIONS_MALFORMED(place, value=text))
        return Organisations(int(count), frozenset(ids))

    @property
    def written(self) -> str:
        """As policies and settings write it: ``2:Org1MSP,Org2MSP``."""
        return f"{self.count}:{','.join(sorted(self.ids))}"

    def met_by(self, found: set[str]) -> bool:
        """Whether enough of these organisations are among `found` (MSP ids)."""
        return len(self.ids & found) >= self.count

    def __str__(self) -> str:
        return f"{self.count} of {', '.join(sorted(self.ids))}"


@dataclass(frozen=True, slots=True)
class Pins:
    """A policy's `ledger` line, read."""

    name: str
    config: bytes  # 32 bytes
    chaincode: str
    attest: Organisations
    publishers: frozenset[bytes]  # of 32 bytes each
    endorse: Organisations | None  # None: as the channel's configuration says
    keys: frozenset[bytes] = frozenset()  # all keys come from the configuration, which is pinned by its hash


class FabricVerifier:
    """Serves `fabric:` ledgers; see `carbonseal.ledger.EvidenceVerifier`."""

    scheme = SCHEME

    def pin(self, name: str, options: Mapping[str, str]) -> Pins:
        """Read a policy's `ledger` line. Raises `Refused`, placed at the option."""
        if not re.fullmatch("fabric:[0-9a-f]{64}", name):
            raise Refused(codes.NAME_MALFORMED(name=name))
        for option in options:
            if option not in OPTIONS:
                raise Refused(codes.OPTION_UNKNOWN(option, option=option, known=", ".join(OPTIONS)))
        for option in REQUIRED:
            if option not in options:
                raise Refused(codes.OPTION_MISSING(option, option=option))
        if not re.fullmatch("[A-Za-z0-9]+([-_][A-Za-z0-9]+)*", options["chaincode"]):
            raise Refused(codes.CHAINCODE_MALFORMED("chaincode", value=options["chaincode"]))
        return Pins(
            name,
            _hash(options["config"], "config"),
            options["chaincode"],
            Organisations.read(options["attest"], "attest"),
            _publishers(options["publisher"]),
            Organisations.read(options["endorse"], "endorse") if "endorse" in options else None,
        )

    def check(self, evidence: Evidence, statement: Statement, pins: Pins, trust: Sequence[TrustItem]) -> Checked:
        """Show that `statement` is anchored on the pinned channel, by a listed publisher: ordered, endorsed and valid."""
        findings: list[Finding] = []
        try:
            proved = _check(evidence, statement, pins, trust, findings)
        except Refused as refused:
            return Checked((*findings, refused.finding))
        return Checked(tuple(findings), proved)

    def describe_item(self, kind: str, value: Mapping[str, Any]) -> str:
        """A configuration block's number, and its hash, which a policy pins."""
        try:
            digest = hash_of(value).hex()
        except Refused as refused:
            return f"{kind} {value.get('number')}, which cannot be read: {refused.finding.message}"
        return f"{kind} {value['number']} hash {digest}"


VERIFIER = FabricVerifier()


def _check(
    evidence: Evidence, statement: Statement, pins: Pins, trust: Sequence[TrustItem], findings: list[Finding]
) -> Proved:
    """Steps 1 to 10 of spec section 9. What is proved; `findings` takes what is shown on the way."""
    # 1. Form
    if (evidence.type, evidence.version) != (TYPE, VERSION):
        raise Refused(codes.EVIDENCE_UNKNOWN(type=evidence.type, version=evidence.version))
    if len(evidence.data) > MAX_EVIDENCE:
        raise Refused(codes.EVIDENCE_TOO_LARGE(size=len(evidence.data), limit=MAX_EVIDENCE))
    parts = FabricEvidence.decode(evidence.data)
    # 2. Publisher
    with _at("block"):
        transaction = _transaction(parts)
        if transaction.publisher not in pins.publishers:  # whatever is there accuses nobody
            raise Refused(codes.PUBLISHER_NOT_LISTED(publisher=transaction.publisher.hex()))
    # 3. Pinned configuration
    item, start = pinned(pins.name, pins.config, trust)
    # 4. Configurations since
    with _at("block"):
        _check_reach(parts, start)
    with _at("config"):
        configs = follow(start, parts.config)
    config = configs[-1]
    place = Place(transaction.publisher, statement)
    # 5. Block; 6. transaction; 7. endorsements; 8. write
    with _at("block"):
        _check_block(parts.block, transaction, config)
        value, ordered = _ordered(transaction, parts.block, config, place, pins)
    findings.append(ordered)
    written = Written(place, value, parts.block.number, parts.index, transaction.header.time)
    # 9. Attestations; 10. enough of them
    with _at("attestations"):
        findings.append(_valid(parts.attestations, written, config, pins))
    identities = frozenset(identity for each in configs for identity in each.identities)
    return Proved(transaction.publisher.hex(), transaction.header.time, (item,), identities)


def _transaction(parts: FabricEvidence) -> Transaction:
    block = parts.block
    if parts.index >= len(block.envelopes):
        facts = {"number": block.number, "count": len(block.envelopes), "index": parts.index}
        raise Refused(codes.INDEX_OUTSIDE(**facts))
    return Transaction.read(block.envelopes[parts.index])


def _check_reach(parts: FabricEvidence, start: Config) -> None:
    """Whether the pinned configuration lies between the one behind which the evidence begins and the one that governs the
    block. Anybody may pin another one, so that this accuses nobody. Raises `Refused` (noted)."""
    number, last = parts.block.number, parts.block.last_config
    if last < start.number:
        raise Refused(codes.CONFIG_NEWER(number=number, last=last, pinned=start.number))
    if not parts.config and last > start.number:
        raise Refused(codes.CONFIG_OLDER(pinned=start.number, found=number))


def _check_block(block: Block, transaction: Transaction, config: Config) -> None:
    """Step 5: a block of the channel, signed by its orderers under this very configuration. Raises `Refused`."""
    if transaction.header.channel != config.channel:
        raise Refused(codes.OTHER_CHANNEL(channel=transaction.header.channel, pinned=config.channel))
    block.check_data()
    last = check_signatures(block, config, transaction.header.at)
    if last != config.number or block.number <= last:
        raise Refused(codes.CONFIG_OTHER(number=block.number, last=last, found=config.number))


def _ordered(transaction: Transaction, block: Block, config: Config, place: Place, pins: Pins) -> tuple[bytes, Finding]:
    """Steps 6 to 8: the value that the transaction writes, and the finding that it was endorsed and ordered."""
    answer = transaction.check(config, pins.chaincode)
    members = transaction.endorsers(config)
    endorsers = {member.msp for member in members}
    met = policies.meets(config.endorsement, members) if pins.endorse is None else pins.endorse.met_by(endorsers)
    if not met:
        wanted = pins.endorse or config.endorsement
        raise Refused(codes.ENDORSERS_MISSING(endorsers=_listed(endorsers), wanted=wanted))
    value = check_anchor(transaction, answer, place, pins.chaincode)
    header = transaction.header
    facts = {"channel": config.channel, "transaction": header.transaction, "endorsers": _listed(endorsers)}
    return value, codes.ORDERED(number=block.number, **facts)


def _valid(attestations: Sequence[Attestation], written: Written, config: Config, pins: Pins) -> Finding:
    """Steps 9 and 10: the finding that the transaction is valid. Raises `Refused` where too few organisations attest it."""
    found = attesters(attestations, written, config, pins.chaincode)
    if not pins.attest.met_by(found):
        raise Refused(codes.ATTESTERS_MISSING(attesters=_listed(found), wanted=pins.attest))
    return codes.VALID(attesters=_listed(found & pins.attest.ids))


@contextmanager
def _at(place: str) -> Iterator[None]:
    """What is refused inside is placed there."""
    try:
        yield
    except Refused as refused:
        raise refused.under(place) from None


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nobody"


def _hash(text: str, *place: str) -> bytes:
    if not re.fullmatch("[0-9a-f]{64}", text):
        raise Refused(codes.HASH_MALFORMED(*place, value=text))
    return bytes.fromhex(text)


def _publishers(text: str) -> frozenset[bytes]:
    publishers: set[bytes] = set()
    for part in text.split(","):
        publisher = _hash(part, "publisher")
        if publisher in publishers:
            raise Refused(codes.PUBLISHER_REPEATED("publisher", publisher=part))
        publishers.add(publisher)
    return frozenset(publishers)


if TYPE_CHECKING:
    from carbonseal.ledger import EvidenceVerifier

    _: EvidenceVerifier = VERIFIER
