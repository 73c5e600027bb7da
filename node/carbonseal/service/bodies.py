"""Reads requests' bodies within bounds: of size, of a line's length, and of how long a sender may keep silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import StreamReader, web

from carbonseal.findings import JSON_TOO_LARGE, Finding, Refused

from .errors import BODY_TOO_LARGE, BODY_TOO_SLOW, STOPPING, WRONG_TYPE


def require_type(request: web.Request, *wanted: str) -> str:
    """The request's content type. Raises `Refused` unless it is one of those wanted: a page in somebody's browser can
    send a form or a plain text across sites without being asked, but none of these."""
    if request.content_type not in wanted:
        raise Refused(WRONG_TYPE(wanted=" or ".join(wanted), found=request.content_type))
    return request.content_type


class Patience:
    """How long the service waits for the next piece of a body: `silence` seconds, and not at all once the node stops."""

    def __init__(self, silence: float) -> None:
        self._silence = silence
        self._waiting: set[asyncio.Timeout] = set()
        self._ended = False

    def end(self) -> None:
        """Wait for no sender any more; what has come already is still read."""
        self._ended = True
        for timeout in self._waiting:
            timeout.reschedule(0)

    async def piece(self, content: StreamReader) -> bytes:
        """What came, or b"" at the end. Raises `Refused` when patience runs out."""
        timeout = asyncio.timeout(0 if self._ended else self._silence)
        self._waiting.add(timeout)
        try:
            async with timeout:
                return await content.readany()
        except TimeoutError:
            finding = STOPPING() if self._ended else BODY_TOO_SLOW(seconds=self._silence)
            raise Refused(finding) from None
        finally:
            self._waiting.discard(timeout)


async def read_body(request: web.Request, most: int, patience: Patience) -> bytes:
    """The whole body, of at most `most` bytes. Raises `Refused`."""
    if request.content_length is not None and request.content_length > most:
        raise Refused(BODY_TOO_LARGE(most=most))
    body = bytearray()
    while chunk := await patience.piece(request.content):
        body += chunk
        if len(body) > most:
            raise Refused(BODY_TOO_LARGE(most=most))
    return bytes(body)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a stream, counted from 1: its bytes, or why they were not kept."""

    number: int
    content: bytes | Finding


class Lines:
    """Cuts a stream into lines without keeping more than one unfinished line. Blank lines count, and are left out."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._number = 0
        self._rest = bytearray()
        self._dropping = False  # inside a line that was too long

    def feed(self, data: bytes) -> list[Line]:
        """The lines that `data` completes."""
        first, *others = data.split(b"\n")
        if not others:
            self._keep(first)
            return []
        self._keep(first)
        lines = [self._take()]
        for middle in others[:-1]:
            self._keep(middle)
            lines.append(self._take())
        self._keep(others[-1])
        return [line for line in lines if line is not None]

    def end(self) -> list[Line]:
        """The last line, where no line feed ended it."""
        line = self._take()
        return [] if line is None else [line]

    def _keep(self, piece: bytes) -> None:
        if len(self._rest) + len(piece) > self._most + 1:  # one more, for a carriage return
            self._dropping = True
            self._rest.clear()
        if not self._dropping:
            self._rest += piece

    def _take(self) -> Line | None:
        self._number += 1
        content = bytes(self._rest).removesuffix(b"\r")
        dropped = self._dropping or len(content) > self._most
        self._rest.clear()
        self._dropping = False
        if dropped:
            return Line(self._number, JSON_TOO_LARGE(f"line {self._number}", limit=self._most))
        return Line(self._number, content) if content.strip() else None


async def read_lines(content: StreamReader, most: int, patience: Patience) -> AsyncIterator[list[Line]]:
    """The lines of a stream, in groups of what had come when the last group was done with. Raises `Refused`."""
    lines = Lines(most)
    while chunk := await patience.piece(content):
        if group := lines.feed(chunk):
            yield group
    if group := lines.end():
        yield group
