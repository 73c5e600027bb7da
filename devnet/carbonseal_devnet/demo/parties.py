"""Who states what in the demo: two certification bodies, their accreditor, and what each is asked to issue. All are invented."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Body:
    """A certification body, and what it is accredited for: the number of that, and by which standard it may verify."""

    name: str  # in `node.toml`
    id: str
    title: str
    number: str
    standard: str


PRODUCTS = "iso-14067:2018"  # the standard of their footprints
BODY = Body("pruefwerk", "did:web:pruefwerk.example", "Pruefwerk", "V-101", PRODUCTS)
FREIGHT_BODY = Body(
    "frachtaudit", "did:web:frachtaudit.example", "Frachtaudit", "V-207", "iso-14083:2023"
)  # transport chains
ACCREDITOR, ACCREDITOR_ID = "akkreda", "did:web:akkreda.example"


def accreditation_request(body: Body, key: str, until: str) -> dict[str, Any]:
    """To accredit a body, by its public key (a Multikey), until an instant (docs/spec.md, "Accreditation request")."""
    subject = {
        "id": body.id,
        "name": body.title,
        "number": body.number,
        "keys": [key],
        "scope": [_scope(body.standard)],
    }
    return {"accreditor": ACCREDITOR, "credentialSubject": subject, "validUntil": until}


def statement_request(
    body: Body, organisation: str, footprints: Iterable[str], day: date, *, accreditation: Any, attach: bool
) -> dict[str, Any]:
    """To state that these product footprints of an organisation, by commitment, are right, whatever the body is accredited for
    (docs/spec.md, "Statement request")."""
    subject = {
        "id": organisation,
        "covers": "product",
        "footprints": [*footprints],
        "sites": [],
        "engagement": "verification",
        "standards": ["iso-14064-3:2019"],
        "criteria": [PRODUCTS],
        "scope": _scope(PRODUCTS),
        "boundary": "cradle-to-gate",
        "period": {"from": "2025-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
        "addressee": "importers and customs",
        "assurance": "reasonable",
        "materiality": "5",
        "opinion": "unmodified",
        "qualifications": [],
        "siteVisits": [],
        "noSiteVisit": "invented: there is nothing to visit",
        "opinionDate": day.isoformat(),
    }
    return {
        "body": body.name,
        "credentialSubject": subject,
        "accreditations": [accreditation],
        "attach": attach,
    }


def _scope(standard: str) -> dict[str, str]:
    return {"standard": standard, "activity": "verification"}
