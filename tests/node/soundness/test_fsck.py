"""fsck: a flipped byte anywhere is found, named, told from a fork and repaired; and nothing is written where it only looks."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.node.node import Node
from carbonseal.node.sealing.queue import Receipt
from carbonseal.node.soundness.fsck import Report, fsck
from carbonseal.records.sources import Source
from tests.node.conftest import Begin
from tests.node.issuance.issuing import MAKER, Clock, issue
from tests.node.issuance.issuing import within as issuing_within
from tests.node.sealing.logs import backup, freeze_of, restore, seal, within
from tests.programs.effort import examples

LOG = Path("logs/default")
DATABASE = Path("logs/default.db")


def fill(directory: Path, count: int = 300, batches: int = 2) -> list[Receipt]:
    """A log with a full tile and partial ones of several widths."""

    async def work(node: Node) -> list[Receipt]:
        receipts: list[Receipt] = []
        for batch in range(batches):
            items = [Source((str(n),), b'{"n": %d, "batch": %d}' % (n, batch)) for n in range(count)]
            async for result in node.submit_many(items, "json/1"):
                assert result.receipt
                receipts.append(result.receipt)
            await node.sequence()
        return receipts

    return within(directory, work)


def flip(path: Path, offset: int = -1) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 0x20
    path.write_bytes(data)


def sql(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)


def codes_of(report: Report) -> set[str]:
    return {finding.code.name for finding in (*report.damage, *report.verdict)}


def contents(directory: Path) -> dict[str, str]:
    """Every file with its bytes and the time of its last change."""
    return {
        str(path.relative_to(directory)): f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.stat().st_mtime_ns}"
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def signature(path: Path) -> None:
    flip(path, -3)


ROTTEN: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a full tile": ("fsck.file-damaged", lambda d: flip(d / LOG / "tile/0/000", 77)),
    "a partial tile": ("fsck.file-damaged", lambda d: flip(d / LOG / "tile/0/002.p/89")),
    "a tile of the second level": ("fsck.file-damaged", lambda d: flip(d / LOG / "tile/1/000.p/2", 40)),
    "an older partial tile": ("fsck.file-damaged", lambda d: flip(d / LOG / "tile/1/000.p/1", 3)),
    "a tile that was cut": ("fsck.file-damaged", lambda d: (d / LOG / "tile/0/001").write_bytes(b"")),
    "a full bundle": ("fsck.file-damaged", lambda d: flip(d / LOG / "tile/entries/001", 500)),
    "a bundle's lengths": ("fsck.file-damaged", lambda d: flip(d / LOG / "tile/entries/001", 0)),
    "a partial bundle": ("fsck.file-damaged", lambda d: flip(d / LOG / "tile/entries/002.p/89", 9)),
    "a tile that is gone": ("fsck.file-missing", lambda d: (d / LOG / "tile/0/001").unlink()),
    "a bundle that is gone": ("fsck.file-missing", lambda d: (d / LOG / "tile/entries/002.p/89").unlink()),
    "a file of another log": ("fsck.file-beyond", lambda d: (d / LOG / "tile/0/007").write_bytes(bytes(8192))),
    "the checkpoint's signature": ("fsck.checkpoint-damaged", lambda d: flip(d / LOG / "checkpoint", -9)),
    "the checkpoint's root": ("fsck.checkpoint-damaged", lambda d: flip(d / LOG / "checkpoint", 30)),
    "the checkpoint": ("fsck.checkpoint-damaged", lambda d: (d / LOG / "checkpoint").unlink()),
    "an entry's row": (
        "fsck.entry-damaged",
        lambda d: sql(d / DATABASE, "UPDATE entries SET entry = zeroblob(33) WHERE number = 5"),
    ),
    "an entry of another type": (
        "fsck.entry-damaged",
        lambda d: sql(d / DATABASE, "UPDATE entries SET entry = 12345678901234 WHERE number = 5"),
    ),
    "an entry's row that is gone": (
        "fsck.entry-damaged",
        lambda d: sql(d / DATABASE, "DELETE FROM entries WHERE number = 0"),
    ),
    "a salt": (
        "fsck.salt-damaged",
        lambda d: sql(d / DATABASE, "UPDATE records SET salt = zeroblob(32) WHERE number = 9"),
    ),
    "a head's root": ("fsck.head-damaged", lambda d: sql(d / DATABASE, "UPDATE heads SET root = zeroblob(32)")),
    "an older head's note": (
        "fsck.head-damaged",
        lambda d: sql(d / DATABASE, "UPDATE heads SET note = zeroblob(90) WHERE size = 301"),
    ),
    "the index of commitments": (
        "fsck.index-damaged",
        lambda d: sql(d / DATABASE, "UPDATE known SET prefix = prefix + 1 WHERE number = 4"),
    ),
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.nodes import make_node, settings

    directory = make_node(tmp_path_factory.mktemp("filled") / "node", settings())
    fill(directory)
    return directory


@pytest.fixture
def directory(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "node"))


def test_a_sound_node(directory: Path) -> None:
    before = contents(directory)
    report = fsck(directory)
    assert codes_of(report) == set()
    assert (report.exit_status, report.entries, report.notes) == (0, 601, [])
    assert contents(directory) == before


@pytest.mark.parametrize("rotten", ROTTEN)
def test_rot_is_found_named_and_repaired(directory: Path, rotten: str) -> None:
    """And the log goes on with what it was: its files are the very bytes that they were."""
    code, rot = ROTTEN[rotten]
    tiles = {path: path.read_bytes() for path in (directory / LOG).rglob("*") if path.is_file()}
    rot(directory)
    before = contents(directory)
    found = fsck(directory)
    assert codes_of(found) == {code}
    assert found.exit_status == 3
    assert contents(directory) == before
    repaired = fsck(directory, repair=True)
    assert {finding.code.name for finding in repaired.repaired} == {code}
    assert (repaired.exit_status, codes_of(repaired)) == (0, set())
    assert fsck(directory).exit_status == 0
    assert all(path.read_bytes() == data for path, data in tiles.items() if path.exists())
    assert seal(directory, "more").size == 602


def test_all_at_once(directory: Path) -> None:
    """Each place once: one copy of every entry is left somewhere."""
    for code, rot in ROTTEN.values():
        if code not in ("fsck.file-missing", "fsck.checkpoint-damaged"):
            rot(directory)
    assert fsck(directory).exit_status == 3
    assert fsck(directory, repair=True).exit_status == 0
    assert seal(directory, "more").size == 602


@pytest.mark.parametrize("column", ["canonical", "profile", "tenant", "record", "payload"])
def test_what_cannot_be_made_again_is_named(directory: Path, column: str) -> None:
    statement = {
        "canonical": "UPDATE payloads SET canonical = 'x' WHERE number = 7",
        "profile": "UPDATE records SET profile = CAST(x'ff' AS TEXT) WHERE number = 7",
        "tenant": "UPDATE records SET tenant = 'defaulu' WHERE number = 7",
        "record": "DELETE FROM records WHERE number = 7",
        "payload": "DELETE FROM payloads WHERE number = 7",
    }[column]
    sql(directory / DATABASE, statement)
    for _ in range(2):
        report = fsck(directory, repair=True)
        assert codes_of(report) == {"fsck.tenant-damaged" if column == "tenant" else "fsck.record-damaged"}
        assert report.exit_status == 3
        assert "entry 7" in report.damage[0].message


def test_an_entry_that_waits_is_made_again_by_its_record(directory: Path) -> None:
    receipt = within(directory, lambda node: node.submit(b'{"waits": true}', "json/1"))
    sql(directory / DATABASE, "UPDATE entries SET entry = zeroblob(33) WHERE number = 601")
    assert codes_of(fsck(directory)) == {"fsck.entry-damaged"}
    assert fsck(directory, repair=True).exit_status == 0

    async def proves(node: Node) -> int:
        await node.sequence()
        return node.record(receipt.commitment).index

    assert within(directory, proves) == 601


@settings(max_examples=examples(30), deadline=None, derandomize=True)
@given(position=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_in_a_database_is_found_or_changes_nothing(filled: Path, position: float, bit: int) -> None:
    """What nothing else shows: when a record was acknowledged, and how many entries of a head made anchors due."""
    path = filled.with_name("flipped") / DATABASE
    shutil.rmtree(filled.with_name("flipped"), ignore_errors=True)
    shutil.copytree(filled, filled.with_name("flipped"))
    before = rows(path)
    data = bytearray(path.read_bytes())
    data[int(position * len(data))] ^= 1 << bit
    path.write_bytes(data)
    try:
        changed = rows(path) != before
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        changed = True
    if changed:
        assert fsck(filled.with_name("flipped")).exit_status != 0


def rows(path: Path) -> list[object]:
    wanted = {
        "entries": "*",
        "records": "number, CAST(tenant AS BLOB), CAST(profile AS BLOB), salt",
        "payloads": "*",
        "heads": "size, root, note",
        "known": "prefix, number",
    }
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection:
        return [
            [
                connection.execute(
                    f"SELECT typeof(number), {what} FROM {table}" if "number" in what else f"SELECT {what} FROM {table}"
                ).fetchall()
            ]
            for table, what in wanted.items()
        ]


# --- what is no rot ----------------------------------------------------------------------------------------------------


def test_an_old_copy_is_no_rot(begin: Begin) -> None:
    directory = begin()
    seal(directory, "a")
    copy = backup(directory)
    seal(directory, "b")
    restore(copy, directory)
    before = contents(directory)
    report = fsck(directory)
    assert (codes_of(report), report.exit_status) == ({"frozen.went-back"}, 4)
    assert contents(directory) == before
    assert fsck(directory, repair=True).exit_status == 4
    assert freeze_of(directory) == "frozen.went-back"


def forked(directory: Path) -> None:
    """An old copy that took in another record, and the guard of the log that it was."""
    seal(directory, "a")
    copy = backup(directory)
    seal(directory, "b")
    kept = (directory / "guard").rename(directory.with_name("guard-kept"))
    restore(copy, directory)
    within(directory, lambda node: node.adopt_guard())
    seal(directory, "c")
    shutil.rmtree(directory / "guard")
    kept.rename(directory / "guard")


@pytest.mark.parametrize("rotten", [False, True])
def test_a_fork_is_no_rot(begin: Begin, rotten: bool) -> None:
    """Also where something rotted besides, which is then not repaired: nothing says which of the two histories is right."""
    directory = begin()
    forked(directory)
    if rotten:
        flip(directory / LOG / "tile/0/000.p/3")
    before = contents(directory)
    report = fsck(directory)
    assert codes_of(report) == {"frozen.other-root", *(["fsck.file-damaged"] if rotten else [])}
    assert report.exit_status == 4
    assert contents(directory) == before
    fsck(directory, repair=True)
    assert (directory / LOG / "tile/0/000.p/3").read_bytes() == before_bytes(directory)
    assert freeze_of(directory) == "frozen.other-root"


def before_bytes(directory: Path) -> bytes:
    return (directory / LOG / "tile/0/000.p/3").read_bytes()


def test_nothing_is_repaired_without_a_guard(directory: Path) -> None:
    """Nor is the guard."""
    (directory / "guard/default").unlink()
    flip(directory / LOG / "tile/0/000", 77)
    report = fsck(directory, repair=True)
    assert codes_of(report) == {"frozen.guard-missing", "fsck.file-damaged"}
    assert report.exit_status == 3
    assert not (directory / "guard/default").exists()


def test_two_damaged_copies_of_one_entry(directory: Path) -> None:
    """No copy that is left leads to the signed root: nothing is repaired, and nothing is called a fork."""
    sql(directory / DATABASE, "DELETE FROM entries WHERE number = 0")
    for path in ("tile/entries/000", "tile/0/000"):
        flip(directory / LOG / path, 20)
    report = fsck(directory, repair=True)
    assert "fsck.beyond-repair" in codes_of(report)
    assert (report.exit_status, report.repaired) == (3, [])


def test_databases_of_two_copies(begin: Begin) -> None:
    directory = begin()
    seal(directory, "a")
    database = (directory / DATABASE).read_bytes()
    seal(directory, "b")
    (directory / DATABASE).write_bytes(database)
    assert codes_of(fsck(directory)) >= {"frozen.lost-entries"}


# --- the node beside it ------------------------------------------------------------------------------------------------


def test_beside_a_node_that_works(directory: Path) -> None:
    """It looks; to repair, it wants the directory for itself."""

    async def work(node: Node) -> None:
        await node.submit(b'{"waits": 1}', "json/1")
        assert fsck(directory).exit_status == 0
        flip(directory / LOG / "tile/0/000", 77)
        assert codes_of(fsck(directory)) == {"fsck.file-damaged"}
        with pytest.raises(Exception, match="has this node open"):
            fsck(directory, repair=True)

    within(directory, work)


def test_a_backup_without_keys(directory: Path) -> None:
    shutil.rmtree(directory / "keys")
    report = fsck(directory)
    assert [finding.code.name for finding in report.notes] == ["fsck.signatures-unchecked"]
    assert report.exit_status == 0


def test_a_passport_that_rotted(begin: Begin) -> None:
    directory = begin(issuers=(MAKER,))
    issuing_within(directory, Clock(), issue)
    assert fsck(directory).exit_status == 0
    sql(directory / "node.db", "UPDATE passports SET passport = replace(passport, 'a', 'b')")
    assert codes_of(fsck(directory)) == {"fsck.passport-damaged"}


def test_more_places_than_one_pass_names(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carbonseal.node.soundness.log_check.MOST", 10)
    sql(directory / DATABASE, "UPDATE entries SET entry = zeroblob(33)")
    report = fsck(directory)
    assert len(report.damage) == 10
    assert {finding.code.name for finding in report.notes} == {"fsck.cut"}
    assert fsck(directory, repair=True).exit_status == 0


def test_a_database_that_is_none(directory: Path) -> None:
    (directory / "node.db").write_bytes(b"no database" * 100)
    assert codes_of(fsck(directory)) == {"fsck.database-damaged"}
