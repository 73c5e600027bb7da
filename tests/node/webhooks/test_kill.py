"""A node that is killed while it delivers: no event is lost, and what comes twice is the same twice."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import defaultdict
from pathlib import Path

import orjson
from aiohttp import web

from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.node import Node
from tests.node.conftest import Begin
from tests.node.webhooks.receiving import Receiver, receiving, run
from tests.node.webhooks.test_events import LOOPBACK, TENANTS, wanted
from tests.repository.sources import REPOSITORY

RECORDS = 12  # of each life


class Killer(Receiver):
    """Kills the node in the middle of a message, which it took and does not answer."""

    victim: asyncio.subprocess.Process | None = None
    after = 0

    async def handle(self, request: web.Request) -> web.Response:
        self.after -= 1
        if self.after == 0 and self.victim is not None:
            self.victim.send_signal(signal.SIGKILL)
        return await super().handle(request)


def test_killed_while_it_delivers(begin: Begin) -> None:
    directory = begin(tenants=TENANTS, webhooks=LOOPBACK)
    run(killed_while_it_delivers(directory))


async def killed_while_it_delivers(directory: Path) -> None:
    acknowledged: list[str] = []
    async with receiving(Killer()) as receiver:
        async with Node.open(directory) as node:
            await node.webhooks.add(OPERATOR, wanted("erp", receiver))
        for after in (1, 5):
            receiver.after = after
            acknowledged += await life(directory, receiver)
        receiver.after = 0
        async with Node.open(directory) as node:
            telling = asyncio.create_task(node.webhooks.run(asyncio.sleep))
            await node.sequence()
            await receiver.wait(lambda _: set(acknowledged) <= delivered(receiver))
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        bodies = defaultdict(set)
        for message in receiver.messages:
            bodies[message.id].add(message.body)
        assert {len(same) for same in bodies.values()} == {1}
        indices = [record["index"] for same in bodies.values() for record in parse(same)]
        assert len(indices) == len(set(indices))  # none is told in two events


async def life(directory: Path, receiver: Killer) -> list[str]:
    """What a node acknowledged that was killed."""
    arguments = ("-m", "tests.node.webhooks.driver", str(directory), str(RECORDS))
    receiver.victim = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=asyncio.subprocess.PIPE, cwd=REPOSITORY
    )
    out, _ = await receiver.victim.communicate()
    assert receiver.victim.returncode == -signal.SIGKILL
    return [line for line in out.decode().splitlines() if len(line) == 64]


def delivered(receiver: Receiver) -> set[str]:
    return {record["commitment"] for message in receiver.messages for record in message.data["records"]}


def parse(bodies: set[bytes]) -> list[dict[str, int]]:
    [body] = bodies
    records: list[dict[str, int]] = orjson.loads(body)["data"]["records"]
    return records
