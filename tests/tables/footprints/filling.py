"""The table of footprints, filled in, as CSV and as a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from openpyxl import Workbook, load_workbook

from carbonseal.tables import reading
from carbonseal.tables.footprints import columns, template
from carbonseal.tables.footprints.rows import Filled, filled
from carbonseal.tables.reading import Table

STAGES, COMPONENTS = 2, 2
EXAMPLE = {name: column.example for column, name in columns.names(STAGES, COMPONENTS) if column.example}
NAMES = [columns.NOTE, *(name for _, name in columns.names(STAGES, COMPONENTS))]

Cells = Mapping[str, Any]


def as_csv(rows: Sequence[Cells], delimiter: str = ",") -> bytes:
    """The template in CSV with these rows below what explains it."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(
        [*template.lines(STAGES, COMPONENTS), *([row.get(name, "") for name in NAMES] for row in rows)]
    )
    return file.getvalue().encode("utf-8-sig")


def as_workbook(rows: Sequence[Cells]) -> bytes:
    """The template as a workbook with these rows below what explains it."""
    book = load_workbook(io.BytesIO(_template()))
    for row in rows:
        book.active.append([row.get(name) for name in NAMES])
    return saved(book)


def as_plain_workbook(rows: Sequence[Cells]) -> bytes:
    """A workbook with the template's header alone, and these rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for line in (NAMES, *([row.get(name) for name in NAMES] for row in rows)):
        sheet.append(line)
    return saved(book)


@cache
def _template() -> bytes:
    return template.as_workbook(STAGES, COMPONENTS)


def saved(book: Any) -> bytes:
    """The bytes of a workbook."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def table_of(raw: bytes) -> Table:
    """The table, whose header is checked."""
    table = reading.read("t", raw, columns.kind_of)
    columns.check_header(table.header)
    return table


def read(raw: bytes) -> list[Filled]:
    """What the rows say."""
    return [*filled(table_of(raw).rows)]


def changed(**changes: Any) -> Cells:
    """The example with other cells: names have _ in the place of blanks."""
    return {**EXAMPLE, **{name.replace("_", " "): text for name, text in changes.items()}}
