"""A fault of a database's disk or file is reported as an error, with its path; a defect in the code is not."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from carbonseal.findings import BrokenOff
from carbonseal.storage.database import Database, Kept
from carbonseal.storage.node_tables import PASSPORTS
from carbonseal.storage.schema import NODE

ROW = {"tenant": "t", "issuer": "i", "subject": "s", "name": "n", "issued": 0}


def refused(path: Path) -> str:
    with pytest.raises(BrokenOff) as broken, closing(Database(path, NODE)):
        pass
    assert str(path) in broken.value.finding.message
    assert broken.value.finding.remedy
    return broken.value.finding.code.name


def test_what_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "node.db").write_bytes(b"not a database at all" * 1000)
    assert refused(tmp_path / "node.db") == "node.database-damaged"


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "node.db").mkdir()
    assert refused(tmp_path / "node.db") == "node.database-failed"


def test_what_cannot_be_made(tmp_path: Path) -> None:
    assert refused(tmp_path / "no folder/node.db") == "node.database-failed"


def test_a_full_disk_keeps_what_was_there(tmp_path: Path) -> None:
    """SQLite's own limit on pages answers as a disk that is full."""
    with closing(Database(tmp_path / "node.db", NODE)) as database:
        with database.write() as connection:
            connection.execute(insert(PASSPORTS).values(credential=b"1", passport=b"kept", **ROW))
            connection.execute(text("PRAGMA max_page_count = 1"))
        with pytest.raises(BrokenOff) as broken, database.write() as connection:
            connection.execute(insert(PASSPORTS).values(credential=b"2", passport=bytes(1 << 20), **ROW))
        assert broken.value.finding.code.name == "node.database-full"
        with database.read() as connection:
            assert list(connection.scalars(select(PASSPORTS.c.passport))) == [b"kept"]


def test_a_defect_is_raised_as_it_came(tmp_path: Path) -> None:
    twice = [{"credential": b"1", "passport": b"", **ROW}] * 2
    with closing(Database(tmp_path / "node.db", NODE)) as database, pytest.raises(IntegrityError):  # noqa: SIM117
        with database.write() as connection:
            connection.execute(insert(PASSPORTS), twice)


def credentials(database: Database) -> list[bytes]:
    with database.read() as connection:
        return list(connection.scalars(select(PASSPORTS.c.credential)))


def add(database: Database, credential: bytes) -> None:
    with database.write() as connection:
        connection.execute(insert(PASSPORTS).values(credential=credential, passport=b"", **ROW))


def test_what_is_kept_is_read_again_once_something_was_written(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "node.db", NODE)) as database:
        asked: list[int] = []

        def read() -> list[bytes]:
            asked.append(1)
            return credentials(database)

        last = Kept[list[bytes]](database)
        assert last.get(read) == last.get(read) == []
        assert len(asked) == 1
        add(database, b"1")
        assert last.get(read) == last.get(read) == [b"1"]
        assert len(asked) == 2
        with pytest.raises(IntegrityError):
            add(database, b"1")
        add(database, b"2")
        assert last.get(read) == [b"1", b"2"]


def test_what_is_written_while_it_is_read_is_read_the_next_time(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "node.db", NODE)) as database:
        writing = iter([b"1"])

        def read() -> list[bytes]:
            found = credentials(database)
            for one in writing:
                add(database, one)
            return found

        last = Kept[list[bytes]](database)
        assert last.get(read) == []
        assert last.get(read) == [b"1"]


def test_nothing_is_kept_where_another_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    with (
        closing(Database(path, NODE)) as written,
        closing(Database.read_only(path, NODE, live=True)) as database,
    ):
        last = Kept[list[bytes]](database)
        read = partial(credentials, database)
        assert last.get(read) == []
        add(written, b"1")
        assert last.get(read) == [b"1"]
