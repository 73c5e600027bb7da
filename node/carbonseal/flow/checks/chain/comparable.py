"""Check *comparable*: what is added up is of one kind: boundary, biogenic basis, GWP set and time (check 13).

Twelve-month windows differ between companies: periods that overlap hold; older data are noted by their age, up to three years.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from carbonseal.flow import phrases
from carbonseal.flow.checks import Setting
from carbonseal.flow.checks.record.validity import years_later
from carbonseal.flow.graph import Edge, Graph, Product
from carbonseal.flow.phrases import all_missing
from carbonseal.flow.rules import Kind, Rejects, Result, fails, holds, not_checkable, remark
from carbonseal.footprints.model import Basis, Footprint, Period
from carbonseal.footprints.stages import stages_text
from carbonseal.instants import format_instant

OLDEST_YEARS = 3

HOLDS = holds("comparable.holds", "components that compare with what they went into: {count}")
HELD = Result(HOLDS)
BOUNDARY = fails(
    "comparable.boundary",
    "{label} covers {component}, the product {product}: their figures do not add up",
    "ask for a footprint of the component with the product's boundary",
    Rejects.NEVER,
)
BASIS = fails(
    "comparable.basis",
    "{label} is stated {component}, the product {product}: their figures do not add up",
    "ask for a footprint of the component on the product's basis",
    Rejects.NEVER,
)
PERIOD = fails(
    "comparable.period",
    "the data of {label} are of {component}, the product's of {product}",
    "ask for a newer footprint of the component",
    Rejects.NEVER,
)
OLDER = remark("comparable.older", "the data of {label} are older: of {component}, the product's of {product}")
GWP_SET = remark("comparable.gwp-set", "{label} uses the factors of {component}, the product those of {product}")
PROSPECTIVE = remark("comparable.prospective", "the figure of {label} is a forecast")
FUNCTIONAL_UNIT = fails(
    "comparable.functional-unit",
    "the figure of {label} is per {component}: no quantity of goods multiplies with it",
    "ask for a footprint of the component per declared amount",
    Rejects.NEVER,
)
NOT_CHECKABLE = not_checkable("comparable")


class Comparable:
    """Components against what they went into."""

    name = "comparable"

    def run(self, graph: Graph, _: Setting) -> Iterable[Result]:
        """One result or more for each component."""
        for edge in graph.all_edges():
            place = (edge.parent.label,)
            lacking = [
                product.lacking if product else edge.not_carried
                for product in (edge.parent, edge.child)
                if product is None or product.footprint is None
            ]
            if lacking:
                yield Result(NOT_CHECKABLE, place, {"missing": all_missing(lacking)})
            elif edge.parent.footprint and edge.child and edge.child.footprint:
                found = [*_results(edge.parent.footprint, edge.child, edge.child.footprint)] or [HELD]
                yield from (_weighed(result, edge).under(place) for result in found)


CHECK = Comparable()


def _weighed(result: Result, edge: Edge) -> Result:
    """A figure that is only listed entered no other: that it could not is no fault."""
    if edge.is_used or result.rule.kind is not Kind.FAILS:
        return result
    return Result(NOT_CHECKABLE, facts={"missing": phrases.USED_FIGURE(component=edge.label)})


def _results(parent: Footprint, product: Product, child: Footprint) -> Iterator[Result]:
    told = {"label": product.label}
    if child.functional_unit:
        yield Result(FUNCTIONAL_UNIT, facts=told | {"component": child.functional_unit})
    if parent.boundary and child.boundary and parent.boundary != child.boundary:
        facts = {"component": stages_text(child.boundary), "product": stages_text(parent.boundary)}
        yield Result(BOUNDARY, facts=told | facts)
    if parent.basis != child.basis and Basis.UNSTATED not in (parent.basis, child.basis):
        yield Result(BASIS, facts=told | {"component": child.basis.value, "product": parent.basis.value})
    if child.methods.prospective and not parent.methods.prospective:
        yield Result(PROSPECTIVE, facts=told)
    yield from _gwp_sets(parent, child, told)
    if parent.period and child.period:
        yield from _periods(parent.period, child.period, told)


def _gwp_sets(parent: Footprint, child: Footprint, told: dict[str, str]) -> Iterator[Result]:
    if len(parent.gwp_sets) == len(child.gwp_sets) == 1:
        if parent.gwp_sets != child.gwp_sets:
            yield Result(GWP_SET, facts=told | {"component": child.gwp_sets[0], "product": parent.gwp_sets[0]})
    elif parent.gwp_sets != child.gwp_sets or not parent.gwp_sets:
        yield Result(NOT_CHECKABLE, facts={"missing": phrases.GWP_SET(component=told["label"])})


def _periods(parent: Period, child: Period, told: dict[str, str]) -> Iterator[Result]:
    if not (parent.start and parent.end and child.start and child.end):
        return
    is_apart = child.start >= parent.end or years_later(child.end, OLDEST_YEARS) < parent.start
    if is_apart or child.end < parent.start:
        facts = told | {"component": _text(child), "product": _text(parent)}
        yield Result(PERIOD if is_apart else OLDER, facts=facts)


def _text(period: Period) -> str:
    assert period.start is not None
    assert period.end is not None
    return f"{format_instant(period.start)} to {format_instant(period.end)}"
