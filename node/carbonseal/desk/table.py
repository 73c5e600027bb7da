"""The table of a page as CSV. No cell is one that a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from carbonseal.examining.results import RowFacts

from .groups import Groups

COLUMNS = (
    "file", "verdict", "product", "maker", "footprint", "compares with", "stages", "period", "statements by",
)  # fmt: skip


def as_csv(files: Iterable[tuple[str, str, RowFacts | None]]) -> str:
    """Lines of names, words for the outcome, and what the table says of each file."""
    out, groups = io.StringIO(), Groups()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow(COLUMNS)
    for name, word, row in files:
        told = [""] * 7
        if row is not None:
            told = [row.title, row.maker, row.footprint, groups.of(row.basis), row.boundary, row.period, row.bodies]
        writer.writerow(map(_cell, [name, word, *told]))
    return out.getvalue()


def _cell(text: str) -> str:
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
