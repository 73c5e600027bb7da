"""Watch of a node: compares what fails with what failed, keeps when outages begin and end, and tells the operator's receivers of
them also while the disk is full and nothing can be kept.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

from carbonseal.findings import BrokenOff
from carbonseal.storage.writer_thread import WriterThread

from .events import Event
from .failures import Failure
from .outages import Outages, begun
from .sources import outage_event

LOG = logging.getLogger(__name__)
LOOK = 5.0  # seconds between two looks
DISK = "disk"  # what fails where outages cannot be kept


class Watch:
    """Looks at a node. `failing` gives what fails; None: it is not known, and fails if it did."""

    def __init__(
        self,
        outages: Outages,
        failing: Callable[[], Mapping[str, Failure | None]],
        *,
        origin: str,
        thread: WriterThread,
        clock: Callable[[], float],
    ) -> None:
        self._outages = outages
        self._failing = failing
        self._origin = origin
        self._thread = thread
        self._clock = clock
        self._unkept: dict[str, tuple[Failure, int]] = {}  # by subject, and since when

    async def look(self, tell: Callable[[Event], Awaitable[None]]) -> None:
        """Keep what began and what ended since the last look; tell what cannot be kept. `tell` sends an event at once to all whom
        it is for, as far as they take it, and raises nothing."""
        unkept = {subject: failure for subject, (failure, _) in self._unkept.items()}
        failing = self._outages.with_open({**unkept, **self._failing()})
        if not self._outages.differs(failing):
            return
        now, since = int(self._clock()), {subject: since for subject, (_, since) in self._unkept.items()}
        try:
            await self._thread.run(self._outages.keep, failing, since, now)
        except BrokenOff as error:
            if not self._unkept:
                LOG.error("outages cannot be kept: error=%s", error.finding)
            new = {**self._outages.new(failing), DISK: Failure(error.finding.message, error.finding.remedy)}
            self._unkept = {subject: self._unkept.get(subject, (one, now)) for subject, one in new.items()}
            for subject, (failure, at) in self._unkept.items():
                await tell(outage_event(begun(subject, failure, at), self._origin))
        else:
            self._unkept = {}  # one that is over by now ends at the next look
