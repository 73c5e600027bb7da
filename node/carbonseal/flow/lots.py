"""Lots: what a batch yielded, and what was taken of it.

A *yield* is what a credential with a batch states. A *take* is what a credential with a batch says went into that whole batch of a
component that has one: quantity x the parent's batch / per, over all lines that list the component. Both are signed by their
issuers, and need no disclosed record. A parent without a batch takes an amount that nobody can add up: minting batch numbers is
bounded only by the balances of what goes in, or by a statement.

Quantities are in the base unit of what they measure (kg, litre, piece), so that they add up whatever unit they are stated in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from heapq import nlargest
from typing import Any, TypeVar

from carbonseal.footprints import units
from carbonseal.footprints.figures import Figure, exact_product, exact_sum, is_less, read_decimal
from carbonseal.footprints.units import Unit
from carbonseal.passport.products import ProductCredential
from carbonseal.values import dataclass

from . import phrases
from .graph import Edge, Lot, Product
from .phrases import Missing

_ZERO = Fraction(0)
MOST_PROVING = 64  # takes in one fraud proof

One = TypeVar("One", bound="Stated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What one credential says of a lot."""

    lot: Lot
    dimension: str  # of the quantity: `carbonseal.footprints.units`
    quantity: Figure  # in the base unit
    credential: bytes  # digest
    supersedes: bytes | None
    since: datetime  # the credential's validFrom

    @property
    def most(self) -> Fraction:
        """The quantity and half a unit in its last place."""
        return self.quantity.value + self.quantity.half


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield(Stated):
    """That the lot yielded so much."""

    unit: Unit  # as stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Take(Stated):
    """That so much of the lot went into the lot `taker`."""

    taker: Lot


def yield_of(credential: ProductCredential) -> Yield | None:
    """The yield that a credential states; None without a batch, or in a unit that is not in the table."""
    batch, lot = credential.batch, credential.lot
    if batch is None or lot is None:
        return None
    quantity, unit = read_decimal(batch.quantity), units.find(batch.unit)
    if quantity is None or unit is None:
        return None
    base = quantity.times(unit.factor)
    return Yield(lot=lot, unit=unit, dimension=unit.dimension, quantity=base, **_source(credential))


def takes_of(product: Product, edges: Iterable[Edge]) -> Iterator[Take | Missing]:
    """What a product's batch took of its components' lots: one take for each lot and dimension. `Missing` for what cannot be
    computed."""
    taken: dict[tuple[Lot, str], Figure] = {}
    for edge in edges:
        lot = edge.child.lot if edge.child else None
        if lot is None:
            continue
        found = _taken(product.credential, edge)
        if isinstance(found, Missing):
            yield found
            continue
        figure, dimension = found
        before = taken.get((lot, dimension))
        taken[lot, dimension] = figure if before is None else Figure(before.value + figure.value, Fraction(0))
    taker = product.lot
    for (lot, dimension), quantity in taken.items():
        assert taker is not None  # else nothing was taken that could be computed
        yield Take(lot=lot, taker=taker, dimension=dimension, quantity=quantity, **_source(product.credential))


def _taken(parent: ProductCredential, edge: Edge) -> tuple[Figure, str] | Missing:
    label = edge.parent.label
    if parent.batch is None:
        return Missing((phrases.BATCH(product=label),))
    made, unit = read_decimal(parent.batch.quantity), edge.unit
    batch_unit, per_unit = units.find(parent.batch.unit), edge.per_unit
    factor = batch_unit.to(per_unit) if batch_unit and per_unit else None
    if made is None or edge.per_one is None or unit is None or factor is None:
        return Missing((phrases.BATCH_UNIT(product=label),))
    return Figure(exact_product((edge.per_one, made.value, factor, unit.factor)), _ZERO), unit.dimension


def _source(credential: ProductCredential) -> dict[str, Any]:
    return {"credential": credential.digest, "supersedes": credential.supersedes, "since": credential.valid_from}


@dataclass(frozen=True, slots=True)
class Balance:
    """One lot: what it yielded, and what each issuer took of it, in the base unit."""

    lot: Lot
    yielded: Yield
    taken: Mapping[str, Fraction]  # by the taking credential's issuer
    takers: int  # lots that took
    largest: Yield  # that was ever stated in this dimension, replaced ones too: who took that much could rely on it
    conflicting: bool  # whether several yields are stated, none of which replaces the other
    inconvertible: int  # takes that measure something else than the yield
    proving: tuple[
        Take, ...
    ]  # the fewest takes that exceed the largest yield, else the current one; none: too many are needed

    @property
    def is_exceeded(self) -> bool:
        """Whether more was taken than the lot yielded, and half a unit in the last place of that."""
        return self.total > self.yielded.most

    @property
    def total(self) -> Fraction:
        """What was taken in all."""
        return exact_sum(self.taken.values())


def balances(yields: Iterable[Yield], takes: Iterable[Take]) -> Iterator[Balance]:
    """The balance of each lot that yielded something and that something was taken of, in the order of their keys.

    What a credential says counts once, however often it is given. Of one lot's yields, and of what one lot took of another, that
    of the current credential counts: one that no other replaces, the latest of several."""
    by_lot: dict[Lot, dict[bytes, Yield]] = {}
    for one in yields:
        by_lot.setdefault(one.lot, {})[one.credential] = one
    taken: dict[Lot, dict[tuple[bytes, str], Take]] = {}
    for take in takes:
        taken.setdefault(take.lot, {})[take.credential, take.dimension] = take
    for lot in sorted(by_lot.keys() & taken.keys()):
        yield _balance(lot, [*by_lot[lot].values()], [*taken[lot].values()])


def _balance(lot: Lot, yields: Sequence[Yield], takes: Sequence[Take]) -> Balance:
    current = _current(yields)
    yielded = max(current, key=lambda one: (one.since, one.quantity.value, one.credential))
    alike = [one for one in yields if one.dimension == yielded.dimension]
    counted = current_takes(takes)
    comparable = [take for take in counted if take.dimension == yielded.dimension]
    taken: dict[str, list[Fraction]] = {}
    for take in comparable:
        taken.setdefault(take.taker[0], []).append(take.quantity.value)
    largest = yielded if len(alike) == 1 else max(alike, key=lambda one: (one.most, one.credential))
    is_exceeded = is_less(yielded.most, exact_sum([take.quantity.value for take in comparable]))  # none is below 0
    return Balance(
        lot=lot,
        yielded=yielded,
        taken={issuer: exact_sum(values) for issuer, values in taken.items()},
        takers=len({take.taker for take in takes}),
        largest=largest,
        conflicting=len(current) > 1 and len({(one.dimension, one.quantity.value) for one in current}) > 1,
        inconvertible=len(counted) - len(comparable),
        proving=(_fewest(comparable, largest.most) or _fewest(comparable, yielded.most)) if is_exceeded else (),
    )


def current_takes(takes: Iterable[Take]) -> list[Take]:
    """Of takes of one lot those that count: of each lot that took, those of its current credential. One that its issuer replaced
    counts for nothing, whatever lot of that issuer the new one is about: a wrong batch number is corrected so."""
    by_taker: dict[Lot, list[Take]] = {}
    replaced: set[tuple[str, bytes | None]] = set()
    for take in takes:
        by_taker.setdefault(take.taker, []).append(take)
        replaced.add((take.taker[0], take.supersedes))
    counted: list[Take] = []
    for taker, stated in by_taker.items():
        standing = [take for take in stated if (taker[0], take.credential) not in replaced]
        if standing:
            latest = max(standing, key=lambda one: (one.since, one.credential)).credential
            counted += (take for take in standing if take.credential == latest)
    return counted


def _fewest(takes: Iterable[Take], most: Fraction) -> tuple[Take, ...]:
    """The largest takes, as many as are more than `most` together; none where `MOST_PROVING` are not enough."""
    found: list[Take] = []
    total = Fraction(0)
    for take in nlargest(MOST_PROVING, takes, key=lambda one: (one.quantity.value, one.credential)):
        found.append(take)
        total += take.quantity.value
        if total > most:
            return tuple(found)
    return ()


def _current(stated: Iterable[One]) -> list[One]:
    """Those that no other replaces; all where each replaces another."""
    everything = [*stated]
    replaced = {one.supersedes for one in everything}
    return [one for one in everything if one.credential not in replaced] or everything
