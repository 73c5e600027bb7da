"""The table of a page as CSV. No cell is one that a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from carbonseal.escaping import guard_formulas
from carbonseal.examining.results import RowFacts

from .comparison import Groups

COLUMNS = (
    "file", "verdict", "product", "maker", "footprint", "kg CO2e for one unit", "unit", "compares with", "stages", "period",
    "share covered by statements", "statements by",
)  # fmt: skip


def as_csv(files: Sequence[tuple[str, str, RowFacts | None]]) -> str:
    """Lines of names, words for the outcome, and what the table says of each file."""
    out, groups = io.StringIO(), Groups()
    for _, _, row in files:
        groups.count(row.basis if row else None)
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow(COLUMNS)
    for name, word, row in files:
        writer.writerow(map(guard_formulas, [name, word, *(_told(row, groups.of(row.basis)) if row else ())]))
    return out.getvalue()


def _told(row: RowFacts, group: str) -> list[str]:
    figure = [row.footprint, row.figure, row.unit, group]
    return [row.title, row.maker, *figure, row.boundary, row.period, row.covered, row.bodies]
