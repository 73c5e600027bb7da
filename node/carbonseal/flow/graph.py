"""The graph of products that a passport spans: each credential once, its footprint, and how much of each component went into it.

Amounts are exact. What cannot be computed is `Missing`, with every reason: a check that meets it is *not checkable*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from fractions import Fraction

from carbonseal.findings import Finding, Place, Refused
from carbonseal.footprints import units
from carbonseal.footprints.comparability import incomparable
from carbonseal.footprints.figures import Figure, read_decimal
from carbonseal.footprints.model import Footprint
from carbonseal.footprints.units import Unit
from carbonseal.passport.passports import Passport
from carbonseal.passport.products import FOOTPRINT, USED, Component, ListedRecord, ProductCredential
from carbonseal.records.places import printable
from carbonseal.records.profiles import Profile
from carbonseal.values import cached_property, dataclass

from . import phrases
from .phrases import Missing

LONGEST_NAME = 80  # characters of a product's name in the place of a finding

Lot = tuple[str, str, bytes]  # issuer, product, SHA-256(salt ‖ number): `ProductCredential.lot`
Lookup = Callable[[str], Profile]  # of a profile by its id; raises Refused


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A listed record with its figures. `footprint` is None where it is withheld, or of a format without figures; `problem` says
    that its profile refuses it."""

    listed: ListedRecord
    is_disclosed: bool
    footprint: Footprint | None = None
    problem: Finding | None = None


@dataclass(frozen=True, eq=False)
class Product:
    """One credential of the graph, equal to itself alone. `existed_by` is the time that its seal proves."""

    credential: ProductCredential
    records: tuple[ReadRecord, ...]
    existed_by: datetime | None

    @cached_property
    def label(self) -> str:
        """The product's name and the beginning of its digest: the place of findings about it."""
        return f"{printable(self.credential.name, LONGEST_NAME)} ({self.credential.digest.hex()[:8]})"

    @cached_property
    def footprint_record(self) -> ReadRecord | None:
        """Its record of role `footprint`."""
        return next((record for record in self.records if record.listed.role == FOOTPRINT), None)

    @cached_property
    def footprint(self) -> Footprint | None:
        """Its figures, where they are disclosed and can be read."""
        return self.footprint_record.footprint if self.footprint_record else None

    @cached_property
    def other_ids(self) -> tuple[str, ...]:
        """The ids by which the record of its footprint names a product, where it names some and none of them is the credential's.
        GTINs are compared as that, in whatever form."""
        recorded = self.footprint.product_ids if self.footprint else ()
        if not recorded:
            return ()
        from carbonseal.goods.spelling import gtin_of

        named = {gtin_of(one) or one for one in self.credential.identities}
        return () if any((gtin_of(one) or one) in named for one in recorded) else recorded

    @cached_property
    def lot(self) -> Lot | None:
        """The key of its lot; None where it has none."""
        return self.credential.lot

    @cached_property
    def figure(self) -> Figure | Missing:
        """The total of its footprint, kg CO2e for its declared amount."""
        if self.footprint is None:
            return self.lacking
        return self.footprint.total or Missing((phrases.TOTAL(product=self.label),))

    @property
    def gross(self) -> Figure | Missing:
        """The total without its removals and captures, which are 0 or less."""
        total = self.figure
        removals = self.footprint.removals if self.footprint else ()
        if isinstance(total, Missing) or not removals:
            return total
        value = total.value - sum((one.value for one in removals), Fraction(0))
        half = total.half + sum((one.half for one in removals), Fraction(0))
        return Figure(value, half, total.pointer, total.is_number)

    @cached_property
    def lacking(self) -> Missing:
        """Why it has no footprint; only where it has none."""
        record = self.footprint_record
        if record is None:
            return Missing((phrases.NO_FOOTPRINT(product=self.label),))
        if not record.is_disclosed:
            return Missing((phrases.WITHHELD(product=self.label),))
        if record.problem:
            return Missing((phrases.NOT_OF_PROFILE(product=self.label, profile=record.listed.profile),))
        return Missing((phrases.NO_FIGURES(profile=record.listed.profile),))


@dataclass(frozen=True, eq=False)
class Edge:
    """A component as its parent lists it, equal to itself alone. `child` is None where the passport does not carry it."""

    parent: Product
    component: Component
    child: Product | None

    @property
    def is_used(self) -> bool:
        """Whether the parent signed that this very figure entered its own."""
        return self.component.basis == USED

    @property
    def label(self) -> str:
        """The child's label."""
        return self.child.label if self.child else f"({self.component.digest.hex()[:8]})"

    @cached_property
    def quantity(self) -> tuple[Fraction, Unit] | Missing:
        """How much of the component is in the declared amount of the parent's footprint: quantity x declared amount (in
        per.unit) / per.amount, in the component's unit (DESIGN.md, "The way of a figure")."""
        footprint = self.parent.footprint
        if footprint is None:
            return self.parent.lacking
        if self.per_one is None:
            return Missing((phrases.QUANTITY(component=self.label),))
        unit, per_unit = self.unit, self.per_unit
        if unit is None or per_unit is None:
            listed = self.component
            return Missing((phrases.UNIT(component=self.label, unit=listed.unit, per=listed.per.unit),))
        declared = amount_in(footprint, per_unit, self.parent.label)
        return declared if isinstance(declared, Missing) else (self.per_one * declared, unit)

    @cached_property
    def per_one(self) -> Fraction | None:
        """How much of the component, in its `unit`, went into one `per_unit` of the parent; None where that is not stated."""
        quantity, amount = read_decimal(self.component.quantity), read_decimal(self.component.per.amount)
        if quantity is None or amount is None or not amount.value:
            return None
        return quantity.value if amount.value == 1 else quantity.value / amount.value

    @property
    def unit(self) -> Unit | None:
        """The unit in which the component is listed."""
        return units.find(self.component.unit)

    @property
    def per_unit(self) -> Unit | None:
        """The unit of the parent that it is listed per."""
        return units.find(self.component.per.unit)

    @cached_property
    def units_of_child(self) -> Fraction | Missing:
        """How many declared amounts of the child's footprint are in the declared amount of the parent's."""
        quantity = self.quantity
        if self.child is None:
            missing = self.not_carried
            return missing + quantity if isinstance(quantity, Missing) else missing
        if self.child.footprint is None:
            lacking = self.child.lacking
            return quantity + lacking if isinstance(quantity, Missing) else lacking
        if isinstance(quantity, Missing):
            return quantity
        declared = amount_in(self.child.footprint, quantity[1], self.child.label)
        return declared if isinstance(declared, Missing) else quantity[0] / declared

    @cached_property
    def contribution(self) -> Figure | Missing:
        """What the component brings, kg CO2e in the declared amount of its parent: quantity x figure."""
        return self._brought(self.child.figure) if self.child else self.not_carried

    @cached_property
    def gross_contribution(self) -> Figure | Missing:
        """What it brings, removals and captures left out."""
        return self._brought(self.child.gross) if self.child else self.not_carried

    def _brought(self, figure: Figure | Missing) -> Figure | Missing:
        count = self.units_of_child
        if isinstance(count, Missing):
            return count
        parent, child = self.parent.footprint, self.child.footprint if self.child else None
        lacking = incomparable(parent, child) if parent and child else []
        if lacking:
            labels = {"one": self.label, "other": self.parent.label}
            return Missing(tuple(phrases.COMPARABLE[what](**labels) for what in lacking))
        return figure if isinstance(figure, Missing) else figure.times(count)

    @property
    def not_carried(self) -> Missing:
        """Why nothing is known of it; only where `child` is None."""
        return Missing((phrases.NOT_CARRIED(component=self.label),))


@dataclass(frozen=True)
class Graph:
    """The products of a passport, by digest; the root first, parents before the components that they list first."""

    root: Product
    products: Mapping[bytes, Product]

    @cached_property
    def edges(self) -> Mapping[bytes, tuple[Edge, ...]]:
        """The components of each product, by its digest, in its order."""
        return {
            digest: tuple(Edge(one, part, self.products.get(part.digest)) for part in one.credential.components)
            for digest, one in self.products.items()
        }

    @cached_property
    def footprints(self) -> tuple[tuple[Place, Footprint | Missing], ...]:
        """Every record with figures once, at the first product that lists it; and each product that has no footprint to look
        at, with the reason."""
        found: list[tuple[Place, Footprint | Missing]] = []
        seen: set[bytes] = set()
        for product in self.products.values():
            if product.footprint is None:
                found.append(((product.label,), product.lacking))
            for record in product.records:
                if record.footprint is not None and record.listed.commitment not in seen:
                    seen.add(record.listed.commitment)
                    role = record.listed.role
                    place = (product.label,) if role == FOOTPRINT else (product.label, f"record {role}")
                    found.append((place, record.footprint))
        return tuple(found)

    @property
    def is_bare(self) -> bool:
        """Whether it is one product by itself of which there are no figures, no components and no batch: nothing to look at."""
        root = self.root
        return (
            len(self.products) == 1
            and not root.credential.components
            and root.credential.batch is None
            and all(record.footprint is None and record.problem is None for record in root.records)
        )

    def edges_of(self, product: Product) -> tuple[Edge, ...]:
        """The components of one product."""
        return self.edges[product.credential.digest]

    def all_edges(self) -> Iterator[Edge]:
        """Every edge once."""
        return (edge for edges in self.edges.values() for edge in edges)


def amount_in(footprint: Footprint, unit: Unit, label: str) -> Fraction | Missing:
    """The declared amount of a footprint in `unit`: by the table of units, else by the mass that the same footprint states."""
    if footprint.functional_unit:
        return Missing((phrases.FUNCTIONAL_UNIT(product=label, unit=footprint.functional_unit),))
    if footprint.amount is None or footprint.unit is None:
        word = footprint.unit_word
        return Missing(
            (phrases.DECLARED_UNIT(product=label, unit=word) if word else phrases.DECLARED_AMOUNT(product=label),)
        )
    if footprint.unit is unit:
        return footprint.amount.value
    factor = footprint.unit.to(unit)
    if factor is not None:
        return footprint.amount.value * factor
    if unit.dimension == units.MASS and footprint.mass is not None and footprint.mass.value:
        return footprint.mass.value / unit.factor
    return Missing((phrases.CONVERSION(product=label, unit=footprint.unit.name, wanted=unit.name),))


def graph_of(passport: Passport, lookup: Lookup, existed_by: Mapping[bytes, datetime | None] | None = None) -> Graph:
    """The graph of a passport. `lookup` finds the profiles whose figures are read; `existed_by` has the times that seals prove, by
    digest. Raises nothing: a record that its profile refuses has no figures, and a `problem`."""
    times = existed_by or {}
    products = {
        digest: Product(
            one.signed, tuple(_read(passport, record, lookup) for record in one.signed.records), times.get(digest)
        )
        for digest, one in passport.citations.credentials.items()
    }
    return Graph(products[passport.root], products)


def _read(passport: Passport, listed: ListedRecord, lookup: Lookup) -> ReadRecord:
    disclosed = passport.records.get(listed.commitment)
    if disclosed is None or disclosed.profile != listed.profile:
        return ReadRecord(listed, is_disclosed=disclosed is not None)
    if disclosed.file is not None:  # whose figures nothing reads
        return ReadRecord(listed, True)
    try:
        profile = lookup(listed.profile)
    except Refused:  # a format that this version, or this machine, does not know accuses nobody
        return ReadRecord(listed, True)
    try:
        profile.check(disclosed.document)
        return ReadRecord(listed, True, profile.footprint(disclosed.document))
    except Refused as refused:
        return ReadRecord(listed, True, None, refused.finding)
