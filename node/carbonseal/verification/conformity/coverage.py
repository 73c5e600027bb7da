"""Coverage: which part of the root's figure statements cover, recomputed along the tree.

- A product whose footprint is covered counts with its whole figure, and nothing below it again.
- Of another product what its `used` components bring, each as far as it is covered; at most the product's own figure.
- A figure that is withheld, negative or not comparable counts 0. What statements cover is at most the root's figure.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from carbonseal.flow.graph import Edge, Graph, Product
from carbonseal.flow.phrases import Missing, named

IsCovered = Callable[[Product], bool]
MOST_NAMED = 5


def covered_share(graph: Graph, is_covered: IsCovered) -> Fraction | Missing:
    """The share of the root's figure, from 0 to 1; 0 where the figure is not above 0. Missing where it is not known."""
    root = graph.root.figure
    if isinstance(root, Missing):
        return root
    covered: dict[bytes, Fraction] = {}
    for product in reversed(list(_parents_first(graph))):
        covered[product.credential.digest] = _covered(graph, product, is_covered, covered)
    return covered[graph.root.credential.digest] / root.value if root.value > 0 else Fraction(0)


def _covered(graph: Graph, product: Product, is_covered: IsCovered, known: dict[bytes, Fraction]) -> Fraction:
    """How much of a product's figure is covered, kg CO2e for its declared amount."""
    figure = product.figure
    if isinstance(figure, Missing) or figure.value <= 0:
        return Fraction(0)
    if is_covered(product):
        return figure.value
    brought = (_brought(edge, known) for edge in graph.edges_of(product) if edge.is_used)
    return min(sum(brought, Fraction(0)), figure.value)


def _brought(edge: Edge, known: dict[bytes, Fraction]) -> Fraction:
    count = edge.units_of_child
    if edge.child is None or isinstance(count, Missing) or isinstance(edge.contribution, Missing):
        return Fraction(0)
    return known[edge.component.digest] * count


def _parents_first(graph: Graph) -> list[Product]:
    """Every product behind all those that list it."""
    order: list[Product] = []
    waiting = dict.fromkeys(graph.products, 0)
    for edge in graph.all_edges():
        if edge.child is not None:
            waiting[edge.child.credential.digest] += 1
    ready = [graph.root]
    while ready:
        product = ready.pop()
        order.append(product)
        for edge in graph.edges_of(product):
            if edge.child is not None:
                digest = edge.child.credential.digest
                waiting[digest] -= 1
                if not waiting[digest]:
                    ready.append(edge.child)
    return order


def uncovered(graph: Graph, is_covered: IsCovered) -> Missing:
    """The products that lack a statement: those that no covered one stands above, the root first."""
    found: list[str] = []
    seen: set[bytes] = set()
    queue = [graph.root]
    for product in queue:  # grows while it is walked
        if product.credential.digest not in seen and not is_covered(product):
            seen.add(product.credential.digest)
            found.append(product.label)
            queue += [edge.child for edge in graph.edges_of(product) if edge.child is not None]
    return named(found, MOST_NAMED)
