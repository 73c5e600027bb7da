"""Check *primary-data*: the primary data share of a product is at most what its components' shares allow (check 15).

Its own part counts as wholly primary, and so does a component that states no share: the bound is from above.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from carbonseal.flow import phrases
from carbonseal.flow.checks import Setting
from carbonseal.flow.graph import Edge, Graph, Product
from carbonseal.flow.phrases import Missing
from carbonseal.flow.rules import Rejects, Result, fails, holds, not_checkable
from carbonseal.footprints.figures import Figure, decimal_text, exact_sum, is_less

WHOLE = Fraction(100)  # percent

HOLDS = holds("primary-data.holds", "primary data shares within what the components allow: {count}")
HELD = Result(HOLDS)
ABOVE = fails(
    "primary-data.above",
    "the primary data share is {stated} %, and the components' shares allow {allowed} % at most",
    "ask the issuer for the share that its components leave",
    Rejects.DEPENDS,
)
NOT_CHECKABLE = not_checkable("primary-data", "ask the issuer for primary data shares, in percent")


class PrimaryData:
    """Shares of primary data."""

    name = "primary-data"

    def run(self, graph: Graph, _: Setting) -> Iterable[Result]:
        """One result for each product that lists components."""
        for product in graph.products.values():
            edges = graph.edges_of(product)
            if edges:
                yield _result(product, edges).under((product.label,))


CHECK = PrimaryData()


def _result(product: Product, edges: Sequence[Edge]) -> Result:
    share = product.footprint.primary_data_share if product.footprint else None
    total = product.figure
    if isinstance(total, Missing):
        return Result(NOT_CHECKABLE, facts={"missing": total})
    if share is None or total.value.numerator <= 0 or share.is_proper_fraction:
        return Result(NOT_CHECKABLE, facts={"missing": phrases.PRIMARY_DATA_SHARE(product=product.label)})
    if product.footprint and product.footprint.has_co_products:
        return Result(NOT_CHECKABLE, facts={"missing": phrases.CO_PRODUCTS()})
    brought = [
        (-figure.value if figure.is_negative else figure.value, _share(edge))
        for edge in edges
        if isinstance(figure := edge.contribution, Figure)
    ]  # the rest counts as primary
    lowest = share.value - share.half
    own = total.value - exact_sum([size for size, _ in brought])
    if own.numerator < 0:
        return Result(NOT_CHECKABLE, facts={"missing": phrases.TOO_MUCH()})
    if not any(is_less(allowed, lowest) for allowed in (WHOLE, *(allowed for _, allowed in brought))):
        return HELD  # the bound is their mean
    most = exact_sum((own * WHOLE, *(size * allowed for size, allowed in brought))) / total.value
    if lowest <= most:
        return HELD
    is_decisive = len(brought) == len(edges) and all(edge.is_used for edge in edges)
    facts = {"stated": decimal_text(share.value), "allowed": decimal_text(most), "pointer": share.pointer}
    return Result(ABOVE, facts=facts, is_decisive=is_decisive)


def _share(edge: Edge) -> Fraction:
    """The share that a component may have at most: all of it where it states none, or one that looks like a fraction."""
    share = edge.child.footprint.primary_data_share if edge.child and edge.child.footprint else None
    if share is None or share.is_proper_fraction:
        return WHOLE
    most = share.value + share.half
    return most if is_less(most, WHOLE) else WHOLE
