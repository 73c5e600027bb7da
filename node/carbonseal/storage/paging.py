"""Pages of a table whose rows have numbers that only grow, in the order of these numbers.

A page reads what it answers, and no more, however large the table is: `groups` are conditions that each have an index which ends
with the number, and their rows are merged; of several filters, the first alone chooses the index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, func, select

LAST = (1 << 63) - 1  # no number is larger

Group = Sequence[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Span:
    """At most `limit` rows with numbers above `after`: those from the first that was issued at `since` or later to the last that
    was issued before `until`, in seconds since 1970; None: whatever their times."""

    after: int = 0
    limit: int = 500
    since: int | None = None
    until: int | None = None


EVERYTHING = Span()


def read_page(
    connection: Connection, rows: Select[Any], table: Table, groups: Iterable[Group], span: Span
) -> list[Mapping[str, Any]]:
    """The rows of a selection from `table` that are in one of the groups and in the span. The table has a column `number`, and
    where the span has times, one `issued` with an index."""
    number = table.c.number
    low, high = _bounds(connection, table, span)
    found: dict[int, Mapping[str, Any]] = {}
    for group in groups:
        chosen = rows.where(*group, number > low, number <= high).order_by(number).limit(span.limit)
        found |= {
            row["number"]: {str(name): value for name, value in row.items()}
            for row in connection.execute(chosen).mappings()
        }
    return [found[one] for one in sorted(found)[: span.limit]]


def _bounds(connection: Connection, table: Table, span: Span) -> tuple[int, int]:
    """The numbers that a span lies between: above the first, up to the second."""
    number, low, high = table.c.number, span.after, LAST
    if span.since is not None:
        first = connection.scalar(
            select(number).where(table.c.issued >= span.since).order_by(table.c.issued, number).limit(1)
        )
        low = max(low, LAST if first is None else first - 1)
    if span.until is not None:
        last = connection.scalar(
            select(number).where(table.c.issued < span.until).order_by(table.c.issued.desc(), number.desc()).limit(1)
        )
        high = 0 if last is None else last
    return low, high


def equal(column: Column[Any], value: Any, *others: tuple[Column[Any], Any]) -> Group:
    """This column has this value, and the others theirs, where there is one (not None). Only the first may choose the index: by
    another one, a database would read whatever has that in common."""
    return [column == value, *(func.coalesce(one, "") == wanted for one, wanted in others if wanted is not None)]


def values_of(connection: Connection, column: Column[Any]) -> list[Any]:
    """Every value that a column has, by its index: as many look-ups as there are values."""
    found: list[Any] = []
    chosen = select(column).order_by(column).limit(1)
    value = connection.scalar(chosen)
    while value is not None:
        found.append(value)
        value = connection.scalar(chosen.where(column > value))
    return found
