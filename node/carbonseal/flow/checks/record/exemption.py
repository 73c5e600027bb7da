"""Check *exemption*: no more was cut off than is allowed, and a successor that differs much says why (check 6).

The bound is the policy's (``within=5%``), else the format's; where a format has none, more than 3 % is noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from carbonseal.flow import phrases
from carbonseal.flow.checks import Setting
from carbonseal.flow.graph import Graph
from carbonseal.flow.phrases import Missing
from carbonseal.flow.rules import Rejects, Result, fails, holds, not_checkable, remark
from carbonseal.footprints.figures import decimal_text
from carbonseal.footprints.model import Footprint

USUAL = Fraction(3)  # percent
LARGE_CHANGE = Fraction(1, 10)

HOLDS = holds("exemption.holds", "footprints that cut off no more than is allowed: {count}")
HELD = Result(HOLDS)
ABOVE = fails(
    "exemption.above",
    "{stated} % of the emissions were cut off, and {limit} % are allowed",
    "ask the issuer for a more complete footprint",
    Rejects.NEVER,
)
UNUSUAL = remark(
    "exemption.unusual", "{stated} % of the emissions were cut off; the format has no bound, and {limit} % is usual"
)
LARGE = remark(
    "exemption.large-change",
    "the footprint that it replaces was {before} kg CO2e per unit, this one is {after}: a change of {percent} %",
    "ask the issuer for the reason",
)
NOT_CHECKABLE = not_checkable("exemption")


class Exemption:
    """Cut-off, and changes from a predecessor."""

    name = "exemption"
    not_checkable = NOT_CHECKABLE

    def run(self, graph: Graph, setting: Setting) -> Iterable[Result]:
        """One result for each record, and one more where a predecessor is carried that differs much."""
        found = [(place, one) for place, one in graph.footprints]
        by_id = {one.id: one for _, one in found if isinstance(one, Footprint) and one.id}
        for place, footprint in found:
            if isinstance(footprint, Missing):
                yield Result(NOT_CHECKABLE, place, {"missing": footprint})
                continue
            yield _cut_off(footprint, setting).under(place)
            for id in footprint.preceding:
                if id in by_id and id != footprint.id:
                    yield from (result.under(place) for result in _change(by_id[id], footprint))


CHECK = Exemption()


def _cut_off(footprint: Footprint, setting: Setting) -> Result:
    stated = footprint.exempted
    if stated is None:
        return Result(NOT_CHECKABLE, facts={"missing": phrases.CUT_OFF()})
    bound = None if setting.within is None else setting.within * 100
    if bound is None and footprint.exempted_limit is not None:
        bound = footprint.exempted_limit.value
    limit = USUAL if bound is None else bound
    if stated.value <= limit:
        return HELD
    facts = {"stated": decimal_text(stated.value), "limit": decimal_text(limit)}
    return Result(UNUSUAL if bound is None else ABOVE, facts=facts)


def _change(before: Footprint, after: Footprint) -> Iterator[Result]:
    old, new = before.per_unit(), after.per_unit()
    if old is None or new is None or not old.value or before.unit != after.unit or before.unit is None:
        return
    change = (new.value - old.value) / abs(old.value)
    if abs(change) > LARGE_CHANGE:
        percent = decimal_text(change * 100, 3)
        yield Result(
            LARGE, facts={"before": decimal_text(old.value), "after": decimal_text(new.value), "percent": percent}
        )
