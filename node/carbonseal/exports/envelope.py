"""What both forms of UNTP 0.7 have around their subject, and what makes a copy a copy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from carbonseal.findings import Refused
from carbonseal.instants import format_instant
from carbonseal.passport.credentials import REVOCATION, Carried, Credential
from carbonseal.passport.status_lists import StatusList

from . import codes

CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://vocabulary.uncefact.org/untp/0.7.0/context/"]
ALWAYS_LOST = "the signature, the seals and their proofs: verify the original, not this copy"


def envelope(kind: str, signed: Credential, issuer_name: str, name: str) -> dict[str, Any]:
    """All members of a copy but its subject. `kind` is the form's type, `name` what the copy is called."""
    return {
        "type": [kind, "VerifiableCredential"],
        "@context": CONTEXT,
        "id": signed.id,
        "issuer": {"type": ["CredentialIssuer"], "id": signed.issuer, "name": issuer_name},
        "validFrom": format_instant(signed.valid_from),
        **({"validUntil": format_instant(signed.valid_until)} if signed.valid_until else {}),
        "name": f"{name} (unsigned copy)",
        **_status(signed),
    }


def description(signed: Credential, what: str) -> str:
    """What the copy says of itself; `what` it is a copy of, in words."""
    return (
        f"Unsigned copy, made by carbonseal, of the {what} {signed.id}, which {signed.issuer} signed and whose SHA-256 is "
        f"{signed.digest.hex()}. It proves nothing: verify the original."
    )


def lost_status(signed: Credential) -> list[str]:
    """The form has one entry: what is lost of several."""
    return [f"where a {entry.purpose} would be told" for entry in _entries(signed)[1:]]


def refuse_withdrawn(signed: Credential, lists: Iterable[Carried[StatusList]]) -> None:
    """Raise Refused (`export.withdrawn`) where a status list that comes with a document shows that its issuer withdrew it. The
    list's signature is not looked at."""
    by_name = [(one.signed.name, one.signed) for one in lists]
    for entry in signed.status:
        for name, found in by_name:
            is_its = entry.purpose == REVOCATION and name == (signed.issuer, entry.list_id)
            if is_its and entry.index < found.positions and found.is_set(entry.index):
                raise Refused(codes.EXPORT_WITHDRAWN(issuer=signed.issuer, since=format_instant(found.valid_from)))


def _status(signed: Credential) -> dict[str, Any]:
    """One entry, with the position as a number: so the form has it."""
    entries = _entries(signed)
    if not entries:
        return {}
    first = entries[0]
    return {
        "credentialStatus": {
            "type": "BitstringStatusListEntry",
            "id": f"{first.list_id.partition('#')[0]}#{first.index}",
            "statusPurpose": first.purpose,
            "statusListIndex": first.index,
            "statusListCredential": first.list_id,
        }
    }


def _entries(signed: Credential) -> list[Any]:
    """The entries of a document's status, that for revocation first."""
    return sorted(signed.status, key=lambda entry: entry.purpose != REVOCATION)
