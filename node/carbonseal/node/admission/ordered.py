"""Parts of a stream: read ahead, and worked on ahead of time, with results in the order of the parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar

P = TypeVar("P")
R = TypeVar("R")


async def read_ahead(source: AsyncGenerator[P, None], most: int) -> AsyncGenerator[list[P], None]:
    """What came while whoever reads was busy: one at least, `most` at most. What `source` raises is raised in its place. At the end
    `source` is closed."""
    came: asyncio.Queue[P | None] = asyncio.Queue(most)

    async def read() -> None:
        try:
            async with aclosing(source):
                async for one in source:
                    await came.put(one)
        except asyncio.CancelledError:  # nobody reads any more
            raise
        except BaseException:
            await came.put(None)
            raise
        await came.put(None)

    reading = asyncio.create_task(read())
    try:
        while (one := await came.get()) is not None:
            together = [one]
            while not came.empty() and (one := came.get_nowait()) is not None:
                together.append(one)
            yield together
            if one is None:
                break
        await reading
    finally:
        if not reading.cancelling():  # a second time would interrupt how `source` ends
            reading.cancel()
        await asyncio.wait([reading])


async def in_order(
    parts: AsyncGenerator[P, None], work: Callable[[P], Awaitable[R]], ahead: int
) -> AsyncGenerator[tuple[P, R], None]:
    """Each part with what `work` gives, as soon as it and all before it are done. So many are worked on, or wait for whoever reads,
    beside the one that is awaited. What `parts` or `work` raises is raised in its place. At the end `parts`
    is closed, and what was begun is waited for."""
    under_way: set[asyncio.Future[R]] = set()

    async def begin() -> AsyncGenerator[tuple[P, asyncio.Future[R]], None]:
        async with aclosing(parts):
            async for part in parts:
                working = asyncio.ensure_future(work(part))
                under_way.add(working)
                yield part, working

    try:
        async with aclosing(read_ahead(begin(), ahead)) as begun:
            async for several in begun:
                for part, working in several:
                    result = await asyncio.shield(working)
                    under_way.discard(working)
                    yield part, result
    finally:
        await asyncio.gather(*under_way, return_exceptions=True)
