"""Forgeries of a passport: a changed figure, a ledger left out, another statement, two heads of one size."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

from carbonseal.passport.assembly import attach, refresh
from carbonseal.passport.conformity.files import StatementFile
from carbonseal.passport.passports import Passport


def tampered(passport: Passport) -> bytes:
    """The same file with the product's footprint made a tenth of itself."""
    value = json.loads(passport.encode())
    footprint = next(record for record in passport.credential.records if record.role == "footprint")
    pcf = value["records"][footprint.commitment.hex()]["document"]["pcf"]
    pcf["pcfExcludingBiogenicUptake"] = str(Decimal(pcf["pcfExcludingBiogenicUptake"]) / 10)
    return json.dumps(value, ensure_ascii=False).encode()


def without(passport: Passport, ledger: str) -> Passport:
    """The same passport with all evidence of one ledger taken out."""
    seals = {
        commitment: replace(
            seal,
            heads=tuple(
                replace(head, anchors=tuple(anchor for anchor in head.anchors if anchor.ledger != ledger))
                for head in seal.heads
            ),
        )
        for commitment, seal in passport.seals.items()
    }
    return replace(passport, seals=seals)


def vouched_by(passport: Passport, statement: StatementFile) -> Passport:
    """The same passport with this statement in the place of those that it has."""
    return attach(replace(passport, statements={}, accreditations={}), [statement])


def unsealed(passport: Passport) -> Passport:
    """The same products and records without any seal or statement."""
    return attach(replace(passport, seals={}, statements={}, accreditations={}), [])


def equivocation(first: Passport, second: Passport) -> Passport:
    """One passport with the heads of two forks of a log: what a verifier holds who was shown both."""
    return refresh(
        first, seals=second.seals, status_lists=second.status_lists.values(), link=lambda _origin, _old, _new: None
    )
