"""Records that come one by one, admitted and stored together: whatever one client sent meanwhile is in its next call.

A call is one client's, so that the pool serves clients in turn, and a record that ends a worker process ends it for its sender
alone. A commit has the records of up to three calls: of senders that wait for answers, half would send while the others' records
are stored, and each half would be a commit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice, starmap
from typing import NamedTuple

from carbonseal.findings import Refused
from carbonseal.node.sealing.codes import NODE_BUSY
from carbonseal.node.sealing.intake import MOST_BYTES, MOST_WAITING, Busy, Intake
from carbonseal.node.sealing.queue import Receipt, Submission
from carbonseal.node.working.codes import WORK_LOST
from carbonseal.node.working.work import Work

from .documents import admit_documents
from .storing import Kind, submissions

CALL = 512  # records of one call,
CALL_BYTES = 1 << 20  # or so many bytes, and one record at least
CALLS = 3  # of one commit


class _Offered(NamedTuple):
    raw: bytes
    media: str
    receipt: asyncio.Future[Receipt]


class _Admitted(NamedTuple):
    submission: Submission
    offered: _Offered


@dataclass(slots=True)
class _Waiting:
    """Records of one kind that are in no call yet. To ask for the loop is a system call, for each of them."""

    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    offered: deque[_Offered] = field(default_factory=deque)
    bytes: int = 0

    def take(self) -> list[_Offered]:
        """Those of the next call."""
        count = size = 0
        for one in islice(self.offered, CALL):
            if count and size + len(one.raw) >= CALL_BYTES:
                break
            count += 1
            size += len(one.raw)
        self.bytes -= size
        return [self.offered.popleft() for _ in range(count)]


class Singles:
    """Admits and stores records that come one by one."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._waiting: dict[Kind, _Waiting] = {}
        self._calling: set[asyncio.Task[None]] = set()

    async def submit(self, raw: bytes, media: str, kind: Kind, intake: Intake) -> Receipt:
        """The receipt of a document, which is durable then; `media` is the media type of a file. Raises Refused as
        `records.admission.admit` does, `Busy`, and Refused (work.*)."""
        waiting = self._waiting.get(kind)
        if waiting is None:
            waiting = self._waiting[kind] = _Waiting()
            calling = asyncio.create_task(self._call(kind, intake, waiting))
            self._calling.add(calling)
            calling.add_done_callback(self._calling.discard)
        if len(waiting.offered) >= MOST_WAITING or waiting.bytes >= MOST_BYTES:
            raise Busy(NODE_BUSY(waiting=len(waiting.offered)))
        receipt: asyncio.Future[Receipt] = waiting.loop.create_future()
        waiting.offered.append(_Offered(raw, media, receipt))
        waiting.bytes += len(raw)
        return await receipt

    async def _call(self, kind: Kind, intake: Intake, waiting: _Waiting) -> None:
        """Call, several times for each commit, until nothing of this kind waits."""
        try:
            while offered := waiting.take():
                admitted = await self._admit(kind, offered)
                for _ in range(1, CALLS):
                    if offered := waiting.take():
                        admitted += await self._admit(kind, offered)
                await _store(admitted, intake)
        finally:
            del self._waiting[kind]

    async def _admit(self, kind: Kind, offered: Sequence[_Offered]) -> list[_Admitted]:
        """What is to be stored of these. Whoever is refused knows it."""
        raws, medias = [one.raw for one in offered], [one.media for one in offered]
        try:
            columns = await self._work.small(kind.client, admit_documents, raws, medias, kind.profile, kind.salt_key)
            taken = [one for position, one in enumerate(offered) if position not in columns.refused]
            admitted = [*starmap(_Admitted, zip(submissions(columns, kind), taken, strict=True))]
        except Refused as refused:
            if refused.finding.code == WORK_LOST and len(offered) > 1:  # for the sake of one of them, perhaps
                return [admitted for one in offered for admitted in await self._admit(kind, [one])]
            _refuse(offered, refused)
            return []
        except Exception as error:  # noqa: BLE001 - raised to each who waits
            _refuse(offered, error)
            return []
        for position, finding in columns.refused.items():
            _refuse([offered[position]], Refused(finding))
        return admitted


async def _store(admitted: Sequence[_Admitted], intake: Intake) -> None:
    """Store these together, and let each know."""
    try:
        placed = await intake.store_all([one.submission for one in admitted])
    except Exception as error:  # noqa: BLE001 - raised to each who waits
        _refuse([one.offered for one in admitted], error)
        return
    for (submission, offered), one in zip(admitted, placed, strict=True):
        if not offered.receipt.done():  # its sender may be gone
            offered.receipt.set_result(submission.receipt(one.acknowledged))


def _refuse(offered: Sequence[_Offered], error: Exception) -> None:
    for one in offered:
        if not one.receipt.done():
            one.receipt.set_exception(error)
