"""Bridges between code that blocks and code that awaits: an async context in a thread of its own, and the reverse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from typing import Any, TypeVar

T = TypeVar("T")


@contextmanager
def in_thread(context: AbstractAsyncContextManager[T], name: str) -> Iterator[tuple[T, asyncio.AbstractEventLoop]]:
    """What `context` gives, and the loop that it runs in, for as long as the block lasts. Raises what `context` raises."""
    started: Future[tuple[T, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        stop = asyncio.Event()
        async with context as given:
            started.set_result((given, asyncio.get_running_loop(), stop))
            await stop.wait()

    with ThreadPoolExecutor(1, name) as thread:
        served = thread.submit(asyncio.run, serve())
        either: list[Future[Any]] = [started, served]
        wait(either, return_when=FIRST_COMPLETED)
        if not started.done():
            served.result()
        given, loop, stop = started.result()
        try:
            yield given, loop
        finally:
            with suppress(RuntimeError):  # the loop is closed: it has ended by itself, and says why
                loop.call_soon_threadsafe(stop.set)
            served.result()


@asynccontextmanager
async def awaited(context: AbstractContextManager[T]) -> AsyncIterator[T]:
    """What `context` gives, entered and left in threads, for callers whose event loop goes on meanwhile."""
    given = await asyncio.to_thread(context.__enter__)
    try:
        yield given
    finally:
        await asyncio.to_thread(context.__exit__, None, None, None)
