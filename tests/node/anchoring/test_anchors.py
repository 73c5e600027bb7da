"""Anchors on their way to final: across ledgers, outages, restarts and reorgs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from carbonseal.ledger import Evidence, Statement, log_id
from carbonseal.log.checkpoints import open_checkpoint
from carbonseal.log.tree import leaf_hash, verify_consistency, verify_inclusion
from carbonseal.node.anchoring.tracked import State
from carbonseal.node.config import FILE, load
from carbonseal.node.config_file import render
from carbonseal.node.node import Node
from tests import virtual_time
from tests.node.conftest import ORIGIN, Begin, ledger_in
from tests.node.running import anchors, head, opened, run, wait_until
from tests.node.simulated import SimulatedLedger


def test_earliest_final_heads_make_the_seal(begin: Begin, tmp_path: Path) -> None:
    """Each ledger's earliest anchor that covers the record, ascending, linked by consistency, each head once."""
    one, two = ledger_in(tmp_path / "one", "sim:1"), ledger_in(tmp_path / "two", "sim:2")
    directory = begin(ledgers=(one, two))

    async def work(node: Node) -> None:
        receipt = await node.submit(b"{}", "json/1")
        assert await node.sequence()
        (tmp_path / "two/down").touch()
        await node.anchor()
        await wait_until(node, lambda states: anchors(states[0]) == {2: State.FINAL})
        assert [head.anchors[0].ledger for head in node.seal(receipt.commitment).heads] == ["sim:1"]
        (tmp_path / "two/down").unlink()
        second = await node.submit(b'{"a": 1}', "json/1")
        assert await node.sequence()
        await node.anchor()
        for state in await node.wait_for_anchors(20):
            assert state.counts.get(State.FINAL), state
        seal = node.seal(receipt.commitment)
        heads = [open_checkpoint(head.checkpoint, node.log().verifier) for head in seal.heads]
        assert [head.size for head in heads] == [2, 3]
        for place, checkpoint in zip(seal.heads, heads, strict=True):
            verify_inclusion(leaf_hash(seal.entry), seal.index, checkpoint.size, place.inclusion, checkpoint.root)
        assert seal.heads[0].consistency is None
        assert seal.heads[1].consistency is not None
        verify_consistency(heads[0].size, heads[0].root, heads[1].size, heads[1].root, seal.heads[1].consistency)
        assert [[anchor.ledger for anchor in head.anchors] for head in seal.heads] == [["sim:1"], ["sim:1", "sim:2"]]
        later = node.seal(second.commitment)
        assert len(later.heads) == 1
        assert all(state.to_json()["compared"] for state in node.states())

    run(directory, work)


def test_a_dead_ledger_delays_no_other(begin: Begin, tmp_path: Path) -> None:
    """And only the newest of the heads that waited for it is sent when it is back."""
    directory = begin(ledgers=(ledger_in(tmp_path / "dead", "sim:1"), ledger_in(tmp_path / "well", "sim:2")))

    async def work(node: Node) -> None:
        (tmp_path / "dead/down").touch()
        sizes: list[int] = []
        for word in "abc":
            sizes.append(await head(node, word))
            await node.anchor()
            await wait_until(node, lambda states: anchors(states[1]) == {sizes[-1]: State.FINAL})
        dead, well = node.states()
        assert anchors(dead) == {sizes[-1]: State.DUE}
        assert (dead.compared, dead.problem) == (False, "the ledger is down")
        assert well.counts == {State.FINAL: 3}
        (tmp_path / "dead/down").unlink()
        dead, _ = await node.wait_for_anchors(20)
        assert (dead.counts, dead.problem) == ({State.FINAL: 1}, "")

    run(directory, work)


def test_a_hanging_ledger_delays_no_other(begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = begin(ledgers=(ledger_in(tmp_path / "dead", "sim:1"), ledger_in(tmp_path / "well", "sim:2")))

    async def hang(self: SimulatedLedger, log: bytes) -> Statement | None:
        if self.name == "sim:1":
            await asyncio.Event().wait()
        return None

    monkeypatch.setattr(SimulatedLedger, "latest", hang)
    monkeypatch.setattr("carbonseal.node.sealing.startup.STARTUP_TIMEOUT", 0.05)
    monkeypatch.setattr(SimulatedLedger, "latest", hang)

    async def work(node: Node) -> None:
        await head(node, "a")
        await node.anchor()
        dead, well = await wait_until(node, lambda states: anchors(states[1]) == {2: State.FINAL})
        assert anchors(dead) == {2: State.DUE}
        assert anchors(well) == {2: State.FINAL}

    run(directory, work)


def test_goes_down_between_signing_and_sending(begin: Begin, tmp_path: Path) -> None:
    """What was stored is what is sent, in the end: one slot, one anchor."""
    ledger = SimulatedLedger(tmp_path / "l/ledger.db")
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    async def go() -> None:
        def reached(point: str) -> None:
            if point == "attempt-stored":
                (tmp_path / "l/down").touch()

        async with opened(directory, reached=reached) as node:
            await head(node, "a")
            await node.anchor()
            (state,) = await wait_until(node, lambda states: bool(states[0].problem))
            assert anchors(state) == {2: State.SIGNED}
            assert state.problem == "the ledger is down"
            (tmp_path / "l/down").unlink()
            (state,) = await node.wait_for_anchors(20)
            assert anchors(state) == {2: State.FINAL}

    virtual_time.run(go())
    assert [statement.size for statement in ledger.included()] == [2]
    assert ledger.slots() == {(log_id(ORIGIN), 2): {0}}


def test_nobody_knows_whether_it_was_sent(begin: Begin, tmp_path: Path) -> None:
    """`OutcomeUnknownError` is followed before anything else is done."""
    ledger = SimulatedLedger(tmp_path / "l/ledger.db")
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    async def work(node: Node) -> None:
        (tmp_path / "l/deaf").touch()
        await head(node, "a")
        await node.anchor()
        (state,) = await node.wait_for_anchors(20)
        assert anchors(state) == {2: State.FINAL}

    run(directory, work)
    assert ledger.slots() == {(log_id(ORIGIN), 2): {0}}
    with ledger._database() as database:
        assert database.execute("SELECT count(*) FROM seen").fetchone() == (1,)


@pytest.mark.parametrize("drop", [True, False])
def test_reorg(begin: Begin, tmp_path: Path, drop: bool) -> None:
    """An inclusion is reorged out: back to sent or signed, the same attempt again, and final in the end."""
    ledger = SimulatedLedger(tmp_path / "l/ledger.db")
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))
    seen: list[str] = []

    async def go() -> None:
        def reached(point: str) -> None:
            seen.append(point)
            if point == "included-recorded" and seen.count(point) == 1:
                ledger.reorg(drop=drop)

        async with opened(directory, reached=reached) as node:
            await head(node, "a")
            await node.anchor()
            (state,) = await node.wait_for_anchors(20)
            assert anchors(state) == {2: State.FINAL}

    virtual_time.run(go())
    assert seen.count("sent") == (2 if drop else 1)
    assert seen.count("attempt-stored") == 1
    assert [statement.size for statement in ledger.included()] == [2]


def test_settings_may_change_what_genesis_does_not_fix(begin: Begin, tmp_path: Path) -> None:
    """A ledger taken out of node.toml leaves its evidence in the seals."""
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    sealed: list[bytes] = []

    async def anchor(node: Node) -> None:
        sealed.append((await node.submit(b"{}", "json/1")).commitment)
        assert await node.sequence()
        await node.anchor()
        await node.wait_for_anchors(20)

    async def look(node: Node) -> None:
        assert node.states() == []
        (only,) = node.seal(sealed[0]).heads
        assert [anchor.ledger for anchor in only.anchors] == ["sim:1"]
        assert isinstance(only.anchors[0].evidence, Evidence)

    run(directory, anchor)
    (directory / FILE).write_text(render(replace(load(directory), ledgers=())))
    run(directory, look)
