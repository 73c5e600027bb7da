"""Rows of tables: texts by column, whatever the file was.

- Column names are compared in lower case, with single spaces. A cell has a name that its reader finds it by: ``cell D3`` of a
  workbook, ``line 3, column net mass`` of CSV, ``/2/net mass`` of JSON.
- Everything is text. Where the caller expects no number, one is a problem: a code has lost its leading zeros by then.
- What is wrong with a cell is a problem of its row. `good` refuses the first one; who tells all of them reads `Row.problems`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from carbonseal.findings import Finding, Refused

from . import codes

MAX_BYTES = 64 << 20
MAX_COLUMNS = 256
MAX_CELL = 32_767  # characters, as in Excel
MAX_PROBLEMS = 10_000
DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a table may have: lines and cells with something in them, and characters in all of these together, because a
    workbook may name one long text in every cell."""

    lines: int = 100_000
    cells: int = 2_000_000
    characters: int = 64 << 20


LIMITS = Limits()


class Kind(Enum):
    """What the cells of a column are: a text alone, or also a number or a date where the file has such cells; of a column that is
    the author's own, whatever it is, and only a text is kept."""

    TEXT = "a text"
    NUMBER = "a number"
    DATE = "a date"
    OWN = "anything"


Cell = str | Finding  # its text, or what is wrong with it
CellName = Callable[[str, int], str]  # of a line's name and a column's index
KindOf = Callable[[str], Kind]  # of a column, by its name as `column_names` gives it


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the cell of a column; with the whole line where there is no column."""

    finding: Finding
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its cells by column, without those that are empty or wrong, and how its cells are named."""

    values: Mapping[str, str]
    name: str  # of the line
    header: tuple[str, ...]
    cell_name: CellName
    problems: tuple[Problem, ...] = ()

    def where(self, column: str) -> str:
        """The name of the cell of a column, be it there or not."""
        at = self.header.index(column) if column in self.header else None
        return f"{self.name}, column {column}" if at is None else self.cell_name(self.name, at)


def column_names(cells: Sequence[str], name: str) -> tuple[str, ...]:
    """The header that its cells say; empty cells at the end are no columns. Raises Refused."""
    names = [" ".join(cell.split()).lower() for cell in cells]
    while names and not names[-1]:
        names.pop()
    check_size("columns", len(names), MAX_COLUMNS)
    if not names:
        raise Refused(codes.TABLE_HEADER(name, problem="the header is empty"))
    if "" in names:
        raise Refused(codes.TABLE_HEADER(name, problem=f"column {names.index('') + 1} has no name"))
    if twice := [one for at, one in enumerate(names) if one in names[:at]]:
        raise Refused(codes.TABLE_HEADER(name, problem=f"two columns are called {twice[0]}"))
    return tuple(names)


def rows_of(
    header: tuple[str, ...],
    lines: Iterable[tuple[str, Sequence[Cell]]],
    where: CellName,
    kind_of: KindOf,
    limits: Limits = LIMITS,
) -> Iterator[Row]:
    """Rows of lines, each its name and its cells. Lines with nothing in them are left out. `where` names the cell of a line and a
    column's index. Raises Refused (`table.too-large`, `table.too-wrong`)."""
    numbers = {name for name in header if kind_of(name) is Kind.NUMBER}
    count = filled = long = 0
    wrong = Wrong()
    for line, cells in lines:
        stripped = [cell.strip() if isinstance(cell, str) else cell for cell in cells]
        if not any(stripped):
            continue
        count += 1
        check_size("lines", count, limits.lines)
        row = _row(header, line, stripped, where, numbers)
        filled += len(row.values) + len(row.problems)
        check_size("cells", filled, limits.cells)
        long += sum(map(len, row.values.values()))
        check_size("characters", long, limits.characters)
        wrong.count(row.problems)
        yield row


@dataclass(slots=True)
class Wrong:
    """Counts problems, so that a table that is wrong throughout does not fill the memory with them."""

    found: int = 0
    first: Problem | None = None

    def count(self, problems: Sequence[Problem]) -> None:
        """Raises Refused (`table.too-wrong`) where there are too many."""
        self.found += len(problems)
        self.first = self.first or next(iter(problems), None)
        if self.found > MAX_PROBLEMS and self.first is not None:
            raise Refused(codes.TABLE_TOO_WRONG(limit=f"{MAX_PROBLEMS:,}", first=self.first.finding))


def _row(header: tuple[str, ...], line: str, cells: Sequence[Cell], where: CellName, numbers: set[str]) -> Row:
    values, problems = {}, []
    if len(cells) > len(header) and any(cells[len(header) :]):
        problems.append(Problem(codes.TABLE_RAGGED(line, found=len(cells), expected=len(header))))
    for at, (name, cell) in enumerate(zip(header, cells, strict=False)):
        if isinstance(cell, Finding):
            problems.append(Problem(cell, name))
        elif name in numbers and DECIMAL_COMMA.fullmatch(cell):
            point = cell.replace(",", ".")
            problems.append(Problem(codes.TABLE_DECIMAL_COMMA(where(line, at), found=cell, remedy=point), name))
        elif len(cell) > MAX_CELL:
            facts = {"what": "characters", "size": f"{len(cell):,}", "limit": f"{MAX_CELL:,}"}
            problems.append(Problem(codes.TABLE_TOO_LARGE(where(line, at), **facts), name))
        elif cell:
            values[name] = cell
    return Row(values, line, header, where, tuple(problems))


def good(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, as long as nothing is wrong with them. Raises Refused with the first problem."""
    for row in rows:
        if row.problems:
            raise Refused(row.problems[0].finding)
        yield row


def check_size(what: str, size: int, limit: int) -> None:
    """Raises Refused (`table.too-large`)."""
    if size > limit:
        raise Refused(codes.TABLE_TOO_LARGE(what=what, size=f"{size:,}", limit=f"{limit:,}"))
