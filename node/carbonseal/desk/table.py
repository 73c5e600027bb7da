"""The table of a page as CSV, in the reader's language. No cell is one that a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from carbonseal.escaping import guard_formulas
from carbonseal.examining.results import RowFacts
from carbonseal.languages import sentences
from carbonseal.languages.language import Language
from carbonseal.languages.report import REPORT

from .comparison import Groups

COLUMNS = (
    "column-file", "column-verdict", "column-product", "maker", "footprint", "column-one-unit", "column-unit", "compares",
    "boundary", "period", "covered", "column-bodies",
)  # fmt: skip


def as_csv(files: Sequence[tuple[str, str, RowFacts | None]], language: Language) -> str:
    """Lines of names, words for the outcome (of `sentences.RESULTS`), and what the table says of each file."""
    out, groups = io.StringIO(), Groups()
    for _, _, row in files:
        groups.count(row.basis if row else None)
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow(language.say(REPORT[name]) for name in COLUMNS)
    for name, result, row in files:
        word = language.say(sentences.RESULTS[result])
        writer.writerow(map(guard_formulas, [name, word, *(_told(row, groups.of(row.basis)) if row else ())]))
    return out.getvalue()


def _told(row: RowFacts, group: str) -> list[str]:
    figure = [row.footprint, row.figure, row.unit, group]
    return [row.title, row.maker, *figure, row.boundary, row.period, row.covered, row.bodies]
