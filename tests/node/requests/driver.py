"""Processes with a real node in them: each is asked for one document under a key, and dies at a failpoint."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import orjson

from carbonseal.node import failpoints
from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.node import Node
from carbonseal.node.requests.idempotency import digest, key_of
from carbonseal.service.operations.listed import OPERATIONS
from tests.programs.forked import exit_status

KEY = key_of(OPERATOR, "the first")


def reached_at(point: str, times: int = 1) -> failpoints.Reached:
    """Dies at the point, when it is reached for the so-manieth time."""
    left = times

    def reached(here: str) -> None:
        nonlocal left
        left -= here == point
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


async def ask(node: Node, what: str, request: dict[str, Any]) -> bytes:
    """Passport, statement or accreditation, under `KEY`."""
    async with node.idempotency.under(KEY, digest(what, orjson.dumps(request))) as key:
        if what == "passports":
            return await node.issue(request, key=key)
        answer = await OPERATIONS[what].run(node, OPERATOR, request, key)
        return orjson.dumps(answer["file"])


async def main(directory: Path, point: str, what: str, request: dict[str, Any]) -> None:
    async with Node.open(directory, reached=reached_at(point)) as node:
        await ask(node, what, request)


def work(directory: Path, point: str, what: str, request: str) -> None:
    """All of the process."""
    asyncio.run(main(directory, point, what, json.loads(request)))


def run(directory: Path, point: str, what: str, request: dict[str, Any]) -> int | None:
    """The exit status of a process that is asked for this."""
    return exit_status(work, directory, point, what, json.dumps(request))
