"""Check *duplicate*: one product has one figure for one period, boundary and unit (check 16).

Another plant, variant, lot or set of GWP factors is another key. Where a document with the same id, or the same lot, has two
figures, its issuer contradicts itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from carbonseal.flow.checks import Setting
from carbonseal.flow.comparison import Comparison, Grade
from carbonseal.flow.graph import Graph, Product
from carbonseal.flow.rules import Rejects, Result, fails, holds
from carbonseal.footprints.figures import Figure, decimal_text
from carbonseal.footprints.model import Footprint

HOLDS = holds("duplicate.holds", "products that have one figure each: {count}")
HELD = Result(HOLDS)
DIFFERS = fails(
    "duplicate.differs",
    "{label} and {other} are about the same product, period and boundary, and state {stated} and {computed} kg CO2e per unit",
    "ask the issuer which of them holds",
    Rejects.DEPENDS,
)


class Duplicate:
    """Figures of one product."""

    name = "duplicate"

    def run(self, graph: Graph, setting: Setting) -> Iterable[Result]:
        """One result for each product with a figure, and one for each other figure that it has."""
        groups: dict[object, list[Product]] = defaultdict(list)
        for product in graph.products.values():
            if product.footprint is not None and not product.footprint.is_deprecated:
                groups[_key(product, product.footprint)].append(product)
        for group in groups.values():
            yield from _results(group, setting)


CHECK = Duplicate()


def _key(product: Product, footprint: Footprint) -> object:
    credential = product.credential
    return (
        credential.issuer,
        credential.subject,
        credential.facility.id if credential.facility else "",
        product.lot,
        footprint.period,
        footprint.boundary,
        footprint.basis,
        footprint.unit.dimension if footprint.unit else footprint.unit_word,
        footprint.geographies,
        footprint.gwp_sets,
        footprint.functional_unit,
    )


def _results(group: Sequence[Product], setting: Setting) -> Iterator[Result]:
    """Every current product of one key against the first."""
    if len(group) == 1:
        footprint = group[0].footprint
        if footprint and footprint.total and footprint.amount and footprint.amount.value:
            yield HELD
        return
    current = [(one, stated) for one in _current(group) if one.footprint and (stated := _per_base_unit(one.footprint))]
    if not current:
        return
    (first, stated), *others = current
    yield HELD
    for other, other_stated in others:
        compared = Comparison(stated, other_stated.value, [other_stated.half], setting.band)
        if compared.grade is Grade.APART:
            facts = {"stated": decimal_text(stated.value), "computed": decimal_text(other_stated.value)}
            yield Result(
                DIFFERS,
                facts=facts | {"label": first.label, "other": other.label},
                is_decisive=first.lot is not None or _has_same_id(first, other),
            )


def _per_base_unit(footprint: Footprint) -> Figure | None:
    """The total for one kilogram, piece and so on: a figure per tonne is the same product's."""
    stated = footprint.per_unit()
    return stated.times(1 / footprint.unit.factor) if stated and footprint.unit else stated


def _has_same_id(one: Product, other: Product) -> bool:
    ids = [product.footprint.id if product.footprint else "" for product in (one, other)]
    return bool(ids[0]) and ids[0] == ids[1]


def _current(group: Sequence[Product]) -> list[Product]:
    """Those that no other of the group replaces, by its credential or its footprint: an id that it precedes, or a later version of
    one id."""
    credentials = {one.credential.supersedes for one in group}
    footprints = [(one, one.footprint) for one in group if one.footprint is not None]
    preceding = {id for _, footprint in footprints for id in footprint.preceding if id != footprint.id}
    latest: dict[str, int] = {}
    for _, footprint in footprints:
        latest[footprint.id] = max(latest.get(footprint.id, 0), footprint.version)
    return [
        one
        for one, footprint in footprints
        if one.credential.digest not in credentials
        and footprint.id not in preceding
        and (not footprint.id or footprint.version == latest[footprint.id])
    ]
