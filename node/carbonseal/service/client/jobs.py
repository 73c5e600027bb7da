"""Jobs of a node that is open here, or served by another process: one interface for both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any, Protocol

from carbonseal.node.access.callers import Caller
from carbonseal.node.access.scopes import Scope
from carbonseal.node.jobs.archive import zipped
from carbonseal.node.node import Node
from carbonseal.service.client.retries import under_one_key
from carbonseal.service.listeners import allow

Job = Mapping[str, Any]
Sleep = Callable[[float], Awaitable[None]]
NDJSON = {"Content-Type": "application/x-ndjson"}
LOOK = 1.0  # seconds between two looks at a job elsewhere


class AnyJobs(Protocol):
    """The jobs of a node. To export, list, show and cancel are operations (`AnyNode.operate`)."""

    async def issue(self, lines: Callable[[], AsyncIterable[bytes]]) -> Job:
        """A job that issues what is asked for on these lines (NDJSON, in pieces), which may be asked for again."""
        ...

    async def finish(self, id: str, told: Callable[[Job], None]) -> Job:
        """Wait until a job is at its end, and call `told` with it now and then."""
        ...

    def results(self, id: str) -> AsyncIterator[bytes]:
        """What each line came to, so far: NDJSON in pieces."""
        ...

    def passports(self, id: str, form: str) -> AsyncIterator[bytes]:
        """The passports so far, in pieces: `ndjson` or `zip`."""
        ...


class LocalJobs:
    """`AnyJobs` of a node that this process has open, and that runs nothing in the background."""

    def __init__(self, node: Node, caller: Caller) -> None:
        self._node = node
        self._caller = caller

    async def issue(self, lines: Callable[[], AsyncIterable[bytes]]) -> Job:
        """As `AnyJobs` has it."""
        allow(self._caller, Scope.ISSUE)
        async with self._node.jobs.coming(self._caller) as upload:
            async for piece in lines():
                await upload.write(piece)
            upload.end()
            return await self._node.jobs.accept(upload, self._caller)

    async def finish(self, id: str, told: Callable[[Job], None]) -> Job:
        """As `AnyJobs` has it."""
        allow(self._caller, Scope.READ)
        async for job in self._node.jobs.finishing(id, self._caller, asyncio.sleep):
            told(job)
        return self._node.jobs.show(id, self._caller)

    async def results(self, id: str) -> AsyncIterator[bytes]:
        """As `AnyJobs` has it."""
        allow(self._caller, Scope.READ)
        _, pieces = await asyncio.to_thread(self._node.jobs.results, id, self._caller)
        async for piece in _each(pieces):
            yield piece

    async def passports(self, id: str, form: str) -> AsyncIterator[bytes]:
        """As `AnyJobs` has it."""
        allow(self._caller, Scope.READ)
        found = await asyncio.to_thread(self._node.jobs.passports, id, self._caller)
        if form == "zip":
            pieces = zipped((f"{digest.hex()}.json", raw) for digest, raw in found)
        else:
            pieces = (raw.rstrip(b"\n") + b"\n" for _, raw in found)
        async for piece in _each(pieces):
            yield piece


class Connection(Protocol):
    """What a client of a served node does with requests and answers."""

    async def send(self, path: str, pieces: AsyncIterable[bytes], headers: Mapping[str, str]) -> Job:
        """The JSON answer to a POST whose body comes piece by piece."""
        ...

    def stream(self, path: str, params: Mapping[str, str] | None = None) -> AsyncIterator[bytes]:
        """The answer to a GET, piece by piece."""
        ...

    async def operate(self, name: str, request: Mapping[str, Any]) -> Job:
        """The answer of an operation."""
        ...


class RemoteJobs:
    """`AnyJobs` over HTTP."""

    def __init__(self, node: Connection, sleep: Sleep = asyncio.sleep) -> None:
        self._node = node
        self._sleep = sleep

    async def issue(self, lines: Callable[[], AsyncIterable[bytes]]) -> Job:
        """As `AnyJobs` has it. The lines are sent again where no answer came."""
        return await under_one_key(lambda key: self._node.send("/v1/jobs/issue", lines(), {**NDJSON, **key}))

    async def finish(self, id: str, told: Callable[[Job], None]) -> Job:
        """As `AnyJobs` has it."""
        while (job := await self._node.operate("jobs/show", {"job": id}))["ended"] is None:
            told(job)
            await self._sleep(LOOK)
        return job

    def results(self, id: str) -> AsyncIterator[bytes]:
        """As `AnyJobs` has it."""
        return self._node.stream(f"/v1/jobs/{id}/results")

    def passports(self, id: str, form: str) -> AsyncIterator[bytes]:
        """As `AnyJobs` has it."""
        return self._node.stream(f"/v1/jobs/{id}/passports", params={"form": form})


async def _each(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(next, pieces, b""):
        yield piece
