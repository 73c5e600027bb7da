"""Anchors: through faults, reorgs and restarts to final; one ledger never in another one's way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.cli.commands import anchor as cli
from carbonseal.findings import Refused
from carbonseal.ledger import Anchor, Attempt, AttemptStatus, Evidence, Observation, Statement, log_id
from carbonseal.log.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from carbonseal.log.notes import NoteSigner
from carbonseal.log.tree import leaf_hash, verify_consistency, verify_inclusion
from carbonseal.node.anchoring import outbox
from carbonseal.node.anchoring.outbox import State
from carbonseal.node.anchoring.worker import LedgerState
from carbonseal.node.config import FILE, load
from carbonseal.node.config_file import render
from carbonseal.node.node import Node
from carbonseal.service.client import LocalNode
from carbonseal.storage.database import Database
from carbonseal.storage.schema import NODE
from tests.node.conftest import ORIGIN, Begin, ledger_in
from tests.node.simulated import SimulatedLedger
from tests.nodes import foreign


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self, slept: Callable[[float], None] = lambda seconds: None) -> None:
        self.now = 1_000_000.0
        self.slept = slept  # told whenever somebody sleeps

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    @asynccontextmanager
    async def open(self, directory: Path) -> AsyncIterator[Node]:
        async with Node.open(directory, clock=self, sleep=self.sleep) as node:
            yield node


def run(directory: Path, work: Callable[[Node, Clock], Awaitable[None]]) -> None:
    async def go() -> None:
        clock = Clock()
        async with clock.open(directory) as node:
            await work(node, clock)

    asyncio.run(go())


async def head(node: Node, *words: str) -> int:
    """A new head over new records: its size."""
    for word in words:
        await node.submit(b'{"word": "%s"}' % word.encode(), "json/1")
    note = (await node.sequence()).get("default")
    assert note is not None
    return open_checkpoint(note, node.log().verifier).size


async def settle_until(node: Node, condition: Callable[[list[LedgerState]], bool]) -> list[LedgerState]:
    """Let the node go on until its ledgers' states are as they should become."""
    settling = asyncio.create_task(node.settle(120))
    async with asyncio.timeout(60):
        while not condition(node.states()):  # noqa: ASYNC110 - states tell nobody that they changed
            await asyncio.sleep(0.002)
    settling.cancel()
    await asyncio.gather(settling, return_exceptions=True)
    return node.states()


def anchors(state: LedgerState) -> dict[int, State]:
    return {anchor.size: anchor.state for anchor in state.newest}


# --- to final ------------------------------------------------------------------------------------------------------


def test_earliest_final_heads_make_the_seal(begin: Begin, tmp_path: Path) -> None:
    """Each ledger's earliest anchor that covers the record, ascending, linked by consistency, each head once."""
    one, two = ledger_in(tmp_path / "one", "sim:1"), ledger_in(tmp_path / "two", "sim:2")
    directory = begin(ledgers=(one, two))

    async def work(node: Node, clock: Clock) -> None:
        receipt = await node.submit(b"{}", "json/1")
        assert await node.sequence()
        (tmp_path / "two/down").touch()
        await node.anchor()
        await settle_until(node, lambda states: anchors(states[0]) == {2: State.FINAL})
        assert [head.anchors[0].ledger for head in node.seal(receipt.commitment).heads] == ["sim:1"]
        (tmp_path / "two/down").unlink()
        second = await node.submit(b'{"a": 1}', "json/1")
        assert await node.sequence()
        await node.anchor()
        for state in await node.settle(20):
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

    async def work(node: Node, clock: Clock) -> None:
        (tmp_path / "dead/down").touch()
        sizes: list[int] = []
        for word in "abc":
            sizes.append(await head(node, word))
            await node.anchor()
            await settle_until(node, lambda states: anchors(states[1]) == {sizes[-1]: State.FINAL})
        dead, well = node.states()
        assert anchors(dead) == {sizes[-1]: State.DUE}
        assert (dead.compared, dead.problem) == (False, "the ledger is down")
        assert well.counts == {State.FINAL: 3}
        (tmp_path / "dead/down").unlink()
        dead, _ = await node.settle(20)
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
    import simulated  # type: ignore[import-not-found]  # the copy that the entry point finds

    monkeypatch.setattr(simulated.SimulatedLedger, "latest", hang)

    async def work(node: Node, clock: Clock) -> None:
        await head(node, "a")
        await node.anchor()
        dead, well = await settle_until(node, lambda states: anchors(states[1]) == {2: State.FINAL})
        assert anchors(dead) == {2: State.DUE}
        assert anchors(well) == {2: State.FINAL}

    run(directory, work)


def test_goes_down_between_signing_and_sending(begin: Begin, tmp_path: Path) -> None:
    """What was stored is what is sent, in the end: one slot, one anchor."""
    ledger = SimulatedLedger(tmp_path / "l/ledger.db")
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    async def go() -> None:
        clock = Clock()

        def reached(point: str) -> None:
            if point == "attempt-stored":
                (tmp_path / "l/down").touch()

        async with Node.open(directory, clock=clock, sleep=clock.sleep, reached=reached) as node:
            await head(node, "a")
            await node.anchor()
            (state,) = await settle_until(node, lambda states: bool(states[0].problem))
            assert anchors(state) == {2: State.SIGNED}
            assert state.problem == "the ledger is down"
            (tmp_path / "l/down").unlink()
            (state,) = await node.settle(20)
            assert anchors(state) == {2: State.FINAL}

    asyncio.run(go())
    assert [statement.size for statement in ledger.included()] == [2]
    assert ledger.slots() == {(log_id(ORIGIN), 2): {0}}


def test_nobody_knows_whether_it_was_sent(begin: Begin, tmp_path: Path) -> None:
    """`OutcomeUnknownError` is followed before anything else is done."""
    ledger = SimulatedLedger(tmp_path / "l/ledger.db")
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    async def work(node: Node, clock: Clock) -> None:
        (tmp_path / "l/deaf").touch()
        await head(node, "a")
        await node.anchor()
        (state,) = await node.settle(20)
        assert anchors(state) == {2: State.FINAL}

    run(directory, work)
    assert ledger.slots() == {(log_id(ORIGIN), 2): {0}}
    with ledger._database() as database:
        assert database.execute("SELECT count(*) FROM seen").fetchone() == (1,)


@pytest.mark.parametrize("drop", [True, False])
def test_reorg(begin: Begin, tmp_path: Path, drop: bool) -> None:
    """An inclusion falls out: back to sent or signed, the same attempt again, and final in the end."""
    ledger = SimulatedLedger(tmp_path / "l/ledger.db")
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))
    seen: list[str] = []

    async def go() -> None:
        clock = Clock()

        def reached(point: str) -> None:
            seen.append(point)
            if point == "included-recorded" and seen.count(point) == 1:
                ledger.reorg(drop=drop)

        async with Node.open(directory, clock=clock, sleep=clock.sleep, reached=reached) as node:
            await head(node, "a")
            await node.anchor()
            (state,) = await node.settle(20)
            assert anchors(state) == {2: State.FINAL}

    asyncio.run(go())
    assert seen.count("sent") == (2 if drop else 1)
    assert seen.count("attempt-stored") == 1
    assert [statement.size for statement in ledger.included()] == [2]


# --- what fails ----------------------------------------------------------------------------------------------------


def test_refused_for_good(begin: Begin, tmp_path: Path) -> None:
    """Another root stands there, unseen at the start: failed, with reason and remedy; and no ledger takes the blame."""
    ledger = SimulatedLedger(tmp_path / "l/ledger.db")
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    async def work(node: Node, clock: Clock) -> None:
        await head(node, "a")
        ledger.plant(Statement(log_id(ORIGIN), 2, bytes(32)))
        await node.anchor()
        (state,) = await node.settle(20)
        (anchor,) = state.newest
        assert (anchor.state, anchor.reason, anchor.remedy) == (
            State.FAILED,
            "another root is there",
            "begin a successor",
        )
        assert anchor.to_json()["reason"] == "another root is there"

    run(directory, work)


def test_dead_letter(begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The delay grows to its cap, tries come to an end, and another anchor takes up what is in its way."""
    monkeypatch.setattr(outbox, "MOST_TRIES", 14)
    ledger = SimulatedLedger(tmp_path / "l/ledger.db")
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))
    broken = True

    async def go() -> None:
        clock = Clock()

        def reached(point: str) -> None:
            if broken and point == "attempt-stored":
                (tmp_path / "l/busy").touch()

        async with Node.open(directory, clock=clock, sleep=clock.sleep, reached=reached) as node:
            await head(node, "a")
            began = clock.now
            await node.anchor()
            (state,) = await node.settle(20)
            (anchor,) = state.newest
            assert (anchor.state, anchor.tries) == (State.FAILED, 14)
            assert state.failing
            assert anchor.reason == "the ledger is busy (14 tries)"
            assert anchor.remedy
            assert 1000 < clock.now - began < 2000  # 0.5 + 1 + ... + 256 + 3 x 300

            nonlocal broken
            broken = False
            (tmp_path / "l/busy").unlink()
            await head(node, "b")
            await node.anchor()
            (state,) = await node.settle(20)
            assert state.counts == {State.FINAL: 2}

    asyncio.run(go())
    assert [statement.size for statement in ledger.included()] == [2, 3]
    assert ledger.slots() == {(log_id(ORIGIN), 2): {0}, (log_id(ORIGIN), 3): {1}}


def test_an_outage_fails_no_anchor(begin: Begin, tmp_path: Path) -> None:
    """However long it lasts: it is the ledger's problem, asked about at a bounded rate, and what waited goes on at once."""
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    async def work(node: Node, clock: Clock) -> None:
        await head(node, "a")
        await node.anchor()
        await settle_until(node, lambda states: anchors(states[0]) == {2: State.FINAL})
        (tmp_path / "l/down").touch()
        await head(node, "b")
        await node.anchor()
        began = clock.now
        (state,) = await settle_until(node, lambda states: clock.now > began + 1200)
        (waiting,) = (anchor for anchor in state.newest if anchor.size == 3)
        assert (waiting.state, waiting.tries, state.problem) == (State.DUE, 0, "the ledger is down")
        assert state.compared
        (tmp_path / "l/down").unlink()
        back = clock.now
        (state,) = await settle_until(node, lambda states: states[0].counts == {State.FINAL: 2})
        assert state.problem == ""
        assert clock.now - back < 120

    run(directory, work)


def test_waiting_for_anchors_lets_them_take_their_time(
    begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`carbonseal anchor` looks how far they have got, and breaks nothing off to do so."""
    import simulated

    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))
    looked = asyncio.Event()
    prepare, health = simulated.SimulatedLedger.prepare, LocalNode.health

    async def slow(self: SimulatedLedger, anchor: Anchor, earlier: list[Attempt]) -> Attempt:
        looked.clear()
        await looked.wait()
        prepared: Attempt = await prepare(self, anchor, earlier)
        return prepared

    async def look(self: LocalNode) -> dict[str, object]:
        looked.set()
        return await health(self)

    monkeypatch.setattr(simulated.SimulatedLedger, "prepare", slow)
    monkeypatch.setattr(LocalNode, "health", look)
    monkeypatch.setattr(cli, "PAUSE", 0.01)

    async def go() -> None:
        async with Node.open(directory) as node:
            await node.submit(b"{}", "json/1")
            told = await cli.wait_for_anchors(LocalNode(node), 20)
            assert told["ledgers"][0]["counts"] == {"final": 1}

    asyncio.run(go())


def test_another_ledger_than_the_one_named(begin: Begin, tmp_path: Path) -> None:
    named = ledger_in(tmp_path / "l")
    directory = begin(ledgers=(replace(named, options={"called": "sim:7"}),))

    async def work(node: Node, clock: Clock) -> None:
        await head(node, "a")
        await node.anchor()
        (state,) = await node.settle(20)
        assert "sim:7" in state.problem
        assert state.remedy
        assert state.settled  # waiting does not help
        assert anchors(state) == {2: State.DUE}

    async def corrected(node: Node, clock: Clock) -> None:
        (state,) = await node.settle(20)
        assert (state.counts, state.problem) == ({State.FINAL: 1}, "")

    run(directory, work)
    (directory / FILE).write_text(render(replace(load(directory), ledgers=(named,))))
    run(directory, corrected)


def test_no_adapter(begin: Begin, tmp_path: Path) -> None:
    directory = begin(ledgers=(replace(ledger_in(tmp_path / "l"), uri="abacus+http://x"),))

    async def work(node: Node, clock: Clock) -> None:
        await head(node, "a")
        await node.anchor()
        (state,) = await node.settle(20)
        assert "abacus" in state.problem
        assert (state.settled, anchors(state)) == (True, {2: State.DUE})

    run(directory, work)


def test_a_defect_in_an_adapter_is_a_retry(begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import simulated

    calls = 0
    prepare = simulated.SimulatedLedger.prepare

    async def broken(self: SimulatedLedger, anchor: Anchor, earlier: list[Attempt]) -> Attempt:
        nonlocal calls
        calls += 1
        if calls < 3:
            raise ZeroDivisionError("a defect")
        prepared: Attempt = await prepare(self, anchor, earlier)
        return prepared

    monkeypatch.setattr(simulated.SimulatedLedger, "prepare", broken)
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    async def work(node: Node, clock: Clock) -> None:
        await head(node, "a")
        await node.anchor()
        (state,) = await node.settle(20)
        assert anchors(state) == {2: State.FINAL}

    run(directory, work)
    assert calls == 3


def test_every_attempt_refused(begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused attempt is replaced, so many times and no more."""
    import simulated

    async def refuse(self: SimulatedLedger, prepared: list[Attempt]) -> Observation:
        return Observation(AttemptStatus.REFUSED, prepared[0].id, reason="reverted")

    monkeypatch.setattr(simulated.SimulatedLedger, "follow", refuse)
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    async def work(node: Node, clock: Clock) -> None:
        await head(node, "a")
        await node.anchor()
        (state,) = await node.settle(20)
        (anchor,) = state.newest
        assert (anchor.state, anchor.reason) == (State.FAILED, "reverted")

    run(directory, work)
    assert SimulatedLedger(tmp_path / "l/ledger.db").slots() == {(log_id(ORIGIN), 2): {0}}


def test_a_purse_that_cannot_be_read_stops_nothing(
    begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import simulated

    async def broken(self: SimulatedLedger) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(simulated.SimulatedLedger, "balance", broken)
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    async def work(node: Node, clock: Clock) -> None:
        await head(node, "a")
        await node.anchor()
        (state,) = await node.settle(20)
        assert anchors(state) == {2: State.FINAL}

    run(directory, work)


def test_what_waited_in_vain_makes_way(begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was ever signed for it, and the next head covers all that it would have."""
    monkeypatch.setattr(outbox, "MOST_TRIES", 3)
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    async def work(node: Node, clock: Clock) -> None:
        await node.settle(20)  # connected
        await settle_until(node, lambda states: states[0].compared)
        (tmp_path / "l/busy").touch()
        await head(node, "a")
        await node.anchor()
        (state,) = await node.settle(20)
        assert anchors(state) == {2: State.FAILED}
        (tmp_path / "l/busy").unlink()
        await head(node, "b")
        await node.anchor()
        (state,) = await node.settle(20)
        assert state.counts == {State.FINAL: 1}

    run(directory, work)


# --- the outbox keeps its word -------------------------------------------------------------------------------------


def test_an_attempt_signed_without_sight_of_another_is_not_kept(begin: Begin, tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db", NODE)
    try:
        box = outbox.Outbox(database)
        for size in (1, 2):
            assert box.make_due("sim:1", bytes(32), size, 0)
            (anchor,) = box.anchors("sim:1", State.DUE)
            prepared = Attempt(Statement(bytes(32), size, bytes(32)), f"id {size}", "0", b"")
            if size == 1:
                assert box.store_attempt(anchor, prepared, [], 0)
            assert not box.store_attempt(anchor, prepared, [], 0)
        assert [attempt.id for attempt in box.open_attempts("sim:1")] == ["id 1"]
        assert not box.make_due("sim:1", bytes(32), 2, 0)
        (stale,) = box.anchors("sim:1", State.DUE)
        assert box.move(stale, State.SENT, 0, again=0)
        assert not box.move(stale, State.SENT, 0, again=0)
    finally:
        database.close()


# --- cadence -------------------------------------------------------------------------------------------------------


class Timeline:
    """Time that passes when the test says so, and only while all of the node's `loops` are asleep."""

    def __init__(self, loops: int) -> None:
        self.now = 1_000_000.0
        self._loops = loops
        self._sleepers: dict[asyncio.Future[None], float] = {}
        self._asleep = asyncio.Event()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers[sleeper] = self.now + seconds
        if len(self._sleepers) == self._loops:
            self._asleep.set()
        try:
            await sleeper
        finally:
            self._sleepers.pop(sleeper, None)
            self._asleep.clear()

    async def advance(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            await self._asleep.wait()
            self.now = min(until, *self._sleepers.values())
            for sleeper, wakes in list(self._sleepers.items()):
                if wakes <= self.now and not sleeper.done():
                    del self._sleepers[sleeper]
                    self._asleep.clear()
                    sleeper.set_result(None)


def test_cadence(begin: Begin, tmp_path: Path) -> None:
    """A head becomes due at most so often, never for foreign anchors alone; a record is a reason."""
    other = NoteSigner("other.example/log", Ed25519PrivateKey.generate())
    ledger = SimulatedLedger(tmp_path / "l/ledger.db")
    directory = begin(ledgers=(ledger_in(tmp_path / "l", cadence=1000),), foreign=foreign(other.verifier))

    def anchored() -> list[int]:
        return [statement.size for statement in ledger.included()]

    async def go() -> None:
        clock = Timeline(loops=2)
        async with Node.open(directory, clock=clock, sleep=clock.sleep) as node:
            running = asyncio.create_task(node.run())
            await node.submit(b'{"n": 1}', "json/1")
            await clock.advance(100)
            assert anchored() == [2]
            await node.submit(b'{"n": 2}', "json/1")
            await clock.advance(500)
            assert node.log().size == 3
            assert anchored() == [2]
            await clock.advance(600)
            assert anchored() == [2, 3]
            for size in (1, 2, 3):
                await node.log().submit_foreign(sign_checkpoint(Checkpoint(other.name, size, bytes(32)), other))
                await clock.advance(1200)
            assert node.log().size == 6
            assert anchored() == [2, 3]
            await node.submit(b'{"n": 3}', "json/1")
            await clock.advance(1200)
            assert anchored()[:2] == [2, 3]
            assert len(anchored()) == 3
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(go())


def test_background_loops_go_on_when_the_log_is_frozen(begin: Begin, tmp_path: Path) -> None:
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))
    (directory / "guard/default").unlink()

    async def go() -> None:
        clock = Timeline(loops=2)
        async with Node.open(directory, clock=clock, sleep=clock.sleep) as node:
            running = asyncio.create_task(node.run())
            await clock.advance(1000)
            assert not running.done()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(go())


# --- other logs' anchors here --------------------------------------------------------------------------------------


def test_foreign_anchors(begin: Begin) -> None:
    other = NoteSigner("other.example/log", Ed25519PrivateKey.generate())
    thief = NoteSigner("other.example/log", Ed25519PrivateKey.generate())
    stranger = NoteSigner("stranger.example/log", Ed25519PrivateKey.generate())
    own = NoteSigner(ORIGIN, Ed25519PrivateKey.generate())
    directory = begin(foreign=foreign(other.verifier))
    statement = Statement(log_id(other.name), 5, b"\1" * 32)

    def signed(signer: NoteSigner, size: int, root: bytes = b"\1" * 32) -> bytes:
        return sign_checkpoint(Checkpoint(signer.name, size, root), signer)

    async def work(node: Node, clock: Clock) -> None:
        state = await node.log().submit_foreign(signed(other, 5))
        assert (state.statement, state.index) == (statement, None)
        assert state.to_json() == {"state": "queued", "index": None, "size": 5, "root": "01" * 32}
        await node.sequence()
        again = await node.log().submit_foreign(signed(other, 5))
        assert again.index == 1
        assert again.to_json()["state"] == "sequenced"
        assert node.log().foreign(statement.log_id, 5) == again == node.log().foreign(statement.log_id)
        assert node.log().foreign(statement.log_id, 4) is None
        assert node.log().foreign(bytes(32)) is None
        await node.log().submit_foreign(signed(other, 3))
        assert node.log().foreign(statement.log_id) == again
        refused = {
            "foreign.other-root": signed(other, 5, bytes(32)),
            "foreign.unknown-log": signed(stranger, 5),
            "foreign.own-log": signed(own, 5),
            "foreign.empty": signed(other, 0),
            "checkpoint.unsigned": signed(thief, 5),
        }
        for code, note in refused.items():
            with pytest.raises(Refused) as caught:
                await node.log().submit_foreign(note)
            assert caught.value.finding.code.name == code
        with pytest.raises(Refused):
            await node.log().submit_foreign(b"nothing of the kind")
        assert node.log().waiting == 1

    run(directory, work)


def test_settings_may_change_what_genesis_does_not_fix(begin: Begin, tmp_path: Path) -> None:
    """A ledger taken out of node.toml leaves its evidence in the seals."""
    directory = begin(ledgers=(ledger_in(tmp_path / "l"),))

    sealed: list[bytes] = []

    async def anchor(node: Node, clock: Clock) -> None:
        sealed.append((await node.submit(b"{}", "json/1")).commitment)
        assert await node.sequence()
        await node.anchor()
        await node.settle(20)

    async def look(node: Node, clock: Clock) -> None:
        assert node.states() == []
        (only,) = node.seal(sealed[0]).heads
        assert [anchor.ledger for anchor in only.anchors] == ["sim:1"]
        assert isinstance(only.anchors[0].evidence, Evidence)

    run(directory, anchor)
    (directory / FILE).write_text(render(replace(load(directory), ledgers=())))
    run(directory, look)
