"""Check *validity*: periods are in order, and the product that is asked about has a footprint in force at that instant (check 4).

- Whether a component was in force when its parent was issued is for the check *current*; here it is asked of the root alone.
- PACT's bounds (it begins when the data end, and lasts three years at most) are broken by its own examples: noted.
- A validity that is not stated begins at the end of the data and lasts as long as the format allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import MAXYEAR, datetime

from carbonseal.flow import phrases
from carbonseal.flow.checks import Setting
from carbonseal.flow.graph import Graph
from carbonseal.flow.phrases import Missing
from carbonseal.flow.rules import Rejects, Result, fails, holds, not_checkable, remark
from carbonseal.footprints.model import Footprint, Period

HOLDS = holds("validity.holds", "footprints whose periods are in order: {count}")
HELD = Result(HOLDS)
PERIOD = fails(
    "validity.period",
    "a period begins at {start} and ends at {end}",
    "ask the issuer for a footprint with its periods in order",
    Rejects.NEVER,
)
EXPIRED = fails(
    "validity.expired",
    "the footprint was in force until {end}, and {at} is asked about",
    "ask the issuer for a newer footprint",
    Rejects.NEVER,
)
NOT_YET = fails(
    "validity.not-yet",
    "the footprint is in force from {start}, and {at} is asked about",
    "ask the issuer for the footprint that is in force",
    Rejects.NEVER,
)
STARTS_EARLY = remark(
    "validity.starts-early",
    "the validity begins at {start}, before the data's period ends at {period}; PACT has it begin then",
)
TOO_LONG = remark(
    "validity.too-long", "the validity ends at {end}, more than {years} years after the data's period ended at {period}"
)
NOT_CHECKABLE = not_checkable("validity")


class Validity:
    """Periods in order, and in force."""

    name = "validity"
    not_checkable = NOT_CHECKABLE

    def run(self, graph: Graph, setting: Setting) -> Iterable[Result]:
        """One result for each record, and more where several rules are broken."""
        for place, footprint in graph.footprints:
            if isinstance(footprint, Missing):
                yield Result(NOT_CHECKABLE, place, {"missing": footprint})
                continue
            found = [
                *_order(footprint),
                *(_in_force(footprint, setting.at) if footprint is graph.root.footprint else ()),
            ]
            if not found and not _is_stated(footprint):
                found = [Result(NOT_CHECKABLE, facts={"missing": phrases.PERIOD()})]
            yield from (result.under(place) for result in found or [HELD])


CHECK = Validity()


def in_force(footprint: Footprint) -> Period | None:
    """When a footprint is in force: as stated, else from the end of its data for as long as the format allows. None where nothing
    is stated."""
    stated, period = footprint.validity, footprint.period
    start = stated.start if stated else None
    end = stated.end if stated else None
    if period and period.end and footprint.longest_years:
        start = start or period.end
        end = end or years_later(period.end, footprint.longest_years)
    return Period(start, end) if start or end else None


def _is_stated(footprint: Footprint) -> bool:
    """Whether `in_force` is known."""
    stated, period = footprint.validity, footprint.period
    if stated and (stated.start or stated.end):
        return True
    return bool(period and period.end and footprint.longest_years)


def years_later(instant: datetime, years: int) -> datetime:
    """The same day some years later; of 29 February, 28 February where there is none; in the year 9999 at the latest."""
    year = min(instant.year + years, MAXYEAR)
    try:
        return instant.replace(year=year)
    except ValueError:
        return instant.replace(year=year, day=28)


def _order(footprint: Footprint) -> Iterator[Result]:
    period, validity = footprint.period, footprint.validity
    for one in (period, validity):
        if one and one.start and one.end and one.start >= one.end:
            yield Result(
                PERIOD, facts={"start": one.start.isoformat(), "end": one.end.isoformat(), "pointer": one.pointer}
            )
    ended, years = period.end if period else None, footprint.longest_years
    if not (ended and validity and years):
        return
    if validity.start and validity.start < ended:
        yield Result(STARTS_EARLY, facts={"period": ended.isoformat(), "start": validity.start.isoformat()})
    if validity.end and validity.end > years_later(ended, years):
        facts = {"period": ended.isoformat(), "years": years, "end": validity.end.isoformat()}
        yield Result(TOO_LONG, facts=facts)


def _in_force(footprint: Footprint, at: datetime) -> Iterator[Result]:
    force = in_force(footprint)
    if force and force.end and at >= force.end:
        yield Result(EXPIRED, facts={"end": force.end.isoformat(), "at": at.isoformat()})
    if force and force.start and at < force.start:
        yield Result(NOT_YET, facts={"start": force.start.isoformat(), "at": at.isoformat()})
