"""Check *stages*: no stage of the life cycle is counted twice (check 14).

A component's transport to its buyer (A4) is the buyer's A2. Stages beyond the gate are records of their own; one that lies inside
the footprint's own boundary, or that two products list, is counted twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from carbonseal.flow import phrases
from carbonseal.flow.checks import Setting
from carbonseal.flow.graph import Graph, Product
from carbonseal.flow.rules import Rejects, Result, fails, holds, not_checkable, remark
from carbonseal.footprints.stages import Stages as Modules
from carbonseal.footprints.stages import stages_text
from carbonseal.passport.products import STAGE

_REMEDY = "ask the issuer which of the two counts it"

HOLDS = holds("stages.holds", "products that count each stage once: {count}")
HELD = Result(HOLDS)
INSIDE = fails(
    "stages.inside",
    "the stage {stage} is a record of its own, and inside the footprint's boundary {boundary}",
    _REMEDY,
    Rejects.NEVER,
)
TWICE = fails("stages.twice", "the record of the stage {stage} is listed by {label}, too", _REMEDY, Rejects.NEVER)
DELIVERED = remark(
    "stages.delivered",
    "{label} is stated with its delivery, which is the product's own A2: it counts once only",
)
NOT_CHECKABLE = not_checkable("stages")


class Stages:
    """Stages of each product."""

    name = "stages"
    not_checkable = NOT_CHECKABLE

    def run(self, graph: Graph, _: Setting) -> Iterable[Result]:
        """One result for each product, and more where stages are counted twice."""
        first: dict[bytes, Product] = {}
        for product in graph.products.values():
            found = [*_own(product), *_delivered(graph, product)]
            for record in product.records:
                if record.listed.role == STAGE:
                    other = first.setdefault(record.listed.commitment, product)
                    if other is not product:
                        found.append(Result(TWICE, facts={"stage": record.listed.stage, "label": other.label}))
            footprint = product.footprint
            if footprint is None or footprint.boundary is None:
                missing = product.lacking if footprint is None else phrases.BOUNDARY(product=product.label)
                found.append(Result(NOT_CHECKABLE, facts={"missing": missing}))
            yield from (result.under((product.label,)) for result in found or [HELD])


CHECK = Stages()


def _own(product: Product) -> Iterator[Result]:
    boundary = product.footprint.boundary if product.footprint else None
    for record in product.records:
        if boundary and record.listed.role == STAGE and _inside(record.listed.stage, boundary):
            yield Result(INSIDE, facts={"stage": record.listed.stage, "boundary": stages_text(boundary)})


def _inside(stage: str, boundary: Modules) -> bool:
    """Whether a module, or one of a group that is named by its letter, is in the boundary."""
    return any(module == stage or module[:1] == stage for module in boundary)


def _delivered(graph: Graph, product: Product) -> Iterator[Result]:
    for edge in graph.edges_of(product):
        boundary = edge.child.footprint.boundary if edge.child and edge.child.footprint else None
        if boundary and "A4" in boundary and edge.is_used:
            yield Result(DELIVERED, facts={"label": edge.label})
