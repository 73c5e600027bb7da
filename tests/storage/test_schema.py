"""Schemas: what the revisions make, how a filled database comes through them, and which databases are refused."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, inspect, select

from carbonseal.findings import Refused
from carbonseal.storage.database import Database
from carbonseal.storage.migrations import upgrade
from carbonseal.storage.schema import LOG, NODE, Schema
from carbonseal.storage.sqlite import SQLite

BOTH = pytest.mark.parametrize("schema", [LOG, NODE], ids=["log", "node"])
FILLED = Path(__file__).with_name("filled")  # databases as the code of the first revision filled them, as SQL
NEXT = Path(__file__).with_name("next")  # a revision of each kind that might come next


def load(dump: Path, path: Path) -> Path:
    """The database that was dumped, as a file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(dump.read_text(encoding="utf-8"))
    return path


@contextmanager
def reading(path: Path) -> Iterator[Connection]:
    """The database, as it is: no version is looked for."""
    with closing(SQLite(path)) as system, system.readers.begin() as connection:
        yield connection


def described(path: Path) -> dict[str, Any]:
    """All that is to be said of a database's tables, in an order of its own."""
    with reading(path) as connection:
        inspector = inspect(connection)
        return {
            name: {
                "columns": [{**column, "type": str(column["type"])} for column in inspector.get_columns(name)],
                "key": inspector.get_pk_constraint(name),
                "unique": sorted(inspector.get_unique_constraints(name), key=str),
                "indexes": sorted(inspector.get_indexes(name), key=str),
                "options": inspector.get_table_options(name),
            }
            for name in sorted(inspector.get_table_names())
        }


def rows(path: Path) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, whatever the tables are."""
    tables = MetaData()
    with reading(path) as connection:
        tables.reflect(connection)
        return {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in tables.sorted_tables
        }


# --- revisions -----------------------------------------------------------------------------------------------------


@BOTH
def test_revisions_make_the_same_tables_as_a_new_database_has(schema: Schema, tmp_path: Path) -> None:
    with closing(Database(tmp_path / "new.db", schema)):
        pass
    with closing(SQLite(tmp_path / "migrated.db")) as system, system.writer.begin() as connection:
        assert upgrade(connection, schema.revisions, schema.head)
    assert described(tmp_path / "migrated.db") == described(tmp_path / "new.db")
    with reading(tmp_path / "migrated.db") as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.tables) == []


@BOTH
def test_the_schema_names_the_newest_revision_and_there_is_one_line_of_them(schema: Schema) -> None:
    script = ScriptDirectory(str(schema.revisions), version_locations=[str(schema.revisions)])
    assert script.get_heads() == [schema.head]
    assert script.get_bases() == [schema.head]


@BOTH
def test_a_filled_database_of_the_first_revision_comes_up_to_date_and_keeps_its_rows(
    schema: Schema, tmp_path: Path
) -> None:
    path = load(FILLED / f"{schema.revisions.name}.sql", tmp_path / "filled.db")
    before = rows(path)
    assert all(before[table.name] for table in schema.tables.sorted_tables), "each table has rows to lose"
    with closing(Database(path, schema)):
        pass
    with closing(Database(tmp_path / "new.db", schema)):
        pass
    assert described(path) == described(tmp_path / "new.db")
    after = rows(path)
    assert {name: len(found) for name, found in after.items()} == {name: len(found) for name, found in before.items()}


@pytest.fixture
def following(schema: Schema, tmp_path: Path) -> Iterator[Schema]:
    """The schema as it would be with the next revision."""
    folder = tmp_path / "revisions"
    shutil.copytree(schema.revisions, folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(NEXT / f"{schema.revisions.name}.py", folder / "r9999_next.py")
    (folder / "r9999_next.py").write_text(
        (folder / "r9999_next.py").read_text(encoding="utf-8").replace("BEFORE", schema.head), encoding="utf-8"
    )
    yield replace(schema, revisions=folder, head="9999")


@BOTH
def test_the_next_revision_changes_a_filled_database_and_keeps_its_rows(
    schema: Schema, following: Schema, tmp_path: Path
) -> None:
    """Columns come, go and are renamed, also in a table that SQLite makes anew."""
    path = load(FILLED / f"{schema.revisions.name}.sql", tmp_path / "filled.db")
    with closing(Database(path, schema)):
        pass
    before = rows(path)
    with closing(Database(path, following)):
        pass
    after = rows(path)
    assert after.pop("alembic_version") == [{"version_num": "9999"}]
    before.pop("alembic_version")
    if schema is LOG:
        for head in before["heads"]:
            head["weight"] = head.pop("triggers")
        before["known"] = [{**row, "seen": 0} for row in before["known"]]
        assert described(path)["known"]["options"] == described(path)["known"]["options"] | {"sqlite_with_rowid": False}
    else:
        for row in before["passports"]:
            row["label"] = row.pop("name").upper()
        before["notes"] = []
    assert after == before
    with closing(Database(path, following)):  # and again, there is nothing to do
        pass
    assert {**rows(path)} == {**after, "alembic_version": [{"version_num": "9999"}]}


@BOTH
def test_a_revision_that_fails_leaves_the_database_as_it_was(schema: Schema, following: Schema, tmp_path: Path) -> None:
    path = load(FILLED / f"{schema.revisions.name}.sql", tmp_path / "filled.db")
    before, tables = rows(path), described(path)
    revision = following.revisions / "r9999_next.py"
    revision.write_text(revision.read_text(encoding="utf-8") + "    raise RuntimeError('half-way')\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="half-way"):
        Database(path, following)
    assert rows(path) == before
    assert described(path) == tables
    with closing(Database(path, schema)):
        pass


# --- refused -------------------------------------------------------------------------------------------------------


def refused(path: Path, schema: Schema) -> Refused:
    """Why the database is not opened. Nothing is written: not a byte, not a file."""
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    with pytest.raises(Refused) as found:
        Database(path, schema)
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before
    return found.value


@BOTH
def test_a_newer_database_is_refused(schema: Schema, following: Schema, tmp_path: Path) -> None:
    folder = tmp_path / "only"
    folder.mkdir()
    path = load(FILLED / f"{schema.revisions.name}.sql", folder / "filled.db")
    with closing(Database(path, following)):
        pass
    finding = refused(path, schema).finding
    assert finding.code.name == "node.database-newer"
    assert (finding.facts["found"], finding.facts["known"], finding.facts["path"]) == ("9999", schema.head, str(path))


@BOTH
@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_a_database_without_a_version_is_refused(schema: Schema, journal: str, tmp_path: Path) -> None:
    """Such as all that were made before the first release."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.execute("CREATE TABLE entries (number INTEGER PRIMARY KEY, entry BLOB)")
        connection.execute("INSERT INTO entries VALUES (0, x'00')")
        connection.commit()
    finding = refused(path, schema).finding
    assert finding.code.name == "node.database-unversioned"
    assert str(path) in finding.message


@BOTH
@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM alembic_version",
        "INSERT INTO alembic_version VALUES ('0002')",
        "ALTER TABLE alembic_version RENAME COLUMN version_num TO version",
    ],
)
def test_a_database_with_a_version_table_and_no_version_is_refused(schema: Schema, change: str, tmp_path: Path) -> None:
    path = load(FILLED / f"{schema.revisions.name}.sql", tmp_path / "filled.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(change)
        connection.commit()
    assert refused(path, schema).finding.code.name == "node.database-unversioned"


@BOTH
def test_a_database_of_the_other_kind_is_refused(schema: Schema, tmp_path: Path) -> None:
    """As where a file of the copy came back under another one's name."""
    other = NODE if schema is LOG else LOG
    with closing(Database(tmp_path / "other.db", other)):
        pass
    finding = refused(tmp_path / "other.db", schema).finding
    assert finding.code.name == "node.database-foreign"
    assert set(str(finding.facts["missing"]).split(", ")) == set(schema.tables.tables)


# --- cost ----------------------------------------------------------------------------------------------------------


def test_alembic_is_imported_only_where_there_is_something_to_migrate(tmp_path: Path) -> None:
    program = """
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from carbonseal.storage.database import Database
from carbonseal.storage.schema import NODE
for _ in range(2):
    with closing(Database(Path(sys.argv[1]), NODE)):
        pass
assert "alembic" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "node.db")], check=True)
