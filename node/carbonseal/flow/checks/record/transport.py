"""Check *transport*: in a transport chain, activity = distance x mass, emissions = activity x intensity, and the legs come to the
total (check 17, iLEAP). It gives nothing for footprints without legs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter

from carbonseal.findings import Phrase
from carbonseal.flow import phrases
from carbonseal.flow.checks import Setting
from carbonseal.flow.comparison import Comparison, Grade
from carbonseal.flow.graph import Graph
from carbonseal.flow.phrases import Missing
from carbonseal.flow.rules import Rejects, Result, fails, holds, not_checkable, remark
from carbonseal.footprints.figures import Figure, exact_sum
from carbonseal.footprints.model import Footprint, TransportLeg

_REMEDY = "ask the issuer for a corrected footprint"

HOLDS = holds("transport.holds", "figures of transport legs that follow from the others: {count}")
NEAR = remark("transport.near", "{name} is {stated}, and {computed} is computed: {difference} apart, within {allowed}")
DIFFERS = fails(
    "transport.differs",
    "{name} is {stated}, and {computed} is computed: {difference} apart, and {allowed} is allowed",
    _REMEDY,
    Rejects.ALWAYS,
)
CYCLE = fails("transport.cycle", "the legs {legs} come before one another", _REMEDY, Rejects.ALWAYS)
NOT_CHECKABLE = not_checkable("transport")


class Transport:
    """Legs against each other and the total."""

    name = "transport"

    def run(self, graph: Graph, setting: Setting) -> Iterable[Result]:
        """One result for each figure of each leg, one for the sum, one for the order."""
        for place, footprint in graph.footprints:
            if not isinstance(footprint, Missing) and footprint.legs:
                yield from (result.under(place) for result in _results(footprint, setting))


CHECK = Transport()


def _results(footprint: Footprint, setting: Setting) -> Iterator[Result]:
    for leg in footprint.legs:
        activity, emissions = _activity(leg), _times(leg.activity, leg.intensity)
        if leg.activity is None or activity is None:
            yield Result(NOT_CHECKABLE, facts={"missing": phrases.LEG_ACTIVITY(leg=leg.id)})
        else:
            yield _sum(phrases.THE_ACTIVITY(leg=leg.id), leg.activity, [activity], setting)
        if leg.emissions is None or emissions is None:
            yield Result(NOT_CHECKABLE, facts={"missing": phrases.LEG_EMISSIONS(leg=leg.id)})
        else:
            yield _sum(phrases.THE_EMISSIONS(leg=leg.id), leg.emissions, [emissions], setting)
        if leg.shares:
            one = Figure(Fraction(1), Fraction(0), leg.pointer)
            yield _sum(phrases.THE_SHARES(leg=leg.id), one, leg.shares, setting)
    if not footprint.sums:  # else the format has other lines beside the legs, and the check total adds up all of them
        yield _total(footprint, setting)
    yield from _order(footprint.legs)


def _total(footprint: Footprint, setting: Setting) -> Result:
    emissions = [leg.emissions for leg in footprint.legs if leg.emissions is not None]
    if footprint.total is not None and len(emissions) == len(footprint.legs):
        return _sum(phrases.THE_TOTAL(), footprint.total, emissions, setting)
    return Result(NOT_CHECKABLE, facts={"missing": phrases.LEG_SUM()})


def _activity(leg: TransportLeg) -> Figure | None:
    """Tonne kilometres, of kilometres and kilograms."""
    product = _times(leg.distance, leg.mass)
    return None if product is None else product.times(Fraction(1, 1000))


def _times(one: Figure | None, other: Figure | None) -> Figure | None:
    if one is None or other is None:
        return None
    return Figure(one.value * other.value, one.half * abs(other.value) + other.half * abs(one.value))


def _sum(name: Phrase, stated: Figure, parts: Sequence[Figure], setting: Setting) -> Result:
    computed = exact_sum(one.value for one in parts)
    comparison = Comparison(stated, computed, [one.half for one in parts], setting.band)
    rule = {Grade.COARSE: NEAR, Grade.NEAR: NEAR, Grade.APART: DIFFERS}.get(comparison.grade, HOLDS)
    return Result(rule, facts=comparison.facts() | {"name": name})


def _order(legs: tuple[TransportLeg, ...]) -> Iterator[Result]:
    try:
        TopologicalSorter({leg.id: leg.preceding for leg in legs}).prepare()
    except CycleError as error:
        yield Result(CYCLE, facts={"legs": ", ".join(map(str, error.args[1]))})
