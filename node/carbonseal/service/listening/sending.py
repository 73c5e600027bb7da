"""Sending of large answers: in pieces, each of which the reader has to take in time, and in memory that is shared."""

from __future__ import annotations

import asyncio
from typing import TypeGuard

from aiohttp import web

from carbonseal.service.listening.shares import ANSWERING, hold

LARGE = 1 << 16  # bytes that fit in the buffers of a connection
PIECE = 1 << 18


def is_large(response: web.StreamResponse) -> TypeGuard[web.Response]:
    """Whether an answer does not fit in those buffers: `send` sends it."""
    return isinstance(response, web.Response) and isinstance(response.body, bytes) and len(response.body) > LARGE


async def send(request: web.Request, response: web.Response, idle: float) -> web.StreamResponse:
    """Send a large answer, while its request still holds what it has. Who takes nothing for `idle` seconds is let go. Raises
    Refused (http.busy)."""
    body = response.body
    assert isinstance(body, bytes)
    if request.method == "HEAD":
        return response
    hold(request, request.app[ANSWERING], len(body))
    sent = web.StreamResponse(status=response.status, reason=response.reason, headers=response.headers)
    sent.content_length = len(body)
    try:
        await sent.prepare(request)
        for start in range(0, len(body), PIECE):
            async with asyncio.timeout(idle):
                await sent.write(memoryview(body)[start : start + PIECE])
        async with asyncio.timeout(idle):
            await sent.write_eof()
    except (ConnectionError, TimeoutError):
        abort(request)
    return sent


def abort(request: web.Request) -> None:
    """End a request's connection at once: what was sent of an answer is not all of it."""
    if request.transport is not None:
        request.transport.abort()
