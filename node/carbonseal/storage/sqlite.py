"""SQLite: all that the node's databases know of this one database system.

Durable at every commit. Write transactions begin IMMEDIATE, so that none finds out half-way that it may not write. Readers
have connections of their own, see what was committed last, and wait for nobody (WAL). A new file is its owner's alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql.compiler import DDLCompiler

from carbonseal.findings import BrokenOff, Code, Finding

from .codes import NODE_DATABASE_BUSY, NODE_DATABASE_DAMAGED, NODE_DATABASE_FAILED, NODE_DATABASE_FULL

_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA cache_size = -65536",  # 64 MiB
)
_WRITER_PRAGMAS = (  # properties of the file: readers leave it as it is
    "PRAGMA page_size = 16384",  # records have a few kB
    "PRAGMA journal_mode = WAL",
    *_PRAGMAS,
)
_CODES: dict[int, Code] = {
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


class SQLite:
    """The database file at `path`, made where there is none. `writer` has one connection, `readers` as many as are asked for.
    Raises `BrokenOff` where it cannot be made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            if not path.exists():
                path.touch(mode=0o600)  # it holds records and salts
        except OSError as error:
            raise BrokenOff(NODE_DATABASE_FAILED(path=path, reason=error.strerror)) from error
        self.writer = _engine(path, "BEGIN IMMEDIATE", _WRITER_PRAGMAS, pool_size=1, max_overflow=0)
        self.readers = _engine(path, "BEGIN", _PRAGMAS)

    def close(self) -> None:
        """Close all connections."""
        self.readers.dispose()
        self.writer.dispose()

    def explain(self, error: Exception) -> Finding | None:
        """The finding where disk or file are the reason for `error`; None where it is a defect of this program."""
        reason = error.orig if isinstance(error, DBAPIError) else error
        number = getattr(reason, "sqlite_errorcode", None)
        code = None if number is None else _CODES.get(number & 0xFF)  # the low byte is the primary result code
        return None if code is None else code(path=self._path, reason=reason)


def _engine(path: Path, begin: str, pragmas: Sequence[str], **options: int) -> Engine:
    engine = create_engine(f"sqlite:///{path}", **options)

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver begins no transaction of its own: `begun` does
        for pragma in pragmas:
            connection.execute(pragma)

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


@compiles(CreateTable, "sqlite")
def _create_table(create: CreateTable, compiler: DDLCompiler, **options: Any) -> str:
    """A table whose rows lie in the order of its primary key has no other key: half the pages, where there are millions."""
    text: str = compiler.visit_create_table(create, **options)  # type: ignore[no-untyped-call]
    return f"{text.rstrip()} WITHOUT ROWID" if create.element.info.get("clustered") else text
