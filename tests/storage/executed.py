"""What databases execute, counted: a measure of what statements read that no load of the machine changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


@contextmanager
def instructions() -> Iterator[Callable[[], int]]:
    """How many instructions SQLite has executed, in all databases that are opened from here on: one or more for each row that is
    read. What it takes to open a connection is left out, since how many are open is a matter of threads."""
    counters: list[Callable[[], int]] = []

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        count = 0

        def executed() -> None:
            nonlocal count
            count += 1

        connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchall()  # reads the schema: hundreds of them
        connection.set_progress_handler(executed, 1)
        counters.append(lambda: count)

    event.listen(Engine, "connect", connected)
    try:
        yield lambda: sum(counter() for counter in counters)
    finally:
        event.remove(Engine, "connect", connected)
