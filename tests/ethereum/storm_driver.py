"""Processes with a real node in them, for storms: each makes heads and anchors until there are so many, or dies after so many
failpoints."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from carbonseal.node.anchoring.tracked import State
from carbonseal.node.node import Node
from tests.programs.forked import exit_status


async def main(directory: Path, anchors: int, life: int) -> None:
    left, loop, moved = life, asyncio.get_running_loop(), asyncio.Event()

    def reached(_point: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        loop.call_soon_threadsafe(moved.set)

    async with Node.open(directory, reached=reached) as node:
        running = asyncio.create_task(node.run())

        def counts() -> dict[State, int]:
            return node.states()[0].counts

        async def until(condition: Callable[[dict[State, int]], bool]) -> None:
            while not condition(counts()):
                moved.clear()
                with suppress(TimeoutError):  # what fails passes no point
                    await asyncio.wait_for(moved.wait(), 1)

        await until(lambda states: not states.get(State.DUE))
        while (already := sum(counts().values())) < anchors:
            log = list(node.logs.values())[already % len(node.logs)]
            await node.submit(b'{"record": %d}' % (log.size + log.waiting), "json/1", log.name)
            await node.sequence()
            await node.anchor()
            await until(lambda states: not states.get(State.DUE))
        await until(lambda states: states == {State.FINAL: anchors})
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def work(directory: Path, anchors: int, life: int) -> None:
    """All of the process."""
    asyncio.run(main(directory, anchors, life))


def run(directory: Path, anchors: int, life: int) -> int | None:
    """Let a process anchor until there are so many, or until it dies after `life` failpoints: its exit status."""
    return exit_status(work, directory, anchors, life, seconds=240)
