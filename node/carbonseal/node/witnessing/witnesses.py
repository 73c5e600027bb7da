"""Witnesses of one log: a task for each sends it the newest signed head, and stores its cosignature (C2SP tlog-witness).

- A slow or unreachable witness delays no other.
- A cosignature is added to the signed head at once: in the database, the published checkpoint, and so in passports. It counts as
  given once it is stored: where the disk is full, the witness is asked for it again.
- A witness that has taken a newer head than there is to show is no alarm where the guard knows of that head: a crash came between
  signing and publishing. It waits for that head, which is made again first.
- Where the log has a `quorum`, a head is published only once so many witnesses have cosigned it, and no batch is made meanwhile.
  Entries stay queued, durably. After a crash the same head is signed and shown again: witnesses cosign the same head again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from carbonseal.findings import BrokenOff
from carbonseal.node.config import WitnessConfig
from carbonseal.node.sealing.sequencer import Sequencer, Signed
from carbonseal.storage.writer_thread import WriterThread
from carbonseal.transport import backoff

from .client import Consistency, Cosignature, WitnessClient

LOG = logging.getLogger(__name__)
FIRST_DELAY, LONGEST_DELAY = 1.0, 60.0  # seconds until a witness that failed is asked again
IDLE = 3600.0  # seconds; a new head ends it

Sleep = Callable[[float], Awaitable[None]]


class Witnesses:
    """Sends heads to the witnesses of one log. `published` is called whenever a head that waited for them is published."""

    def __init__(
        self,
        settings: Iterable[WitnessConfig],
        sequencer: Sequencer,
        thread: WriterThread,
        *,
        consistency: Consistency,
        clock: Callable[[], float],
        published: Callable[[], None],
    ) -> None:
        self.clients = [WitnessClient(witness, consistency) for witness in settings]
        self._sequencer = sequencer
        self._thread = thread
        self._clock = clock
        self._published = published
        self._signed = {client.key: asyncio.Event() for client in self.clients}

    def signed(self) -> None:
        """A new head was signed: it is sent to all."""
        for event in self._signed.values():
            event.set()

    async def ask(self) -> None:
        """Send the newest head to every witness once, all at one time; takes at most a client's `TIMEOUT`."""
        head = self._sequencer.newest_signed
        if head is not None:
            await asyncio.gather(*(self._ask(client, head) for client in self.clients))

    async def run(self, sleep: Sleep) -> None:
        """Send each new head to every witness, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for client in self.clients:
                tasks.create_task(self._keep_sending(client, sleep))

    async def _keep_sending(self, client: WitnessClient, sleep: Sleep) -> None:
        failures = 0
        while True:
            event = self._signed[client.key]
            event.clear()
            head = self._sequencer.newest_signed
            if head is None or client.cosigned >= head.checkpoint.size or client.taken > head.checkpoint.size:
                await _first(event.wait(), sleep(IDLE))
                continue
            if await self._ask(client, head):
                failures = 0
                continue
            failures += 1
            await sleep(backoff(failures, FIRST_DELAY, LONGEST_DELAY))

    async def _ask(self, client: WitnessClient, head: Signed) -> bool:
        """Whether its cosignature is stored, or it has a newer head already."""
        before = client.problem
        given = await client.cosign(head.checkpoint, head.note, self._sequencer.largest_signed)
        if given is not None and not await self._is_stored(client, head, given):
            return False
        if given is not None or client.problem is not None:
            self._log(client, head, repeated=before is not None and before == client.problem)
        return client.problem is None

    async def _is_stored(self, client: WitnessClient, head: Signed, given: Cosignature) -> bool:
        size = head.checkpoint.size
        try:
            published = await self._thread.run(self._sequencer.add_cosignature, size, given.line, int(self._clock()))
        except (BrokenOff, OSError) as error:  # a full disk: the witness is asked again
            origin = self._sequencer.origin
            LOG.error(
                "cosignature not stored: log=%s size=%d witness=%s error=%s", origin, size, client.key.name, error
            )
            return False
        # Durable: the head with the cosignature, or one that waits and is shown again after a crash.
        client.count(size, given)
        if published:
            self._published()
        return True

    def _log(self, client: WitnessClient, head: Signed, *, repeated: bool) -> None:
        origin, size = self._sequencer.origin, head.checkpoint.size
        if client.problem is None:
            LOG.info("head cosigned: log=%s size=%d witness=%s", origin, size, client.key.name)
        elif not repeated:
            level = logging.ERROR if client.is_alarmed else logging.WARNING
            LOG.log(level, "head not cosigned: log=%s size=%d reason=%s", origin, size, client.problem)

    async def close(self) -> None:
        """Let go of the connections."""
        for client in self.clients:
            await client.close()


async def _first(*waiting: Awaitable[object]) -> None:
    tasks = {asyncio.ensure_future(one) for one in waiting}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
