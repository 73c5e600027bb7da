"""Check *total*: a total is the sum of its parts, and including uptake = excluding uptake + uptake (checks 2a and 2b).

A missing part is unknown, not zero: where its absence could explain the difference, the total cannot be checked. A part on which
readers of the format disagree is tried both ways.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import product

from carbonseal.flow import phrases
from carbonseal.flow.checks import Setting
from carbonseal.flow.comparison import Comparison, Grade
from carbonseal.flow.graph import Graph
from carbonseal.flow.phrases import Missing
from carbonseal.flow.rules import Rejects, Result, fails, holds, not_checkable, remark
from carbonseal.footprints.figures import Figure, exact_sum
from carbonseal.footprints.model import Part, Sign, Sum

HOLDS = holds("total.holds", "totals that are the sums of their parts: {count}")
HELD = Result(HOLDS)
COARSE = remark(
    "total.coarse",
    "{name} is {stated}, its parts come to {computed} kg CO2e: the same within rounding, which is coarse here",
    "ask for figures with more digits",
)
NEAR = remark(
    "total.near", "{name} is {stated}, its parts come to {computed} kg CO2e: {difference} apart, within {allowed}"
)
DIFFERS = fails(
    "total.differs",
    "{name} is {stated}, its parts come to {computed} kg CO2e: {difference} apart, and {allowed} is allowed",
    "ask the issuer for a footprint that adds up",
    Rejects.ALWAYS,
)
NOT_CHECKABLE = not_checkable("total", "ask the issuer for all parts of the total")


class Total:
    """Totals against their parts."""

    name = "total"
    not_checkable = NOT_CHECKABLE

    def run(self, graph: Graph, setting: Setting) -> Iterable[Result]:
        """One result for each total that a format defines as a sum, and one where there is none."""
        for place, footprint in graph.footprints:
            if isinstance(footprint, Missing):
                yield Result(NOT_CHECKABLE, place, {"missing": footprint})
            elif footprint.methods.free_attribution:
                yield Result(NOT_CHECKABLE, place, {"missing": phrases.FREE_ATTRIBUTION()})
            elif not footprint.sums:
                yield Result(NOT_CHECKABLE, place, {"missing": phrases.NO_PARTS(profile=footprint.profile)})
            else:
                for one in footprint.sums:
                    yield _result(one, setting).under(place)


CHECK = Total()


def _result(one: Sum, setting: Setting) -> Result:
    comparison = _nearest(_comparisons(one, setting))
    if comparison.grade is Grade.EQUAL:
        return HELD
    facts = comparison.facts() | {"name": one.name}
    if comparison.grade is Grade.COARSE:
        return Result(COARSE, facts=facts)
    missing = [part.name for part in one.parts if _explains(part, comparison.difference)]
    if missing:
        return Result(NOT_CHECKABLE, facts={"missing": phrases.PARTS(parts=", ".join(missing))})
    return Result(NEAR if comparison.grade is Grade.NEAR else DIFFERS, facts=facts)


def _nearest(comparisons: Iterable[Comparison]) -> Comparison:
    """The one that is nearest, the first of several; what comes after one that agrees exactly is not computed."""
    compared = []
    for one in comparisons:
        if one.is_exact:
            return one
        compared.append(one)
    return min(compared, key=lambda each: abs(each.difference))


def _comparisons(one: Sum, setting: Setting) -> Iterable[Comparison]:
    """The total against its parts, by every reading of them."""
    for reading in product(*map(_readings, one.parts)):
        figures = [figure for figure in reading if figure is not None]
        computed = exact_sum([figure.value for figure in figures])
        yield Comparison(one.total, computed, [figure.half for figure in figures], setting.band)


def _readings(part: Part) -> tuple[Figure | None, ...]:
    """What a part can add: one that is disputed maybe nothing, one without a sign maybe less than nothing."""
    if not (part.is_disputed or part.is_unsigned) or part.figure is None:
        return (part.figure,)
    if not part.figure.value or (part.figure.value < 0 and not part.is_disputed):
        return (part.figure,)
    return (part.figure, part.figure.times(Fraction(-1)) if part.is_unsigned else None)


def _explains(part: Part, difference: Fraction) -> bool:
    """Whether a part that is left out could be what the total has more, or less."""
    if part.figure is not None or part.counts_as_zero or part.is_disputed:
        return False
    return part.sign is Sign.EITHER or (part.sign is Sign.EMISSION) == (difference > 0)
