"""SQLite: all that the node's databases know of this one database system.

Durable at every commit. Write transactions begin IMMEDIATE, so that none finds out half-way that it may not write. Readers
have connections of their own, see what was committed last, and wait for nobody (WAL). A new file is its owner's alone.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Dialect, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.util import LRUCache

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
PREPARED = (
    512  # statements that a writer keeps prepared: rows come in groups, and each size of one is a statement a table
)
_NOT_UTF8 = "Could not decode to UTF-8"
_CODES: dict[int, Code] = {
    sqlite3.SQLITE_FULL: NODE_DATABASE_FULL,
    sqlite3.SQLITE_IOERR_SHMSIZE: NODE_DATABASE_FULL,  # the file beside it, which all its users share, cannot grow
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
        self.writer = _engine(path, "BEGIN IMMEDIATE", _WRITER_PRAGMAS, PREPARED, pool_size=1, max_overflow=0)
        self.readers = _engine(path, "BEGIN", _PRAGMAS)

    def close(self) -> None:
        """Close all connections."""
        self.readers.dispose()
        self.writer.dispose()

    def problems(self) -> list[str]:
        """What `PRAGMA integrity_check` says, at most 100 lines; nothing where the file is sound."""
        try:
            with self.readers.connect() as connection:
                said = [str(line) for line in connection.exec_driver_sql("PRAGMA integrity_check").scalars()]
        except DBAPIError as error:
            return [str(error.orig)]
        return [] if said == ["ok"] else said

    def copy_to(self, path: Path) -> None:
        """Write what was committed last to a new file at `path`, by SQLite's online backup in one step: a state of one moment,
        however much is written meanwhile."""
        path.touch(mode=0o600)
        with self.readers.connect() as connection, closing(sqlite3.connect(path)) as target:
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # nothing lies beside it

    def reindex(self) -> None:
        """Make every index anew from the rows."""
        with self.writer.begin() as connection:
            connection.exec_driver_sql("REINDEX")

    def explain(self, error: Exception) -> Finding | None:
        """The finding where disk or file are the reason for `error`; None where it is a defect of this program."""
        reason = error.orig if isinstance(error, DBAPIError) else error
        number = getattr(reason, "sqlite_errorcode", None)
        if number is None:  # raised by Python's module, not by SQLite: a text that rotted
            code = NODE_DATABASE_DAMAGED if _NOT_UTF8 in str(reason) else None
        else:
            code = _CODES.get(number) or _CODES.get(number & 0xFF)  # the low byte: the primary code
        return None if code is None else code(path=self._path, reason=reason)


class ReadOnlySQLite(SQLite):
    """The database file at `path`, which is read and left as it is: no byte of it or beside it changes, and its folder may be
    read-only. Where there is no file, an empty database is read.

    `live`: another process writes to it. Otherwise nobody does while this is open (`carbonseal.node.lock`). What a process that
    was killed left in the file `-wal` is read from a copy, which is gone at the end."""

    def __init__(self, path: Path, *, live: bool = False) -> None:
        self._path = path
        self._copy: TemporaryDirectory[str] | None = None
        left = path.with_name(path.name + "-wal")
        if live or (path.exists() and not (left.exists() and left.stat().st_size)):
            query = "mode=ro" if live else "mode=ro&immutable=1"
            self.readers = _engine(path, "BEGIN", _PRAGMAS, query=query)
        else:
            self._copy = TemporaryDirectory(prefix="carbonseal-")
            copy = Path(self._copy.name) / path.name
            for part in (path, left):
                if part.exists():
                    shutil.copyfile(part, copy.with_name(part.name))
            self.readers = _engine(copy, "BEGIN", _PRAGMAS)
        self.writer = self.readers  # which refuses to write, or writes to the copy

    def close(self) -> None:
        """Close all connections."""
        super().close()
        if self._copy is not None:
            self._copy.cleanup()


def _engine(
    path: Path, begin: str, pragmas: Sequence[str], prepared: int = 128, *, query: str = "", **options: Any
) -> Engine:
    address = f"file:{quote(str(path.absolute()))}?{query}" if query else str(path)

    def connect() -> Any:
        connection = sqlite3.connect(
            address,
            uri=bool(query),
            cached_statements=prepared,
            check_same_thread=False,
            isolation_level=None,  # the driver begins no transaction of its own: `begun` does
        )
        try:
            for pragma in pragmas:
                connection.execute(pragma)
        except BaseException:
            connection.close()
            raise
        return connection

    def begun(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.execute(begin)

    pool = QueuePool(connect, dialect=_dialect(), **options)
    engine = Engine(pool, _dialect(), URL.create("sqlite", database=str(path)), execution_options=_COMPILED)
    event.listen(engine, "begin", begun)
    return engine


_COMPILED: dict[str, Any] = {"compiled_cache": LRUCache(2048)}  # compiling a statement costs more than to execute it


@cache
def _dialect() -> Dialect:
    """One for all databases of the process: what is compiled for one is compiled for all."""
    engine = create_engine("sqlite://")
    with engine.connect():  # which asks the driver what it can do
        pass
    engine.dispose()
    return engine.dialect


@compiles(CreateTable, "sqlite")
def _create_table(create: CreateTable, compiler: DDLCompiler, **options: Any) -> str:
    """A table whose rows lie in the order of its primary key has no other key: half the pages, where there are millions."""
    text: str = compiler.visit_create_table(create, **options)  # type: ignore[no-untyped-call]
    return f"{text.rstrip()} WITHOUT ROWID" if create.element.info.get("clustered") else text
