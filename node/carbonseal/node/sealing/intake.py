"""Intake: admitted records and their commitments, into durable storage in groups.

Whatever was submitted while one commit was under way is stored by the next one: no timer, and no more than `MOST_WAITING`
records wait, beyond which submitters get `Busy`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from carbonseal.findings import Refused
from carbonseal.node import failpoints
from carbonseal.records.admission import Record
from carbonseal.records.commitments import commit, salt_for

from .appender import Appender
from .codes import NODE_BUSY
from .queue import EntryQueue, Placed, Receipt, Stored, Submission

MOST_WAITING = 4096  # records
MOST_BYTES = 64 << 20


class Busy(Refused):
    """More records wait than the node holds in memory: nothing of this one was kept, and it may be sent again."""


class _Group:
    """Records that will be stored by one commit."""

    def __init__(self) -> None:
        self.submissions: list[Submission] = []
        self.placed: list[asyncio.Future[Placed]] = []  # of each, for its submitter
        self.bytes = 0
        self.storing: asyncio.Task[None] | None = None


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
        self._group = _Group()  # takes records in until its turn to be stored comes
        self._turn = asyncio.Lock()

    def submission(self, record: Record, tenant: str) -> Submission:
        """What is stored of an admitted record: with its salt and commitment. Nothing is stored."""
        salt = salt_for(self.salt_keys[tenant], record.profile, record.canonical)
        return Submission(
            tenant, record.profile, salt, commit(record.profile, salt, record.canonical), record.canonical
        )

    async def store(self, submission: Submission) -> Stored:
        """Store one: durable on return. Raises `Busy`."""
        group = self._group
        if len(group.submissions) >= MOST_WAITING or group.bytes >= MOST_BYTES:
            raise Busy(NODE_BUSY(waiting=len(group.submissions)))
        waiting: asyncio.Future[Placed] = asyncio.get_running_loop().create_future()
        group.submissions.append(submission)
        group.placed.append(waiting)
        group.bytes += len(submission.canonical)
        if group.storing is None:
            group.storing = asyncio.create_task(self._store_group(group))
        placed = await waiting
        receipt = Receipt(submission.profile, submission.commitment, submission.salt, placed.acknowledged)
        return Stored(placed.number, submission.tenant, receipt)

    async def store_all(self, submissions: Sequence[Submission]) -> list[Placed]:
        """Store a slice of many: where each is, in their order. Durable on return."""
        return await self._appender.run(self._put, submissions) if submissions else []

    async def close(self) -> None:
        """Wait until all that waits is stored."""
        if self._group.storing is not None:
            await asyncio.wait([self._group.storing])
        async with self._turn:
            pass

    async def _store_group(self, group: _Group) -> None:
        async with self._turn:
            self._group = _Group()
            try:
                placed = await self.store_all(group.submissions)
            except Exception as error:  # noqa: BLE001 - raised to each who waits
                for waiting in group.placed:
                    if not waiting.done():
                        waiting.set_exception(error)
                return
        for waiting, one in zip(group.placed, placed, strict=True):
            if not waiting.done():  # whoever was cancelled takes no other along
                waiting.set_result(one)

    def _put(self, submissions: Sequence[Submission]) -> list[Placed]:
        stored = self._queue.put(submissions, int(self._clock()))
        # Durable: the records. After a crash here they are in the log, and submitting them again gives the receipts.
        self._reached(failpoints.STORED)
        return stored
