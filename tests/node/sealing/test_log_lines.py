"""One log line for each change of a log's state: a constant message, then the whole name of what changed."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from carbonseal.ledger import Statement, log_id
from carbonseal.node.node import Node
from carbonseal.node.sealing.guard import Frozen
from carbonseal.service.health import health
from tests.node import running
from tests.node.conftest import ORIGIN, Begin, ledger_in
from tests.node.simulated import SimulatedLedger


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Level and text of what the packages of a log said."""
    return [
        (record.levelname, record.getMessage())
        for record in caplog.records
        if record.name.startswith("carbonseal.node.sealing")
    ]


async def seal(directory: Path) -> None:
    async with Node.open(directory) as node:
        await node.startup_checked()
        await node.submit(b"{}", "json/1")
        await node.sequence()


def test_a_batch(begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    asyncio.run(seal(begin()))
    assert lines(caplog) == [("INFO", f"batch sequenced: log={ORIGIN} size=2 entries=2")]


def test_a_log_that_freezes_and_thaws(begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Once each, however often it is looked at, and not again on a start that finds it as it was."""
    caplog.set_level(logging.INFO)
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    asyncio.run(seal(directory))
    ledger = SimulatedLedger(tmp_path / "ledger/ledger.db")
    ledger.plant(Statement(log_id(ORIGIN), 9, bytes(32)))
    caplog.clear()
    for _ in range(2):
        with pytest.raises(Frozen) as frozen:
            asyncio.run(seal(directory))
    assert lines(caplog) == [("ERROR", f"log frozen: log={ORIGIN} size=2 reason={frozen.value.finding}")]
    ledger.path.unlink()
    caplog.clear()
    asyncio.run(seal(directory))
    assert lines(caplog)[0] == ("WARNING", f"log thawed: log={ORIGIN} size=2")


def test_a_batch_that_fails(begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    directory = begin(batch_size=1)  # made at once
    asyncio.run(seal(directory))

    async def fail() -> None:
        paused = asyncio.Event()

        async def sleep(_seconds: float) -> None:
            paused.set()
            await asyncio.Event().wait()

        async with Node.open(directory, sleep=sleep) as node:
            await node.submit(b'{"n": 1}', "json/1")
            for path in (directory / "logs/default").rglob("000.p"):
                path.rename(path.with_name("gone"))  # whoever goes on needs the newest partial tile
                path.touch()  # and cannot make the folder of the next one
            batches = asyncio.create_task(node.log().run(sleep))
            await paused.wait()
            problem = node.log().batch_problem
            assert problem is not None
            assert problem.code.name == "node.batch-failed"
            batches.cancel()
            await asyncio.gather(batches, return_exceptions=True)

    asyncio.run(fail())
    (line,) = [text for level, text in lines(caplog) if level == "ERROR"]
    assert line.startswith(f"batch failed, entries stay queued: log={ORIGIN} waiting=1 error=")


def test_a_batch_that_fails_for_an_hour(begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    """One line at its beginning and one at its end, not one a try."""
    caplog.set_level(logging.INFO)
    directory = begin()
    in_the_way = directory / "logs/default/tile"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_text("not a folder")

    async def work(node: Node) -> None:
        await node.submit(b"{}", "json/1")
        async with running.in_background(node):
            await asyncio.sleep(3600)
            assert health(node)["state"] == "failing"
            in_the_way.unlink()
            await asyncio.sleep(60)
            assert health(node)["state"] == "ok"

    running.run(directory, work)
    said = [(level, text.partition(":")[0]) for level, text in lines(caplog)]
    assert said == [
        ("ERROR", "batch failed, entries stay queued"),
        ("INFO", "batch sequenced"),
        ("INFO", "batches are made again"),
    ]
