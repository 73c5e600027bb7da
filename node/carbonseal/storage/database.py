"""Databases of a node: transactions over SQLAlchemy Core, durable at every commit.

Each log has a database of its own (`schema.LOG`), and there is one for what crosses logs (`schema.NODE`).

- Each table belongs to one module of `carbonseal.node` (`info["owner"]`), which alone reads and writes it, by SQLAlchemy
  Core.
- One thread writes to a database (`WriterThread`); any thread may read, and sees what was committed last.
- What is specific to one database system is in the module of that system (`sqlite`); another system is another module.

    database = Database(directory / "node.db", NODE)
    with database.write() as connection:
        insert_rows(connection, BALANCES, [("eip155:1", "ETH", 18, "0", "", False, 0.0)])
    with database.read() as connection:
        connection.scalars(select(BALANCES.c.ledger)).all()
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from threading import RLock
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Dialect, Engine, Select, Table, insert

from carbonseal.findings import BrokenOff, Finding, Refused

from .codes import NODE_DATABASE_DAMAGED, NODE_DATABASE_LOST, NODE_DATABASE_OLDER
from .schema import Schema, check_tables, create, find_version, migrate
from .sqlite import ReadOnlySQLite, SQLite

SLICE = 512  # rows of one INSERT, values of one IN


LOG = logging.getLogger(__name__)
T = TypeVar("T")


class System(Protocol):
    """A database system, connected to one database."""

    @property
    def writer(self) -> Engine:
        """One connection, whose transactions may write from their beginning."""

    @property
    def readers(self) -> Engine:
        """Connections whose transactions see one committed state each and wait for no writer."""

    def close(self) -> None:
        """Close all connections."""

    def explain(self, error: Exception) -> Finding | None:
        """The finding where disk, file or network are the reason for `error`; None where it is a defect of this program."""

    def problems(self) -> list[str]:
        """What the system's own check of the whole database says, a line each; nothing where it is sound."""

    def reindex(self) -> None:
        """Make every index anew from the rows."""

    def copy_to(self, path: Path) -> None:
        """Write what was committed last to a new database at `path`, as one state, durably."""


class Database:
    """The database at `path`, with the tables of `schema`. Every method raises `BrokenOff` where disk or file are the reason."""

    def __init__(self, path: Path, schema: Schema, *, may_be_new: bool = True) -> None:
        """Open it, made or migrated where need be. Raises Refused, and writes nothing, where a newer program's, another kind's or
        no schema is in it; and where it is empty and must not be."""
        self._use(SQLite(path))
        try:
            self._bring_up(path, schema, may_be_new)
        except BaseException:
            self.close()
            raise

    @classmethod
    def read_only(cls, path: Path, schema: Schema, *, may_be_new: bool = True, live: bool = False) -> Database:
        """Open it to read alone: nothing is made, migrated or changed, and where there is no file, an empty database is read.
        `live`: another process writes to it. Raises as the constructor does, and Refused where it would have to be migrated."""
        database = cls.__new__(cls)
        database._use(ReadOnlySQLite(path, live=live), is_shared=live)
        try:
            with database.read() as connection:
                version = find_version(connection, path)
                if version == schema.head:
                    check_tables(connection, schema, path)
                    return database
            if version is not None:
                raise Refused(NODE_DATABASE_OLDER(path=path, found=version, known=schema.head))
            if not may_be_new:
                raise Refused(NODE_DATABASE_LOST(path=path))
            return database._empty(schema)
        except BaseException:
            database.close()
            raise

    @classmethod
    def derived(cls, path: Path, schema: Schema) -> Database:
        """Open one whose rows are all made from another database's, and can be made again: what is damaged, or of another version,
        is removed, and an empty one begun in its place. Raises `BrokenOff` where disk or file are the reason."""
        if path.exists() and not _is_usable(path, schema):
            LOG.warning("derived database made anew: path=%s", path)
            for part in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
                part.unlink(missing_ok=True)
        return cls(path, schema)

    def _use(self, system: System, *, is_shared: bool = False) -> None:
        self._system = system
        self._is_shared = is_shared  # another process writes to it
        self._written = 0  # transactions that may have written, since it was opened
        self._writing = RLock()
        self._writer: Connection | None = None  # between two transactions

    def _empty(self, schema: Schema) -> Database:
        """The same with tables, in the copy of a file that is not there."""
        with self.write() as connection:
            create(connection, schema)
        return self

    def problems(self) -> list[str]:
        """What the database system's own check of the whole file says: structure, indices, constraints; not values."""
        return self._system.problems()

    def copy_to(self, path: Path) -> None:
        """Write what was committed last to a new database at `path`, as one state, durably."""
        with _explained(self._system):
            self._system.copy_to(path)

    def reindex(self) -> None:
        """Make every index anew from the rows."""
        with _explained(self._system), self._writing:
            self._let_go()
            self._system.reindex()

    def _bring_up(self, path: Path, schema: Schema, may_be_new: bool) -> None:
        with self.read() as connection:
            version = find_version(connection, path)
            if version == schema.head:
                check_tables(connection, schema, path)
                return
        if version is None and not may_be_new:
            raise Refused(NODE_DATABASE_LOST(path=path))
        with self.write() as connection:  # a crash, or an error, leaves the database as it was
            if version is None:
                create(connection, schema)
            else:
                migrate(connection, schema, path)
        if version is not None:
            LOG.info("database migrated: path=%s from=%s to=%s", path, version, schema.head)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write. Committed, and durable, when the block ends; rolled back when it raises."""
        with _explained(self._system), self._writing:
            connection, self._writer = self._writer or self._system.writer.connect(), None
            try:
                with connection.begin():
                    yield connection
            except BaseException:
                connection.close()
                raise
            finally:
                self._written += 1
            self._writer = connection  # to give it back and take it again costs a third of a commit

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one committed state."""
        with _explained(self._system), self._system.readers.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        with self._writing:
            self._let_go()
        self._system.close()

    def _let_go(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class Kept(Generic[T]):
    """What was read from a database and from nothing else, for what is asked far more often than it changes: kept until there is a
    transaction that may write. Where another process writes, nothing is kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last: tuple[int, T] | None = None  # how many transactions there had been, and what was read

    def get(self, read: Callable[[], T]) -> T:
        """What `read` gives, or gave: the same question each time."""
        written, last = self._database._written, self._last
        if last is None or last[0] != written or self._database._is_shared:
            last = self._last = written, read()  # counted before: what is written meanwhile is read the next time
        return last[1]


def check_version(path: Path) -> None:
    """Raises Refused where the database at `path` has tables and no schema version, `BrokenOff` where disk or file
    are the reason. Where there is no file, none is made."""
    if path.exists():
        system = SQLite(path)
        try:
            with _explained(system), system.readers.begin() as connection:
                find_version(connection, path)
        finally:
            system.readers.dispose()


def _is_usable(path: Path, schema: Schema) -> bool:
    """Whether the database at `path` can be read, is of this kind, and at its newest version."""
    system = SQLite(path)
    try:
        with _explained(system), system.readers.begin() as connection:
            if find_version(connection, path) != schema.head:
                return False
            check_tables(connection, schema, path)
        return True
    except Refused as refused:
        if isinstance(refused, BrokenOff) and refused.finding.code is not NODE_DATABASE_DAMAGED:
            raise
        return False
    finally:
        system.close()


@contextmanager
def _explained(system: System) -> Iterator[None]:
    """Turn what is wrong with disk or file into `BrokenOff`. All else is a defect, and is raised as it came."""
    try:
        yield
    except Exception as error:
        finding = system.explain(error)
        if finding is None:
            raise
        raise BrokenOff(finding) from error


def insert_rows(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows, whose values come in the order of the table's columns and as the driver takes them. See `insert_values`."""
    insert_values(connection, table, [*chain.from_iterable(rows)])


def insert_values(connection: Connection, table: Table, values: Sequence[Any]) -> None:
    """Insert rows, of which `values` has one after the other, each as `insert_rows` takes it.

    By INSERTs of many rows: the driver's `executemany` gives up and takes back the interpreter's lock for every row, which
    beside a busy event loop costs a hundred times as much."""
    head, row = _insert(table, connection.dialect)
    columns = len(table.columns)
    for start in range(0, len(values), SLICE * columns):
        part = values[start : start + SLICE * columns]
        _driver(connection).execute(f"{head} VALUES {', '.join([row] * (len(part) // columns))}", part)


def select_rows(connection: Connection, chosen: Select[Any], *values: Any) -> list[tuple[Any, ...]]:
    """The rows, as the driver gives them, of a SELECT that has these values for its parameters, in their order."""
    found: list[tuple[Any, ...]] = _driver(connection).execute(_text(chosen, connection.dialect), values).fetchall()
    return found


def select_among(connection: Connection, chosen: Select[Any], values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows, as the driver gives them, of a SELECT whose only parameter is in `column.in_([bindparam(name)])`, with these values
    in its place."""
    head, mark, tail = _select(chosen, connection.dialect)
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(values), SLICE):
        part = values[start : start + SLICE]
        found += _driver(connection).execute(f"{head}{', '.join([mark] * len(part))}{tail}", part).fetchall()
    return found


def _driver(connection: Connection) -> Any:
    """The driver's own connection. What every record passes is said to it directly: for SQLAlchemy to say it costs as much as the
    commit does."""
    return connection.connection.driver_connection


@cache  # compiling takes a millisecond
def _insert(table: Table, dialect: Dialect) -> tuple[str, str]:
    """An INSERT of one row with positional parameters, in the system's own SQL: the text before VALUES, and the row."""
    head, _, row = str(insert(table).inline().compile(dialect=dialect)).partition(" VALUES ")
    return head, row


@cache
def _text(chosen: Select[Any], dialect: Dialect) -> str:
    """A SELECT in the system's own SQL."""
    return str(chosen.compile(dialect=dialect))


@cache
def _select(chosen: Select[Any], dialect: Dialect) -> tuple[str, str, str]:
    """A SELECT with one positional parameter, in the system's own SQL: the text before it, the parameter, and the text after it."""
    text = _text(chosen, dialect)
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    head, found, tail = text.partition(mark)
    assert found and mark not in tail
    return head, mark, tail
