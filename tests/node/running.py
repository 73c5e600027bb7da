"""Nodes that run in virtual time, and what their anchors have come to."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from carbonseal.log.checkpoints import open_checkpoint
from carbonseal.node.anchoring.status import LedgerState
from carbonseal.node.anchoring.tracked import State
from carbonseal.node.node import Node
from tests import virtual_time

T = TypeVar("T")


@asynccontextmanager
async def opened(directory: Path, **options: Any) -> AsyncIterator[Node]:
    """The node in `directory`, whose time is the running loop's."""
    async with Node.open(directory, clock=asyncio.get_running_loop().time, **options) as node:
        yield node


def run(directory: Path, work: Callable[[Node], Awaitable[T]], **options: Any) -> T:
    """Open the node, and let `work` do with it what it likes."""

    async def go() -> T:
        async with opened(directory, **options) as node:
            return await work(node)

    return virtual_time.run(go())


async def head(node: Node, *words: str) -> int:
    """A new head over new records: its size."""
    for word in words:
        await node.submit(b'{"word": "%s"}' % word.encode(), "json/1")
    note = (await node.sequence()).get("default")
    assert note is not None
    return open_checkpoint(note, node.log().verifier).size


async def wait_until(node: Node, condition: Callable[[list[LedgerState]], bool]) -> list[LedgerState]:
    """Let the node take its anchors on until its ledgers are as they should become; for an hour at most. Looks often at first."""
    pause = 0.05
    waiting = asyncio.create_task(node.wait_for_anchors(math.inf))
    try:
        async with asyncio.timeout(3600):
            while not condition(node.states()):
                await asyncio.sleep(pause)
                pause = min(1.1 * pause, 5)
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    return node.states()


def now() -> float:
    """The time, in seconds since 1970."""
    return asyncio.get_running_loop().time()


@asynccontextmanager
async def in_background(node: Node) -> AsyncIterator[None]:
    """Let the node do its work by itself, as a service does, until the context ends."""
    running = asyncio.create_task(node.run())
    try:
        yield
        assert not running.done()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def anchors(state: LedgerState) -> dict[int, State]:
    """The states of a ledger's newest anchors, by size."""
    return {anchor.size: anchor.state for anchor in state.newest}
