"""A database that is only read: no byte of it or beside it changes, whatever state it was left in."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from carbonseal.findings import BrokenOff, Refused
from carbonseal.storage.database import Database
from carbonseal.storage.node_tables import PASSPORTS
from carbonseal.storage.schema import NODE

ROW = {"credential": b"1", "passport": b"kept", "tenant": "t", "issuer": "i", "subject": "s", "name": "n", "issued": 0}


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


def passports(path: Path, *, live: bool = False) -> list[bytes]:
    with closing(Database.read_only(path, NODE, live=live)) as database, database.read() as connection:
        return [bytes(one) for one in connection.scalars(select(PASSPORTS.c.passport))]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "here").mkdir()
    path = tmp_path / "here/node.db"
    with closing(Database(path, NODE)) as database, database.write() as connection:
        connection.execute(insert(PASSPORTS).values(**ROW))
    return path


def test_nothing_changes(path: Path) -> None:
    before = contents(path.parent)
    assert passports(path) == [b"kept"]
    assert contents(path.parent) == before


def test_what_a_killed_process_left_is_read_too(path: Path, tmp_path: Path) -> None:
    killed = tmp_path / "killed"
    with closing(Database(path, NODE)) as database:
        with database.write() as connection:
            connection.execute(insert(PASSPORTS).values(**{**ROW, "credential": b"2", "passport": b"committed"}))
        shutil.copytree(path.parent, killed)
    (killed / "node.db-shm").unlink()
    before = contents(killed)
    assert set(before) == {"node.db", "node.db-wal"}
    assert passports(killed / "node.db") == [b"kept", b"committed"]
    assert contents(killed) == before


def test_beside_a_process_that_writes(path: Path) -> None:
    with closing(Database(path, NODE)) as database:
        with database.write() as connection:
            connection.execute(insert(PASSPORTS).values(**{**ROW, "credential": b"2", "passport": b"committed"}))
        assert passports(path, live=True) == [b"kept", b"committed"]


def test_where_there_is_none(tmp_path: Path) -> None:
    assert passports(tmp_path / "node.db") == []
    assert contents(tmp_path) == {}
    with pytest.raises(Refused) as refused:
        Database.read_only(tmp_path / "node.db", NODE, may_be_new=False)
    assert refused.value.finding.code.name == "node.database-lost"


def test_nothing_is_written(path: Path) -> None:
    with closing(Database.read_only(path, NODE)) as database, pytest.raises(BrokenOff) as broken:  # noqa: SIM117
        with database.write() as connection:
            connection.execute(insert(PASSPORTS).values(**{**ROW, "credential": b"2"}))
    assert broken.value.finding.code.name == "node.database-failed"


def test_what_would_have_to_be_migrated(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '20251129'")
    before = contents(path.parent)
    with pytest.raises(Refused) as refused:
        Database.read_only(path, NODE)
    assert refused.value.finding.code.name == "node.database-older"
    assert contents(path.parent) == before
