"""Rows of tables: texts by column, whatever the file was.

- Column names are compared in lower case, with single spaces. A cell has a name that its reader finds it by: ``cell D3`` of a
  workbook, ``line 3, column net mass`` of CSV, ``/2/net mass`` of JSON.
- Everything is text. Where the caller expects no number, a cell that is one is refused: a code has lost its leading zeros by then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from carbonseal.findings import Refused

from . import codes

MAX_BYTES = 64 << 20
MAX_ROWS = 100_000
MAX_COLUMNS = 256
MAX_CELLS = 2_000_000  # that have a text
DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")

CellName = Callable[[str, int], str]  # of a line's name and a column's index
IsNumber = Callable[[str], bool]  # whether a column has numbers, by its name as `column_names` gives it


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its cells by column, without those that are empty, and how its cells are named."""

    values: Mapping[str, str]
    name: str  # of the line
    header: tuple[str, ...]
    cell_name: CellName

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
    lines: Iterable[tuple[str, Sequence[str]]],
    where: CellName,
    is_number: IsNumber,
) -> Iterator[Row]:
    """Rows of lines, each its name and its cells. Lines without a text are left out. `where` names the cell of a line and a
    column's index. Raises Refused."""
    numbers = {name for name in header if is_number(name)}
    count = filled = 0
    for line, cells in lines:
        texts = [cell.strip() for cell in cells]
        if not any(texts):
            continue
        count += 1
        check_size("lines", count, MAX_ROWS)
        if len(texts) > len(header) and any(texts[len(header) :]):
            raise Refused(codes.TABLE_RAGGED(line, found=len(texts), expected=len(header)))
        values = {name: text for name, text in zip(header, texts, strict=False) if text}
        filled += len(values)
        check_size("cells", filled, MAX_CELLS)
        row = Row(values, line, header, where)
        for name in numbers & values.keys():
            if DECIMAL_COMMA.fullmatch(values[name]):
                point = values[name].replace(",", ".")
                raise Refused(codes.TABLE_DECIMAL_COMMA(row.where(name), found=values[name], remedy=point))
        yield row


def check_size(what: str, size: int, limit: int) -> None:
    """Raises Refused (`table.too-large`)."""
    if size > limit:
        raise Refused(codes.TABLE_TOO_LARGE(what=what, size=f"{size:,}", limit=f"{limit:,}"))
