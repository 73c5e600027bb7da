"""A process with a real node in it, for `test_sending_storm.py`: makes heads and anchors until there are so many, and dies at
the point that its arguments name.

    storm_driver.py DIRECTORY ANCHORS POINTS        POINTS: after how many points to die; 0 for never
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from carbonseal.node.anchoring.tracked import State
from carbonseal.node.node import Node


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


asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
