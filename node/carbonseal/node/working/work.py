"""Where work is done that takes long, or grows with what a client sends: in worker processes, or here where nobody else waits.

Two pools, so that a passport of 60 MiB delays no record: *small* for records and what is like them, *large* for passports.

    receipts = await work.small(client, admit_all, documents)

    async with work.large(client, Refresher, answer=logs.consistency) as desk:
        presented = await desk.call(Refresher.present, raw)        # stays in the process, as the desk's own
        refreshed = await desk.call(Refresher.finish, seals)       # may ask `answer` meanwhile

Functions and classes have names in their modules; arguments and results are sent (`frames.in_pieces`, for a body that came in
pieces). A worker that dies in the middle is replaced; what is small is tried once more, what is large is refused with work.lost.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

from carbonseal.findings import Refused

from .codes import WORK_LOST
from .config import WorkersConfig, passports_usually, processors, records_usually
from .frames import Pieces
from .pool import Pool, PoolLimits
from .process import At, Begin, Call, End
from .worker import Lost, Worker

P = ParamSpec("P")
T = TypeVar("T")
D = TypeVar("D")
D_co = TypeVar("D_co", covariant=True)

Ask = Callable[..., Any]  # what a desk asks the node by


class Desk(Protocol[D_co]):
    """An object that lives where the work is done, for as long as a request does."""

    async def call(self, method: Callable[Concatenate[D_co, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a method of it: gives what it returns, raises what it raises. Raises Refused (work.lost, work.too-long)."""
        ...


class Work(Protocol):
    """Does work for clients. Raises Refused (work.*)."""

    async def small(self, client: str, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function: gives what it returns, raises what it raises."""
        ...

    def large(
        self, client: str, /, make: Callable[[Ask], D], answer: Callable[..., Any] | None = None
    ) -> AbstractAsyncContextManager[Desk[D]]:
        """A desk, for as long as the context lasts. `make` is given a function by which the desk asks `answer`."""
        ...

    async def close(self) -> None:
        """End what was started for it. Nothing is asked for any more."""
        ...


class _HereDesk(Generic[D]):
    def __init__(self, desk: D) -> None:
        self._desk = desk

    async def call(self, method: Callable[Concatenate[D, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.to_thread(method, self._desk, *_arrived(args), **kwargs)


class Here:
    """Works in this process: for a command, beside which nobody waits."""

    async def small(self, _client: str, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Work`."""
        return function(*_arrived(args), **kwargs)

    @asynccontextmanager
    async def large(
        self, _client: str, /, make: Callable[[Ask], D], answer: Callable[..., Any] | None = None
    ) -> AsyncIterator[Desk[D]]:
        """See `Work`."""
        yield _HereDesk(make(answer or _nobody))

    async def close(self) -> None:
        """See `Work`."""


def _arrived(args: Any) -> Any:
    return tuple(bytes(one) if isinstance(one, Pieces) else one for one in args)


def _nobody(*_args: object) -> Any:
    raise AssertionError("nobody was named who answers")


class _WorkerDesk(Generic[D]):
    def __init__(self, pool: Pool, worker: Worker, answer: Callable[..., Any] | None) -> None:
        self._pool = pool
        self._worker = worker
        self._answer = answer

    async def call(self, method: Callable[Concatenate[D, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        result: T = await _told(self._pool.call(self._worker, At(method, args, kwargs), self._answer))
        return result


class Workers:
    """Works in processes of their own."""

    def __init__(self, config: WorkersConfig, clock: Callable[[], float] = time.monotonic) -> None:
        records = config.records or records_usually(processors())
        passports = config.passports or passports_usually(processors())
        self._small = Pool("records", PoolLimits(records, seconds=60.0, waiting=1024, each=256), clock)
        self._large = Pool("passports", PoolLimits(passports, seconds=300.0, niceness=5), clock)

    async def small(self, client: str, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Work`."""
        message = Call(function, args, kwargs)
        result: T
        try:
            result = await self._once(client, message)
        except Lost:  # not a request's fault, most likely; twice, it may be
            result = await _told(self._once(client, message))
        return result

    async def _once(self, client: str, message: Call) -> Any:
        async with self._small.worker(client) as worker:
            return await self._small.call(worker, message)

    @asynccontextmanager
    async def large(
        self, client: str, /, make: Callable[[Ask], D], answer: Callable[..., Any] | None = None
    ) -> AsyncIterator[Desk[D]]:
        """See `Work`."""
        async with self._large.worker(client) as worker:
            await _told(self._large.call(worker, Begin(make)))
            try:
                yield _WorkerDesk(self._large, worker, answer)
            finally:
                if worker.is_alive and not worker.is_calling:
                    await _told(self._large.call(worker, End()))

    async def close(self) -> None:
        """See `Work`."""
        await asyncio.gather(self._small.close(), self._large.close())


async def _told(call: Any) -> Any:
    try:
        return await call
    except Lost as lost:
        raise Refused(WORK_LOST()) from lost
