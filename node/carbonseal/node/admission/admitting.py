"""Admitting: what a node does with a record from outside, or with many, until each is durable."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from contextlib import aclosing

from carbonseal.findings import Finding
from carbonseal.node.sealing.intake import Intake
from carbonseal.node.sealing.logs import Logs
from carbonseal.node.sealing.queue import Receipt
from carbonseal.node.working.work import Work

from .singles import Singles
from .storing import Kind
from .streams import Streams
from .submitted import Item, Submitted


class Admitting:
    """Admits records by worker processes, for clients in turn, and stores them in the logs of their tenants."""

    def __init__(self, logs: Logs, work: Work) -> None:
        self._logs = logs
        self._singles = Singles(work)
        self._streams = Streams(work)

    async def one(self, raw: bytes, profile: str, tenant: str, media: str, client: str) -> Receipt:
        """One record: durable when its receipt is returned. `media` is the media type of a file. Raises Refused, `Busy`,
        `Frozen`."""
        kind, intake = await self._begin(profile, tenant, client)
        return await self._singles.submit(raw, media, kind, intake)

    async def many(
        self, items: Iterable[Item] | AsyncIterable[Item], profile: str, tenant: str, client: str
    ) -> AsyncGenerator[Submitted, None]:
        """Many, in bounded memory: a result for each, in their order. Raises Refused, `Frozen`."""
        kind, intake = await self._begin(profile, tenant, client)
        async with aclosing(self._streams.documents(items, kind, intake)) as results:
            async for result in results:
                yield result

    async def lines(
        self, chunks: AsyncGenerator[bytes, None], most: int, profile: str, tenant: str, client: str
    ) -> AsyncGenerator[list[bytes | Finding], None]:
        """The records on the lines of a stream, of `most` bytes each: see `Streams.lines`. Raises Refused, `Frozen`."""
        kind, intake = await self._begin(profile, tenant, client)
        async with aclosing(self._streams.lines(chunks, most, kind, intake)) as results:
            async for result in results:
                yield result

    async def _begin(self, profile: str, tenant: str, client: str) -> tuple[Kind, Intake]:
        intake = (await self._logs.open_log(tenant)).intake
        return Kind(client, tenant, profile, intake.salt_keys[tenant]), intake
