"""A pool: worker processes for one sort of work. They are started when they are first needed, and replaced when they end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from carbonseal.findings import Refused

from .codes import WORK_TOO_LONG, WORK_UNAVAILABLE
from .turns import Turns
from .worker import Lost, Worker

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """Bounds of a pool."""

    workers: int
    seconds: float  # for one call
    niceness: int = 0
    waiting: int = 256  # requests, of all clients
    each: int = 32  # requests, of one


class Failures:
    """How long nothing is started after processes ended before they did anything: 1 s after the third in a row, twice as long after
    each more, half a minute at most. Pure."""

    FREE = 3
    LONGEST = 30.0

    def __init__(self) -> None:
        self._in_a_row = 0
        self._until = 0.0
        self.reason = ""

    def succeeded(self) -> None:
        """A process answered."""
        self._in_a_row = 0

    def failed(self, now: float, reason: str) -> None:
        """One ended before it answered anything; `now` in seconds of any clock."""
        self._in_a_row += 1
        self.reason = reason
        if self._in_a_row >= self.FREE:
            self._until = now + min(self.LONGEST, 2.0 ** (self._in_a_row - self.FREE))

    def forbids(self, now: float) -> bool:
        """Whether nothing is to be started now."""
        return self._in_a_row >= self.FREE and now < self._until


class Pool:
    """The processes of one sort of work, used by clients in turn."""

    def __init__(self, name: str, limits: PoolLimits, clock: Callable[[], float]) -> None:
        self.name = name
        self._limits = limits
        self._clock = clock
        self._turns = Turns(limits.workers, most=limits.waiting, each=limits.each)
        self._idle: list[Worker] = []
        self._ending: set[asyncio.Task[None]] = set()
        self._failures = Failures()

    @property
    def waiting(self) -> int:
        """How many requests wait for a process."""
        return self._turns.waiting

    @asynccontextmanager
    async def worker(self, client: str) -> AsyncIterator[Worker]:
        """Have a process to oneself. One that is left in the middle of a call is killed. Raises Refused (work.busy,
        work.unavailable)."""
        async with self._turns.take(client):
            worker = await self._take()
            try:
                yield worker
            finally:
                if worker.is_calling:
                    worker.kill()
                self._give_back(worker)

    async def call(self, worker: Worker, message: object, answer: Callable[..., Any] | None = None) -> Any:
        """As `Worker.call`, for so long as this pool has. Raises Refused (work.too-long), too."""
        try:
            async with asyncio.timeout(self._limits.seconds) as limit:
                return await worker.call(message, answer)
        except TimeoutError as error:
            if not limit.expired():
                raise
            worker.kill()
            raise Refused(WORK_TOO_LONG(seconds=self._limits.seconds)) from error

    async def close(self) -> None:
        """End all processes. Nobody has one any more."""
        while self._idle:
            self._end(self._idle.pop())
        await asyncio.gather(*self._ending)

    async def _take(self) -> Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                return worker
            self._end(worker)
        if self._failures.forbids(self._clock()):
            raise Refused(WORK_UNAVAILABLE(reason=self._failures.reason))
        try:
            worker = await Worker.start(self._limits.niceness)
        except Lost as lost:
            self._failures.failed(self._clock(), str(lost))
            LOG.error("worker not started: pool=%s reason=%s", self.name, lost)
            raise Refused(WORK_UNAVAILABLE(reason=lost)) from lost
        LOG.info("worker started: pool=%s pid=%d", self.name, worker.pid)
        return worker

    def _give_back(self, worker: Worker) -> None:
        if worker.has_answered:
            self._failures.succeeded()
        elif not worker.is_alive:
            self._failures.failed(self._clock(), "it ended before it answered")
        if worker.is_alive:
            self._idle.append(worker)
        else:
            self._end(worker)

    def _end(self, worker: Worker) -> None:
        LOG.info("worker ended: pool=%s pid=%d", self.name, worker.pid)
        ending = asyncio.create_task(worker.close())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
