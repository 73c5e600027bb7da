"""Check *contributions*: a product's figure is at least what its components bring (check 10).

The sum of quantity x figure of all components is at most the product's own figure; the rest is its own part. Where a product or a
component has removals, captures or a negative figure, gross figures are compared on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from carbonseal.flow import phrases
from carbonseal.flow.checks import Setting
from carbonseal.flow.comparison import Comparison, Grade
from carbonseal.flow.graph import Edge, Graph, Product
from carbonseal.flow.phrases import Missing, all_missing
from carbonseal.flow.rules import Rejects, Result, fails, holds, not_checkable, remark
from carbonseal.footprints.figures import Figure, exact_sum

HOLDS = holds("contributions.holds", "figures that are at least what their components bring: {count}")
HELD = Result(HOLDS)
NEAR = remark(
    "contributions.near",
    "the figure is {stated}, its components bring {computed} kg CO2e: {difference} apart, within {allowed}",
)
EXCEED = fails(
    "contributions.exceed",
    "the figure is {stated}, its components bring {computed} kg CO2e: {difference} apart, and {allowed} is allowed",
    "ask the issuer which figures of its components entered its own",
    Rejects.DEPENDS,
)
NOT_CHECKABLE = not_checkable("contributions", "ask the issuer to disclose what is missing")


class Contributions:
    """Figures against what components bring."""

    name = "contributions"

    def run(self, graph: Graph, setting: Setting) -> Iterable[Result]:
        """One result for each product that lists components."""
        for product in graph.products.values():
            edges = graph.edges_of(product)
            if edges:
                yield _result(product, edges, setting).under((product.label,))


CHECK = Contributions()


def _result(product: Product, edges: Sequence[Edge], setting: Setting) -> Result:
    """Over all components, then over those alone that the issuer signed as used: what these exceed, it contradicts itself."""
    compared = _comparison(product, edges, setting)
    if isinstance(compared, Missing):
        return _known_alone(product, edges, setting) or Result(NOT_CHECKABLE, facts={"missing": compared})
    if not compared.is_below or compared.grade is Grade.EQUAL:
        return HELD
    if compared.grade is not Grade.APART:
        return Result(NEAR, facts=compared.facts())
    if product.footprint and product.footprint.has_co_products:
        return Result(NOT_CHECKABLE, facts={"missing": phrases.CO_PRODUCTS()})
    used = _comparison(product, [edge for edge in edges if edge.is_used], setting)
    is_decisive = isinstance(used, Comparison) and used.is_below and used.grade is Grade.APART
    return Result(EXCEED, facts=compared.facts(), is_decisive=is_decisive)


def _known_alone(product: Product, edges: Sequence[Edge], setting: Setting) -> Result | None:
    """Where some components are not known: those that are, if they bring too much by themselves. It shows no contradiction, as
    what is not known could be below 0. None where there is nothing to say, or credits are in play."""
    known = [edge for edge in edges if isinstance(edge.contribution, Figure)]
    if _has_credits(product, known) or (product.footprint and product.footprint.has_co_products):
        return None
    compared = _comparison(product, known, setting)
    if isinstance(compared, Missing) or not compared.is_below or compared.grade is not Grade.APART:
        return None
    return Result(EXCEED, facts=compared.facts(), is_decisive=False)


def _comparison(product: Product, edges: Sequence[Edge], setting: Setting) -> Comparison | Missing:
    """The product's figure against the sum of what these components bring; gross on both sides where credits are in play."""
    total = product.figure
    brought = [edge.contribution for edge in edges]
    known = [figure for figure in brought if isinstance(figure, Figure)]
    if _has_credits(product, edges):
        total = product.gross
        brought = [edge.gross_contribution for edge in edges]
        known = [figure for figure in brought if isinstance(figure, Figure)]
        if any(figure.is_negative for figure in known):
            return Missing((phrases.NEGATIVE(),))
    missing = all_missing((total, *brought))
    if isinstance(total, Missing) or missing:
        return missing
    computed = exact_sum([figure.value for figure in known])
    return Comparison(total, computed, [figure.half for figure in known], setting.band)


def _has_credits(product: Product, edges: Sequence[Edge]) -> bool:
    """Whether the product or a component has removals, or a component a figure below 0."""
    products = [product, *(edge.child for edge in edges if edge.child is not None)]
    return any(one.footprint and one.footprint.removals for one in products) or any(
        isinstance(edge.contribution, Figure) and edge.contribution.is_negative for edge in edges
    )
