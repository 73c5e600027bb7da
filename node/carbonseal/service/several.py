"""Requests with several records: rows of a table of footprints, and items of a list or of a PACT answer."""

from __future__ import annotations

from collections.abc import Sequence

from carbonseal.findings import Finding, Refused
from carbonseal.records import lists
from carbonseal.records.canonical import jcs
from carbonseal.records.sources import Source
from carbonseal.tables import codes, reading
from carbonseal.tables.footprints.columns import check_header, kind_of
from carbonseal.tables.footprints.rows import ACTIVITY, FOOTPRINT, filled
from carbonseal.tables.rows import Limits

CSV, WORKBOOK = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLES = (CSV, WORKBOOK, "application/vnd.ms-excel", "application/gzip")  # content types; what is inside is looked at
LIMITS = Limits(lines=10_000, cells=500_000, characters=16 << 20)  # of a table in one request
ANY = "json/1"  # the profile of which {"data": [...]} is a record

Part = tuple[str, Sequence[Source | Finding]]  # records of one profile, or why one of them is none


def rows_of_table(raw: bytes, profile: str) -> list[Part]:
    """The footprints of a table, with all that is wrong in its rows, and their stages. Raises Refused where the table cannot be
    read, and where `profile` is not that of its rows."""
    if profile != FOOTPRINT:
        raise Refused(codes.TABLE_PROFILE(wanted=FOOTPRINT, profile=profile))
    try:
        table = reading.read("table", raw, kind_of, LIMITS)
    except ModuleNotFoundError as missing:
        raise Refused(codes.TABLE_NO_WORKBOOKS()) from missing
    check_header(table.header)
    footprints: list[Source | Finding] = []
    stages: list[Source | Finding] = []
    for row in filled(table.rows):
        footprints += [problem.finding for problem in row.problems]
        if not row.problems:
            name = row.row.name
            footprints.append(Source((name,), jcs(row.footprint)))
            stages += [Source((name, f"stage {at}"), jcs(one.document)) for at, one in enumerate(row.stages, start=1)]
    return [(FOOTPRINT, footprints), (ACTIVITY, stages)]


def listed_records(raw: bytes, profile: str) -> Part | None:
    """The items of a list or an answer; None for any other document. Raises Refused where a list is not whole."""
    found = lists.items(raw, answers=profile != ANY)
    return None if found is None else (profile, [Source((place,), item) for place, item in found])
