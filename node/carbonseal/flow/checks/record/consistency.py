"""Check *consistency*: what a footprint says twice agrees, and what it rates is in range (check 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from carbonseal.flow import phrases
from carbonseal.flow.checks import Setting
from carbonseal.flow.comparison import Comparison, Grade
from carbonseal.flow.graph import Graph
from carbonseal.flow.phrases import Missing
from carbonseal.flow.rules import Rejects, Result, fails, holds, not_checkable, remark
from carbonseal.footprints import units
from carbonseal.footprints.figures import decimal_text
from carbonseal.footprints.model import Footprint

_REMEDY = "ask the issuer for a corrected footprint"

HOLDS = holds("consistency.holds", "footprints that agree with themselves: {count}")
HELD = Result(HOLDS)
GEOGRAPHIES = fails(
    "consistency.geographies", "several geographies are given, and one is allowed: {stated}", _REMEDY, Rejects.ALWAYS
)
PACKAGING = fails(
    "consistency.packaging",
    "packaging emissions are {stated} kg CO2e, and the footprint says that they are not included",
    _REMEDY,
    Rejects.ALWAYS,
)
RANGE = fails("consistency.range", "{name} is {stated}; expected {expected}", _REMEDY, Rejects.ALWAYS)
MASS = fails(
    "consistency.mass",
    "{computed} kg are declared, and the mass is {stated} kg: {difference} apart, and {allowed} is allowed",
    _REMEDY,
    Rejects.ALWAYS,
)
MASS_NEAR = remark(
    "consistency.mass-near",
    "{computed} kg are declared, and the mass is {stated} kg: {difference} apart, within {allowed}",
)
FRACTION = remark(
    "consistency.fraction",
    "the primary data share is {stated} %: a percentage is expected, and this looks like a fraction",
)
NOT_CHECKABLE = not_checkable("consistency")


class Consistency:
    """A footprint against itself."""

    name = "consistency"
    not_checkable = NOT_CHECKABLE

    def run(self, graph: Graph, setting: Setting) -> Iterable[Result]:
        """One result for each record, and more where several rules are broken."""
        for place, footprint in graph.footprints:
            if isinstance(footprint, Missing):
                yield Result(NOT_CHECKABLE, place, {"missing": footprint})
            else:
                found = [*_ranges(footprint), *_contradictions(footprint), *_mass(footprint, setting)]
                yield from (result.under(place) for result in found or [HELD])


CHECK = Consistency()


def _contradictions(footprint: Footprint) -> Iterator[Result]:
    if footprint.one_geography and len(footprint.geographies) > 1:
        yield Result(GEOGRAPHIES, facts={"stated": ", ".join(footprint.geographies)})
    packaging = footprint.packaging
    if footprint.packaging_included is False and packaging is not None and packaging.value:
        yield Result(PACKAGING, facts={"stated": decimal_text(packaging.value)})


def _ranges(footprint: Footprint) -> Iterator[Result]:
    lowest, highest = footprint.ratings_range
    for figure in footprint.ratings:
        if not figure.is_within(lowest, highest):
            expected = phrases.RANGE(least=lowest, most=highest)
            facts = {"name": figure.pointer, "stated": decimal_text(figure.value), "expected": expected}
            yield Result(RANGE, facts=facts)
    share = footprint.primary_data_share
    if share is None:
        return
    if not share.is_within(0, 100):
        facts = {"name": phrases.PRIMARY_SHARE(), "expected": phrases.PERCENT()}
        yield Result(RANGE, facts=facts | {"stated": decimal_text(share.value)})
    elif share.is_proper_fraction:
        yield Result(FRACTION, facts={"stated": decimal_text(share.value)})


def _mass(footprint: Footprint, setting: Setting) -> Iterator[Result]:
    """A product that is declared by mass has that mass: the declared amount is exact. Zero says that the mass was left out."""
    amount, mass, unit = footprint.amount, footprint.mass, footprint.unit
    if unit is None or unit.dimension != units.MASS or amount is None or mass is None or not mass.value:
        return
    comparison = Comparison(mass, amount.value * unit.factor, (), setting.band)
    if comparison.grade in (Grade.NEAR, Grade.APART):
        yield Result(MASS_NEAR if comparison.grade is Grade.NEAR else MASS, facts=comparison.facts())
