"""Bodies of requests, read within bounds: of size, of a line's length, of the time between two chunks, and of the whole time.

What bodies take of the memory is shared (`listening.shares`), and held until their requests are answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from aiohttp import StreamReader, web

from carbonseal.findings import Refused
from carbonseal.service.listening.shares import MEMORY, hold

from . import codes

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")  # what a page can send; never the type of a file


def require_type(request: web.Request, *wanted: str) -> str:
    """The request's content type. Raises Refused unless it is one of those wanted and there is no Content-Encoding.

    A page in a browser can send a form to another site without asking first, but neither JSON nor NDJSON."""
    found = request.headers.get("Content-Type", "")
    if found not in wanted:
        found = request.content_type  # without parameters, and in small letters
        if found not in wanted:
            raise Refused(codes.WRONG_TYPE(wanted=" or ".join(wanted), found=found))
    require_no_encoding(request)
    return found


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

    async def chunks(self, content: StreamReader) -> AsyncGenerator[bytes, None]:
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


async def read_body(request: web.Request, most: int, pace: BodyTimeout) -> bytes:
    """The whole body, of at most `most` bytes. Raises Refused (`http.body-*`; `http.busy` where no memory is left for bodies)."""
    announced, content = request.content_length, request.content
    if (
        announced is not None and announced <= most and content.is_eof()
    ):  # all of it is here already, as of most records
        hold(request, request.app[MEMORY], announced)
        return content.read_nowait()
    pieces = await read_pieces(request, most, pace)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


async def read_pieces(request: web.Request, most: int, pace: BodyTimeout) -> list[bytes]:
    """The same in the pieces in which it came, which are not copied."""
    announced, memory = request.content_length, request.app[MEMORY]
    if announced is not None and announced > most:
        raise Refused(codes.BODY_TOO_LARGE(most=most))
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(pace.whole):
            async for piece in pace.chunks(request.content):
                size += len(piece)
                if size > most:
                    raise Refused(codes.BODY_TOO_LARGE(most=most))
                hold(request, memory, len(piece))
                pieces.append(piece)
    except TimeoutError:
        raise Refused(codes.BODY_TOO_SLOW(seconds=pace.whole)) from None
    return pieces
