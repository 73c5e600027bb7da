"""Warnings at issue: what is known to be wrong with a passport although nothing forbids handing it out.

Its figures are checked as every verifier does (`carbonseal.flow`). The findings are noted: whoever issued decides. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from carbonseal.findings import Finding
from carbonseal.flow.graph import graph_of
from carbonseal.flow.judging import wrong
from carbonseal.instants import format_instant
from carbonseal.passport.citations import citations
from carbonseal.passport.passports import Passport
from carbonseal.records.places import printable
from carbonseal.records.profiles import lookup

from . import codes


def warnings(passport: Passport, at: datetime) -> list[Finding]:
    """What there is to say of a passport that is issued at the instant `at`."""
    return [*_ends_first(passport), *wrong(graph_of(passport, lookup), at)]


def _ends_first(passport: Passport) -> Iterator[Finding]:
    """A component's credential ends before the product's own: the passport is undetermined from then on."""
    root = passport.credential
    for carried in citations(passport.root, passport.credentials).credentials.values():
        one = carried.signed
        if one.valid_until is not None and (root.valid_until is None or one.valid_until < root.valid_until):
            place = f"{printable(one.name, 80)} ({one.digest.hex()[:8]})"
            yield codes.ISSUE_COMPONENT_ENDS_FIRST(place, until=format_instant(one.valid_until))
