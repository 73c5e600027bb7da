"""A process with a real node in it, for `test_release_kill.py`: releases draft 1, and dies at a failpoint."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from carbonseal.node.access.callers import Caller, Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.node import Node
from tests.programs.forked import exit_status

CARL = Caller("carl", Kind.PERSON, "default", frozenset({Scope.RELEASE, Scope.READ}))
NOW = 1.8e9


async def main(directory: Path, point: str) -> None:
    def reached(here: str) -> None:
        if here == point:
            os.kill(os.getpid(), signal.SIGKILL)

    async with Node.open(directory, clock=lambda: NOW, reached=reached) as node:
        (stored,) = node.drafts.listed(CARL)
        await node.drafts.release(stored.draft.number, stored.draft.content, CARL)


def work(directory: Path, point: str) -> None:
    """All of the process."""
    asyncio.run(main(directory, point))


def run(directory: Path, point: str) -> int | None:
    """Let a process release draft 1, and die at `point`: its exit status."""
    return exit_status(work, directory, point)
