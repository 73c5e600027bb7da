"""Check *duplicate*: one product has one figure for one period, boundary and unit (check 16).

Another plant, variant, lot or set of GWP factors is another key. Where a document with the same id, or the same lot, has two
figures, its issuer contradicts itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from carbonseal.flow.checks import Setting
from carbonseal.flow.comparison import Comparison, Grade
from carbonseal.flow.graph import Graph, Product
from carbonseal.flow.rules import Rejects, Result, fails, holds
from carbonseal.footprints.figures import decimal_text
from carbonseal.footprints.model import Footprint

HOLDS = holds("duplicate.holds", "{count} products have one figure each")
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
        """One result for each product with a footprint, or for each pair that differs."""
        groups: dict[object, list[Product]] = defaultdict(list)
        for product in graph.products.values():
            if product.footprint is not None and not product.footprint.is_deprecated:
                groups[_key(product, product.footprint)].append(product)
        for group in groups.values():
            yield from [*_pairs(group, setting)] or [Result(HOLDS)]


CHECK = Duplicate()


def _key(product: Product, footprint: Footprint) -> object:
    credential = product.credential
    return (
        credential.issuer,
        credential.subject,
        credential.facility.id if credential.facility else "",
        credential.lot,
        footprint.period,
        footprint.boundary,
        footprint.basis,
        footprint.unit,
        footprint.geographies,
        footprint.gwp_sets,
        footprint.functional_unit,
    )


def _pairs(group: Sequence[Product], setting: Setting) -> Iterator[Result]:
    for one, other in combinations(group[:16], 2):
        first, second = one.footprint, other.footprint
        if first is None or second is None or _replaces(one, other) or _replaces(other, one):
            continue
        stated, other_stated = first.per_unit(), second.per_unit()
        if stated is None or other_stated is None:
            continue
        compared = Comparison(stated, other_stated.value, stated.half + other_stated.half, setting.band)
        if compared.grade is Grade.APART:
            facts = {
                "label": one.label,
                "other": other.label,
                "stated": decimal_text(stated.value),
                "computed": decimal_text(other_stated.value),
            }
            same = bool(first.id) and first.id == second.id
            yield Result(DIFFERS, facts=facts, is_decisive=same or one.credential.lot is not None)


def _replaces(one: Product, other: Product) -> bool:
    """Whether one says that it comes in the place of the other."""
    ids = (one.footprint, other.footprint)
    by_footprint = bool(ids[0] and ids[1] and ids[1].id and ids[1].id in ids[0].preceding)
    return one.credential.supersedes == other.credential.digest or by_footprint
