"""An event loop whose time passes only when nothing is left to do: tests of hours take milliseconds, and no load makes one fail.

`asyncio.sleep`, `asyncio.timeout` and `loop.time` all live in that time; `loop.time` is the clock for whatever takes one. While a
thread works, no time passes. Where nothing is left to wait for, the run fails at once instead of hanging.

    async def work() -> None:
        await asyncio.sleep(3600)

    run(work())
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")
START = 1_000_000.0  # seconds since 1970


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """See above. Not for tests that talk to other processes: it does not wait for them."""

    def __init__(self) -> None:
        self.now = START
        self.working = 0  # threads
        self._threads = ThreadPoolExecutor(thread_name_prefix="virtual-time")
        super().__init__(_Selector(self))

    def time(self) -> float:
        """The virtual time, in seconds since 1970."""
        return self.now

    def run_in_executor(  # type: ignore[override]  # typeshed has it with variadic types
        self, executor: Any, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """As every loop's; no time passes until `func` has ended."""
        self.working += 1
        outcome = (executor or self._threads).submit(func, *args)
        future = asyncio.wrap_future(outcome, loop=self)
        outcome.add_done_callback(self._ended)  # called after what makes `future` done
        return future

    def _ended(self, _outcome: object) -> None:
        with suppress(RuntimeError):  # the loop is closed
            self.call_soon_threadsafe(self._count_down)

    def _count_down(self) -> None:
        self.working -= 1

    def close(self) -> None:
        """Also ends the threads."""
        self._threads.shutdown()
        super().close()


class _Selector(selectors.DefaultSelector):
    """Moves the loop's time on instead of waiting."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self._loop.working:
            return super().select(timeout if timeout is not None and timeout <= 0 else None)
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if timeout is None:
            raise RuntimeError("nothing is left to wait for: a deadlock, or a test that waits for another process")
        self._loop.now += timeout
        return []


def run(work: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run`, in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(work)
