"""Check *order*: the order in which a component and its product were anchored is told, and never fails (check 8).

Both times are upper bounds, and a product cites its component by digest, which shows what was there first.
"""

from __future__ import annotations

from collections.abc import Iterable

from carbonseal.flow import phrases
from carbonseal.flow.checks import Setting
from carbonseal.flow.graph import Graph
from carbonseal.flow.rules import Result, holds, not_checkable, remark
from carbonseal.instants import format_instant

HOLDS = holds("order.holds", "components that were anchored before what they went into: {count}")
HELD = Result(HOLDS)
LATER = remark(
    "order.later",
    "{label} existed by {component}, the product by {product}: the component was anchored later than what cites it",
)
NOT_CHECKABLE = not_checkable("order")


class Order:
    """Times of components and products."""

    name = "order"

    def run(self, graph: Graph, _: Setting) -> Iterable[Result]:
        """One result for each component."""
        for edge in graph.all_edges():
            parent, child = edge.parent, edge.child
            time = child.existed_by if child else None
            if child is None or time is None or parent.existed_by is None:
                yield Result(NOT_CHECKABLE, (parent.label,), {"missing": phrases.TIMES(component=edge.label)})
            elif time <= parent.existed_by:
                yield HELD
            else:
                facts = {"component": format_instant(time), "product": format_instant(parent.existed_by)}
                yield Result(LATER, (parent.label,), facts | {"label": child.label})


CHECK = Order()
