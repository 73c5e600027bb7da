"""Bundles: one signed document, the root, and all that is needed to verify it (docs/spec.md, section 14).

- In the file, every credential, checkpoint, status list and piece of evidence is there once, keyed by its digest; records and
  seals are keyed by commitment. In memory, checkpoints and evidence are in the seals that cite them.
- A bundle that is read is consistent in itself: every key is the digest or commitment of what it names, and nothing is carried
  that nothing cites. Whether any of it is true is for `carbonseal.verification`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from carbonseal.cache import Cache
from carbonseal.findings import Refused
from carbonseal.ledger import Evidence
from carbonseal.passport.base64 import decode_base64, decode_hashes, encode_base64
from carbonseal.passport.citations import Citations, citations
from carbonseal.passport.credentials import Carried, Subject
from carbonseal.passport.products import PRODUCT, ProductCredential
from carbonseal.passport.seals import MAX_ANCHORS, MAX_EVIDENCE, MAX_HEADS, Head, Seal, SealedAnchor
from carbonseal.passport.status_lists import MAX_VERSIONS, STATUS_LIST, StatusList
from carbonseal.records import strict
from carbonseal.records.canonical import jcs
from carbonseal.records.commitments import commit
from carbonseal.records.files import FILE, MAX_FILE, File
from carbonseal.values import cached_property, dataclass

from . import codes

if TYPE_CHECKING:
    from carbonseal.passport.conformity.accreditations import Accreditation
    from carbonseal.passport.conformity.statements import Statement

BUNDLE_LIMITS = strict.Limits(max_bytes=64 << 20, max_values=1_000_000)
MAX_COMPONENTS = 4096  # that all credentials together cite, carried or not
MAX_TIERS = 32  # of components below the root
MAX_STATEMENTS = 1024
MAX_ACCREDITATIONS = 256

SIGNED = ("credentials", "statements", "accreditations", "statusLists")  # the sections that hold signed documents
MOST: dict[str, int] = {"statements": MAX_STATEMENTS, "accreditations": MAX_ACCREDITATIONS}


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A record that is disclosed: its document in full, or the file that it is."""

    profile: str
    salt: bytes
    document: Mapping[str, Any]  # empty where the record is a file
    file: File | None = None  # of profile FILE alone

    @staticmethod
    def of_canonical(profile: str, salt: bytes, canonical: bytes) -> Disclosed:
        """The record of this canonical form, as admission made it."""
        if profile == FILE:
            return Disclosed(profile, salt, {}, File.of_canonical(canonical))
        return Disclosed(profile, salt, strict.parse(canonical))

    @property
    def canonical(self) -> bytes:
        """Its canonical form, which the commitment binds."""
        return jcs(self.document) if self.file is None else self.file.canonical

    def commitment(self) -> bytes:
        """Its commitment (32 bytes), which is its key in the passport."""
        return commit(self.profile, self.salt, self.canonical)

    def to_json(self) -> dict[str, Any]:
        """As a passport has it."""
        named = {"profile": self.profile, "salt": self.salt.hex()}
        if self.file is None:
            return {**named, "document": self.document}
        return {**named, "media": self.file.media, "data": encode_base64(self.file.data)}


@dataclass(frozen=True)
class Bundle:
    """`root` is the digest of the document that it is about; all keys are 32 bytes."""

    root: bytes
    credentials: Mapping[bytes, Carried[ProductCredential]]  # by digest, as all signed documents
    records: Mapping[bytes, Disclosed]  # by commitment
    seals: Mapping[bytes, Seal]  # by commitment
    status_lists: Mapping[bytes, Carried[StatusList]]
    statements: Mapping[bytes, Carried[Statement]] = field(default_factory=dict)
    accreditations: Mapping[bytes, Carried[Accreditation]] = field(default_factory=dict)

    @cached_property
    def citations(self) -> Citations:
        """All that its root leads to."""
        return citations(self.root, self.credentials, self.statements, self.accreditations)

    def commitments(self) -> set[bytes]:
        """The commitments of all that is or could be sealed: signed documents, and the records that they list."""
        return self.citations.seals(self.status_lists.values())

    def sections(self) -> dict[str, Any]:
        """Its sections as the file has them."""
        checkpoints: dict[str, str] = {}
        evidence: dict[str, Any] = {}
        seals = {key.hex(): _seal_to_json(seal, checkpoints, evidence) for key, seal in self.seals.items()}
        return {
            "credentials": _carried_to_json(self.credentials),
            "statements": _carried_to_json(self.statements),
            "accreditations": _carried_to_json(self.accreditations),
            "records": {key.hex(): record.to_json() for key, record in self.records.items()},
            "seals": seals,
            "checkpoints": checkpoints,
            "evidence": evidence,
            "statusLists": _carried_to_json(self.status_lists),
        }


B = TypeVar("B", bound=Bundle)
Anchors = tuple[tuple[str, str], ...]  # of one head, as they are written: ledger, and digest of the evidence


class Earlier:
    """What was read of earlier files, for those that have it, too: documents and evidence. A key is all that the value was read
    from, as it is in the file; what a file names it by is compared afterwards, for each file. For one thread."""

    def __init__(self, most: int = 4096, most_bytes: int = 16 << 20) -> None:
        self._documents: Cache[tuple[str, bytes], Carried[Any]] = Cache(most, most_bytes)
        self._evidence: Cache[tuple[str, int, str], tuple[Evidence, bytes]] = Cache(most, most_bytes)

    def document_of(self, section: str, subject: Subject[Any], member: Mapping[str, Any]) -> Carried[Any]:
        """A signed document with its salt. Raises Refused as `Subject.carry`."""
        try:
            written = orjson.dumps(member)  # tells 1 from 1.0, and one order of members from another
        except orjson.JSONEncodeError:  # no UTF-8 has it
            return _carry(subject, member)
        return self._documents.of((section, written), 4 * len(written), lambda: _carry(subject, member))

    def evidence_of(self, key: str, member: Mapping[str, Any]) -> tuple[Evidence, bytes]:
        """Evidence, and its digest. Raises Refused, placed at `key`."""
        written = member["type"], int(member["version"]), member["data"]
        size = 2 * len(member["data"]) + 512
        return self._evidence.of(written, size, lambda: _digested_evidence(key, member))


def read_bundle(value: Mapping[str, Any], root: str, of: type[B], earlier: Earlier | None = None) -> B:
    """The bundle in a file whose form was checked; `root` is the member that names its root, `earlier` what other files had in
    common with it. Raises Refused: *rejected* where a key
    is not the digest of what it names, something cited is missing or something is carried that nothing cites; *undetermined* where
    it is over a limit."""
    checkpoints = {key: _checkpoint(key, text.encode()) for key, text in value["checkpoints"].items()}
    evidence_of = _digested_evidence if earlier is None else earlier.evidence_of
    evidence = {key: _keyed("evidence", key, *evidence_of(key, member)) for key, member in value["evidence"].items()}
    carried = {section: _carried(value, section, value[root], earlier) for section in SIGNED}
    records = dict(_disclosed(key, member) for key, member in value["records"].items())
    reading = _SealReading(checkpoints, evidence)
    seals = {bytes.fromhex(key): reading.seal(key, member) for key, member in value["seals"].items()}
    bundle = of(
        bytes.fromhex(value[root]),
        carried["credentials"],
        records,
        seals,
        carried["statusLists"],
        carried["statements"],
        carried["accreditations"],
    )
    if bundle.root not in carried[f"{root}s"]:
        raise Refused(codes.PASSPORT_NOT_CARRIED(what=root, digest=bundle.root.hex()))
    _check_citations(bundle, reading)
    _check_tiers(bundle)
    return bundle


def evidence_to_json(evidence: Evidence) -> dict[str, Any]:
    """Evidence as a passport carries it: type, version, and the bytes in base64."""
    return {"type": evidence.type, "version": evidence.version, "data": encode_base64(evidence.data)}


def evidence_digest(member: Mapping[str, Any]) -> bytes:
    """SHA-256 (32 bytes) of the RFC 8785 bytes of {data, type, version}, by which seals cite evidence. None of the three has a
    character that needs an escape."""
    data, kind, version = member["data"], member["type"], int(member["version"])
    return hashlib.sha256(f'{{"data":"{data}","type":"{kind}","version":{version}}}'.encode()).digest()


def _carried_to_json(carried: Mapping[bytes, Carried[Any]]) -> dict[str, Any]:
    return {key.hex(): {"salt": one.salt.hex(), "document": one.signed.document} for key, one in carried.items()}


def _seal_to_json(seal: Seal, checkpoints: dict[str, str], evidence: dict[str, Any]) -> dict[str, Any]:
    """The seal with checkpoints and evidence by digest. What it cites is added to `checkpoints` and `evidence`."""
    heads = []
    for head in seal.heads:
        checkpoint = hashlib.sha256(head.checkpoint).hexdigest()
        checkpoints[checkpoint] = head.checkpoint.decode()
        anchors = []
        for anchor in head.anchors:
            member = evidence_to_json(anchor.evidence)
            cited = evidence_digest(member).hex()
            evidence[cited] = member
            anchors.append({"ledger": anchor.ledger, "evidence": cited})
        anchors.sort(key=lambda anchor: (anchor["ledger"], anchor["evidence"]))
        written = {
            "checkpoint": checkpoint,
            "inclusion": encode_base64(b"".join(head.inclusion)),
            "anchors": anchors,
        }
        if head.consistency is not None:
            written["consistency"] = encode_base64(b"".join(head.consistency))
        heads.append(written)
    return {"entry": encode_base64(seal.entry), "index": seal.index, "heads": heads}


def _keyed(section: str, key: str, item: Any, digest: bytes) -> Any:
    if digest.hex() != key:
        raise Refused(codes.PASSPORT_WRONG_KEY(section, key, digest=digest.hex()))
    return item


def _checkpoint(key: str, note: bytes) -> bytes:
    return _keyed("checkpoints", key, note, hashlib.sha256(note).digest())  # type: ignore[no-any-return]


def _digested_evidence(key: str, member: Mapping[str, Any]) -> tuple[Evidence, bytes]:
    return _evidence(key, member), evidence_digest(member)


def _evidence(key: str, member: Mapping[str, Any]) -> Evidence:
    data = decode_base64(member["data"], "evidence", key)
    if len(data) > MAX_EVIDENCE:
        raise Refused(codes.PASSPORT_OVER_LIMIT("evidence", key, what="bytes of evidence", limit=MAX_EVIDENCE))
    return Evidence(member["type"], int(member["version"]), data)


def subject_of(section: str) -> Subject[Any]:
    """What the signed documents of a section are about."""
    if section == "credentials":
        return PRODUCT
    if section == "statusLists":
        return STATUS_LIST
    if section == "statements":
        from carbonseal.passport.conformity.statements import STATEMENT

        return STATEMENT
    from carbonseal.passport.conformity.accreditations import ACCREDITATION

    return ACCREDITATION


def _carried(value: Mapping[str, Any], section: str, root: str, earlier: Earlier | None) -> dict[bytes, Carried[Any]]:
    """The documents of a section. What the file is about is in no other; the rest may be in many."""
    carried: dict[bytes, Carried[Any]] = {}
    members = value.get(section)  # a file about a statement has no credentials
    if not members:
        return carried
    subject = subject_of(section)
    if len(members) > MOST.get(section, len(members)):
        raise Refused(codes.PASSPORT_OVER_LIMIT(section, what=section, limit=MOST[section]))
    for key, member in members.items():
        try:
            one = earlier.document_of(section, subject, member) if earlier and key != root else _carry(subject, member)
        except Refused as refused:
            raise refused.under(section, key) from refused
        carried[bytes.fromhex(key)] = _keyed(section, key, one, one.signed.digest)
    return carried


def _carry(subject: Subject[Any], member: Mapping[str, Any]) -> Carried[Any]:
    return subject.carry(member["document"], bytes.fromhex(member["salt"]))


def _disclosed(key: str, member: Mapping[str, Any]) -> tuple[bytes, Disclosed]:
    profile, salt = member["profile"], bytes.fromhex(member["salt"])
    if profile == FILE:
        data = decode_base64(member["data"], "records", key)
        if len(data) > MAX_FILE:
            raise Refused(codes.PASSPORT_OVER_LIMIT("records", key, what="bytes of a file", limit=MAX_FILE))
        record = Disclosed(profile, salt, {}, File(member["media"], data))
    else:
        record = Disclosed(profile, salt, member["document"])
    return bytes.fromhex(key), _keyed("records", key, record, record.commitment())


class _SealReading:
    """Reads seals: puts checkpoints and evidence where seals cite them, and keeps what was cited."""

    def __init__(self, checkpoints: Mapping[str, bytes], evidence: Mapping[str, Evidence]) -> None:
        self._checkpoints = checkpoints
        self._evidence = evidence
        self._cited: set[str] = set()
        self._anchors: dict[Anchors, tuple[SealedAnchor, ...]] = {}  # many seals have the same

    def seal(self, key: str, member: Mapping[str, Any]) -> Seal:
        try:
            return self._seal(member)
        except Refused as refused:
            raise refused.under("seals", key) from None

    def _seal(self, member: Mapping[str, Any]) -> Seal:
        if len(member["heads"]) > MAX_HEADS:
            raise Refused(codes.PASSPORT_OVER_LIMIT(what="heads", limit=MAX_HEADS))
        heads: tuple[Head, ...] = ()
        for head in member["heads"]:
            try:
                heads += (self._head(head),)
            except Refused as refused:
                raise refused.under(f"head {len(heads)}") from None
        if heads[0].consistency is not None:
            raise Refused(
                codes.PASSPORT_MALFORMED(problem="the first head has a consistency proof; only later heads may")
            )
        return Seal(decode_base64(member["entry"], "entry"), int(member["index"]), heads)

    def _head(self, member: Mapping[str, Any]) -> Head:
        written = tuple([(anchor["ledger"], anchor["evidence"]) for anchor in member["anchors"]])
        anchors = self._anchors.get(written)
        if anchors is None:
            anchors = self._anchors[written] = self._read_anchors(written)
        consistency = member.get("consistency")
        return Head(
            checkpoint=self._cite(self._checkpoints, "checkpoint", member["checkpoint"]),
            inclusion=decode_hashes(member["inclusion"], "inclusion"),
            consistency=None if consistency is None else decode_hashes(consistency, "consistency"),
            anchors=anchors,
        )

    def _read_anchors(self, anchors: Anchors) -> tuple[SealedAnchor, ...]:
        if len(anchors) > MAX_ANCHORS:
            raise Refused(codes.PASSPORT_OVER_LIMIT(what="anchors", limit=MAX_ANCHORS))
        if any(one >= other for one, other in pairwise(anchors)):
            raise Refused(codes.PASSPORT_ANCHORS_UNSORTED())
        return tuple(SealedAnchor(ledger, self._cite(self._evidence, "evidence", digest)) for ledger, digest in anchors)

    def _cite(self, section: Mapping[str, Any], what: str, key: str) -> Any:
        if key not in section:
            raise Refused(codes.PASSPORT_NOT_CARRIED(what=what, digest=key))
        self._cited.add(key)
        return section[key]

    def uncited(self) -> Iterable[tuple[str, str]]:
        yield from (("checkpoints", key) for key in self._checkpoints if key not in self._cited)
        yield from (("evidence", key) for key in self._evidence if key not in self._cited)


def _check_citations(bundle: Bundle, reading: _SealReading) -> None:
    """Raise Refused unless everything that is carried is cited, and as many as are allowed."""
    cited = bundle.citations
    if len(cited.components) > MAX_COMPONENTS:
        raise Refused(codes.PASSPORT_OVER_LIMIT("credentials", what="components", limit=MAX_COMPONENTS))
    status_lists = bundle.status_lists
    carried: Iterable[tuple[str, Iterable[bytes], Container[bytes]]] = (
        ("credentials", bundle.credentials, cited.credentials),
        ("statements", bundle.statements, cited.statements),
        ("accreditations", bundle.accreditations, cited.accreditations),
        ("records", bundle.records, cited.records),
        ("statusLists", status_lists, {k for k, one in status_lists.items() if one.signed.name in cited.status_lists}),
        ("seals", bundle.seals, cited.seals(status_lists.values())),
    )
    for section, keys, wanted in carried:
        for key in keys:
            if key not in wanted:
                raise Refused(codes.PASSPORT_UNCITED(section, key.hex()))
    for section, name in reading.uncited():
        raise Refused(codes.PASSPORT_UNCITED(section, name))
    versions = Counter(one.signed.name for one in status_lists.values()) if len(status_lists) > MAX_VERSIONS else {}
    if max(versions.values(), default=0) > MAX_VERSIONS:
        what = "versions of one status list"
        raise Refused(codes.PASSPORT_OVER_LIMIT("statusLists", what=what, limit=MAX_VERSIONS))


def _check_tiers(bundle: Bundle) -> None:
    """Raise Refused where there are more tiers of components than allowed. There are no cycles: citation is by digest."""
    tier = {bundle.root}
    for _ in range(MAX_TIERS + 1):
        tier = {
            component.digest
            for digest in tier
            if digest in bundle.credentials
            for component in bundle.credentials[digest].signed.components
        }
        if not tier:
            return
    raise Refused(codes.PASSPORT_OVER_LIMIT("credentials", what="tiers", limit=MAX_TIERS))
