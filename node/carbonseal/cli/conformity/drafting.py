"""A statement request from a passport, to be completed by the body. Reads the root's footprint, and guesses no opinion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonseal.flow.graph import graph_of
from carbonseal.footprints.stages import LIFE_CYCLE, PRODUCTION, Stages
from carbonseal.instants import format_instant
from carbonseal.passport.conformity.words import BOUNDARIES
from carbonseal.passport.passports import Passport
from carbonseal.passport.products import FOOTPRINT
from carbonseal.records.profiles import lookup

# The modules of EN 15804 that a footprint covers, in the words of statements.
BOUNDARY: Mapping[Stages | None, str] = {PRODUCTION: "cradle-to-gate", LIFE_CYCLE: "cradle-to-grave"}


def drafted(passport: Passport, body: str) -> dict[str, Any]:
    """The request; what only the body knows is a text in angle brackets, which the node refuses."""
    root = passport.credential
    footprint = graph_of(passport, lookup).root.footprint
    period = footprint.period if footprint else None
    since = format_instant(period.start) if period and period.start else "<instant>"
    until = format_instant(period.end) if period and period.end else "<instant>"
    return {
        "body": body,
        "attach": True,
        "credentialSubject": {
            "id": root.issuer,
            "covers": "product",
            "footprints": [one.commitment.hex() for one in root.records if one.role == FOOTPRINT],
            "sites": [],
            "engagement": "verification",
            "standards": ["<iso-14064-3:2019 or another>"],
            "criteria": ["<iso-14067:2018 or another>"],
            "scope": {"standard": "<one of these>", "activity": "verification"},
            "boundary": BOUNDARY.get(footprint.boundary if footprint else None, "<" + ", ".join(BOUNDARIES) + ">"),
            "period": {"from": since, "until": until},
            "addressee": "<for whom>",
            "assurance": "<reasonable or limited>",
            "materiality": "<percent>",
            "opinion": "<unmodified, modified, adverse or disclaimed>",
            "qualifications": [],
            "siteVisits": [],
            "noSiteVisit": "<why there was none; or leave it out and list siteVisits>",
            "opinionDate": "<YYYY-MM-DD>",
        },
    }
