"""A small world in memory: a sealing log, a chain, another operator's log, issuers, and the passports they make.

Everything is real but the networks: keys sign, trees hash, tries are built by an independent library. Tests take a world that
verifies, change one thing, and look at the verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.instants import format_instant
from carbonseal.ledger import Evidence, Statement, TrustItem
from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.entries import Entry, ForeignAnchor, Genesis, RecordEntry
from carbonseal.log.notes import Cosigner, Note, NoteSigner
from carbonseal.log.proofs import TlogProof
from carbonseal.log.tree import consistency_proof, inclusion_proof, leaf_hash, tree_root
from carbonseal.passport.assembly import assemble
from carbonseal.passport.bundles import Disclosed
from carbonseal.passport.credentials import REVOCATION, SUSPENSION, Carried, StatusEntry, sign_document
from carbonseal.passport.multibase import encode_key
from carbonseal.passport.passports import Passport
from carbonseal.passport.products import PRODUCT, USED, Amount, Component, ListedRecord, draft_product
from carbonseal.passport.seals import Head, Seal, SealedAnchor
from carbonseal.passport.status_lists import STATUS_LIST, StatusList, draft_status_list
from carbonseal.records.canonical import jcs
from carbonseal.records.commitments import commit, salt_for
from carbonseal.verification.policy import Policy, parse_policy
from carbonseal.verification.trust import Trust
from carbonseal.verification.verify import Report, verify
from carbonseal_devnet.ethereum.evidence import Synthetic, synthesise

CHAIN = "eip155:31337"
ORIGIN = "certifier.example/log"
OTHER_ORIGIN = "other.example/log"
BLOCK_TIME = datetime(2026, 11, 20, 12, tzinfo=UTC)
SIGNED = datetime(2026, 11, 20, 9, tzinfo=UTC)
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
SALT_KEY = bytes(range(32))
ONE = Amount("1", "piece")
LISTS = {REVOCATION: "urn:example:status:", SUSPENSION: "urn:example:suspended:"}  # ids, before the issuer's

Version = tuple[Sequence[int], datetime, str]  # of a status list: positions that are set, validFrom, purpose


def key(name: str) -> Ed25519PrivateKey:
    """A key that is always the same for the same name."""
    return Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b"\0")[:32])


class MemoryLog:
    """A log of entries, with proofs from tiles that are computed when asked for."""

    def __init__(self, origin: str, key_name: str | None = None) -> None:
        self.signer = NoteSigner(origin, key(key_name or origin))
        self.encoded: list[bytes] = []  # its entries
        self.append(Genesis(origin))

    def append(self, entry: Entry) -> int:
        self.encoded.append(entry.encode())
        return len(self.encoded) - 1

    @property
    def size(self) -> int:
        return len(self.encoded)

    def tile(self, level: int, index: int, width: int) -> bytes:
        leaves = [leaf_hash(entry) for entry in self.encoded]
        span = 256**level
        starts = range(index * 256 * span, (index * 256 + width) * span, span)
        return b"".join(tree_root(leaves[start : start + span]) for start in starts)

    def entries(self, index: int, width: int) -> bytes:
        raise AssertionError("no proof reads entries")

    def checkpoint(self, size: int) -> Checkpoint:
        return Checkpoint(self.signer.name, size, tree_root([leaf_hash(entry) for entry in self.encoded[:size]]))

    def head(self, size: int, *cosigners: tuple[Cosigner, int]) -> bytes:
        note = Note.parse(sign_checkpoint(self.checkpoint(size), self.signer))
        lines = tuple(cosigner.sign(note.text, time) for cosigner, time in cosigners)
        return Note(note.text, note.signatures + lines).encode()

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        return inclusion_proof(index, size, self)

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        return consistency_proof(old, new, self)


@lru_cache(maxsize=64)
def chain_evidence(statement: Statement, **changes: Any) -> Synthetic:
    """The chain's evidence for a statement, with few nodes and in a block of the world's time."""
    given = {"account_nodes": 3, "storage_nodes": 2, "timestamp": int(BLOCK_TIME.timestamp()), **changes}
    return synthesise(statement, number=1000 + statement.size, **given)


@dataclass
class Issuer:
    id: str
    key: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def sign(self, document: Mapping[str, Any]) -> dict[str, Any]:
        return sign_document(document, self.key.sign, self.public, SIGNED)


@dataclass
class World:
    """What exists. `log` and `other` grow as passports are made; `trusted` collects the blocks that a verifier pins."""

    log: MemoryLog = field(default_factory=lambda: MemoryLog(ORIGIN))
    other: MemoryLog = field(default_factory=lambda: MemoryLog(OTHER_ORIGIN))
    maker: Issuer = field(default_factory=lambda: Issuer("did:web:maker.example", key("maker")))
    supplier: Issuer = field(default_factory=lambda: Issuer("did:web:supplier.example", key("supplier")))
    witness: Cosigner = field(default_factory=lambda: Cosigner("witness.example", key("witness")))
    trusted: list[TrustItem] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    other_cosigned: bool = (
        False  # whether the witness cosigns the other log's checkpoints, a minute after the chain's block
    )

    # sealing and anchoring

    def put(self, profile: str, document: Mapping[str, Any]) -> tuple[bytes, bytes]:
        """Seal a document; its salt and commitment."""
        canonical = jcs(document)
        salt = salt_for(SALT_KEY, profile, canonical)
        commitment = commit(profile, salt, canonical)
        self.log.append(RecordEntry(commitment))
        return salt, commitment

    def on_chain(self, statement: Statement) -> Evidence:
        made = chain_evidence(statement)
        self.options = made.options
        self.trusted += [item for item in made.trust(CHAIN) if item not in self.trusted]
        return made.evidence

    def in_other_log(self, statement: Statement) -> Evidence:
        index = self.other.append(ForeignAnchor(statement))
        return self.other_proof(index)

    def other_proof(self, index: int) -> Evidence:
        size = self.other.size
        cosigners = [(self.witness, int(BLOCK_TIME.timestamp()) + 60)] if self.other_cosigned else []
        proof = TlogProof(index, self.other.inclusion(index, size), self.other.head(size, *cosigners))
        return Evidence("tlog-proof", 1, proof.encode())

    def anchored_head(self, index: int, size: int, *, witnessed: bool = False, log: MemoryLog | None = None) -> Head:
        log = log or self.log
        cosigners = [(self.witness, int(BLOCK_TIME.timestamp()))] if witnessed else []
        statement = log.checkpoint(size).statement()
        anchors = (
            SealedAnchor(CHAIN, self.on_chain(statement)),
            SealedAnchor(f"tlog:{OTHER_ORIGIN}", self.in_other_log(statement)),
        )
        return Head(log.head(size, *cosigners), log.inclusion(index, size), None, anchors)

    def seals(self, commitments: Sequence[bytes], *, witnessed: bool = False) -> dict[bytes, Seal]:
        """Seals of entries of the log under its head as it is now, anchored on both ledgers."""
        size = self.log.size
        template = self.anchored_head(0, size, witnessed=witnessed)
        seals = {}
        for commitment in commitments:
            entry = RecordEntry(commitment).encode()
            index = self.log.encoded.index(entry)
            head = Head(template.checkpoint, self.log.inclusion(index, size), None, template.anchors)
            seals[commitment] = Seal(entry, index, (head,))
        return seals

    # making passports

    def record(self, text: str) -> Disclosed:
        document = {"name": text, "kilograms": "12.50"}
        salt, _ = self.put("json/1", document)
        return Disclosed("json/1", salt, document)

    def status_document(
        self,
        issuer: Issuer,
        positions: Sequence[int] = (),
        valid_from: datetime = SIGNED,
        purpose: str = REVOCATION,
    ) -> dict[str, Any]:
        """A signed version of one of the issuer's lists, valid for a week."""
        draft = draft_status_list(
            id=LISTS[purpose] + issuer.id,
            issuer=issuer.id,
            positions=positions,
            valid_from=valid_from,
            valid_until=valid_from + timedelta(days=7),
            purpose=purpose,
        )
        return issuer.sign(draft)

    def status_list(
        self,
        issuer: Issuer,
        positions: Sequence[int] = (),
        valid_from: datetime = SIGNED,
        purpose: str = REVOCATION,
    ) -> Carried[StatusList]:
        document = self.status_document(issuer, positions, valid_from, purpose)
        salt, _ = self.put("status-list/1", document)
        return STATUS_LIST.carry(document, salt)

    def passport(
        self,
        issuer: Issuer | None = None,
        name: str = "door reader",
        components: Sequence[Passport] = (),
        *,
        revoked: Sequence[int] = (),
        starting: datetime = SIGNED,
        versions: Sequence[Version] = (),
        witnessed: bool = False,
        change: Callable[[dict[str, Any]], None] = lambda draft: None,
        listed: Callable[[bytes], bytes] = lambda commitment: commitment,
    ) -> Passport:
        """A passport with one disclosed record, sealed on both ledgers. `change` edits the credential before it is signed,
        `listed` what it lists as its record's commitment; `versions` are status lists beside the first, which
        is valid from `starting`."""
        issuer = issuer or self.maker
        record = self.record(f"the footprint of a {name}")
        draft = draft_product(
            id=f"urn:example:{name.replace(' ', '-')}",
            issuer=issuer.id,
            subject=f"urn:example:product:{name.replace(' ', '-')}",
            name=name,
            records=[ListedRecord("footprint", record.profile, listed(record.commitment()))],
            components=[Component(part.root, "2", "piece", ONE, USED) for part in components],
            valid_from=SIGNED,
            status=[StatusEntry(REVOCATION, LISTS[REVOCATION] + issuer.id, 7)],
        )
        change(draft)
        document = issuer.sign(draft)
        salt, commitment = self.put("credential/1", document)
        lists = [
            self.status_list(issuer, revoked, starting),
            *(self.status_list(issuer, *version) for version in versions),
        ]
        sealed = [listed(record.commitment()), commitment, *(one.commitment for one in lists)]
        return assemble(
            PRODUCT.carry(document, salt),
            records={record.commitment(): record} if listed(record.commitment()) == record.commitment() else {},
            seals=self.seals(sealed, witnessed=witnessed),
            status_lists=lists,
            components=components,
            link=lambda origin, old, new: self.log.consistency(old, new) if origin == ORIGIN else None,
        )

    # verifying

    def lines(self) -> dict[str, str]:
        """The lines of a policy that demands both ledgers, a time and a status, by what they are about."""
        if not self.options:
            self.options = chain_evidence(self.log.checkpoint(self.log.size).statement()).options
        pins = " ".join(f"{option}={value}" for option, value in self.options.items())
        return {
            "first": "carbonseal-policy v1",
            "log": f"log {self.log.signer.verifier.encode()}",
            "quorum": "quorum none",
            "maker": f"signer maker issuer {self.maker.id} {encode_key(self.maker.public)}",
            "supplier": f"signer supplier issuer {self.supplier.id} {encode_key(self.supplier.public)}",
            "chain": f"ledger chain {CHAIN} {pins}",
            "other": f"ledger other tlog:{OTHER_ORIGIN} key={self.other.signer.verifier.encode()}",
            "both": "group both all chain other",
            "anchors": "require anchors by=both",
            "time": "require time by=chain",
            "status": "require status",
        }

    def policy(self, **changes: str) -> Policy:
        """That policy with lines replaced (underscores for hyphens), added, or taken out where they are empty."""
        lines = self.lines()
        lines.update({name.replace("_", "-"): line for name, line in changes.items()})
        return parse_policy("\n".join(line for line in lines.values() if line) + "\n")

    def trust(self) -> Trust:
        return Trust(tuple(self.trusted))

    def verify(self, passport: Passport | bytes, at: datetime = AT, **changes: str) -> Report:
        raw = passport if isinstance(passport, bytes) else passport.encode()
        return verify(raw, self.policy(**changes), self.trust(), at=at)


def suspendable(draft: dict[str, Any]) -> None:
    """Let a credential name a suspension list too, at position 9."""
    entry = draft["credentialStatus"]
    list_id = LISTS[SUSPENSION] + draft["issuer"]
    other = {**entry, "statusPurpose": SUSPENSION, "statusListIndex": "9", "statusListCredential": list_id}
    draft["credentialStatus"] = [entry, other]


def codes(report: Report) -> set[str]:
    return {finding.code.name for finding in report.findings}


def written(instant: datetime) -> str:
    return format_instant(instant)
