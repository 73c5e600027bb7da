"""Check *biogenic*: the biogenic carbon in a product came from the uptake that is stated: content = uptake x 12/44 (check 3).

Content below the uptake is lawful (losses, such as cotton waste), and noted.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from carbonseal.flow import phrases
from carbonseal.flow.checks import Setting
from carbonseal.flow.comparison import Comparison, Grade
from carbonseal.flow.graph import Graph
from carbonseal.flow.phrases import Missing
from carbonseal.flow.rules import Rejects, Result, fails, holds, not_checkable, remark
from carbonseal.footprints.model import Footprint

CARBON_IN_CO2 = Fraction(12, 44)  # by mass

HOLDS = holds("biogenic.holds", "contents of biogenic carbon that are what was taken up: {count}")
HELD = Result(HOLDS)
NEAR = remark(
    "biogenic.near",
    "the biogenic carbon content is {stated}, the uptake comes to {computed} kg C: {difference} apart, within {allowed}",
)
BELOW = remark(
    "biogenic.below",
    "the biogenic carbon content is {stated} kg C, less than the {computed} kg C that were taken up: the rest was lost on the way",
)
ABOVE = fails(
    "biogenic.above",
    "the biogenic carbon content is {stated} kg C, more than the {computed} kg C that were taken up",
    "ask the issuer for the uptake of what is in the product: content is carbon, uptake is CO2, which is 44/12 of it",
    Rejects.ALWAYS,
)
NOT_CHECKABLE = not_checkable("biogenic")


class Biogenic:
    """Content against uptake."""

    name = "biogenic"
    not_checkable = NOT_CHECKABLE

    def run(self, graph: Graph, setting: Setting) -> Iterable[Result]:
        """One result for each record."""
        for place, footprint in graph.footprints:
            missing = footprint if isinstance(footprint, Missing) else _missing(footprint)
            if missing is not None:
                yield Result(NOT_CHECKABLE, place, {"missing": missing})
            elif not isinstance(footprint, Missing):
                yield _result(footprint, setting).under(place)


CHECK = Biogenic()


def _missing(footprint: Footprint) -> Missing | None:
    if footprint.methods.mass_balancing or footprint.methods.free_attribution:
        return Missing((phrases.PHYSICAL_CONTENT(),))
    figures = {phrases.UPTAKE: footprint.uptake, phrases.CONTENT: footprint.biogenic_content}
    return Missing(tuple(name() for name, figure in figures.items() if figure is None)) or None


def _result(footprint: Footprint, setting: Setting) -> Result:
    content, uptake = footprint.biogenic_content, footprint.uptake
    assert content is not None
    assert uptake is not None
    if not content.value and not uptake.value:
        return HELD
    taken = -uptake.value * CARBON_IN_CO2
    comparison = Comparison(content, taken, [uptake.half * CARBON_IN_CO2], setting.band)
    if comparison.grade is Grade.EQUAL:
        return HELD
    if comparison.is_below and comparison.grade is not Grade.COARSE:
        return Result(BELOW, facts=comparison.facts())
    return Result(ABOVE if comparison.grade is Grade.APART else NEAR, facts=comparison.facts())
