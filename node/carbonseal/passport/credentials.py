"""Credentials (W3C Verifiable Credentials Data Model 2.0; docs/spec.md, section 12): the common form of what is signed.

- One closed form: fixed `@context`, exactly one proof, no members beside those of the specification. What differs is the
  *subject*: a `Subject` for each kind, in a module of its own (`products`, `status_lists`).
- A known member of another form is *rejected*; a type, suite, purpose or member that this version does not know is
  *undetermined*.
- The key is named inside `verificationMethod`, as `<issuer>#<multikey>`. DID documents are never consulted: the verifier's
  policy lists the keys that count.
- A credential is cited by its digest, SHA-256 of its RFC 8785 bytes with the proof.

Parsing checks form and digests; `data_integrity.check_proof` verifies the signature.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Sized
from datetime import datetime
from typing import Any, Generic, TypeVar

from carbonseal.findings import Refused
from carbonseal.instants import format_instant, parse_instant
from carbonseal.passport.data_integrity import Sign, add_proof
from carbonseal.passport.multibase import decode_key, encode_key
from carbonseal.passport.schemas import (
    CONTEXT,
    CRYPTOSUITE,
    PROOF_TYPE,
    STATUS_ENTRY_TYPE,
    STATUS_PURPOSES,
    STATUS_SUBJECT_TYPE,
    Shape,
)
from carbonseal.records.canonical import jcs_without_numbers
from carbonseal.records.commitments import commit
from carbonseal.values import dataclass

from . import codes

REVOCATION, SUSPENSION = STATUS_PURPOSES


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """Where the status of a credential is stated: a position in the status list with that id, for one purpose."""

    purpose: str  # one of STATUS_PURPOSES
    list_id: str
    index: int


@dataclass(frozen=True, slots=True)
class Credential:
    """What every credential has. Each subject has a subclass."""

    document: Mapping[str, Any]
    canonical: bytes  # RFC 8785, proof included
    digest: bytes  # SHA-256 of that (32 bytes), by which others cite it
    id: str
    issuer: str
    key: bytes  # the Ed25519 public key that the proof names, 32 bytes; trusted only where a policy lists it
    created: datetime  # the proof's, the signer's word
    valid_from: datetime
    valid_until: datetime | None
    status: tuple[StatusEntry, ...]  # at most one for each purpose


# The fields of `Credential`, in their order
Common = tuple[
    Mapping[str, Any], bytes, bytes, str, str, bytes, datetime, datetime, datetime | None, tuple[StatusEntry, ...]
]
Document = TypeVar("Document", bound=Credential)


@dataclass(frozen=True, slots=True)
class Carried(Generic[Document]):
    """A credential with the salt under which it was sealed (32 bytes), and the commitment that follows from both."""

    signed: Document
    salt: bytes
    commitment: bytes


# The place of a word in a document, its value there, and the values that are known.
Word = tuple[str, Any, Collection[Any]]


@dataclass(frozen=True, slots=True)
class Subject(Generic[Document]):
    """What credentials of one kind are about, and how they are read. `words` gives what a document, of whatever form, has where
    only certain words are known."""

    type: list[str]  # of the whole credential
    profile: str  # under which it is sealed
    shape: Shape
    read: Callable[[Mapping[str, Any], Common], Document]  # the document
    words: Callable[[Mapping[str, Any]], Iterable[Word]] = lambda _document: ()

    def parse(self, document: Mapping[str, Any]) -> Document:
        """Read a credential with this subject. Raises Refused (`credential.*`, or a code of the subject) unless it has exactly
        the specified form. Does not verify the signature."""
        if not self.shape.holds(document):
            _refuse_unknown_values([*_kinds(document, self.type), *self.words(document)])
            self.shape.check(document, codes.CREDENTIAL_MALFORMED, codes.CREDENTIAL_UNKNOWN_MEMBER)
        return self.read(document, _common(document))

    def carry(self, document: Mapping[str, Any], salt: bytes) -> Carried[Document]:
        """`parse`, with the salt under which the document was sealed (32 bytes)."""
        credential = self.parse(document)
        return Carried(credential, salt, commit(self.profile, salt, credential.canonical))


def draft(
    type: list[str],
    subject: Mapping[str, Any],
    *,
    id: str,
    issuer: str,
    valid_from: datetime,
    valid_until: datetime | None = None,
    status: Iterable[StatusEntry] = (),
) -> dict[str, Any]:
    """An unsigned credential, in the form that `Subject.parse` reads once it has a proof."""
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "id": id,
        "type": type,
        "issuer": issuer,
        "validFrom": format_instant(valid_from),
        "credentialSubject": subject,
    }
    if valid_until is not None:
        document["validUntil"] = format_instant(valid_until)
    entries = [
        {
            "type": STATUS_ENTRY_TYPE,
            "statusPurpose": entry.purpose,
            "statusListIndex": str(entry.index),
            "statusListCredential": entry.list_id,
        }
        for entry in status
    ]
    if entries:
        document["credentialStatus"] = entries if len(entries) > 1 else entries[0]
    return document


def sign_document(document: Mapping[str, Any], sign: Sign, public_key: bytes, created: datetime) -> dict[str, Any]:
    """The document with the proof of its issuer, whose key is `public_key` (32 bytes)."""
    return add_proof(document, sign, f"{document['issuer']}#{encode_key(public_key)}", created)


def refuse_twice(what: str, listed: Sequence[str]) -> None:
    """Raise Refused (credential.listed-twice) where one of `listed` is there twice."""
    if len(listed) < 2 or len({*listed}) == len(listed):
        return
    seen: set[str] = set()
    for one in listed:
        if one in seen:
            raise Refused(codes.CREDENTIAL_LISTED_TWICE(what=what, which=one))
        seen.add(one)


def refuse_more(what: str, listed: Sized, limit: int) -> None:
    """Raise Refused (credential.over-limit) where more are listed than `limit`."""
    if len(listed) > limit:
        raise Refused(codes.CREDENTIAL_OVER_LIMIT(what=what, limit=limit))


def _refuse_unknown_values(words: Iterable[Word]) -> None:
    """Raise Refused (credential.unknown-value) where a text, or a list of texts, is not one of the values that are known."""
    for place, value, known in words:
        texts = [value] if isinstance(value, str) else value
        are_texts = texts and isinstance(texts, list) and all(isinstance(text, str) for text in texts)
        if are_texts and value not in [*known]:  # a list cannot be looked up in a table
            raise Refused(
                codes.CREDENTIAL_UNKNOWN_VALUE(place, value=_listed(texts), known=" or ".join(map(_listed, known)))
            )


def _kinds(document: Mapping[str, Any], kind: list[str]) -> Iterator[Word]:
    """What the document says of which kind it and its parts are."""
    yield "/@context", document.get("@context"), [CONTEXT]
    yield "/type", document.get("type"), [kind]
    status = document.get("credentialStatus")
    entries = enumerate(status) if isinstance(status, list) else [("", status)]
    parts = {
        "/proof": document.get("proof"),
        "/credentialSubject": document.get("credentialSubject"),
        **{f"/credentialStatus/{number}".rstrip("/"): entry for number, entry in entries},
    }
    for place, part in parts.items():
        if isinstance(part, dict):
            types = {"/proof": PROOF_TYPE, "/credentialSubject": STATUS_SUBJECT_TYPE}
            yield f"{place}/type", part.get("type"), [types.get(place, STATUS_ENTRY_TYPE)]
            yield f"{place}/cryptosuite", part.get("cryptosuite"), [CRYPTOSUITE]
            yield f"{place}/statusPurpose", part.get("statusPurpose"), STATUS_PURPOSES


def _listed(texts: str | list[str]) -> str:
    return texts if isinstance(texts, str) else ", ".join(texts)


def _common(document: Mapping[str, Any]) -> Common:
    """The fields of `Credential`. Raises Refused (`credential.*`) where rules between members, or dates, do not hold."""
    issuer, method = document["issuer"], document["proof"]["verificationMethod"]
    status = document.get("credentialStatus", [])
    entries = [
        StatusEntry(entry["statusPurpose"], entry["statusListCredential"], int(entry["statusListIndex"]))
        for entry in (status if isinstance(status, list) else [status])
    ]
    refuse_twice("status purpose", [entry.purpose for entry in entries])
    try:
        named_by, _, multikey = method.rpartition("#")
        if named_by != issuer:
            raise ValueError(f"the proof's key {method} is not the issuer's, {issuer}")
        until = document.get("validUntil")
        canonical = jcs_without_numbers(document)
        return (
            document,
            canonical,
            hashlib.sha256(canonical).digest(),
            document["id"],
            issuer,
            decode_key(multikey),
            parse_instant(document["proof"]["created"]),
            parse_instant(document["validFrom"]),
            None if until is None else parse_instant(until),
            tuple(entries),
        )
    except ValueError as error:
        raise Refused(codes.CREDENTIAL_MALFORMED("/", problem=error)) from error
