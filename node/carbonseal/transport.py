"""Transport rules that every client and server of the project shares: bounded bodies and exponential back-off.

- A body is read up to a limit, whatever length it announces, and counted after decompression.
- Between tries that fail, the delay doubles up to a longest one.

Pure: the caller brings the stream, and waits.
"""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Protocol

from carbonseal.findings import CarbonsealError

GATEWAY = (502, 503, 504)  # HTTP statuses with which a proxy says that what is behind it does not answer


class BodyTooLarge(CarbonsealError):
    """A body has more bytes than its reader allows."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body has more than {limit} bytes")
        self.limit = limit


class ByteStream(Protocol):
    """What blocks until bytes are there, such as the standard library's HTTP responses."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, as soon as there are any; b"" at the end."""
        ...


async def read_chunks(chunks: AsyncIterable[bytes], limit: int) -> bytes:
    """The body that comes in `chunks`, of at most `limit` bytes. Raises `BodyTooLarge` as soon as there are more."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise BodyTooLarge(limit)
    return bytes(body)


def read_stream(stream: ByteStream, limit: int) -> bytes:
    """`read_chunks` for a stream that blocks."""
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise BodyTooLarge(limit)
    return body


def backoff(failures: int, first: float, longest: float) -> float:
    """Seconds to wait before the next try, after `failures` failed tries (1 or more): `first`, then twice as long each time,
    `longest` at most."""
    return min(longest, first * 2.0 ** min(max(failures - 1, 0), 64))
