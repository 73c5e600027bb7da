"""One node anchors in another, both real, over HTTP: until evidence is stored, through a restart, and while the other is down."""

from __future__ import annotations

import asyncio
import math
import shutil
import time
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from carbonseal.ledger import log_id
from carbonseal.log.checkpoints import open_checkpoint
from carbonseal.log.notes import NoteSigner
from carbonseal.node.anchoring.status import LedgerState
from carbonseal.node.anchoring.tracked import State
from carbonseal.node.config import LedgerConfig
from carbonseal.node.node import Node
from carbonseal.node.sealing.guard import Frozen
from carbonseal.service.app import serving
from carbonseal_adapters.tlog.checking.evidence import VERIFIER
from tests.service.nodes import free_port, make_node

OURS, OTHER = "sealing.example/log", "other.example/log"


class World:
    """Two nodes that know of each other. Ours anchors in the other one, which listens on `port`."""

    def __init__(self, path: Path, *, introduced: bool = True) -> None:
        self.ours, self.other = path / "ours", path / "other"
        self.port = free_port()
        self.other_key = make_node(self.other, OTHER).verifier
        ledger = LedgerConfig(
            name=f"tlog:{OTHER}",
            uri=f"tlog+http://127.0.0.1:{self.port}/v1/logs/default",
            publisher="",
            cadence=3600,
            options={"key": self.other_key.encode()},
        )
        self.signer: NoteSigner = make_node(self.ours, OURS, ledgers=[ledger])
        if introduced:
            self.introduce()

    def introduce(self) -> None:
        """What the other operator does: adds our key to its node.toml."""
        with (self.other / "node.toml").open("a") as file:
            file.write(f'\n[[foreign]]\nkey = "{self.signer.verifier.encode()}"\n')


class Clock:
    """The system's time, and ahead of it by what a node slept: it sleeps without waiting."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._slept = asyncio.Semaphore(0)

    def now(self) -> float:
        return time.time() + self._ahead

    async def sleep(self, seconds: float) -> None:
        self._ahead += seconds
        self._slept.release()
        await asyncio.sleep(0)

    async def rounds(self, node: Node, number: int) -> LedgerState:
        """Let the node, whose time this is, do so many rounds at least of what is to be done for its anchors."""
        self._slept = asyncio.Semaphore(0)  # of this loop
        working = asyncio.create_task(node.wait_for_anchors(math.inf))
        for _ in range(number):
            await self._slept.acquire()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        (state,) = node.states()
        return state


async def other_node(world: World, stack: AsyncExitStack) -> Node:
    """The other node, served, and working in the background."""
    node = await stack.enter_async_context(Node.open(world.other))
    await stack.enter_async_context(serving(node, port=world.port))
    work = asyncio.create_task(node.run())

    async def end() -> None:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    stack.push_async_callback(end)
    return node


def test_an_anchor_in_another_log_ends_in_evidence(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def go() -> None:
        async with AsyncExitStack() as stack:
            await other_node(world, stack)
            node = await stack.enter_async_context(Node.open(world.ours))
            receipt = await node.submit(b'{"record":1}', "json/1")
            await node.sequence()
            await node.anchor()
            (state,) = await node.wait_for_anchors(300)
            assert (state.problem, state.counts) == ("", {State.FINAL: 1})
            (head,) = node.seal(receipt.commitment).heads
            (anchor,) = head.anchors
            assert anchor.ledger == f"tlog:{OTHER}"
            pins = VERIFIER.pin(anchor.ledger, {"key": world.other_key.encode()})
            statement = open_checkpoint(head.checkpoint, node.log().verifier).statement()
            checked = VERIFIER.check(anchor.evidence, statement, pins, ())
            assert checked.proved is not None
            assert checked.proved.publisher == log_id(OURS).hex()

    asyncio.run(go())


def test_what_was_sent_before_a_restart_of_both_is_followed_after_it(tmp_path: Path) -> None:
    world = World(tmp_path)

    clock = Clock()

    async def before() -> None:
        """The other node takes the checkpoint and stops before it is in its log."""
        async with (
            Node.open(world.other) as other,
            serving(other, port=world.port),
            Node.open(world.ours, clock=clock.now, sleep=clock.sleep) as node,
        ):
            await node.submit(b"{}", "json/1")
            await node.sequence()
            await node.anchor()
            assert (await clock.rounds(node, 3)).counts == {State.SENT: 1}
            state = other.log().foreign(log_id(OURS))
            assert state is not None
            assert state.index is None

    async def alone() -> None:
        async with Node.open(world.ours, clock=clock.now, sleep=clock.sleep) as node:
            state = await clock.rounds(node, 1)
            assert state.problem
            assert state.counts == {State.SENT: 1}

    async def after() -> None:
        async with AsyncExitStack() as stack:
            node = await stack.enter_async_context(Node.open(world.ours, clock=clock.now))
            other = await other_node(world, stack)
            (state,) = await node.wait_for_anchors(300)
            assert (state.problem, state.counts) == ("", {State.FINAL: 1})
            foreign = other.log().foreign(log_id(OURS))
            assert foreign is not None
            assert foreign.index == 1

    asyncio.run(before())
    asyncio.run(alone())
    asyncio.run(after())


def test_a_log_that_was_not_introduced_is_refused_with_a_remedy(tmp_path: Path) -> None:
    world = World(tmp_path, introduced=False)

    async def go() -> None:
        async with AsyncExitStack() as stack:
            await other_node(world, stack)
            node = await stack.enter_async_context(Node.open(world.ours))
            await node.submit(b"{}", "json/1")
            await node.sequence()
            await node.anchor()
            (state,) = await node.wait_for_anchors(300)
            assert state.counts == {State.FAILED: 1}
            assert "does not know this log" in state.newest[0].reason
            assert f"{OURS}+{node.log().verifier.key_id.hex()}+" in state.newest[0].remedy

    async def later() -> None:
        world.introduce()
        async with AsyncExitStack() as stack:
            await other_node(world, stack)
            node = await stack.enter_async_context(Node.open(world.ours))
            await node.anchor()
            (state,) = await node.wait_for_anchors(300)
            assert state.counts == {State.FINAL: 1}

    asyncio.run(go())
    asyncio.run(later())


def test_the_wrong_log_at_the_address_gets_nothing(tmp_path: Path) -> None:
    """The endpoint answers, and is not the log whose key is configured: nothing of what it says is believed."""
    world = World(tmp_path)
    impostor = tmp_path / "impostor"
    make_node(impostor, OTHER, foreign=[world.signer.verifier])

    async def go() -> None:
        clock = Clock()
        async with (
            Node.open(impostor) as wrong,
            serving(wrong, port=world.port),
            Node.open(world.ours, clock=clock.now, sleep=clock.sleep) as node,
        ):
            await node.submit(b"{}", "json/1")
            await node.sequence()
            await node.anchor()
            await wrong.submit(b"{}", "json/1")
            for _ in range(3):
                state = await clock.rounds(node, 2)
                await wrong.sequence()
            assert State.FINAL not in state.counts
            assert "not its own" in state.newest[0].reason

    asyncio.run(go())


def test_a_copy_that_went_back_in_time_freezes_by_what_the_other_log_holds(tmp_path: Path) -> None:
    """Directory and guard were restored together: only the ledger knows better."""
    world = World(tmp_path)

    async def once(records: range) -> None:
        async with AsyncExitStack() as stack:
            await other_node(world, stack)
            node = await stack.enter_async_context(Node.open(world.ours))
            for number in records:
                await node.submit(b'{"n":%d}' % number, "json/1")
            await node.sequence()
            await node.anchor()
            assert (await node.wait_for_anchors(300))[0].counts[State.FINAL]

    async def restored() -> None:
        async with AsyncExitStack() as stack:
            await other_node(world, stack)
            node = await stack.enter_async_context(Node.open(world.ours))
            url = await stack.enter_async_context(serving(node))
            session = await stack.enter_async_context(aiohttp.ClientSession(url))
            with pytest.raises(Frozen):
                await node.sequence()  # which waits for what ledgers know
            async with session.get("/health") as response:
                assert response.status == 503
                health = await response.json()
                assert (health["state"], health["logs"][0]["frozen"]["code"]) == ("frozen", "frozen.ledger-knows-more")
            async with session.post("/v1/records?profile=json/1", json={"more": 1}) as response:
                assert response.status == 503
                assert (await response.json())["code"] == "frozen.ledger-knows-more"
            async with session.get("/v1/logs/default/checkpoint") as response:
                assert response.status == 200

    asyncio.run(once(range(2)))
    shutil.copytree(world.ours, tmp_path / "backup")
    asyncio.run(once(range(2, 4)))
    shutil.rmtree(world.ours)
    shutil.copytree(tmp_path / "backup", world.ours)
    asyncio.run(restored())
