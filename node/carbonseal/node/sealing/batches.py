"""When batches are made: as soon as enough entries wait, or one has waited long enough, or the log was quiet for too long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from carbonseal.findings import Refused
from carbonseal.node.config import NodeConfig

from .guard import Frozen
from .sequencer import Sequencer, SignedHead

LOG = logging.getLogger(__name__)
LONGEST_PAUSE = 60.0  # seconds
PAUSE = 5.0  # seconds until a batch that could not be made is tried again


class Batches:
    """The background loop that sequences. `step` makes one batch, with a heartbeat in it if told so."""

    def __init__(
        self,
        settings: NodeConfig,
        sequencer: Sequencer,
        *,
        step: Callable[[bool], Awaitable[SignedHead | None]],
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._sequencer = sequencer
        self._step = step
        self._clock = clock
        self._changed = asyncio.Event()
        self._waiting_since: float | None = None

    def changed(self) -> None:
        """Entries came, or joined the log."""
        if not self._sequencer.waiting:
            self._waiting_since = None
        elif self._waiting_since is None:
            self._waiting_since = self._clock()
        self._changed.set()

    async def run(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Make batches for ever. A log that freezes makes none, and the loop goes on."""
        self.changed()
        while True:
            self._changed.clear()
            heartbeat = self._heartbeat_due()
            seconds = 0.0 if heartbeat else self._until_batch()
            if seconds > 0:
                await until(self._changed, sleep, seconds)
                continue
            try:
                await self._step(heartbeat)
            except Frozen as frozen:
                LOG.error("%s", frozen.finding)  # and `SealingLog.frozen` shows it to everybody who asks
            except (
                Refused,
                OSError,
            ) as amiss:  # a key that does not sign, a full disk: what waits is durable, and keeps waiting
                LOG.error("no batch: %s", amiss)
                await sleep(PAUSE)
            self._waiting_since = None
            self.changed()

    def _until_batch(self) -> float:
        """In how many seconds a batch is to be made, as far as is known now."""
        if self._sequencer.frozen:
            return LONGEST_PAUSE
        if self._sequencer.waiting >= self._settings.batch_size:
            return 0
        if self._waiting_since is None:
            return min(LONGEST_PAUSE, self._settings.heartbeat or LONGEST_PAUSE)
        return self._waiting_since + self._settings.batch_age - self._clock()

    def _heartbeat_due(self) -> bool:
        """Whether the log was quiet for so long that it is to show a sign of life."""
        if not self._settings.heartbeat or self._sequencer.frozen or not self._sequencer.published.size:
            return False
        if self._sequencer.waiting:
            return False
        return self._clock() >= self._sequencer.quiet_since() + self._settings.heartbeat


async def until(event: asyncio.Event, sleep: Callable[[float], Awaitable[None]], seconds: float) -> None:
    """Until `event` is set, or `seconds` have passed."""
    waiting = {asyncio.ensure_future(event.wait()), asyncio.ensure_future(sleep(seconds))}
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
