"""The node's databases: SQLite through SQLAlchemy Core, durable at every commit. Each log has one of its own, and there is one
for what crosses them: anchors, and what was issued.

Each table belongs to one module, which alone reads and writes it. One thread writes to a database; its transactions begin
IMMEDIATE, so that none finds out half-way that it may not write. Readers have connections of their own, see what was committed
last, and wait for nobody (WAL).

Many rows go in by multi-row VALUES: `executemany` gives up and takes back the interpreter's lock for every row, which beside
a busy event loop costs a hundred times as much.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, create_engine, event
from sqlalchemy.exc import DBAPIError

from carbonseal.findings import BrokenOff, Code

from .codes import NODE_DATABASE_BUSY, NODE_DATABASE_DAMAGED, NODE_DATABASE_FAILED, NODE_DATABASE_FULL

LOG_TABLES = MetaData()
NODE_TABLES = MetaData()
SLICE = 512  # rows of one INSERT
_PRAGMAS = (
    "PRAGMA page_size = 16384",  # records have a few kB
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA cache_size = -65536",  # 64 MiB
)
_BROKEN: dict[int, Code] = {
    sqlite3.SQLITE_FULL: NODE_DATABASE_FULL,
    sqlite3.SQLITE_BUSY: NODE_DATABASE_BUSY,
    sqlite3.SQLITE_LOCKED: NODE_DATABASE_BUSY,
    sqlite3.SQLITE_NOTADB: NODE_DATABASE_DAMAGED,
    sqlite3.SQLITE_CORRUPT: NODE_DATABASE_DAMAGED,
    sqlite3.SQLITE_IOERR: NODE_DATABASE_FAILED,
    sqlite3.SQLITE_CANTOPEN: NODE_DATABASE_FAILED,
    sqlite3.SQLITE_READONLY: NODE_DATABASE_FAILED,
    sqlite3.SQLITE_PERM: NODE_DATABASE_FAILED,
}


class Database:
    """The database at `path`, with `tables` in it. What is done with it raises `BrokenOff` where disk or file are the reason."""

    def __init__(self, path: Path, tables: MetaData) -> None:
        self._path = path
        if not path.exists():
            path.touch(mode=0o600)  # records and salts are nobody else's
        self._writer = create_engine(f"sqlite:///{path}", pool_size=1, max_overflow=0)
        self._readers = create_engine(f"sqlite:///{path}")
        for engine in (self._writer, self._readers):
            event.listen(engine, "connect", _set_up)
        event.listen(self._writer, "begin", _begin_immediate)
        event.listen(self._readers, "begin", _begin)
        try:
            with self._explained():
                tables.create_all(self._writer)
        except BrokenOff:
            self.close()
            raise

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write. Committed, and durable, when the block ends; rolled back when it raises."""
        with self._explained(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one committed state."""
        with self._explained(), self._readers.begin() as connection:
            yield connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What is wrong with disk or file is said in words; all else is a defect here, and is raised as it came."""
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            reason = error.orig if isinstance(error, DBAPIError) else error
            number = getattr(reason, "sqlite_errorcode", None)
            code = None if number is None else _BROKEN.get(number & 0xFF)  # the rest of the number only tells more
            if code is None:
                raise
            raise BrokenOff(code(path=self._path, reason=reason)) from error

    def close(self) -> None:
        self._readers.dispose()
        self._writer.dispose()


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver's guess
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def insert_rows(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows whose values come in the order of the table's columns."""
    waiting = list(rows)
    for start in range(0, len(waiting), SLICE):
        part = waiting[start : start + SLICE]
        values = tuple(value for row in part for value in row)
        connection.exec_driver_sql(_insert(table, len(part)), values)


@lru_cache(maxsize=4096)
def _insert(table: Table, rows: int) -> str:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    row = "(" + ", ".join("?" * len(table.columns)) + ")"
    return f"INSERT INTO {table.name} ({columns}) VALUES " + ", ".join([row] * rows)  # noqa: S608 - names of our own
