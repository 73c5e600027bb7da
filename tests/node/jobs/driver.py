"""Processes with a real node in them, which does the jobs that are there and dies at a failpoint."""

from __future__ import annotations

import asyncio
import multiprocessing
import warnings
from pathlib import Path

from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.node import Node
from tests.node.requests.driver import reached_at


async def main(directory: Path, point: str, times: int, id: str) -> None:
    async with Node.open(directory, reached=reached_at(point, times)) as node:
        async for _job in node.jobs.finishing(id, OPERATOR, asyncio.sleep):
            pass


def work(directory: Path, point: str, times: int, id: str) -> None:
    """All of the process."""
    warnings.simplefilter("error")
    asyncio.run(main(directory, point, times, id))


PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])


def run(directory: Path, point: str, times: int, id: str) -> int | None:
    """The exit status of a process that does this job, and dies where the point is reached for the so-manieth time."""
    process = PROCESSES.Process(target=work, args=(directory, point, times, id))
    process.start()
    process.join(120)
    return process.exitcode
