"""Warnings at issue: what is known to be wrong with a passport although nothing forbids handing it out.

Its figures are checked as every verifier does (`carbonseal.flow`), and identifiers and classifications that look like those of
trade for their check digits and spelling (`carbonseal.goods`). The findings are noted: whoever issued decides. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from carbonseal.findings import Finding, Refused
from carbonseal.flow.graph import Product, graph_of
from carbonseal.flow.judging import wrong
from carbonseal.goods.nomenclature import parse_code
from carbonseal.goods.spelling import canonical_identifier
from carbonseal.instants import format_instant
from carbonseal.passport.citations import citations
from carbonseal.passport.passports import Passport
from carbonseal.passport.products import ProductCredential
from carbonseal.records.places import printable
from carbonseal.records.profiles import lookup

from . import codes


def warnings(passport: Passport, at: datetime) -> list[Finding]:
    """What there is to say of a passport that is issued at the instant `at`."""
    graph = graph_of(passport, lookup)
    return [
        *_ends_first(passport),
        *_misspelt(passport.credential),
        *_recorded_otherwise(graph.root),
        *wrong(graph, at),
    ]


def _ends_first(passport: Passport) -> Iterator[Finding]:
    """A component's credential ends before the product's own: the passport is undetermined from then on."""
    root = passport.credential
    for carried in citations(passport.root, passport.credentials).credentials.values():
        one = carried.signed
        if one.valid_until is not None and (root.valid_until is None or one.valid_until < root.valid_until):
            place = f"{printable(one.name, 80)} ({one.digest.hex()[:8]})"
            yield codes.ISSUE_COMPONENT_ENDS_FIRST(place, until=format_instant(one.valid_until))


def _recorded_otherwise(product: Product) -> Iterator[Finding]:
    """The record of its footprint names another product: statements on it will not cover this one."""
    if product.other_ids:
        named = ", ".join(sorted(product.credential.identities))
        yield codes.ISSUE_OTHER_PRODUCT(recorded=", ".join(product.other_ids), named=named)


def _misspelt(product: ProductCredential) -> Iterator[Finding]:
    """Identifiers and classifications of the product that look like those of trade and are wrong, or spelt otherwise."""
    for identifier in (product.subject, *product.identifiers):
        try:
            canonical = canonical_identifier(identifier)
        except Refused as refused:
            yield codes.ISSUE_IDENTIFIER(printable(identifier, 120), problem=refused.finding.message)
        else:
            if canonical != identifier:
                yield codes.ISSUE_NOT_CANONICAL(found=identifier, canonical=canonical)
    for one in product.classifications:
        try:
            parse_code(one.scheme, one.code)
        except Refused as refused:
            yield codes.ISSUE_IDENTIFIER(printable(f"{one.scheme} {one.code}", 120), problem=refused.finding.message)
