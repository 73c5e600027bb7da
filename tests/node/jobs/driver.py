"""Processes with a real node in them, which does the jobs that are there and dies at a failpoint."""

from __future__ import annotations

import asyncio
from pathlib import Path

from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.node import Node
from tests.node.requests.driver import reached_at
from tests.programs.forked import exit_status


async def main(directory: Path, point: str, times: int, id: str) -> None:
    async with Node.open(directory, reached=reached_at(point, times)) as node:
        async for _job in node.jobs.finishing(id, OPERATOR, asyncio.sleep):
            pass


def work(directory: Path, point: str, times: int, id: str) -> None:
    """All of the process."""
    asyncio.run(main(directory, point, times, id))


def run(directory: Path, point: str, times: int, id: str) -> int | None:
    """The exit status of a process that does this job, and dies where the point is reached for the so-manieth time."""
    return exit_status(work, directory, point, times, id)
