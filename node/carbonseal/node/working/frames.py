"""Messages between the node and a worker process: u32 number of parts, a u64 length for each, and the parts (big-endian).

The first part is a pickle, the others are large bytes that it leaves out, so that these are neither copied nor joined on the way.
Both ends are one program on one machine: what a client sent crosses as bytes, and is read by the worker.
"""

from __future__ import annotations

import asyncio
import pickle
import struct
from collections.abc import Iterable, Iterator
from io import BufferedRWPair
from typing import Any, cast

APART = 1 << 16  # bytes: what is longer is a part of its own
PORTION = 1 << 20  # bytes written at once: who takes them as they come would else keep the event loop until the end
_COUNT = struct.Struct("!I")


def in_pieces(pieces: Iterable[bytes]) -> bytes:
    """Bytes that came in pieces, as an argument of a call and nothing else: they arrive as `bytes`, joined in the other process."""
    return cast(bytes, Pieces(pieces))


class Pieces:
    """What `in_pieces` gives."""

    __slots__ = ("pieces",)

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces = list(pieces)

    def __len__(self) -> int:
        return sum(map(len, self.pieces))

    def __bytes__(self) -> bytes:
        return b"".join(self.pieces)

    def __reduce_ex__(self, _protocol: Any) -> tuple[Any, ...]:
        return _joined, tuple(map(pickle.PickleBuffer, self.pieces))


def _joined(*pieces: bytes) -> bytes:
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def encode(message: object) -> list[bytes | memoryview[int]]:
    """A message as what is to be written, one after the other. Raises what pickle raises on what cannot be sent."""
    large: list[pickle.PickleBuffer] = []
    first = pickle.dumps(message, protocol=5, buffer_callback=large.append)
    parts: list[bytes | memoryview[int]] = [first, *(buffer.raw() for buffer in large)]
    return [struct.pack(f"!I{len(parts)}Q", len(parts), *map(len, parts)), *parts]


def apart(value: object) -> object:
    """Bytes that are long as a part of their own; all else as it is."""
    return Pieces([value]) if isinstance(value, bytes) and len(value) > APART else value


async def write(stream: asyncio.StreamWriter, message: object) -> None:
    """Send a message. A large one goes in portions, between which others have the event loop. Raises OSError where the other end is
    gone, and what `encode` raises."""
    for number, portion in enumerate(_portions(encode(message))):
        if number:
            await asyncio.sleep(0)
        stream.writelines(portion)
        await stream.drain()


async def read(stream: asyncio.StreamReader) -> Any:
    """The next message. Raises EOFError where the other end is gone."""
    try:
        (count,) = _COUNT.unpack(await stream.readexactly(_COUNT.size))
        lengths = struct.unpack(f"!{count}Q", await stream.readexactly(8 * count))
        parts = [await stream.readexactly(length) for length in lengths]
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise EOFError from error
    return _decode(parts)


def read_blocking(stream: BufferedRWPair) -> Any:
    """The same, of who has nothing else to do."""
    (count,) = _COUNT.unpack(_exactly(stream, _COUNT.size))
    lengths = struct.unpack(f"!{count}Q", _exactly(stream, 8 * count))
    return _decode([_exactly(stream, length) for length in lengths])


def write_blocking(stream: BufferedRWPair, message: object) -> None:
    """Send a message. Raises OSError where the other end is gone."""
    for part in encode(message):
        stream.write(part)
    stream.flush()


def _portions(parts: list[bytes | memoryview[int]]) -> Iterator[list[bytes | memoryview[int]]]:
    """The same bytes in the same order, in lists of at most `PORTION` bytes."""
    portion: list[bytes | memoryview[int]] = []
    room = PORTION
    for part in parts:
        rest = part
        while len(rest) > room:
            yield [*portion, memoryview(rest)[:room]]
            rest, portion, room = memoryview(rest)[room:], [], PORTION
        portion.append(rest)
        room -= len(rest)
    yield portion


def _exactly(stream: BufferedRWPair, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


def _decode(parts: list[bytes]) -> Any:
    return pickle.loads(parts[0], buffers=parts[1:])  # noqa: S301 - the other end is this program
