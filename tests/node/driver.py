"""Processes with a real node in them: each seals some records, anchors them, and dies at a failpoint.

In virtual time, unless one of its ledgers is real and takes its own time.

Each record goes to each log. Every acknowledgement is in `acknowledged` before the next record is sent; every head that was seen
is in `heads`.
"""

from __future__ import annotations

import asyncio
import faulthandler
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from carbonseal.node.config import load
from carbonseal.node.node import Node
from tests import virtual_time
from tests.programs.forked import exit_status


def note(path: Path, value: object) -> None:
    with path.open("a") as file:
        file.write(json.dumps(value) + "\n")


def is_simulated(directory: Path) -> bool:
    return all(ledger.uri.startswith("sim+") for ledger in load(directory).ledgers)


def clock(directory: Path) -> Callable[[], float]:
    return asyncio.get_running_loop().time if is_simulated(directory) else time.time


async def main(directory: Path, point: str, records: str) -> None:
    name, _, times = point.partition(":")
    left = int(times or 1)

    def reached(here: str) -> None:
        nonlocal left
        left -= here == name
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    async with Node.open(directory, clock=clock(directory), reached=reached) as node:
        for log in node.logs.values():
            if published := log.checkpoint():
                note(directory / "heads", published.decode())
        for word in records.split(","):
            for tenant in node.logs:
                receipt = await node.submit(json.dumps({"record": word}).encode(), "json/1", tenant)
                note(directory / "acknowledged", receipt.commitment.hex())
        for head in (await node.sequence()).values():
            note(directory / "heads", head.decode())
        await node.anchor()
        await node.wait_for_anchors(600)


def work(directory: Path, plugins: Path | None, point: str, records: str) -> None:
    """All of the process."""
    if plugins:
        sys.path.insert(0, str(plugins))
    faulthandler.dump_traceback_later(100)  # a hang shows where it hangs
    (virtual_time.run if is_simulated(directory) else asyncio.run)(main(directory, point, records))


def run(directory: Path, point: str, records: str, plugins: Path | None = None) -> int | None:
    """Let a process seal these records, separated by commas, and die at `point` (POINT or POINT:TIMES), if at all: its exit
    status. `plugins` registers the simulated ledger."""
    return exit_status(work, directory, plugins, point, records)
