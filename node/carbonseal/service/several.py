"""Requests with several records: rows of a table of footprints, and items of a list or of a PACT answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from carbonseal.findings import Finding, Refused
from carbonseal.records import lists
from carbonseal.records.canonical import jcs
from carbonseal.records.sources import Source
from carbonseal.tables import codes, reading
from carbonseal.tables.footprints.columns import check_header, kind_of
from carbonseal.tables.footprints.rows import ACTIVITY, FOOTPRINT, Filled, filled
from carbonseal.tables.rows import Limits

CSV, WORKBOOK = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLES = (CSV, WORKBOOK, "application/vnd.ms-excel", "application/gzip")  # content types; what is inside is looked at
AT_ONCE = 256  # records that are stored, and answered, together
LIMITS = Limits(lines=10_000, cells=500_000, characters=16 << 20)  # of a table in one request
ANY = "json/1"  # the profile of which {"data": [...]} is a record

Part = tuple[str, Sequence[Source | Finding]]  # records of one profile, or why one of them is none


class TableDesk:
    """A table that is read where work is done (`carbonseal.node.working.work`), and given out in portions."""

    def __init__(self, _ask: object = None) -> None:
        self._rows: Iterator[Filled] = iter(())
        self._stages: list[Source] = []

    def read(self, raw: bytes, profile: str) -> None:
        """Read a table. Raises Refused where it cannot be read, and where `profile` is not that of its rows."""
        if profile != FOOTPRINT:
            raise Refused(codes.TABLE_PROFILE(wanted=FOOTPRINT, profile=profile))
        try:
            table = reading.read("table", raw, kind_of, LIMITS)
        except ModuleNotFoundError as missing:
            raise Refused(codes.TABLE_NO_WORKBOOKS()) from missing
        check_header(table.header)
        self._rows = filled(table.rows)

    def more(self) -> Part | None:
        """The next records: the footprints of so many rows with all that is wrong in these, and in the end the stages; None after
        the last. Raises Refused (`table.too-wrong`)."""
        footprints: list[Source | Finding] = []
        for row in islice(self._rows, AT_ONCE):
            footprints += [problem.finding for problem in row.problems]
            if not row.problems:
                place = (row.row.name,)
                footprints.append(Source(place, jcs(row.footprint)))
                stages = enumerate(row.stages, start=1)
                self._stages += [Source((*place, f"stage {at}"), jcs(one.document)) for at, one in stages]
        if footprints:
            return FOOTPRINT, footprints
        portion, self._stages = self._stages[:AT_ONCE], self._stages[AT_ONCE:]
        return (ACTIVITY, portion) if portion else None


def listed_records(raw: bytes, profile: str) -> Part | None:
    """The items of a list or an answer; None for any other document. Raises Refused where a list is not whole."""
    found = lists.items(raw, answers=profile != ANY)
    return None if found is None else (profile, [Source((place,), item) for place, item in found])
