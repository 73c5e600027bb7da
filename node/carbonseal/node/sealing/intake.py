"""Intake of records: admission, commitment, and durable storage in groups.

Whatever was submitted while one commit was under way is stored by the next one: no timer, and no more than `MOST_WAITING`
records wait, beyond which submitters get `Busy`. Many records are taken in slices, of which one is admitted while the one before it
is being stored.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass

from carbonseal.findings import Finding, Place, Refused
from carbonseal.node import failpoints
from carbonseal.records.admission import Record, admit
from carbonseal.records.commitments import commit, salt_for
from carbonseal.records.sources import Source
from carbonseal.storage.database import SLICE

from .appender import Appender
from .codes import NODE_BUSY
from .queue import EntryQueue, Receipt, Stored, Submission

MOST_WAITING = 4096  # records
MOST_BYTES = 64 << 20
SLICE_BYTES = 8 << 20
Item = Source | Finding


class Busy(Refused):
    """More records wait than the node holds in memory: nothing of this one was kept, and it may be sent again."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """The outcome of one of many records: a receipt, or a finding that says where and why it was refused."""

    place: Place
    receipt: Receipt | None = None
    finding: Finding | None = None


class _Group:
    """Records that will be stored by one commit."""

    def __init__(self) -> None:
        self.submissions: list[Submission] = []
        self.bytes = 0
        self.stored: asyncio.Task[list[Stored]] | None = None


class Intake:
    """Takes records in for all tenants of a log, whose salt keys (32 bytes each, by tenant) it is given."""

    def __init__(
        self,
        salt_keys: Mapping[str, bytes],
        queue: EntryQueue,
        appender: Appender,
        *,
        clock: Callable[[], float],
        reached: failpoints.Reached,
    ) -> None:
        self._salt_keys = salt_keys
        self._queue = queue
        self._appender = appender
        self._clock = clock
        self._reached = reached
        self._group = _Group()  # takes records in until its turn to be stored comes
        self._turn = asyncio.Lock()

    async def submit(self, record: Record, tenant: str) -> Stored:
        """Store one admitted record: durable on return. Raises `Busy`."""
        submission = self._commit(record, tenant)
        group = self._group
        if len(group.submissions) >= MOST_WAITING or group.bytes >= MOST_BYTES:
            raise Busy(NODE_BUSY(waiting=len(group.submissions)))
        position = len(group.submissions)
        group.submissions.append(submission)
        group.bytes += len(submission.canonical)
        if group.stored is None:
            group.stored = asyncio.create_task(self._store_group(group))
        stored = await asyncio.shield(group.stored)  # a submitter that is cancelled takes no other along
        return stored[position]

    async def submit_many(
        self, items: Iterable[Item] | AsyncIterable[Item], profile: str, tenant: str
    ) -> AsyncGenerator[Submitted, None]:
        """Store many records, with a result for each in their order. What is refused is reported, and the others go on."""
        storing: asyncio.Task[list[Submitted]] | None = None
        try:
            async for part in _slices(items):
                taken = [(item.place, self._take(item, profile, tenant)) for item in part]
                before, storing = storing, asyncio.create_task(self._store_slice(taken))
                if before is not None:
                    for result in await before:
                        yield result
            if storing is not None:
                for result in await storing:
                    yield result
        finally:
            if storing is not None:
                await asyncio.wait([storing])

    async def close(self) -> None:
        """Wait until all that waits is stored."""
        if self._group.stored is not None:
            await asyncio.wait([self._group.stored])
        async with self._turn:
            pass

    def _take(self, item: Item, profile: str, tenant: str) -> Submission | Finding:
        if isinstance(item, Finding):
            return item
        try:
            record = admit(item.raw, profile, media=item.media)
        except Refused as refused:
            return refused.finding.under(*item.place)
        return self._commit(record, tenant)

    def submission(self, record: Record, tenant: str) -> Submission:
        """What `submit` would store: salt and commitment. Nothing is stored."""
        return self._commit(record, tenant)

    def _commit(self, record: Record, tenant: str) -> Submission:
        salt = salt_for(self._salt_keys[tenant], record.profile, record.canonical)
        return Submission(
            tenant, record.profile, salt, commit(record.profile, salt, record.canonical), record.canonical
        )

    async def _store_slice(self, taken: list[tuple[Place, Submission | Finding]]) -> list[Submitted]:
        stored = iter(await self._store([item for _, item in taken if isinstance(item, Submission)]))
        return [
            Submitted(place, finding=item) if isinstance(item, Finding) else Submitted(place, next(stored).receipt)
            for place, item in taken
        ]

    async def _store_group(self, group: _Group) -> list[Stored]:
        async with self._turn:
            self._group = _Group()
            return await self._store(group.submissions)

    async def _store(self, submissions: list[Submission]) -> list[Stored]:
        return await self._appender.run(self._put, submissions) if submissions else []

    def _put(self, submissions: list[Submission]) -> list[Stored]:
        stored = self._queue.put(submissions, int(self._clock()))
        # Durable: the records. After a crash here they are in the log, and submitting them again gives the receipts.
        self._reached(failpoints.STORED)
        return stored


async def _slices(items: Iterable[Item] | AsyncIterable[Item]) -> AsyncIterator[list[Item]]:
    """Slices of bounded length and size."""
    part: list[Item] = []
    size = 0
    async for item in one_by_one(items):
        part.append(item)
        size += len(item.raw) if isinstance(item, Source) else 0
        if len(part) == SLICE or size >= SLICE_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


async def one_by_one(items: Iterable[Item] | AsyncIterable[Item]) -> AsyncIterator[Item]:
    """What comes from either, in its order."""
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item
