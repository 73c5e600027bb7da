"""Bodies of requests, read within bounds: of size, of a line's length, of the time between two chunks, and of the whole time.

A body is read before its request takes a slot of work, so that slow senders hold up nobody; what such bodies take of the memory
together is bounded by `BodyMemory`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import StreamReader, web

from carbonseal.findings import Finding, Refused
from carbonseal.records.codes import JSON_TOO_LARGE
from carbonseal.records.sources import Source
from carbonseal.transport import BodyTooLarge, read_chunks

from . import codes

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")  # what a page can send; never the type of a file


def require_type(request: web.Request, *wanted: str) -> str:
    """The request's content type. Raises Refused unless it is one of those wanted and there is no Content-Encoding.

    A page in a browser can send a form to another site without asking first, but neither JSON nor NDJSON."""
    if request.content_type not in wanted:
        raise Refused(codes.WRONG_TYPE(wanted=" or ".join(wanted), found=request.content_type))
    require_no_encoding(request)
    return request.content_type


def media_type(request: web.Request) -> str:
    """The content type of a request whose body is a file, as it was sent. Raises Refused where there is none, or that of a form,
    and where there is a Content-Encoding."""
    if request.content_type in FORMS or "Content-Type" not in request.headers:
        found = request.headers.get("Content-Type", "nothing")
        raise Refused(codes.WRONG_TYPE(wanted="the media type of the file", found=found))
    require_no_encoding(request)
    return request.headers["Content-Type"]


def require_no_encoding(request: web.Request) -> None:
    """Raises Refused where the body has a Content-Encoding."""
    if encoding := request.headers.get("Content-Encoding"):
        raise Refused(codes.PACKED(encoding=encoding))


class BodyMemory:
    """Bytes that the bodies which are being read may have together. Whoever finds none left is refused, and may try again."""

    def __init__(self, free: int) -> None:
        self._free = free

    async def chunks(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The chunks of `body`, counted until it is read. Raises Refused (http.busy)."""
        held = 0
        try:
            async for chunk in body:
                if len(chunk) > self._free:
                    raise Refused(codes.BUSY(what="reading passports"))
                held += len(chunk)
                self._free -= len(chunk)
                yield chunk
        finally:
            self._free += held


class BodyTimeout:
    """How long the service waits for the next piece of a body: `seconds`, and not at all once the node stops; for all of one
    that is no stream: `whole` seconds."""

    def __init__(self, seconds: float, whole: float = 300.0) -> None:
        self.whole = whole
        self._seconds = seconds
        self._waiting: set[asyncio.Timeout] = set()
        self._ended = False

    def end(self) -> None:
        """Wait for no sender any more. What has come already is still read."""
        self._ended = True
        for timeout in self._waiting:
            timeout.reschedule(0)

    async def chunks(self, content: StreamReader) -> AsyncIterator[bytes]:
        """The body as it comes. Raises Refused as `piece` does."""
        while piece := await self.piece(content):
            yield piece

    async def piece(self, content: StreamReader) -> bytes:
        """What has come, or b"" at the end. Raises Refused when nothing comes in time, and where the body breaks off."""
        if content.is_eof():  # all of it is here already
            return content.read_nowait()
        timeout = asyncio.timeout(0 if self._ended else self._seconds)
        self._waiting.add(timeout)
        try:
            async with timeout:
                return await content.readany()
        except TimeoutError:
            finding = codes.STOPPING() if self._ended else codes.BODY_TOO_SLOW(seconds=self._seconds)
            raise Refused(finding) from None
        except (ConnectionError, web.RequestPayloadError) as error:
            raise Refused(codes.BODY_BROKEN()) from error
        finally:
            self._waiting.discard(timeout)


async def read_body(request: web.Request, most: int, pace: BodyTimeout, memory: BodyMemory | None = None) -> bytes:
    """The whole body, of at most `most` bytes. Raises Refused (`http.body-*`; `http.busy` where `memory` has no more)."""
    if request.content_length is not None and request.content_length > most:
        raise Refused(codes.BODY_TOO_LARGE(most=most))
    chunks = pace.chunks(request.content)
    try:
        async with asyncio.timeout(pace.whole):
            return await read_chunks(chunks if memory is None else memory.chunks(chunks), most)
    except TimeoutError:
        raise Refused(codes.BODY_TOO_SLOW(seconds=pace.whole)) from None
    except BodyTooLarge:
        raise Refused(codes.BODY_TOO_LARGE(most=most)) from None


class Lines:
    """Cuts a stream into the documents on its lines, in memory for one unfinished line of at most `most` bytes. Empty lines are
    counted and left out; a line that is too long comes as a finding."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._number = 0
        self._rest = bytearray()
        self._dropping = False  # inside a line that was too long

    def feed(self, data: bytes) -> list[Source | Finding]:
        """The documents on the lines that `data` completes."""
        *whole, rest = data.split(b"\n")
        found = []
        for piece in whole:
            self._keep(piece)
            found.append(self._take())
        self._keep(rest)
        return [item for item in found if item is not None]

    def end(self) -> list[Source | Finding]:
        """The document on the last line, where no line feed ended it."""
        last = self._take()
        return [] if last is None else [last]

    def _keep(self, piece: bytes) -> None:
        if len(self._rest) + len(piece) > self._most + 1:  # one more, for a carriage return
            self._dropping = True
            self._rest.clear()
        if not self._dropping:
            self._rest += piece

    def _take(self) -> Source | Finding | None:
        self._number += 1
        place = f"line {self._number}"
        content = bytes(self._rest).removesuffix(b"\r")
        dropped = self._dropping or len(content) > self._most
        self._rest.clear()
        self._dropping = False
        if dropped:
            return JSON_TOO_LARGE(place, limit=self._most)
        return Source((place,), content) if content.strip(b" \t\r") else None


async def read_lines(content: StreamReader, most: int, pace: BodyTimeout) -> AsyncIterator[list[Source | Finding]]:
    """The documents on a stream's lines, in groups: each has what came while the one before was worked on. Raises Refused."""
    lines = Lines(most)
    async for chunk in pace.chunks(content):
        if group := lines.feed(chunk):
            yield group
    if group := lines.end():
        yield group
