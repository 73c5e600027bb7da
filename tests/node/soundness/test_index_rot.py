"""Rot in the index for look-ups: found by fsck and by the scrub, and mended by making the index again."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from carbonseal.node.node import Node
from carbonseal.node.soundness.fsck import fsck
from carbonseal.node.soundness.settings import ScrubConfig
from carbonseal.service.health import health
from tests import nodes, virtual_time
from tests.cli.test_way import carbonseal
from tests.node import running
from tests.records.documents import encoded, footprint

ROTTEN = {
    "a record that is gone": "DELETE FROM indexed WHERE number = 7",
    "a record that is none": "UPDATE covered SET until = until; UPDATE indexed SET entry = 90 WHERE number = 7",
    "another tenant's": "UPDATE indexed SET tenant = 'theirs' WHERE number = 7",
    "another commitment": "UPDATE indexed SET commitment = zeroblob(32) WHERE number = 7",
    "what it says": "UPDATE indexed SET said = (SELECT said FROM indexed WHERE number = 8) WHERE number = 7",
    "a name": "UPDATE terms SET value = 'urn:xy:0' WHERE value = 'urn:xy:7'",
    "a name that is gone": "DELETE FROM terms WHERE value = 'urn:xy:7'",
}


def document(number: int) -> bytes:
    own = {"/id": f"5a0a1b34-6b1d-4a5a-9d7a-{number:012x}", "/productIds": [f"urn:xy:{number}"]}
    return encoded(footprint(own))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scrub = ScrubConfig(rate=1_000_000, interval=3600)
    directory = nodes.make_node(tmp_path_factory.mktemp("filled") / "node", nodes.settings(scrub=scrub))

    async def fill() -> None:
        async with Node.open(directory) as node:
            for number in range(1, 81):
                await node.submit(document(number), "pact/3.0")
            await node.sequence()
            await node.lookup.indexer.catch_up()

    asyncio.run(fill())
    return directory


@pytest.fixture
def directory(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "node"))


def spoil(directory: Path, statements: str) -> None:
    with closing(sqlite3.connect(directory / "index.db")) as database:
        database.executescript(statements)


def test_a_sound_index(directory: Path) -> None:
    assert fsck(directory).damage == []
    (directory / "index.db").unlink()
    assert fsck(directory, repair=True).damage == []  # one that is not there is made when it is needed
    assert not (directory / "index.db").exists()


@pytest.mark.parametrize("rotten", ROTTEN)
def test_rot_is_found_named_and_mended(directory: Path, rotten: str) -> None:
    spoil(directory, ROTTEN[rotten])
    done = carbonseal("fsck", directory)
    assert done.status == 3
    assert "[fsck.lookup-damaged]" in done.out
    assert "carbonseal records index --rebuild" in done.out
    report = fsck(directory, repair=True)
    assert [finding.code.name for finding in report.repaired] == ["fsck.lookup-damaged"]
    assert (report.exit_status, fsck(directory).exit_status) == (0, 0)
    assert carbonseal("records", "index", directory).status == 0
    assert fsck(directory).exit_status == 0


def test_pages_that_rotted(directory: Path) -> None:
    path = directory / "index.db"
    raw = bytearray(path.read_bytes())
    raw[8192 : len(raw) // 2] = bytes(len(raw) // 2 - 8192)
    path.write_bytes(raw)
    assert fsck(directory).exit_status == 3
    assert fsck(directory, repair=True).exit_status == 0
    assert not path.exists()


def test_the_scrub_finds_it_and_rebuilding_ends_it(directory: Path) -> None:
    async def work() -> None:
        async with Node.open(directory, clock=asyncio.get_running_loop().time) as node, running.in_background(node):
            await asyncio.sleep(2 * 3600)
            assert health(node)["state"] == "ok"
            spoil(directory, ROTTEN["a name"])
            await asyncio.sleep(2 * 3600)
            (damage,) = health(node)["damage"]
            assert damage["code"] == "fsck.lookup-damaged"
            assert "urn:xy:7" in damage["message"]
            await node.lookup.indexer.rebuild()
            await asyncio.sleep(2 * 3600)
            assert health(node)["state"] == "ok"

    virtual_time.run(work())
