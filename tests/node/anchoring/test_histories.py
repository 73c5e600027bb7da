"""Whatever happens to a node and its ledger, in any order: what anchoring promises holds at every call, and once the faults stop,
every anchor comes to its end. A real node, the simulated ledger, and the virtual clock."""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from carbonseal.ledger import Statement
from carbonseal.node import failpoints
from carbonseal.node.anchoring.tracked import Limits
from carbonseal.node.config import LedgerConfig
from carbonseal.node.node import Node
from carbonseal.node.sealing.guard import Frozen
from tests import nodes, virtual_time
from tests.node.anchoring.watched import IRREVERSIBLE, WATCHES, Watch, WatchedLedger
from tests.node.running import head, opened
from tests.node.simulated import FAULTS

LIMITS = Limits(
    first_delay=0.5,
    longest_delay=20,
    tries=12,
    attempts=3,
    longest_look=5,
    first_watch=1,
    longest_watch=20,
    longest_reconnect=10,
    longest_round=60,
    balance=1e9,
)
POINTS = failpoints.POINTS[failpoints.POINTS.index(failpoints.DUE) :]  # those of anchoring


class Crash(Exception):
    """The process ends here."""


@dataclass(frozen=True)
class Head:
    """A new head becomes due."""


@dataclass(frozen=True)
class Wait:
    """The node runs, and faults that do not last end."""

    seconds: float


@dataclass(frozen=True)
class Fault:
    """A fault of the ledger begins. It ends with the next wait, or lasts until it comes again."""

    name: str
    lasts: bool


@dataclass(frozen=True)
class Reorg:
    """The newest blocks are undone."""

    depth: int
    drop: bool


@dataclass(frozen=True)
class Pause:
    """The log freezes, or goes on."""

    on: bool


@dataclass(frozen=True)
class Restart:
    """The node ends, and is opened again: at once, or when it next reaches a failpoint."""

    point: str = ""


Step = Head | Wait | Fault | Reorg | Pause | Restart
WAITS = st.sampled_from([0.17, 1.03, 4.07, 4.09, 11.03, 40.11])  # no multiples of the node's delays
RARELY = st.sampled_from([False, False, False, True])
FAULT = st.builds(Fault, st.sampled_from([*FAULTS]), RARELY)
REORG = st.builds(Reorg, st.integers(1, IRREVERSIBLE), st.booleans())
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.just(Head()),
    FAULT,
    FAULT,
    REORG,
    REORG,
    st.builds(Pause, RARELY),
    st.builds(Restart, st.sampled_from(["", *POINTS])),
)
HISTORIES = st.lists(st.tuples(STEPS, WAITS), min_size=6, max_size=14)


@dataclass
class World:
    """A node's directory and its ledger."""

    directory: Path
    ledger: WatchedLedger
    watch: Watch
    crash_at: set[str] = field(default_factory=set)
    short: set[str] = field(default_factory=set)  # faults that end with the next wait
    words: Iterator[str] = field(default_factory=lambda: map(str, itertools.count()))  # no two records alike

    def reached(self, point: str) -> None:
        if point in self.crash_at:
            self.crash_at.clear()
            if point == failpoints.SENT:  # the answer is lost with the process; it is sent again
                self.watch.answers.pop(self.watch.last, None)
            raise Crash

    def fault(self, name: str, on: bool) -> None:
        """Begin or end a fault."""
        path = self.ledger.path.parent / name
        path.touch() if on else path.unlink(missing_ok=True)

    def end_short_faults(self) -> None:
        for name in self.short:
            self.fault(name, False)
        self.short.clear()

    def reorg(self, depth: int, drop: bool) -> None:
        self.watch.look(self.ledger)
        undone = {(one.log_id, one.size) for one in self.ledger.reorg(drop=drop, depth=depth)}
        self.watch.undone |= undone & self.watch.final


async def take(world: World, node: Node, step: Step) -> None:
    """One step, but for restarts at once. Raises `Crash`."""
    match step:
        case Head():
            with suppress(Frozen):
                await head(node, next(world.words))
                await node.anchor()
        case Wait(seconds):
            await run_for(node, seconds)
        case Fault(name, lasts):
            world.fault(name, True)
            (world.short.discard if lasts else world.short.add)(name)
        case Reorg(depth, drop):
            world.reorg(depth, drop)
        case Pause(on):
            with suppress(Frozen):
                await node.log().compare("sim:1", Statement(node.log().id, 10_000, bytes(32)) if on else None)
        case Restart(point):
            world.crash_at.add(point)


async def run_for(node: Node, seconds: float) -> None:
    """Let the node work by itself. Raises `Crash`."""
    running = asyncio.create_task(node.run())
    await asyncio.wait([running], timeout=seconds)
    running.cancel()
    try:
        await running
    except asyncio.CancelledError:
        return
    except BaseExceptionGroup as group:
        if group.split(Crash)[1] is not None:
            raise
        raise Crash from group


async def live(world: World, steps: list[tuple[Step, float]]) -> None:
    """Take all steps, in as many processes as it needs."""
    left: list[Step] = [Head(), Wait(4.07), *(one for step, seconds in steps for one in (step, Wait(seconds)))]
    while left:
        with suppress(Crash):
            async with opened(world.directory, reached=world.reached, limits=LIMITS) as node:
                while left:
                    step = left.pop(0)
                    if step == Restart():
                        break
                    await take(world, node, step)
                    if isinstance(step, Wait):
                        world.end_short_faults()


async def recover(world: World) -> None:
    """All faults stop: every anchor comes to its end, and a new head becomes final."""
    world.crash_at.clear()
    for name in FAULTS:
        world.fault(name, False)
    async with opened(world.directory, reached=world.reached, limits=LIMITS) as node:
        await take(world, node, Pause(False))
        await run_for(node, 100.1)
        newest = await head(node, "last")
        await node.anchor()
        states: dict[int, str] = {}
        for _ in range(20):
            await run_for(node, 100.1)
            states = {size: state for _, size, state in world.watch.anchors()}
            if states[newest] == "final" and set(states.values()) <= {"final", "failed"}:
                break
        assert states[newest] == "final", states
        assert set(states.values()) <= {"final", "failed"}, states
        final = {size for size, state in states.items() if state == "final"}
        assert {one.size for one in world.ledger.included()} >= final
        world.watch.look(world.ledger)


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Registers the watched ledger."""
    plugins = tmp_path_factory.mktemp("watched")
    nodes.install_simulated(plugins, "watched", "tests.node.anchoring.watched:connect")
    sys.path.insert(0, str(plugins))
    yield
    sys.path.remove(str(plugins))


@pytest.mark.usefixtures("plugin")
@example([(Fault("defective", False), 4.09)])  # while an anchor is final, and watched
@example([(Reorg(IRREVERSIBLE, True), 4.09)])
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(HISTORIES)
def test_every_history(steps: list[tuple[Step, float]]) -> None:
    with TemporaryDirectory() as folder:
        here = Path(folder)
        path = here / "ledger/ledger.db"
        path.parent.mkdir()
        ledger = LedgerConfig("sim:1", f"watched+file://{path}", "sim-publisher", 3600.0, {})
        nodes.make_node(here / "node", nodes.settings(ledgers=(ledger,)))
        watch = WATCHES[path] = Watch(here / "node/node.db")
        world = World(here / "node", WatchedLedger(path), watch)

        async def go() -> None:
            await live(world, steps)
            await recover(world)

        try:
            virtual_time.run(go())
        finally:
            del WATCHES[path]
        assert watch.broken == []
