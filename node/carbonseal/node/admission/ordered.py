"""Parts of a stream worked on ahead of time, with results in the order of the parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import TypeVar

P = TypeVar("P")
R = TypeVar("R")


async def in_order(
    parts: AsyncIterator[P], work: Callable[[P], Awaitable[R]], ahead: int
) -> AsyncGenerator[tuple[P, R], None]:
    """Each part with what `work` gives, as soon as it and all before it are done. So many are worked on, or wait for whoever reads,
    beside the one that is awaited. What `parts` or `work` raises is raised in its place. At the end, what was begun is
    waited for."""
    begun: asyncio.Queue[tuple[P, asyncio.Future[R]] | None] = asyncio.Queue(ahead)
    under_way: set[asyncio.Future[R]] = set()

    async def begin() -> None:
        try:
            async for part in parts:
                working = asyncio.ensure_future(work(part))
                under_way.add(working)
                await begun.put((part, working))
        except asyncio.CancelledError:  # nobody reads any more
            raise
        except BaseException:
            await begun.put(None)
            raise
        await begun.put(None)

    beginning = asyncio.create_task(begin())
    try:
        while (following := await begun.get()) is not None:
            part, working = following
            result = await asyncio.shield(working)
            under_way.discard(working)
            yield part, result
        await beginning
    finally:
        beginning.cancel()
        await asyncio.gather(beginning, *under_way, return_exceptions=True)
