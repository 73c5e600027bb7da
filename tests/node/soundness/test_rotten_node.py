"""A node whose disk rotted: it goes on wherever it can, says what rotted, and freezes nothing that can be repaired."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
from pathlib import Path

import pytest

from carbonseal.findings import Refused
from carbonseal.ledger import Statement, log_id
from carbonseal.log.tree import Edge
from carbonseal.node import failpoints
from carbonseal.node.node import Node
from carbonseal.node.sealing.files import LogFiles
from carbonseal.node.soundness.fsck import fsck
from carbonseal.node.soundness.settings import ScrubConfig
from carbonseal.service.health import health
from tests import virtual_time
from tests.node import running
from tests.node.conftest import ORIGIN, Begin, ledger_in
from tests.node.sealing.logs import seal, within
from tests.node.simulated import SimulatedLedger
from tests.node.soundness.test_fsck import DATABASE, LOG, ROTTEN, fill, flip, sql
from tests.nodes import make_node, settings


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = make_node(tmp_path_factory.mktemp("filled") / "node", settings())
    fill(directory)
    return directory


@pytest.fixture
def directory(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "node"))


@pytest.mark.parametrize("rotten", ROTTEN)
def test_rot_freezes_nothing(directory: Path, rotten: str) -> None:
    """The log goes on, or says which bytes it would need; after the repair it goes on in any case, and nothing forked."""
    ROTTEN[rotten][1](directory)

    async def goes_on(node: Node) -> tuple[str, bool]:
        assert node.log().frozen is None
        await node.submit(b'{"more": 1}', "json/1")
        try:
            await node.sequence()
        except Refused as refused:
            assert "carbonseal fsck" in refused.finding.remedy
            return refused.finding.code.name, False
        return "", node.log().size == 602

    refused, grew = within(directory, goes_on)
    assert json.loads((directory / "guard/default").read_bytes())["frozen"] == []
    assert grew or refused in ("node.tile-changed", "fsck.entries-damaged")
    repaired = fsck(directory, repair=True)
    assert repaired.exit_status == 0
    assert seal(directory, "more").size == 603


@pytest.mark.parametrize("path", ["tile/0/002.p/89", "tile/1/000.p/2", "checkpoint"])
def test_what_the_start_finds_is_told_until_it_is_repaired(directory: Path, path: str) -> None:
    flip(directory / LOG / path, 30)

    async def state(node: Node) -> tuple[str, list[str]]:
        found = health(node)
        return found["state"], [damage["code"] for damage in found["logs"][0]["damage"]]

    told = ["fsck.checkpoint-damaged" if path == "checkpoint" else "fsck.tiles-damaged"]
    assert within(directory, state) == ("failing", told)
    fsck(directory, repair=True)
    assert within(directory, state) == ("ok", [])


def test_a_tile_that_is_gone_keeps_no_node_from_opening(directory: Path) -> None:
    (directory / LOG / "tile/1/000.p/2").unlink()
    (directory / LOG / "tile/1/000.p/1").unlink()
    assert seal(directory, "more").size == 602


def test_a_ledger_is_not_contradicted_by_a_rotten_tile(begin: Begin, tmp_path: Path) -> None:
    """It knows the right root; one that claims another is believed as before."""
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    fill(directory, 300, 1)
    root = Edge.load(256, LogFiles(directory / LOG)).root()
    ledger = SimulatedLedger(tmp_path / "ledger/ledger.db")
    ledger.plant(Statement(log_id(ORIGIN), 256, root))
    flip(directory / LOG / "tile/1/000.p/1")
    flip(directory / LOG / "tile/0/000")

    async def frozen(node: Node) -> str:
        await node.startup_checked()
        found = node.log().frozen
        return found.code.name if found else ""

    assert within(directory, frozen) == ""
    ledger.plant(Statement(log_id(ORIGIN), 257, bytes(32)))
    assert within(directory, frozen) == "frozen.ledger-other-root"


def test_an_entry_that_rots_between_the_guard_and_the_signature(begin: Begin) -> None:
    """The head that the guard knows cannot be made from the row; no other is made in its place, and nothing is frozen."""
    directory = begin()
    seal(directory, "a")

    def crash(point: str) -> None:
        if point == failpoints.GUARDED:
            raise ConnectionAbortedError(point)

    async def crashes(node: Node) -> None:
        await node.submit(b'{"word": "b"}', "json/1")
        with pytest.raises(ConnectionAbortedError):
            await node.sequence()

    running.run(directory, crashes, reached=crash)
    sql(directory / DATABASE, "UPDATE entries SET entry = zeroblob(33) WHERE number = 2")

    async def refused(node: Node) -> str:
        with pytest.raises(Refused) as caught:
            await node.sequence()
        assert node.log().frozen is None
        return caught.value.finding.code.name

    assert within(directory, refused) == "fsck.entries-damaged"
    assert fsck(directory, repair=True).exit_status == 0
    assert seal(directory, "c").size == 4


# --- proofs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rotten", ["tile/0/000", "tile/1/000.p/2", "an entry's row", "a head's root"])
def test_no_proof_from_rotten_bytes_is_handed_out(directory: Path, rotten: str) -> None:
    """A seal, a tlog-proof, a consistency proof: refused with what to do, and told by the node's health."""
    if rotten in ROTTEN:
        ROTTEN[rotten][1](directory)
    else:
        flip(directory / LOG / rotten, 32 * 7 if rotten == "tile/0/000" else 0)

    async def ask(node: Node) -> list[str]:
        log, codes = node.log(), []
        for proof in (lambda: log.proof(5), lambda: log.inclusion(5, 301), lambda: log.consistency(301, 601)):
            try:
                proof()
            except Refused as refused:
                assert "carbonseal fsck" in refused.finding.remedy
                codes.append(refused.finding.code.name)
        assert health(node)["state"] == "failing"
        return codes

    codes = within(directory, ask)
    assert codes
    assert set(codes) == {"fsck.proof-damaged"}
    assert fsck(directory, repair=True).exit_status == 0

    async def prove(node: Node) -> None:
        node.log().proof(5)
        node.log().consistency(301, 601)

    within(directory, prove)


def test_no_passport_from_a_rotten_tile(begin: Begin) -> None:
    """What was sealed meanwhile stays; nothing wrong is signed off."""
    from tests.node.issuance.issuing import MAKER, Clock, issue, request
    from tests.node.issuance.issuing import within as issuing_within

    directory = begin(issuers=(MAKER,))

    async def refused(node: Node) -> str:
        receipts = [await node.submit(b'{"n": %d}' % number, "json/1") for number in range(300)]
        await node.sequence()
        flip(directory / LOG / "tile/0/000", 32 * 7)
        with pytest.raises(Refused) as caught:
            await node.issue(request(receipts[5].commitment))
        return caught.value.finding.code.name

    assert issuing_within(directory, Clock(), refused) == "fsck.proof-damaged"
    assert fsck(directory, repair=True).exit_status == 0
    assert issuing_within(directory, Clock(), issue)


# --- the scrub ---------------------------------------------------------------------------------------------------------

SCRUB = ScrubConfig(rate=10_000, interval=3600)


def test_the_scrub_finds_rot_in_what_is_finished(begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    """One line when it is found, however often it looks, and one when it is gone."""
    caplog.set_level(logging.INFO, "carbonseal.node.soundness")
    directory = begin(scrub=SCRUB)
    fill(directory)
    tile = directory / LOG / "tile/0/001"
    right = tile.read_bytes()

    async def work(node: Node) -> None:
        async with running.in_background(node):
            await asyncio.sleep(3600 + 60)
            assert health(node)["state"] == "ok"
            flip(tile, 50)
            await asyncio.sleep(3 * 3600)
            found = health(node)
            assert found["state"] == "failing"
            (damage,) = found["logs"][0]["damage"]
            assert damage["code"] == "fsck.file-damaged"
            assert "logs/default/tile/0/001 differs, from byte 50 on" in damage["message"]
            assert node.log().frozen is None
            tile.write_bytes(right)
            await asyncio.sleep(3 * 3600)
            assert health(node)["state"] == "ok"

    within(directory, work)
    lines = [(one.levelname, one.getMessage().partition(":")[0]) for one in caplog.records]
    assert [line for line in lines if "damage" in line[1]] == [("ERROR", "damage found"), ("INFO", "damage gone")]


def test_the_scrub_reads_so_many_bytes_a_second(begin: Begin) -> None:
    """600 entries of 33 bytes, their records, bundles and hashes, at 1,000 bytes a second."""
    directory = begin(scrub=ScrubConfig(rate=1000, interval=3600))
    fill(directory)
    slept: list[float] = []

    async def work(node: Node) -> None:
        async def sleep(seconds: float) -> None:
            slept.append(seconds)
            await asyncio.sleep(seconds)

        scrubbing = asyncio.create_task(node._scrub.run(sleep))
        await asyncio.sleep(3600 + 3000)
        scrubbing.cancel()
        await asyncio.gather(scrubbing, return_exceptions=True)

    within(directory, work)
    first, *steps, second = slept
    assert (first, second) == (3600, 3600)
    stored = 601 * 33 + 600 * len(b'{"batch":0,"n":100}')  # and bundles and tiles as much again
    assert stored < 1000 * sum(steps) < 5 * stored


def test_the_scrub_finds_a_passport_that_rotted(begin: Begin) -> None:
    from tests.node.issuance.issuing import MAKER, issue

    directory = begin(issuers=(MAKER,), scrub=SCRUB)

    async def work() -> None:
        async with Node.open(directory, clock=asyncio.get_running_loop().time) as node:
            await issue(node)
            sql(directory / "node.db", "UPDATE passports SET name = 'another'")
            async with running.in_background(node):
                await asyncio.sleep(2 * 3600)
            found = health(node)
            assert [damage["code"] for damage in found["damage"]] == ["fsck.passport-damaged"]
            assert found["state"] == "failing"

    virtual_time.run(work())


def test_no_scrub(begin: Begin) -> None:
    directory = begin(scrub=ScrubConfig(rate=0, interval=60))
    fill(directory, 3, 1)
    flip(directory / LOG / "tile/entries/000.p/4")

    async def work(node: Node) -> None:
        async with running.in_background(node):
            await asyncio.sleep(1000)
        assert node.log().found.findings == ()

    within(directory, work)
