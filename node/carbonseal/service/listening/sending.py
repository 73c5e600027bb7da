"""Sending: of large answers in pieces, each of which the reader has to take in time, and in memory that is shared; of receipts,
of which there are many, as one piece that is written as it is."""

from __future__ import annotations

import asyncio
import time
from email.utils import formatdate
from functools import lru_cache
from typing import TypeGuard

from aiohttp import HttpVersion11, hdrs, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import SERVER_SOFTWARE

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


_CREATED = f"""HTTP/1.1 201 Created\r
Content-Type: application/json\r
Cache-Control: no-store\r
Content-Length: %d\r
Date: %b\r
Server: {SERVER_SOFTWARE}\r
\r
%b""".encode()


class Created(web.Response):
    """The answer 201 with a small JSON document that must not be cached. Its header fields are the same each time, and aiohttp
    takes as long to write them as a record's handler takes for all else: they are written here, where nothing unusual is asked."""

    def __init__(self, document: bytes) -> None:
        super().__init__(body=document, status=201)
        self._document = document
        self._is_written = False

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write all of it, or what aiohttp writes first."""
        if request.version != HttpVersion11 or not request.keep_alive:
            self.headers.update({hdrs.CONTENT_TYPE: "application/json", hdrs.CACHE_CONTROL: "no-store"})
            return await super().prepare(request)
        document = self._document
        await request.writer.write(_CREATED % (len(document), _date(int(time.time())), document))
        self._is_written = True
        return request.writer

    async def write_eof(self, data: bytes = b"") -> None:
        """Write what `prepare` left."""
        if not self._is_written:
            await super().write_eof(data)

    @property
    def keep_alive(self) -> bool | None:
        """Whether the connection stays open."""
        return self._is_written or super().keep_alive


@lru_cache(1)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()
