"""Accreditations (docs/spec.md, section 26): an accreditor's word on what a certification body may state.

It names the body, its keys and its scopes, and holds from `validFrom` until `validUntil`. A bit in its status list is never
cleared: who is accredited again has a new accreditation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from carbonseal.findings import Refused
from carbonseal.passport import codes, credentials
from carbonseal.passport.credentials import Common, Credential, StatusEntry, Subject, Word, refuse_more, refuse_twice
from carbonseal.passport.multibase import decode_key, encode_key
from carbonseal.values import dataclass

from .schemas import ACCREDITATION_SHAPE, ACCREDITATION_TYPE, MAX_KEYS, MAX_SCOPES
from .scopes import Scope, read_scope, scope_words


@dataclass(frozen=True, slots=True)
class Accreditation(Credential):
    """What its subject, a certification body, may state. `valid_until` is always there."""

    body: str  # the body's id, a URI
    name: str
    number: str
    keys: tuple[bytes, ...]  # Ed25519 public keys, 32 bytes each, with which the body signs
    scope: tuple[Scope, ...]


def draft_accreditation(
    *,
    id: str,
    issuer: str,
    body: str,
    name: str,
    number: str,
    keys: Sequence[bytes],
    scope: Sequence[Scope],
    valid_from: datetime,
    valid_until: datetime,
    status: Iterable[StatusEntry] = (),
) -> dict[str, Any]:
    """An unsigned accreditation."""
    subject = {
        "id": body,
        "name": name,
        "number": number,
        "keys": [encode_key(key) for key in keys],
        "scope": [one.to_json() for one in scope],
    }
    return credentials.draft(
        ACCREDITATION_TYPE,
        subject,
        id=id,
        issuer=issuer,
        valid_from=valid_from,
        valid_until=valid_until,
        status=status,
    )


def _words(document: Mapping[str, Any]) -> Iterator[Word]:
    body = document.get("credentialSubject")
    scopes = body.get("scope") if isinstance(body, dict) else None
    for number, one in enumerate(scopes if isinstance(scopes, list) else ()):
        yield from scope_words(f"/credentialSubject/scope/{number}", one)


def _read(document: Mapping[str, Any], common: Common) -> Accreditation:
    body = document["credentialSubject"]
    refuse_more("keys", body["keys"], MAX_KEYS)
    refuse_more("scopes", body["scope"], MAX_SCOPES)
    try:
        keys = tuple(decode_key(key) for key in body["keys"])
    except ValueError as error:
        raise Refused(codes.CREDENTIAL_MALFORMED("/credentialSubject/keys", problem=error)) from error
    scope = tuple(read_scope(one) for one in body["scope"])
    refuse_twice("key", [key.hex() for key in keys])
    refuse_twice("scope", [str(one) for one in scope])
    return Accreditation(*common, body=body["id"], name=body["name"], number=body["number"], keys=keys, scope=scope)


ACCREDITATION = Subject(ACCREDITATION_TYPE, "accreditation/1", ACCREDITATION_SHAPE, _read, _words)
