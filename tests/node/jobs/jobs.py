"""Jobs to test with, and what they came to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import orjson

from carbonseal.log.entries import RecordEntry
from carbonseal.node.access.callers import OPERATOR, Caller
from carbonseal.node.node import Node
from tests.node.issuance.issuing import request

T = TypeVar("T")
Json = dict[str, Any]


def within(directory: Path, work: Callable[[Node], Awaitable[T]], **options: Any) -> T:
    """What `work` does with the node, by the clock of the processes that are killed."""

    async def opened() -> T:
        async with Node.open(directory, **options) as node:
            return await work(node)

    return asyncio.run(opened())


async def requests(node: Node, count: int, **changes: Any) -> list[bytes]:
    """So many lines, each about a record of its own."""
    receipts = [await node.submit(b'{"n": %d}' % number, "json/1") for number in range(count)]
    return [orjson.dumps(request(receipt.commitment, **changes)) for receipt in receipts]


async def begin(node: Node, lines: Iterable[bytes], caller: Caller = OPERATOR) -> Json:
    """A job with these lines."""
    async with node.jobs.coming(caller) as upload:
        for line in lines:
            await upload.write(line + b"\n")
        upload.end()
        return await node.jobs.accept(upload, caller)


def results(node: Node, id: str, caller: Caller = OPERATOR) -> list[Json]:
    size, pieces = node.jobs.results(id, caller)
    raw = b"".join(pieces)
    assert len(raw) == size
    return [orjson.loads(line) for line in raw.splitlines()]


async def sealed(node: Node, profile: str) -> int:
    """So many records of this profile are in the log."""
    await node.sequence()
    log = node.log()
    entries = [log.entry(number) for number in range(log.size)]
    commitments = [entry[1:] for entry in entries if entry[0] == RecordEntry.kind]
    return [node.logs.record(one).receipt.profile for one in commitments].count(profile)


async def finish(node: Node, id: str, caller: Caller = OPERATOR) -> Json:
    async for _job in node.jobs.finishing(id, caller, asyncio.sleep):
        pass
    return node.jobs.show(id, caller)
