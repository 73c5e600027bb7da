"""Product credentials (docs/spec.md, section 12): what an issuer signs about a product, its records and its components.

- *Records*: at most one of role `footprint`. Those of role `stage` are about the life cycle beyond the factory gate, and say how
  much of what they are about belongs to the declared amount of the footprint.
- *Components*: `quantity` of that product went, gross, into `per` of this one. A component may be listed several times, in other
  units or on another basis: the quantities are added.
- *Batch*: one lot of the product, and how much it yielded. Its salt hides the number from whoever guesses: the same lot of the
  same product always has the same, and so the same `ProductCredential.lot`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from carbonseal.findings import Refused
from carbonseal.goods.serials import NO_SERIALS, SerialRange, Serials
from carbonseal.passport import codes, credentials
from carbonseal.passport.credentials import Common, Credential, StatusEntry, Subject, Word, refuse_more, refuse_twice
from carbonseal.passport.schemas import (
    BASES,
    MAX_CLASSIFICATIONS,
    MAX_COMPONENT_LINES,
    MAX_IDENTIFIERS,
    MAX_RANGES,
    MAX_SERIALS,
    PRODUCT_SHAPE,
    PRODUCT_TYPE,
    STAGE_ROLE,
    STAGES,
)
from carbonseal.values import dataclass

FOOTPRINT = "footprint"  # the role of the one record with the product's footprint
STAGE = STAGE_ROLE
USED, LISTED = BASES
BATCH_DOMAIN = b"carbonseal/batch/v1\0"
KEY_DOMAIN = b"carbonseal/batch-key/v1\0"


@dataclass(frozen=True, slots=True)
class ListedRecord:
    """A record that a credential lists: its role, its profile and its commitment (32 bytes). One of role `STAGE` has a stage
    (one of `schemas.STAGES`) and a quantity, a decimal, of what it is about; others have none of the three."""

    role: str
    profile: str
    commitment: bytes
    stage: str = ""
    quantity: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """So much of a product: a decimal above 0, and its unit."""

    amount: str
    unit: str


@dataclass(frozen=True, slots=True)
class Component:
    """A product that went into this one: the digest of its credential (32 bytes), and how much of it, gross, into `per` of this
    one. `basis` is USED where its very figure entered the footprint of this one, else LISTED."""

    digest: bytes
    quantity: str  # a decimal
    unit: str
    per: Amount
    basis: str


@dataclass(frozen=True, slots=True)
class Classification:
    """A code of a classification scheme, which a URI names."""

    scheme: str
    code: str


@dataclass(frozen=True, slots=True)
class Facility:
    """Where the product was made; `country` is an ISO 3166-1 alpha-2 code."""

    id: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class Batch:
    """A lot: its number, its salt (32 bytes), how much it yielded, and the serial numbers of its pieces where they are named."""

    number: str
    salt: bytes
    quantity: str  # a decimal
    unit: str
    serials: Serials = NO_SERIALS

    @property
    def hash(self) -> bytes:
        """SHA-256(salt ‖ number), 32 bytes: names the lot without its number."""
        return hashlib.sha256(self.salt + self.number.encode()).digest()


@dataclass(frozen=True, slots=True)
class ProductCredential(Credential):
    """What its subject, a product, is made of."""

    subject: str
    name: str
    records: tuple[ListedRecord, ...]  # at most one of role FOOTPRINT
    components: tuple[Component, ...]
    identifiers: tuple[str, ...]  # of the product, beside `subject`
    classifications: tuple[Classification, ...]
    facility: Facility | None
    supersedes: bytes | None  # the digest of the credential in whose place this one comes
    batch: Batch | None

    @property
    def identities(self) -> frozenset[str]:
        """All identifiers of the product."""
        return frozenset({self.subject, *self.identifiers})

    @property
    def lot(self) -> tuple[str, str, bytes] | None:
        """The key of its lot, the same in every credential about it: issuer, product, `Batch.hash`. None without a batch."""
        return None if self.batch is None else (self.issuer, self.subject, self.batch.hash)


def batch_key(salt_key: bytes, issuer: str) -> bytes:
    """The batch key of an issuer (32 bytes), from the salt key of the tenant that it issues as. No salt of a record has the same
    input: a profile id is never empty. Opaque to verifiers."""
    return hmac.digest(salt_key, b"\0\0" + KEY_DOMAIN + issuer.encode(), "sha256")


def batch_salt(key: bytes, product: str, number: str) -> bytes:
    """The salt of a lot (32 bytes) under its issuer's batch key (32 bytes or more): HMAC-SHA-256(key, domain ‖ u16 length ‖ product
    id ‖ u16 length ‖ number), in UTF-8. Raises ValueError on a shorter key."""
    if len(key) < 32:
        raise ValueError("a batch key has 32 bytes or more")
    named = (text.encode() for text in (product, number))
    return hmac.digest(key, BATCH_DOMAIN + b"".join(len(name).to_bytes(2, "big") + name for name in named), "sha256")


def draft_product(
    *,
    id: str,
    issuer: str,
    subject: str,
    name: str,
    records: Sequence[ListedRecord],
    components: Sequence[Component],
    identifiers: Sequence[str] = (),
    classifications: Sequence[Classification] = (),
    facility: Facility | None = None,
    supersedes: bytes | None = None,
    batch: Batch | None = None,
    valid_from: datetime,
    valid_until: datetime | None = None,
    status: Iterable[StatusEntry] = (),
) -> dict[str, Any]:
    """An unsigned product credential."""
    body: dict[str, Any] = {
        "id": subject,
        "name": name,
        "identifiers": list(identifiers),
        "classifications": [{"scheme": one.scheme, "code": one.code} for one in classifications],
        "records": [_record_to_json(record) for record in records],
        "components": [_component_to_json(component) for component in components],
    }
    if facility is not None:
        body["facility"] = {"id": facility.id, "name": facility.name, "country": facility.country}
    if supersedes is not None:
        body["supersedes"] = supersedes.hex()
    if batch is not None:
        body["batch"] = _batch_to_json(batch)
    return credentials.draft(
        PRODUCT_TYPE, body, id=id, issuer=issuer, valid_from=valid_from, valid_until=valid_until, status=status
    )


def _record_to_json(record: ListedRecord) -> dict[str, Any]:
    listed = {"role": record.role, "profile": record.profile, "commitment": record.commitment.hex()}
    about = {"stage": record.stage, "quantity": record.quantity, "unit": record.unit}
    return {**listed, **about} if record.role == STAGE else listed


def _component_to_json(component: Component) -> dict[str, Any]:
    return {
        "digest": component.digest.hex(),
        "quantity": component.quantity,
        "unit": component.unit,
        "per": {"amount": component.per.amount, "unit": component.per.unit},
        "basis": component.basis,
    }


def _batch_to_json(batch: Batch) -> dict[str, Any]:
    written = {"number": batch.number, "salt": batch.salt.hex(), "quantity": batch.quantity, "unit": batch.unit}
    return {**written, "serials": _serials_to_json(batch.serials)} if batch.serials else written


def _serials_to_json(serials: Serials) -> list[Any]:
    return [*serials.listed, *({"first": one.first, "last": one.last} for one in serials.ranges)]


def read_serials(written: Sequence[Any]) -> Serials:
    """Serial numbers as a credential, or a request, has them: texts, and ranges. Raises Refused (`goods.malformed`)."""
    return Serials(
        tuple(one for one in written if isinstance(one, str)),
        tuple(SerialRange(one["first"], one["last"]) for one in written if not isinstance(one, str)),
    )


def _words(document: Mapping[str, Any]) -> Iterator[Word]:
    """The stages of records and the bases of components, in a document of whatever form."""
    subject = document.get("credentialSubject")
    for section, member, known in (("records", "stage", STAGES), ("components", "basis", BASES)):
        listed = subject.get(section) if isinstance(subject, dict) else None
        for number, one in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(one, dict):
                yield f"/credentialSubject/{section}/{number}/{member}", one.get(member), known


def _read(document: Mapping[str, Any], common: Common) -> ProductCredential:
    body = document["credentialSubject"]
    facility, supersedes, batch = body.get("facility"), body.get("supersedes"), body.get("batch")
    credential = ProductCredential(
        *common,
        subject=body["id"],
        name=body.get("name", body["id"]),
        records=tuple(
            [ListedRecord(**{**one, "commitment": bytes.fromhex(one["commitment"])}) for one in body["records"]]
        ),
        components=tuple(
            [
                Component(**{**one, "digest": bytes.fromhex(one["digest"]), "per": Amount(**one["per"])})
                for one in body["components"]
            ]
        ),
        identifiers=tuple(body["identifiers"]),
        classifications=tuple([Classification(**one) for one in body["classifications"]]),
        facility=None if facility is None else Facility(**facility),
        supersedes=None if supersedes is None else bytes.fromhex(supersedes),
        batch=None if batch is None else _read_batch(batch),
    )
    _check_lists(credential)
    return credential


def _read_batch(body: Mapping[str, Any]) -> Batch:
    try:
        serials = read_serials(body.get("serials", ()))
    except Refused as refused:
        place, problem = "/credentialSubject/batch/serials", refused.finding.message
        raise Refused(codes.CREDENTIAL_MALFORMED(place, problem=problem)) from refused
    return Batch(body["number"], bytes.fromhex(body["salt"]), body["quantity"], body["unit"], serials)


def _check_lists(credential: ProductCredential) -> None:
    """Raise Refused where a list is too long (undetermined), or has something twice."""
    serials = credential.batch.serials if credential.batch else NO_SERIALS
    refuse_more("identifiers", credential.identifiers, MAX_IDENTIFIERS)
    refuse_more("classifications", credential.classifications, MAX_CLASSIFICATIONS)
    refuse_more("serial numbers", serials.listed, MAX_SERIALS)
    refuse_more("ranges of serial numbers", serials.ranges, MAX_RANGES)
    refuse_more("lines of components", credential.components, MAX_COMPONENT_LINES)
    refuse_twice("identifier", [credential.subject, *credential.identifiers])
    refuse_twice("classification", [f"{one.scheme} {one.code}" for one in credential.classifications])
    if serials.twice is not None:
        raise Refused(codes.CREDENTIAL_LISTED_TWICE(what="serial number", which=serials.twice))
    refuse_twice("record", [record.commitment.hex() for record in credential.records])
    refuse_twice("role", [record.role for record in credential.records if record.role == FOOTPRINT])
    refuse_twice("component", [*map(_line, credential.components)])


def _line(component: Component) -> str:
    """What two lines about one component have to differ in: lines that agree in it are one line, with one quantity."""
    per = f"{component.per.amount} {component.per.unit!r}"
    return f"{component.digest.hex()} in {component.unit!r} per {per}, {component.basis},"


PRODUCT = Subject(PRODUCT_TYPE, "credential/1", PRODUCT_SHAPE, _read, _words)
