"""Warnings at issue: what is known to be wrong with a passport although nothing forbids handing it out.

Each of `CHECKS` looks at the passport that was assembled, and gives findings. They are noted: whoever issued decides. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from fractions import Fraction

from carbonseal.findings import Finding
from carbonseal.footprints import units
from carbonseal.footprints.figures import decimal_text, read_decimal
from carbonseal.footprints.units import Unit
from carbonseal.instants import format_instant
from carbonseal.passport.citations import citations
from carbonseal.passport.passports import Passport
from carbonseal.passport.products import Batch, Component, ProductCredential
from carbonseal.records.places import printable

from . import codes

Check = Callable[[Passport], Iterator[Finding]]


def warnings(passport: Passport) -> list[Finding]:
    """What all of `CHECKS` say about a passport."""
    return [finding for check in CHECKS for finding in check(passport)]


def _ends_first(passport: Passport) -> Iterator[Finding]:
    """A component's credential ends before the product's own: the passport is undetermined from then on."""
    root = passport.credential
    for one in _credentials(passport):
        if one.valid_until is not None and (root.valid_until is None or one.valid_until < root.valid_until):
            yield codes.ISSUE_COMPONENT_ENDS_FIRST(_place(one), until=format_instant(one.valid_until))


def _superseded(passport: Passport) -> Iterator[Finding]:
    """A component's credential is superseded by another one of its issuer that is in the passport."""
    found = _credentials(passport)
    superseded = _superseded_digests(found)
    yield from (codes.ISSUE_COMPONENT_SUPERSEDED(_place(one)) for one in found if one.digest in superseded)


def _exceeded_batches(passport: Passport) -> Iterator[Finding]:
    """More was taken of a lot, by all lots of the passport, than it yielded."""
    found = _credentials(passport)
    superseded = _superseded_digests(found)
    lots = {one.digest: one for one in found if one.batch is not None}
    taken: dict[tuple[str, str, bytes], Fraction] = defaultdict(Fraction)
    for parent in lots.values():
        for component in parent.components if parent.digest not in superseded else ():
            child = lots.get(component.digest)
            if child is not None and child.lot is not None and parent.batch is not None and child.batch is not None:
                taken[child.lot] += _take(component, parent.batch, child.batch) or 0
    for one in lots.values():
        yielded = read_decimal(one.batch.quantity) if one.batch and one.digest not in superseded else None
        if one.lot is None or one.batch is None or yielded is None:
            continue
        if taken[one.lot] > yielded.value + yielded.half:
            facts = {"taken": decimal_text(taken[one.lot]), "yielded": one.batch.quantity, "unit": one.batch.unit}
            yield codes.ISSUE_BATCH_EXCEEDED(_place(one), number=one.batch.number, **facts)


def _take(component: Component, parent: Batch, child: Batch) -> Fraction | None:
    """How much the lot `parent` took of the lot `child`, in the unit of that: quantity x what the parent yielded / per. None where
    units are unknown or do not convert."""
    share = _convert(component.quantity, component.unit, child.unit)
    yielded = _convert(parent.quantity, parent.unit, component.per.unit)
    return None if share is None or yielded is None else share * yielded / Fraction(component.per.amount)


def _convert(quantity: str, unit: str, other: str) -> Fraction | None:
    one, another = units.find(unit), units.find(other)
    factor = one.to(another) if isinstance(one, Unit) and isinstance(another, Unit) else None
    return None if factor is None else Fraction(quantity) * factor


def _credentials(passport: Passport) -> list[ProductCredential]:
    """All that the root leads to, the root first."""
    return [one.signed for one in citations(passport.root, passport.credentials).credentials.values()]


def _superseded_digests(found: list[ProductCredential]) -> set[bytes]:
    """The digests of those that another credential of the same issuer supersedes."""
    issuers = {one.digest: one.issuer for one in found}
    return {one.supersedes for one in found if one.supersedes and issuers.get(one.supersedes) == one.issuer}


def _place(credential: ProductCredential) -> str:
    return f"{printable(credential.name, 80)} ({credential.digest.hex()[:8]})"


CHECKS: tuple[Check, ...] = (_ends_first, _superseded, _exceeded_batches)
