"""Recall: how the figures of other products change where a product states a new figure.

The change goes up the chain with the quantities that products state: a product that used q declared amounts of the corrected one
changes by q x (new - old), and so do those that used it. Nothing else is computed anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from carbonseal.footprints.comparability import incomparable
from carbonseal.footprints.figures import Figure
from carbonseal.values import dataclass

from . import phrases
from .graph import Graph, Product
from .phrases import Missing, all_missing


@dataclass(frozen=True, slots=True)
class Impact:
    """What a correction does to one product: `change` is kg CO2e for its declared amount."""

    product: Product
    old: Figure | Missing
    change: Fraction | Missing
    is_used: (
        bool  # whether every step of the way is signed as used; else its figure may never have had the old one in it
    )

    @property
    def new(self) -> Fraction | Missing:
        """The figure as it would be."""
        if isinstance(self.old, Missing):
            return self.old
        return self.change if isinstance(self.change, Missing) else self.old.value + self.change

    @property
    def relative(self) -> Fraction | None:
        """The change as a part of the old figure; None where it cannot be computed."""
        if isinstance(self.old, Missing) or isinstance(self.change, Missing) or not self.old.value:
            return None
        return self.change / abs(self.old.value)


def impacts(graph: Graph, old: bytes, new: Product) -> Iterator[Impact]:
    """How each product of the graph that uses the credential `old` (its digest), directly or not, changes where `new` comes in its
    place. Parts come before what they went into. Nothing where the graph has no such credential."""
    corrected = graph.products.get(old)
    if corrected is None:
        return
    changes: dict[bytes, tuple[Fraction | Missing, bool]] = {old: (_difference(corrected, new), True)}
    for product in _parts_first(graph):
        edges = [edge for edge in graph.edges_of(product) if edge.component.digest in changes]
        if not edges or product.credential.digest == old:
            continue
        change: Fraction | Missing = Fraction(0)
        is_used = True
        for edge in edges:
            below, below_used = changes[edge.component.digest]
            count = edge.units_of_child
            is_used = is_used and below_used and edge.is_used
            if isinstance(below, Missing) or isinstance(count, Missing) or isinstance(change, Missing):
                change = all_missing((change, below, count))
            else:
                change += count * below
        changes[product.credential.digest] = change, is_used
        yield Impact(product, product.figure, change, is_used)


def _difference(old: Product, new: Product) -> Fraction | Missing:
    """By how much the corrected product changes, for the declared amount that its old footprint states."""
    before, after = old.figure, new.figure
    if isinstance(before, Missing) or isinstance(after, Missing) or old.footprint is None or new.footprint is None:
        return all_missing((before, after))
    lacking = incomparable(old.footprint, new.footprint)
    if lacking:
        return Missing(tuple(phrases.COMPARABLE[what](one=old.label, other=new.label) for what in lacking))
    amounts = old.footprint.amount, new.footprint.amount
    factor = new.footprint.unit.to(old.footprint.unit) if old.footprint.unit and new.footprint.unit else None
    if factor is None or amounts[0] is None or amounts[1] is None:
        return Missing((phrases.SAME_UNIT(one=old.label, other=new.label),))
    return after.value / (amounts[1].value * factor) * amounts[0].value - before.value


def _parts_first(graph: Graph) -> Iterator[Product]:
    """All products, every component before what it went into."""
    done: set[bytes] = set()
    stack = [(graph.root, False)]
    while stack:
        product, is_open = stack.pop()
        digest = product.credential.digest
        if is_open:
            yield product
        elif digest not in done:
            done.add(digest)
            stack.append((product, True))
            stack += [(edge.child, False) for edge in graph.edges_of(product) if edge.child is not None]
