"""Lots: what a batch yielded, and what was taken of it.

A *yield* is what a credential with a batch states. A *take* is what a credential with a batch says went into that whole batch of a
component that has one: quantity x the parent's batch / per. Both are signed by their issuers, and need no disclosed record. A
parent without a batch takes an amount that nobody can add up: minting batch numbers is bounded only by the balances of what goes
in, or by a statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, TypeVar

from carbonseal.footprints import units
from carbonseal.footprints.figures import Figure, read_decimal
from carbonseal.footprints.units import Unit
from carbonseal.passport.products import ProductCredential

from .graph import Edge, Missing

One = TypeVar("One", bound="Stated")
Lot = tuple[str, str, bytes]  # issuer, product, SHA-256(salt ‖ number): `ProductCredential.lot`


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What one credential says of a lot."""

    lot: Lot
    unit: Unit
    credential: bytes  # digest
    supersedes: bytes | None
    since: datetime  # the credential's validFrom


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield(Stated):
    """That the lot yielded so much."""

    quantity: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Take(Stated):
    """That so much of the lot went into the lot `taker`."""

    taker: Lot
    quantity: Fraction


def yield_of(credential: ProductCredential) -> Yield | None:
    """The yield that a credential states; None without a batch, or in a unit that is not in the table."""
    batch, lot = credential.batch, credential.lot
    if batch is None or lot is None:
        return None
    quantity, unit = read_decimal(batch.quantity), units.find(batch.unit)
    if quantity is None or unit is None:
        return None
    return Yield(lot=lot, quantity=quantity, unit=unit, **_source(credential))


def take_of(edge: Edge) -> Take | Missing | None:
    """What an edge takes of its child's lot; None where the child has none, and `Missing` where it cannot be computed."""
    parent, child = edge.parent.credential, edge.child.credential if edge.child else None
    lot = child.lot if child else None
    if lot is None:
        return None
    component = edge.component
    if parent.batch is None or parent.lot is None:
        return Missing((f"a batch of {edge.parent.label}",))
    made, per = read_decimal(parent.batch.quantity), read_decimal(component.per.amount)
    quantity, unit = read_decimal(component.quantity), units.find(component.unit)
    batch_unit, per_unit = units.find(parent.batch.unit), units.find(component.per.unit)
    factor = batch_unit.to(per_unit) if batch_unit and per_unit else None
    if made is None or per is None or not per.value or quantity is None or unit is None or factor is None:
        return Missing((f"a unit that leads from the batch of {edge.parent.label} to what it is stated per",))
    taken = quantity.value * made.value * factor / per.value
    return Take(lot=lot, taker=parent.lot, quantity=taken, unit=unit, **_source(parent))


def _source(credential: ProductCredential) -> dict[str, Any]:
    return {"credential": credential.digest, "supersedes": credential.supersedes, "since": credential.valid_from}


@dataclass(frozen=True, slots=True)
class Balance:
    """One lot: what it yielded, and what each issuer took of it, in the yield's unit."""

    lot: Lot
    yielded: Yield
    taken: Mapping[str, Fraction]  # by the taking credential's issuer
    takes: int
    conflicting: bool  # whether several yields are stated, none of which replaces the other
    inconvertible: int  # takes in a unit that does not convert

    @property
    def total(self) -> Fraction:
        """What was taken in all."""
        return sum(self.taken.values(), Fraction(0))


def balances(yields: Iterable[Yield], takes: Iterable[Take]) -> Iterator[Balance]:
    """The balance of each lot that yielded something and that something was taken of, in the order of their keys.

    Sets: what is given twice counts once. Of one lot's yields, and of what one lot took of another, that of the current credential
    counts: one that no other replaces, the latest of several."""
    by_lot: dict[Lot, set[Yield]] = {}
    for one in yields:
        by_lot.setdefault(one.lot, set()).add(one)
    taken: dict[Lot, dict[Lot, set[Take]]] = {}
    for take in takes:
        taken.setdefault(take.lot, {}).setdefault(take.taker, set()).add(take)
    for lot in sorted(by_lot.keys() & taken.keys()):
        current = _current(by_lot[lot])
        yielded = max(current, key=lambda one: (one.since, one.quantity.value, one.credential))
        yield _balance(lot, yielded, taken[lot], conflicting=len({one.quantity.value for one in current}) > 1)


def _balance(lot: Lot, yielded: Yield, takers: Mapping[Lot, set[Take]], *, conflicting: bool) -> Balance:
    sums: dict[str, Fraction] = {}
    inconvertible = 0
    for taker, stated in takers.items():
        current = _current(stated)
        latest = max(current, key=lambda one: (one.since, one.credential))
        of_latest = [one for one in current if one.credential == latest.credential]
        for take in of_latest:  # a component may be listed several times
            factor = take.unit.to(yielded.unit)
            if factor is None:
                inconvertible += 1
            else:
                sums[taker[0]] = sums.get(taker[0], Fraction(0)) + take.quantity * factor
    return Balance(lot, yielded, sums, len(takers), conflicting, inconvertible)


def _current(stated: Iterable[One]) -> list[One]:
    """Those that no other replaces; all where each replaces another."""
    everything = [*stated]
    replaced = {one.supersedes for one in everything}
    return [one for one in everything if one.credential not in replaced] or everything
