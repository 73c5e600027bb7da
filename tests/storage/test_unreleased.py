"""A directory that was made before the first release: one sentence, exit status 2, nothing written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.test_way import carbonseal
from tests.nodes import make_node, settings

MADE = Path(__file__).with_name("unreleased")  # databases of commit c4b033a, as SQL


def load(dump: str, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript((MADE / dump).read_text(encoding="utf-8"))


def everything(directory: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(directory)): path.read_bytes().strip() if path.is_file() else None
        for path in directory.rglob("*")
    }


@pytest.mark.parametrize(
    ("dumps", "named"),
    [
        ({"log.sql": "logs/default.db", "node.sql": "node.db"}, "logs/default.db"),
        ({"log.sql": "logs/default.db"}, "logs/default.db"),
        ({"node.sql": "node.db"}, "node.db"),
    ],
)
@pytest.mark.parametrize("command", [("status",), ("anchor",), ("passport", "list")], ids=" ".join)
def test_its_databases_are_refused(dumps: dict[str, str], named: str, command: tuple[str, ...], tmp_path: Path) -> None:
    directory = make_node(tmp_path / "node", settings())
    for dump, path in dumps.items():
        load(dump, directory / path)
    (directory / "lock").touch()
    before = everything(directory)
    done = carbonseal(*command, directory)
    assert (done.status, done.out) == (2, "")
    first, *remedy = done.err.splitlines()
    assert first.startswith(f"carbonseal: {directory / named} has tables and no schema version")
    assert len(remedy) == 1
    assert everything(directory) == before


def test_a_version_of_this_round_is_refused(tmp_path: Path) -> None:
    """Revisions of unreleased programs had other names, and columns that are gone."""
    directory = make_node(tmp_path / "node", settings())
    assert carbonseal("anchor", directory, "--wait", "0").status == 0
    with closing(sqlite3.connect(directory / "node.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    done = carbonseal("anchor", directory, "--wait", "0")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"carbonseal: {directory / 'node.db'} has the schema 0001, and this program knows")
