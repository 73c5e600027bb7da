"""Credentials (W3C Verifiable Credentials Data Model 2.0; docs/spec.md, section 12): what an issuer signs about a product.

- One closed form: fixed `@context`, exactly one proof, no members beside those of the specification.
- The key is named inside `verificationMethod`, as `<issuer>#<multikey>`. DID documents are never consulted: the verifier's
  policy lists the keys that count.
- A credential is cited by its digest, SHA-256 of its RFC 8785 bytes with the proof.

Parsing checks form and digests; `data_integrity.check_proof` verifies the signature.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from carbonseal.findings import Code, Refused
from carbonseal.instants import format_instant, parse_instant
from carbonseal.passport.data_integrity import Sign, add_proof
from carbonseal.passport.multibase import decode_key, encode_key
from carbonseal.passport.schemas import CONTEXT, CREDENTIAL_SHAPE, CREDENTIAL_TYPE, Shape
from carbonseal.records.canonical import jcs
from carbonseal.records.commitments import commit

from . import codes

CREDENTIAL_PROFILE = "credential/1"


@dataclass(frozen=True)
class SignedDocument:
    """What every document with a proof has: its issuer, the key that it names, and when it is valid."""

    document: Mapping[str, Any]
    canonical: bytes  # RFC 8785, proof included
    issuer: str
    key: bytes  # the Ed25519 public key that the proof names, 32 bytes; trusted only where a policy lists it
    valid_from: datetime
    valid_until: datetime | None

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of its canonical bytes (32 bytes), by which others cite it."""
        return hashlib.sha256(self.canonical).digest()

    def commitment(self, profile: str, salt: bytes) -> bytes:
        """Its commitment (32 bytes) as a record of `profile` under `salt` (32 bytes)."""
        return commit(profile, salt, self.canonical)


Document = TypeVar("Document", bound=SignedDocument)


@dataclass(frozen=True, slots=True)
class Carried(Generic[Document]):
    """A signed document with the salt under which it was sealed (32 bytes), and the commitment that follows from both."""

    signed: Document
    salt: bytes
    commitment: bytes


@dataclass(frozen=True, slots=True)
class ListedRecord:
    """A record that a credential lists: its role (`footprint`), its profile and its commitment."""

    role: str
    profile: str
    commitment: bytes  # 32 bytes


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the product: the digest of its credential, and how much of it went into one declared unit."""

    digest: bytes  # 32 bytes
    quantity: str  # a decimal
    unit: str


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """Where a revocation of the credential is stated: a position in the status list with that id."""

    list_id: str
    index: int


@dataclass(frozen=True)
class Credential(SignedDocument):
    """A product credential: what its subject, a product, is made of."""

    subject: str
    name: str
    records: tuple[ListedRecord, ...]
    components: tuple[Component, ...]
    status: StatusEntry | None

    @property
    def status_list(self) -> tuple[str, str] | None:
        """The status list that it cites, as (issuer, list id): only its own issuer's list counts. None where it cites none."""
        return None if self.status is None else (self.issuer, self.status.list_id)


def draft_credential(
    *,
    id: str,
    issuer: str,
    subject: str,
    name: str,
    records: Sequence[ListedRecord],
    components: Sequence[Component],
    valid_from: datetime,
    valid_until: datetime | None = None,
    status: StatusEntry | None = None,
) -> dict[str, Any]:
    """An unsigned credential, in the form that `parse_credential` reads once it has a proof."""
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "id": id,
        "type": CREDENTIAL_TYPE,
        "issuer": issuer,
        "validFrom": format_instant(valid_from),
        "credentialSubject": {
            "id": subject,
            "name": name,
            "records": [
                {"role": record.role, "profile": record.profile, "commitment": record.commitment.hex()}
                for record in records
            ],
            "components": [
                {"digest": component.digest.hex(), "quantity": component.quantity, "unit": component.unit}
                for component in components
            ],
        },
    }
    if valid_until is not None:
        document["validUntil"] = format_instant(valid_until)
    if status is not None:
        document["credentialStatus"] = {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(status.index),
            "statusListCredential": status.list_id,
        }
    return document


def sign_document(document: Mapping[str, Any], sign: Sign, public_key: bytes, created: datetime) -> dict[str, Any]:
    """The document with the proof of its issuer, whose key is `public_key` (32 bytes)."""
    return add_proof(document, sign, f"{document['issuer']}#{encode_key(public_key)}", created)


def parse_credential(document: Mapping[str, Any]) -> Credential:
    """Read a signed credential. Raises Refused (`credential.*`) unless it has exactly the specified form. Does not verify the
    signature."""
    signed = parse_signed(document, CREDENTIAL_SHAPE, codes.CREDENTIAL_MALFORMED)
    subject = document["credentialSubject"]
    records = tuple(
        ListedRecord(record["role"], record["profile"], bytes.fromhex(record["commitment"]))
        for record in subject["records"]
    )
    components = tuple(
        Component(bytes.fromhex(component["digest"]), component["quantity"], component["unit"])
        for component in subject["components"]
    )
    _refuse_twice("record", [record.commitment for record in records])
    _refuse_twice("component", [component.digest for component in components])
    status = document.get("credentialStatus")
    return Credential(
        **signed,
        subject=subject["id"],
        name=subject.get("name", subject["id"]),
        records=records,
        components=components,
        status=StatusEntry(status["statusListCredential"], int(status["statusListIndex"])) if status else None,
    )


def parse_signed(document: Mapping[str, Any], shape: Shape, code: Code) -> dict[str, Any]:
    """The members of `SignedDocument`, for any document with a proof. Raises Refused with `code` where it is malformed."""
    shape.check(document, code)
    issuer, method = document["issuer"], document["proof"]["verificationMethod"]
    try:
        named_by, _, multikey = method.rpartition("#")
        if named_by != issuer:
            raise ValueError(f"the proof's key {method} is not the issuer's, {issuer}")
        parse_instant(document["proof"]["created"])
        until = document.get("validUntil")
        return {
            "document": document,
            "canonical": jcs(document),
            "issuer": issuer,
            "key": decode_key(multikey),
            "valid_from": parse_instant(document["validFrom"]),
            "valid_until": None if until is None else parse_instant(until),
        }
    except ValueError as error:
        raise Refused(code("/", problem=error)) from error


def _refuse_twice(what: str, digests: Sequence[bytes]) -> None:
    seen: set[bytes] = set()
    for digest in digests:
        if digest in seen:
            raise Refused(codes.CREDENTIAL_LISTED_TWICE("/credentialSubject", what=what, digest=digest.hex()))
        seen.add(digest)
