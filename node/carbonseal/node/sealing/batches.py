"""When batches are made: as soon as enough entries wait, or one has waited long enough, or a heartbeat is due.

Entries that make no anchor due (other logs' heads, evidence digests) wait longer, for another cause: else two nodes that anchor in
each other would make a head for each of the other's heads.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from carbonseal.findings import Finding, Refused
from carbonseal.node.config import NodeConfig
from carbonseal.node.witnessing.witnesses import Witnesses
from carbonseal.storage.writer_thread import WriterThread

from .appender import Added
from .codes import NODE_BATCH_FAILED, NODE_QUORUM_UNMET
from .guard import Frozen
from .heads import SignedHead
from .sequencer import Sequencer
from .startup import StartupChecks

LOG = logging.getLogger(__name__)
LONGEST_PAUSE = 60.0  # seconds
PAUSE = 5.0  # seconds until a batch that failed is tried again


class Batches:
    """Makes one log's batches, one after the other, in the thread that writes. `added` is set when entries came in."""

    def __init__(
        self,
        settings: NodeConfig,
        sequencer: Sequencer,
        startup: StartupChecks,
        thread: WriterThread,
        *,
        added: Added,
        witnesses: Witnesses,
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._sequencer = sequencer
        self._startup = startup
        self._thread = thread
        self._added = added
        self._witnesses = witnesses
        self._clock = clock
        self.problem: Finding | None = None  # why the last batch failed
        self._waiting_since: float | None = None
        self._cause_since: float | None = None  # since when an entry waits that makes an anchor due

    async def step(self, heartbeat: bool = False) -> SignedHead | None:
        """Make one batch: its head, or None where nothing waits, or its witnesses are waited for. Raises `Frozen`, and what
        `Sequencer.step` raises."""
        await self._startup.wait()
        head = await self._thread.run(self._sequencer.step, int(self._clock()), heartbeat)
        self._succeeded()
        self._witnesses.signed()
        return head

    async def sequence(self) -> SignedHead | None:
        """Let everything that waits now join the log: the newest head, or None where nothing waited. Raises as `step` does, and
        Refused where witnesses were asked, and fewer than the log's quorum cosigned."""
        await self._startup.wait()
        self._sequencer.check()
        newest: SignedHead | None = None
        until_size = self._sequencer.published.size + self._sequencer.waiting
        while self._sequencer.published.size < until_size:
            newest = await self.step() or newest
            if self._sequencer.unpublished:
                await self._witnesses.ask()
                self._check_published()
                newest = self._sequencer.heads.newest()
        return newest

    def _check_published(self) -> None:
        if waiting := self._sequencer.unpublished:
            count, quorum = len(self._sequencer.cosigners(waiting.note)), self._sequencer.quorum
            raise Refused(NODE_QUORUM_UNMET(size=waiting.checkpoint.size, count=count, quorum=quorum))

    async def run(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Make batches until cancelled. A log that freezes makes none, and the loop goes on."""
        while True:
            self._added.clear()
            self._note_waiting()
            heartbeat = self._heartbeat_due()
            seconds = 0.0 if heartbeat else self._until_batch()
            if seconds > 0:
                self._added.enough = self._enough()
                await until(self._added, sleep, seconds)
                continue
            try:
                await self.step(heartbeat)
            except Frozen:
                pass  # the sequencer logged it, and the log's state says so to everybody who asks
            except (Refused, OSError) as error:  # a key that does not sign, a full disk
                self._failed(error)
                await sleep(PAUSE)
            self._waiting_since = self._cause_since = None

    def _failed(self, error: Refused | OSError) -> None:
        """One line where it begins, not one a try."""
        finding = error.finding if isinstance(error, Refused) else NODE_BATCH_FAILED(reason=error)
        if self.problem is None or self.problem.code != finding.code:
            LOG.error(
                "batch failed, entries stay queued: log=%s waiting=%d error=%s",
                self._sequencer.origin,
                self._sequencer.waiting,
                error,
            )
        self.problem = finding

    def _succeeded(self) -> None:
        if self.problem is not None:
            LOG.info("batches are made again: log=%s", self._sequencer.origin)
        self.problem = None

    def _note_waiting(self) -> None:
        now, sequencer = self._clock(), self._sequencer
        self._waiting_since = _since(self._waiting_since, now) if sequencer.waiting else None
        self._cause_since = _since(self._cause_since, now) if sequencer.has_cause else None

    def _until_batch(self) -> float:
        """In how many seconds a batch is to be made, as far as is known now."""
        if self._sequencer.frozen or self._sequencer.unpublished:
            return LONGEST_PAUSE
        if self._sequencer.waiting >= self._settings.batch_size:
            return 0
        if self._waiting_since is None:
            return min(LONGEST_PAUSE, self._settings.heartbeat or LONGEST_PAUSE)
        last = self._waiting_since + self._settings.foreign_age
        if self._cause_since is not None:
            last = min(last, self._cause_since + self._settings.batch_age)
        return last - self._clock()

    def _enough(self) -> int:
        """How many entries the queue has to have for a batch to be due earlier than is known now: while one waits that makes an
        anchor due, others change nothing until they are enough."""
        if self._cause_since is None or self._sequencer.frozen or self._sequencer.unpublished:
            return 0
        return self._sequencer.published.size + self._settings.batch_size

    def _heartbeat_due(self) -> bool:
        """Whether no entry that makes an anchor due was sequenced for so long that a heartbeat is to be."""
        if not self._settings.heartbeat or self._sequencer.frozen or self._sequencer.unpublished:
            return False
        if self._sequencer.has_cause:
            return False
        newest = self._sequencer.heads.newest()
        return newest is not None and self._clock() >= newest.last_trigger + self._settings.heartbeat


def _since(before: float | None, now: float) -> float:
    return now if before is None else before


async def until(event: asyncio.Event, sleep: Callable[[float], Awaitable[None]], seconds: float) -> None:
    """Return when `event` is set, or `seconds` have passed."""
    waiting = {asyncio.ensure_future(event.wait()), asyncio.ensure_future(sleep(seconds))}
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
