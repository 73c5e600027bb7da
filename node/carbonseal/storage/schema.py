"""The kinds of database, one for each log, one for what crosses a node's logs, and one that is derived; and their versions.

A database holds the name of its newest revision (table `alembic_version`). On opening:

- an empty one is given its tables, and the newest revision's name;
- one at the newest revision is left as it is, and Alembic is not even imported;
- an older one is migrated, in one transaction;
- a newer one is refused, and so is one that has tables and no version, or a version and not its tables. Nothing is written.

The index is derived from the logs: one of another version is made anew (`Database.derived`), and has no revisions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    Dialect,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    insert,
    inspect,
    select,
)
from sqlalchemy.schema import CreateIndex, CreateTable

from carbonseal.findings import Refused

from .codes import NODE_DATABASE_FOREIGN, NODE_DATABASE_NEWER, NODE_DATABASE_UNVERSIONED
from .index_tables import INDEX_TABLES
from .log_tables import LOG_TABLES
from .webhook_tables import ALL_NODE_TABLES

_MIGRATIONS = Path(__file__).with_name("migrations")
_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of one kind of database, the folder of its revisions, and the newest one's name."""

    tables: MetaData
    revisions: Path
    head: str


LOG = Schema(LOG_TABLES, _MIGRATIONS / "log", "20261130")
INDEX = Schema(INDEX_TABLES, _MIGRATIONS / "none", "20261130b")
NODE = Schema(ALL_NODE_TABLES, _MIGRATIONS / "node", "20261130")


def find_version(connection: Connection, path: Path) -> str | None:
    """The revision that the database at `path` is at, or None where it is empty. Raises Refused where it has tables and no
    revision."""
    inspector = inspect(connection)
    tables = set(inspector.get_table_names())
    if not tables:
        return None
    columns = inspector.get_columns(_VERSION.name) if _VERSION.name in tables else []
    if [column["name"] for column in columns] != _VERSION.columns.keys():
        raise Refused(NODE_DATABASE_UNVERSIONED(path=path))
    versions = connection.scalars(select(_VERSION.c.version_num)).all()
    if len(versions) != 1:
        raise Refused(NODE_DATABASE_UNVERSIONED(path=path))
    version: str = versions[0]
    return version


def check_tables(connection: Connection, schema: Schema, path: Path) -> None:
    """Raises Refused where the database at `path`, at the newest revision, lacks a table of `schema`: it is of another kind."""
    if missing := schema.tables.tables.keys() - set(inspect(connection).get_table_names()):
        raise Refused(NODE_DATABASE_FOREIGN(path=path, found=schema.head, missing=", ".join(sorted(missing))))


def create(connection: Connection, schema: Schema) -> None:
    """Give an empty database its tables."""
    for statement in _statements(schema.tables, connection.dialect):
        connection.exec_driver_sql(statement)
    connection.execute(insert(_VERSION).values(version_num=schema.head))


@cache  # to compile them takes ten times as long as to execute them
def _statements(tables: MetaData, dialect: Dialect) -> tuple[str, ...]:
    """What makes these tables and their indices, in the system's own SQL."""
    made: list[CreateTable | CreateIndex] = []
    for table in (*tables.sorted_tables, _VERSION):
        made += CreateTable(table), *map(CreateIndex, sorted(table.indexes, key=lambda index: str(index.name)))
    return tuple(str(statement.compile(dialect=dialect)) for statement in made)


def migrate(connection: Connection, schema: Schema, path: Path) -> None:
    """Bring an older database up to date. Raises Refused where it is another program's, or a newer version's."""
    from .migrations import upgrade

    if not upgrade(connection, schema.revisions, schema.head):
        found = connection.execute(select(_VERSION.c.version_num)).scalar_one()
        raise Refused(NODE_DATABASE_NEWER(path=path, found=found, known=schema.head))
