"""Intake: admitted records and their commitments, into durable storage in groups.

Whatever was submitted while one commit was under way is stored by the next one, whoever submitted it: no timer. Of single records
no more than `MOST_WAITING` wait, beyond which submitters get `Busy`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from carbonseal.findings import Refused
from carbonseal.node import failpoints
from carbonseal.records.admission import Record
from carbonseal.records.commitments import commit, salt_for

from .appender import Appender
from .codes import NODE_BUSY
from .queue import EntryQueue, Placed, Stored, Submission

MOST_WAITING = 4096  # records
MOST_BYTES = 64 << 20
GROUP = 2048  # records of one commit, about: whoever comes next waits for no more


class Busy(Refused):
    """More records wait than the node holds in memory: nothing of this one was kept, and it may be sent again."""


class _Slice(NamedTuple):
    """Records that were submitted together, and where each is, for who submitted them."""

    submissions: Sequence[Submission]
    placed: asyncio.Future[list[Placed]]


class Intake:
    """Stores records for all tenants of a log, whose salt keys (32 bytes each, by tenant) it is given."""

    def __init__(
        self,
        salt_keys: Mapping[str, bytes],
        queue: EntryQueue,
        appender: Appender,
        *,
        clock: Callable[[], float],
        reached: failpoints.Reached,
    ) -> None:
        self.salt_keys = salt_keys
        self._queue = queue
        self._appender = appender
        self._clock = clock
        self._reached = reached
        self._waiting: deque[_Slice] = deque()
        self._storing: asyncio.Task[None] | None = None

    def submission(self, record: Record, tenant: str) -> Submission:
        """What is stored of an admitted record: with its salt and commitment. Nothing is stored."""
        salt = salt_for(self.salt_keys[tenant], record.profile, record.canonical)
        return Submission(
            tenant, record.profile, salt, commit(record.profile, salt, record.canonical), record.canonical
        )

    async def store(self, submission: Submission) -> Stored:
        """Store one: durable on return. Raises `Busy`."""
        waiting = sum(len(one.submissions) for one in self._waiting)
        if waiting >= MOST_WAITING:
            raise Busy(NODE_BUSY(waiting=waiting))
        (placed,) = await self.store_all([submission])
        return Stored(placed.number, submission.tenant, submission.receipt(placed.acknowledged))

    async def store_all(self, submissions: Sequence[Submission]) -> list[Placed]:
        """Store a slice of many: where each is, in their order. Durable on return."""
        if not submissions:
            return []
        one = _Slice(submissions, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        if self._storing is None:
            self._storing = asyncio.create_task(self._store_waiting())
        return await one.placed

    async def close(self) -> None:
        """Wait until all that waits is stored."""
        if self._storing is not None:
            await asyncio.wait([self._storing])

    async def _store_waiting(self) -> None:
        while group := self._next_group():
            try:
                placed = await self._appender.run(self._put, [*chain.from_iterable(one.submissions for one in group)])
            except Exception as error:  # noqa: BLE001 - raised to each who waits
                for one in group:
                    if not one.placed.done():
                        one.placed.set_exception(error)
                continue
            results = iter(placed)
            for one in group:
                own = [next(results) for _ in one.submissions]
                if not one.placed.done():  # whoever was cancelled takes no other along
                    one.placed.set_result(own)
        self._storing = None

    def _next_group(self) -> list[_Slice]:
        """What is stored by the next commit: one slice at least."""
        group: list[_Slice] = []
        count = 0
        while self._waiting and (not group or count + len(self._waiting[0].submissions) <= GROUP):
            group.append(self._waiting.popleft())
            count += len(group[-1].submissions)
        return group

    def _put(self, submissions: Sequence[Submission]) -> list[Placed]:
        stored = self._queue.put(submissions, int(self._clock()))
        # Durable: the records. After a crash here they are in the log, and submitting them again gives the receipts.
        self._reached(failpoints.STORED)
        return stored
