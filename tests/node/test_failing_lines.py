"""What `status` calls failing is in the node's log: one line with level and cause when it begins, one when it ends, none a try."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from carbonseal.ledger import Balance
from carbonseal.node.anchoring.tracked import Limits
from carbonseal.node.node import Node
from carbonseal.service.health import health
from tests.node import running
from tests.node.conftest import ORIGIN, Begin, ledger_in
from tests.node.simulated import SimulatedLedger

HOUR = 3600.0
SELDOM = Limits(longest_round=300.0)  # so that hours are fewer rounds


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, record.getMessage()) for record in caplog.records if record.levelno >= logging.INFO]


def about(caplog: pytest.LogCaptureFixture, *events: str) -> list[tuple[str, str]]:
    """Level and event of the lines about these."""
    return [(level, text.partition(":")[0]) for level, text in lines(caplog) if text.startswith(events)]


def state(node: Node) -> str:
    return str(health(node)["state"])


@pytest.mark.parametrize("begun", [False, True])
def test_an_outage_of_a_ledger(begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture, begun: bool) -> None:
    """Whether it is there when the node starts, or begins while anchors are under way."""
    caplog.set_level(logging.INFO)
    directory, down = begin(ledgers=(ledger_in(tmp_path / "ledger"),)), tmp_path / "ledger/down"
    if begun:
        down.touch()

    async def work(node: Node) -> None:
        async with running.in_background(node):
            await asyncio.sleep(60)
            down.touch()
            await node.submit(b"{}", "json/1")
            await asyncio.sleep(8 * HOUR)
            assert state(node) == "failing"
            down.unlink()
            await asyncio.sleep(HOUR)
            assert state(node) == "ok"

    running.run(directory, work, limits=SELDOM)
    events = ("ledger does not answer", "ledger answers again")
    assert about(caplog, *events) == [("WARNING", events[0]), ("INFO", events[1])]
    (line,) = [text for _, text in lines(caplog) if text.startswith(events[0])]
    assert line == "ledger does not answer: ledger=sim:1 error=the ledger is down"


def test_an_anchor_that_is_tried_in_vain(begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A line for the first try, one once it counts as failing, and one when it gets on; not one a try."""
    caplog.set_level(logging.INFO)
    directory, busy = begin(ledgers=(ledger_in(tmp_path / "ledger", cadence=100 * HOUR),)), tmp_path / "ledger/busy"

    async def work(node: Node) -> None:
        async with running.in_background(node):
            await asyncio.sleep(60)
            busy.touch()
            await node.submit(b"{}", "json/1")
            await asyncio.sleep(2 * HOUR)
            assert state(node) == "failing"
            busy.unlink()
            await asyncio.sleep(HOUR)
            assert state(node) == "ok"

    running.run(directory, work, limits=SELDOM)
    said = about(caplog, "anchor")
    assert said[:3] == [
        ("INFO", "anchor state changed"),
        ("INFO", "anchor tried in vain"),
        ("WARNING", "anchor delayed"),
    ]
    assert {event for _, event in said[3:]} == {"anchor state changed"}
    (line,) = [text for _, text in lines(caplog) if text.startswith("anchor delayed")]
    assert f"ledger=sim:1 log={ORIGIN} size=2" in line
    assert "the ledger is busy" in line


def test_a_balance(begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    directory = begin(ledgers=(ledger_in(tmp_path / "ledger"),))
    now = Balance("ETH", 18, 10**18)

    async def balance(_self: SimulatedLedger) -> Balance:
        return now

    async def work(node: Node) -> None:
        nonlocal now
        async with running.in_background(node):
            for warning, empty in (("", False), ("a week is left", False), ("nothing", True), ("", False)):
                now = Balance("ETH", 18, 10, warning, empty)
                await asyncio.sleep(600)
                assert state(node) == ("failing" if empty else "ok")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SimulatedLedger, "balance", balance)
        running.run(directory, work)
    assert about(caplog, "balance") == [
        ("WARNING", "balance low"),
        ("ERROR", "balance does not pay for another anchor"),
        ("INFO", "balance restored"),
    ]


def test_a_guard_of_other_logs_heads_that_is_lost(begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    directory = begin()
    guard = directory / "guard/default+heads"

    async def work(node: Node) -> None:
        async with running.in_background(node):
            await asyncio.sleep(600)
            kept = guard.read_bytes()
            guard.unlink()
            await asyncio.sleep(HOUR)
            assert state(node) == "failing"
            guard.write_bytes(kept)
            await asyncio.sleep(600)
            assert state(node) == "ok"

    running.run(directory, work)
    events = ("takes no heads of other logs", "takes heads of other logs again")
    assert about(caplog, *events) == [("ERROR", events[0]), ("INFO", events[1])]
    assert any(f"log={ORIGIN}" in text and "foreign.guard-missing" in text for _, text in lines(caplog))
