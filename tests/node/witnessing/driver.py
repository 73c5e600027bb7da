"""A process with a real node in it, for `test_kill.py`: takes one head of another log, and dies at a failpoint.

    driver.py DIRECTORY POINT OLD SIZE enter|cosign

Writes the answer to `answers`, one JSON value a line.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from carbonseal.node.node import Node
from tests.foreign_logs import ForeignLog


async def take(directory: Path, point: str, old: int, size: int, how: str) -> None:
    def reached(here: str) -> None:
        if here == point:
            os.kill(os.getpid(), signal.SIGKILL)

    async with Node.open(directory, reached=reached) as node:
        log, body = node.log(), ForeignLog().request(old, size)
        cosignatures = (await log.submit_foreign(body))[0] if how == "enter" else await log.add_checkpoint(body)
        with (directory / "answers").open("a") as file:
            file.write(json.dumps("".join(one.encode() for one in cosignatures)) + "\n")


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]))
