"""Whatever happens to a node's anchors and their ledgers, in any order: what anchoring promises holds at every call, and once the
faults stop, every anchor comes to its end. Real workers and a real outbox, logs that have heads and nothing else, the simulated
ledger in memory, and the virtual clock."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ParamSpec, TypeVar, cast

import pytest
from hypothesis import HealthCheck, example, given, settings

from carbonseal.findings import BrokenOff, Finding
from carbonseal.ledger import Statement, log_id
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.node import failpoints
from carbonseal.node.anchoring.balances import Balances
from carbonseal.node.anchoring.certificates import CertificateExpiry
from carbonseal.node.anchoring.evidence import EvidenceStore
from carbonseal.node.anchoring.outbox import Outbox
from carbonseal.node.anchoring.tracked import Limits, State
from carbonseal.node.anchoring.worker import LedgerWorker
from carbonseal.node.config import LedgerConfig
from carbonseal.node.sealing.codes import FROZEN_GUARD_MISSING
from carbonseal.node.sealing.heads import SignedHead
from carbonseal.node.sealing.log import SealingLog
from carbonseal.storage.codes import NODE_DATABASE_FULL
from carbonseal.storage.database import Database
from carbonseal.storage.node_tables import NODE_TABLES
from carbonseal.storage.schema import NODE
from carbonseal.storage.writer_thread import WriterThread
from tests import nodes, virtual_time
from tests.node.anchoring.histories import (
    HISTORIES,
    Action,
    Blocks,
    Clock,
    End,
    Fault,
    History,
    Pause,
    Reorg,
    Step,
    Use,
)
from tests.node.anchoring.watched import IRREVERSIBLE, SLOW, WATCHES, Watch
from tests.programs.effort import examples

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_WAIT = 47.3  # seconds in which a failpoint should be reached
ROUND = (
    20.3  # seconds after which it is looked whether all has come to its end: what is final is only watched from then on
)


class Crash(Exception):
    """The process ends here."""


# --- the world that they happen in ---------------------------------------------------------------------------------------


class ShownLog:
    """A log as anchoring sees it: its heads, which ledgers they go to, and whether it is frozen. Unsigned: no ledger here looks."""

    def __init__(self, origin: str, ledgers: dict[str, str]) -> None:
        self.origin = origin
        self.id = log_id(origin)
        self.ledgers = ledgers
        self.size = 0
        self.frozen: Finding | None = None
        self.listens = True
        self.claims: list[Statement] = []

    def newest(self) -> SignedHead | None:
        return self.head(self.size) if self.size else None

    def head(self, size: int) -> SignedHead:
        checkpoint = Checkpoint(self.origin, size, hashlib.sha256(b"%d" % size).digest())
        return SignedHead(checkpoint, checkpoint.origin.encode(), size, 0)

    async def compare(self, ledger: str, statement: Statement | None) -> None:
        assert statement is None or statement == self.head(statement.size).checkpoint.statement()


class InlineWriter(WriterThread):
    """Calls at once what others call in a thread: nobody else is there who would have to wait. The disk may be full."""

    def __init__(self, watch: Watch) -> None:
        super().__init__("never started")
        self.watch = watch

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self.watch.has("full"):
            self.watch.forget()
            raise BrokenOff(NODE_DATABASE_FULL(path="node.db"))
        return function(*args, **kwargs)


@dataclass
class Stored:
    """A node's database, and another way into it. One for all histories, because to make one takes longer than most of them."""

    database: Database
    beside: sqlite3.Connection

    def clear(self) -> None:
        with self.database.write() as connection:
            for table in NODE_TABLES.sorted_tables:
                connection.execute(table.delete())


@dataclass
class World:
    """Logs, ledgers, and what the node has stored. `reached` lets things happen at failpoints."""

    database: Database
    logs: list[ShownLog]
    watches: list[Watch]
    limits: Limits
    clock_offset: float = 0.0
    awaited: Step | None = None
    met: asyncio.Event = field(default_factory=asyncio.Event)
    workers: list[LedgerWorker] = field(default_factory=list)

    def begin_process(self) -> None:
        """Nothing is left of the process before but what it stored. It had given up no ledger: every fault passes."""
        assert not [worker.name for worker in self.workers if worker.state().remedy]
        self.workers = [self._worker(watch) for watch in self.watches]

    def _worker(self, watch: Watch) -> LedgerWorker:
        database = self.database
        return LedgerWorker(
            LedgerConfig(watch.name, f"watched+memory:{watch.name}", "sim-publisher", 1e9, {}),
            Path(),
            logs=cast(list[SealingLog], self.logs),
            outbox=Outbox(database),
            evidence=EvidenceStore(database),
            balances=Balances(database),
            certificates=CertificateExpiry(database),
            writer=InlineWriter(watch),
            limits=self.limits,
            clock=lambda: watch.now() + self.clock_offset,
            reached=self.reached,
        )

    def reached(self, point: str) -> None:
        step = self.awaited
        if step is None or step.at != point:
            return
        self.awaited = None
        self.met.set()
        try:
            for action in step.actions:
                self.do(action)
        except Crash:
            if point == failpoints.SENT:  # the answer is lost with the process
                for watch in self.watches:
                    watch.forget()
            raise

    def do(self, action: Action) -> None:
        match action:
            case Fault(name, ledger, seconds):
                watch = self._watch(ledger)
                watch.faults[name] = watch.now() + seconds
            case Reorg(ledger, depth, drop):
                self._watch(ledger).reorg(depth, drop)
            case Blocks(ledger, number):
                self._watch(ledger).mine(number)
            case Clock(seconds):
                self.clock_offset += seconds
            case Pause(log, on):
                self._log(log).frozen = FROZEN_GUARD_MISSING() if on else None
            case Use(log, ledger, on):
                ledgers, name = self._log(log).ledgers, self._watch(ledger).name
                ledgers.update({name: "sim-publisher"}) if on else ledgers.pop(name, None)
                raise Crash
            case End():
                raise Crash

    async def make_due(self, log: ShownLog) -> None:
        if not log.frozen:
            log.size += 1
            for worker in self.workers:
                if worker.name in log.ledgers:
                    with suppress(BrokenOff):
                        await worker.make_due(cast(SealingLog, log))

    def _log(self, number: int) -> ShownLog:
        return self.logs[number % len(self.logs)]

    def _watch(self, number: int) -> Watch:
        return self.watches[number % len(self.watches)]

    # --- its time --------------------------------------------------------------------------------------------------

    async def take(self, step: Step) -> None:
        """Let the node work by itself until it is time for the step, and let it happen."""
        try:
            self.awaited = step
            await self.work(step.at if isinstance(step.at, float) else LONGEST_WAIT, step.head)
            if self.awaited is not None:  # nothing was at that point
                self.awaited = None
                for action in step.actions:
                    self.do(action)
        except Crash:
            self.begin_process()

    async def work(self, seconds: float, head: int | None = None) -> None:
        """Let the node work by itself for so long, or until what is awaited has happened; a new head becomes due meanwhile, where
        ledgers are slow in the middle of a call. Raises `Crash`."""
        self.met.clear()
        running = [asyncio.create_task(worker.run(asyncio.sleep)) for worker in self.workers]
        waiting = asyncio.create_task(self.met.wait())
        await asyncio.sleep(SLOW / 2)
        if head is not None:
            await self.make_due(self._log(head))
        await asyncio.wait([waiting, *running], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in (waiting, *running):
            task.cancel()
        ended = await asyncio.gather(*running, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception) and not isinstance(error, asyncio.CancelledError):
                raise error

    async def recover(self) -> None:
        """All faults stop: every anchor comes to its end, and a new head of each log becomes final."""
        for watch in self.watches:
            watch.faults.clear()
        for log in self.logs:
            log.frozen = None
            log.ledgers.update({watch.name: "sim-publisher" for watch in self.watches})
        self.begin_process()
        await self.work(ROUND)
        for log in self.logs:
            await self.make_due(log)
        newest = {(log.id, log.size) for log in self.logs}
        for _ in range(100):
            await self.work(ROUND)
            if all(set(watch.states().values()) <= {"final", "failed"} for watch in self.watches):
                break
        for watch in self.watches:
            watch.look()
            states = watch.states()
            assert {states[key] for key in newest} == {"final"}, states
            assert set(states.values()) <= {"final", "failed"}, states
            assert watch.final == {(one.log_id, one.size) for one in watch.ledger().included()}
            assert {watch.proved()[key] for key in watch.final} <= watch.blocks()
            counted = Outbox(self.database).totals(watch.name).counts
            assert counted.get(State.FINAL, 0) == len(watch.final)


async def live(world: World, steps: list[Step]) -> None:
    world.begin_process()
    for step in steps:
        await world.take(step)
    await world.recover()


@contextmanager
def opened_node() -> Iterator[Stored]:
    """A node's database. Registers the watched ledger."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        path = Path(folder) / "node.db"
        nodes.install_simulated(Path(folder), "watched", "tests.node.anchoring.watched:connect")
        sys.path.insert(0, folder)
        with closing(Database(path, NODE)) as database, closing(sqlite3.connect(path)) as beside:
            yield Stored(database, beside)
        sys.path.remove(folder)


@pytest.fixture(scope="module")
def stored() -> Iterator[Stored]:
    with opened_node() as opened:
        yield opened


def run(stored: Stored, history: History) -> list[str]:
    """Let it happen, in a world of its own. Gives what was broken."""
    stored.clear()

    async def go() -> list[str]:
        now = asyncio.get_running_loop().time
        watches = [Watch(f"sim:{number}", stored.beside, now) for number in range(history.ledgers)]
        WATCHES.update({watch.name: watch for watch in watches})
        publishers = {watch.name: "sim-publisher" for watch in watches}
        logs = [ShownLog(f"log.example/{number}", dict(publishers)) for number in range(history.logs)]
        world = World(stored.database, logs, watches, _limits(history.tries))
        await live(world, history.steps)
        return [f"{watch.name}: {problem}" for watch in watches for problem in watch.broken]

    return virtual_time.run(go())


def _limits(tries: int) -> Limits:
    return Limits(
        first_delay=0.5,
        longest_delay=20,
        tries=tries,
        attempts=3,
        first_look=0.5,
        longest_look=5,
        first_watch=1,
        longest_watch=20,
        longest_reconnect=10,
        longest_round=60,
        balance=1e9,
    )


def _only(*steps: Step, tries: int = 3) -> History:
    return History(1, 1, tries, list(steps))


SETTINGS = settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@example(_only(Step(0, failpoints.FINAL_RECORDED, (Fault("defective", 0, 43.1),))))
@example(_only(Step(0, failpoints.FINAL_RECORDED, (Reorg(0, IRREVERSIBLE, True),))))
@SETTINGS
@given(history=HISTORIES)
def test_every_history(stored: Stored, history: History) -> None:
    assert run(stored, history) == []
