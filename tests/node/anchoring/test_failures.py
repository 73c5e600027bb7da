"""Anchors whose ledger refuses, fails, lies or cannot be reached: what is tried again, and what fails."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from carbonseal.cli.commands.operating import anchor as cli
from carbonseal.ledger import Anchor, Attempt, AttemptStatus, Observation, Statement, log_id
from carbonseal.node.anchoring.tracked import Limits, State
from carbonseal.node.config import FILE, load
from carbonseal.node.config_file import render
from carbonseal.node.node import Node
from carbonseal.service.client.nodes import LocalNode
from tests import virtual_time
from tests.node.conftest import ORIGIN, Begin, ledger_in
from tests.node.running import anchors, head, now, opened, run, wait_until
from tests.node.simulated import SimulatedLedger


def test_refused_for_good(begin: Begin, tmp_path: Path) -> None:
    """Another root is anchored, unseen by the startup check: failed, with reason and remedy; no ledger is called faulty."""
    ledger = SimulatedLedger(tmp_path / "l/ledger.db")
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    async def work(node: Node) -> None:
        await head(node, "a")
        ledger.plant(Statement(log_id(ORIGIN), 2, bytes(32)))
        await node.anchor()
        (state,) = await node.wait_for_anchors(20)
        (anchor,) = state.newest
        assert (anchor.state, anchor.reason, anchor.remedy) == (
            State.FAILED,
            "another root is there",
            "begin a successor",
        )
        assert anchor.to_json()["reason"] == "another root is there"

    run(directory, work)


def test_dead_letter(begin: Begin, tmp_path: Path) -> None:
    """The delay grows to its cap, tries come to an end, and another anchor takes up what is in its way."""
    ledger = SimulatedLedger(tmp_path / "l/ledger.db")
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))
    broken = True

    async def go() -> None:
        def reached(point: str) -> None:
            if broken and point == "attempt-stored":
                (tmp_path / "l/busy").touch()

        async with opened(directory, reached=reached, limits=Limits(tries=14)) as node:
            await head(node, "a")
            began = now()
            await node.anchor()
            (state,) = await node.wait_for_anchors(3600)
            (anchor,) = state.newest
            assert (anchor.state, anchor.tries) == (State.FAILED, 14)
            assert state.failing
            assert anchor.reason == "the ledger is busy (14 tries)"
            assert anchor.remedy
            assert 1000 < now() - began < 2000  # 0.5 + 1 + ... + 256 + 3 x 300

            nonlocal broken
            broken = False
            (tmp_path / "l/busy").unlink()
            await head(node, "b")
            await node.anchor()
            (state,) = await node.wait_for_anchors(20)
            assert state.counts == {State.FINAL: 2}

    virtual_time.run(go())
    assert [statement.size for statement in ledger.included()] == [2, 3]
    assert ledger.slots() == {(log_id(ORIGIN), 2): {0}, (log_id(ORIGIN), 3): {1}}


def test_an_outage_fails_no_anchor(begin: Begin, tmp_path: Path) -> None:
    """However long it lasts: it is the ledger's problem, asked about at a bounded rate, and what waited goes on at once."""
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    async def work(node: Node) -> None:
        await head(node, "a")
        await node.anchor()
        await wait_until(node, lambda states: anchors(states[0]) == {2: State.FINAL})
        (tmp_path / "l/down").touch()
        await head(node, "b")
        await node.anchor()
        began = now()
        (state,) = await wait_until(node, lambda states: now() > began + 1200)
        (waiting,) = (anchor for anchor in state.newest if anchor.size == 3)
        assert (waiting.state, waiting.tries, state.problem) == (State.DUE, 0, "the ledger is down")
        assert state.compared
        (tmp_path / "l/down").unlink()
        back = now()
        (state,) = await wait_until(node, lambda states: states[0].counts == {State.FINAL: 2})
        assert state.problem == ""
        assert now() - back < 120

    run(directory, work)


def test_waiting_for_anchors_lets_them_take_their_time(
    begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`carbonseal anchor` looks how far they have got, and breaks nothing off to do so."""
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))
    looked = asyncio.Event()
    prepare, health = SimulatedLedger.prepare, LocalNode.health

    async def slow(self: SimulatedLedger, anchor: Anchor, earlier: list[Attempt]) -> Attempt:
        looked.clear()
        await looked.wait()
        prepared: Attempt = await prepare(self, anchor, earlier)
        return prepared

    async def look(self: LocalNode) -> dict[str, object]:
        looked.set()
        return await health(self)

    monkeypatch.setattr(SimulatedLedger, "prepare", slow)
    monkeypatch.setattr(LocalNode, "health", look)
    monkeypatch.setattr(cli, "PAUSE", 0.01)

    async def go() -> None:
        async with opened(directory) as node:
            await node.submit(b"{}", "json/1")
            report = await cli.wait_for_anchors(LocalNode(node), 20)
            assert report["ledgers"][0]["counts"] == {"final": 1}

    virtual_time.run(go())


def test_another_ledger_than_the_one_named(begin: Begin, tmp_path: Path) -> None:
    named = ledger_in(tmp_path / "l")
    directory = begin(ledgers=(replace(named, options={"called": "sim:7"}),))

    async def work(node: Node) -> None:
        await head(node, "a")
        await node.anchor()
        (state,) = await node.wait_for_anchors(20)
        assert "sim:7" in state.problem
        assert state.remedy
        assert state.idle  # waiting does not help
        assert anchors(state) == {2: State.DUE}

    async def corrected(node: Node) -> None:
        (state,) = await node.wait_for_anchors(20)
        assert (state.counts, state.problem) == ({State.FINAL: 1}, "")

    run(directory, work)
    (directory / FILE).write_text(render(replace(load(directory), ledgers=(named,))))
    run(directory, corrected)


def test_no_adapter(begin: Begin, tmp_path: Path) -> None:
    directory = begin(ledgers=(replace(ledger_in(tmp_path / "l"), uri="abacus+http://x"),))

    async def work(node: Node) -> None:
        await head(node, "a")
        await node.anchor()
        (state,) = await node.wait_for_anchors(20)
        assert "abacus" in state.problem
        assert (state.idle, anchors(state)) == (True, {2: State.DUE})

    run(directory, work)


def test_a_defect_in_an_adapter_is_a_retry(begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0
    prepare = SimulatedLedger.prepare

    async def broken(self: SimulatedLedger, anchor: Anchor, earlier: list[Attempt]) -> Attempt:
        nonlocal calls
        calls += 1
        if calls < 3:
            raise ZeroDivisionError("a defect")
        prepared: Attempt = await prepare(self, anchor, earlier)
        return prepared

    monkeypatch.setattr(SimulatedLedger, "prepare", broken)
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    async def work(node: Node) -> None:
        await head(node, "a")
        await node.anchor()
        (state,) = await node.wait_for_anchors(20)
        assert anchors(state) == {2: State.FINAL}

    run(directory, work)
    assert calls == 3


def test_every_attempt_refused(begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused attempt is replaced, so many times and no more."""

    async def refuse(self: SimulatedLedger, prepared: list[Attempt], _: object) -> Observation:
        return Observation(AttemptStatus.REFUSED, prepared[0].id, reason="reverted")

    monkeypatch.setattr(SimulatedLedger, "follow", refuse)
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    async def work(node: Node) -> None:
        await head(node, "a")
        await node.anchor()
        (state,) = await node.wait_for_anchors(600)
        (anchor,) = state.newest
        assert (anchor.state, anchor.reason) == (State.FAILED, "reverted")

    run(directory, work)
    assert SimulatedLedger(tmp_path / "l/ledger.db").slots() == {(log_id(ORIGIN), 2): {0}}


def test_a_balance_that_cannot_be_read_stops_nothing(
    begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: SimulatedLedger) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(SimulatedLedger, "balance", broken)
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    async def work(node: Node) -> None:
        await head(node, "a")
        await node.anchor()
        (state,) = await node.wait_for_anchors(20)
        assert anchors(state) == {2: State.FINAL}

    run(directory, work)


def test_what_waited_in_vain_makes_way(begin: Begin, tmp_path: Path) -> None:
    """Nothing was ever signed for it, and the next head covers all that it would have."""
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    async def work(node: Node) -> None:
        await node.wait_for_anchors(20)  # connected
        await wait_until(node, lambda states: states[0].compared)
        (tmp_path / "l/busy").touch()
        await head(node, "a")
        await node.anchor()
        (state,) = await node.wait_for_anchors(20)
        assert anchors(state) == {2: State.FAILED}
        (tmp_path / "l/busy").unlink()
        await head(node, "b")
        await node.anchor()
        (state,) = await node.wait_for_anchors(20)
        assert state.counts == {State.FINAL: 1}

    run(directory, work, limits=Limits(tries=3))
