"""Answers of many records: a line of JSON for each, while they are taken in.

- ``{"place": [...], "receipt": {...}}`` or ``{"place": [...], "error": {...}}``;
- last ``{"end": {"taken": n, "refused": n}}``, or ``{"broken": {...}}`` where not all of them were looked at. An answer without
  such a line was cut off.

Who sends all before it reads finds all of it, up to a bound: then nothing more is taken in until it reads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, closing
from typing import Any, NamedTuple

import orjson
from aiohttp import web

from carbonseal.findings import Finding, Place, Refused
from carbonseal.node.sealing.queue import Receipt
from carbonseal.service.context import BOUNDS, NODE
from carbonseal.service.errors import status_of, status_of_refusal
from carbonseal.service.listening.sending import abort
from carbonseal.service.openapi.facts import NDJSON
from carbonseal.service.openapi.problems import problem
from carbonseal.service.spool import Spool


class Missed(NamedTuple):
    """A record that was not taken: where it belongs, and why."""

    place: Place
    finding: Finding


Result = bytes | Missed  # the line of a record that was taken, or why one was not
Results = AsyncGenerator[Sequence[Result], None]


def taken(place: Place, receipt: Receipt) -> bytes:
    """The line of a record that was taken."""
    return orjson.dumps({"place": place, "receipt": receipt.to_json()}) + b"\n"


async def answer_each(request: web.Request, results: Results) -> web.StreamResponse:
    """Answer with these results. Whoever takes none of them in time is let go; what was taken stays taken."""
    bounds = request.app[BOUNDS]
    response = web.StreamResponse(headers={"Content-Type": NDJSON, "Cache-Control": "no-store"})
    async with aclosing(results):
        with closing(Spool(request.app[NODE].directory, bounds.spool)) as spool:
            try:
                await response.prepare(request)
                async with _sending(response, spool) as sending:
                    last = await _take(results, spool, sending, bounds.idle)
                    if "broken" in last:
                        response.force_close()
                    await spool.put(orjson.dumps(last) + b"\n")
                    spool.end()
                    await _finish(spool, sending, bounds.idle)
            except OSError:  # nobody reads them any more, or the disk has no room for them
                abort(request)
    return response


async def _take(results: Results, spool: Spool, sending: asyncio.Task[None], idle: float) -> Mapping[str, Any]:
    """Put all results into the spool: the last line. Raises OSError where nobody reads them."""
    counts = {"taken": 0, "refused": 0}
    try:
        async for group in results:
            text = b"".join([line async for line in _lines(group)])
            async with asyncio.timeout(idle):
                await spool.put(text)
            if sending.done():
                await sending
            counts["taken"] += (good := sum(isinstance(one, bytes) for one in group))
            counts["refused"] += len(group) - good
    except Refused as broken:
        return {"broken": problem(broken.finding, status_of_refusal(broken))}
    return {"end": counts}


async def _lines(group: Sequence[Result]) -> AsyncIterator[bytes]:
    for position, result in enumerate(group):
        if isinstance(result, bytes):
            yield result
            continue
        if position % 64 == 63:  # refusals take a while to write
            await asyncio.sleep(0)
        error = problem(result.finding, status_of(result.finding))
        yield orjson.dumps({"place": result.place, "error": error}) + b"\n"


@asynccontextmanager
async def _sending(response: web.StreamResponse, spool: Spool) -> AsyncIterator[asyncio.Task[None]]:
    """What the spool has goes out, as fast as it is read, in a task."""
    sending = asyncio.create_task(_send(response, spool))
    try:
        yield sending
    finally:
        sending.cancel()
        await asyncio.wait([sending])


async def _send(response: web.StreamResponse, spool: Spool) -> None:
    async for piece in spool.pieces():
        await response.write(piece)


async def _finish(spool: Spool, sending: asyncio.Task[None], idle: float) -> None:
    """Wait until all was read. Raises TimeoutError when the reader takes nothing for `idle` seconds."""
    while not sending.done():
        before = spool.waiting
        await asyncio.wait([sending], timeout=idle)
        if not sending.done() and spool.waiting == before:
            raise TimeoutError
    await sending
