"""Check *quantities*: every component has an amount above 0, and no product is in itself (check 9).

Products are the same by any identifier; two lots of one product are two (rework feeds a product back into another lot), and so are
its makes of two periods (a cathode of scrap from the year before). A component may be listed several times: the quantities are
added.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from carbonseal.flow.checks import Setting
from carbonseal.flow.graph import Graph, Product
from carbonseal.flow.phrases import Missing
from carbonseal.flow.rules import Rejects, Result, fails, holds, not_checkable

HOLDS = holds("quantities.holds", "components whose amounts can be computed: {count}")
HELD = Result(HOLDS)
CYCLE = fails(
    "quantities.cycle",
    "a product is in itself: {products}",
    "ask the issuers which of them is a component of which",
    Rejects.DEPENDS,
)
ZERO = fails(
    "quantities.zero", "nothing of {label} went into the product", "ask the issuer for the quantity", Rejects.DEPENDS
)
NOT_CHECKABLE = not_checkable("quantities", "ask the issuer to state what is missing")


class Quantities:
    """Amounts, and cycles."""

    name = "quantities"

    def run(self, graph: Graph, _: Setting) -> Iterable[Result]:
        """One result for each component, and one for a cycle."""
        for edge in graph.all_edges():
            quantity = edge.quantity
            if isinstance(quantity, Missing):
                yield Result(NOT_CHECKABLE, (edge.parent.label,), {"missing": quantity})
            elif not quantity[0]:
                yield Result(ZERO, (edge.parent.label,), {"label": edge.label})
            else:
                yield HELD
        yield from _cycle(graph)


CHECK = Quantities()


def _cycle(graph: Graph) -> Iterator[Result]:
    if not any(graph.edges.values()):
        return
    credentials = [one.credential for one in graph.products.values()]
    identities = [identity for one in credentials for identity in (one.subject, *one.identifiers)]
    if len({*identities}) == len(identities):
        return  # a credential cites its components by digest: no credential is in itself
    same = _same_product(graph.products.values())
    parts: dict[Product, dict[Product, None]] = {}  # a set would give another cycle in another process
    for edge in graph.all_edges():
        if edge.child is not None:
            parts.setdefault(same[edge.parent.credential.digest], {})[same[edge.child.credential.digest]] = None
    try:
        TopologicalSorter(parts).prepare()
    except CycleError as error:
        cycle: list[Product] = error.args[1]
        issuers = {one.credential.issuer for one in cycle}
        labels = " -> ".join(one.label for one in cycle)
        # without lots it may be two makes that nothing tells apart
        is_decisive = len(issuers) == 1 and all(one.lot for one in cycle)
        yield Result(CYCLE, facts={"products": labels}, is_decisive=is_decisive)


def _same_product(products: Iterable[Product]) -> Mapping[bytes, Product]:
    """The first product with a common identifier and no other lot or period, by digest."""
    first: dict[tuple[object, ...], Product] = {}
    found = {}
    for product in products:
        credential, period = product.credential, product.footprint.period if product.footprint else None
        make = (product.lot, period.start, period.end) if period else (product.lot, None, None)
        keys = [(identity, *make) for identity in sorted(credential.identities)]
        one = next((first[key] for key in keys if key in first), product)
        first |= dict.fromkeys(keys, one)
        found[credential.digest] = one
    return found
