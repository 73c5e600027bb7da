"""A process with a real node in it, for `test_sending_storm.py`: makes heads and anchors until there are so many, and dies at
the point that it is told.

    storm_driver.py DIRECTORY ANCHORS POINTS        POINTS: after how many points to die; 0 for never
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from carbonseal.node.node import Node
from carbonseal.node.outbox import State


async def main(directory: Path, anchors: int, life: int) -> None:
    left = life

    def reached(_point: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    async with Node.open(directory, reached=reached) as node:
        running = asyncio.create_task(node.run())

        def counts() -> dict[State, int]:
            return node.states()[0].counts

        async def until_signed() -> None:
            while counts().get(State.DUE):  # noqa: ASYNC110 - states tell nobody that they changed
                await asyncio.sleep(0.01)

        await until_signed()
        while sum(counts().values()) < anchors:
            await node.submit(b'{"record": %d}' % (node.log().size + node.log().waiting), "json/1")
            await node.sequence()
            await node.anchor()
            await until_signed()
        while counts() != {State.FINAL: anchors}:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
