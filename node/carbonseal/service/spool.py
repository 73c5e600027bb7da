"""Spool: results of a stream, between the node that makes them and a client that reads them when it likes.

Clients such as `requests` send all before they read. What they do not read yet waits here: a little in memory, the rest in a file
without a name, up to a bound.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path

MEMORY = 1 << 20  # bytes of one spool that are in memory
PIECE = 1 << 18  # bytes that are read from the file at a time


class Spool:
    """Bytes in the order in which they were put. One task puts, another takes."""

    def __init__(self, folder: Path, most: int) -> None:
        """`folder` has the file, once there is one; `most` bytes wait at one time."""
        self._folder = folder
        self._most = most
        self._memory: deque[bytes] = deque()  # what is to be read first
        self._in_memory = 0
        self._file: int | None = None
        self._start = self._end = 0  # of what waits in the file
        self._has_ended = False
        self._changed = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many bytes wait."""
        return self._in_memory + self._end - self._start

    async def put(self, data: bytes) -> None:
        """Add bytes, once there is room. Raises OSError where the disk has none."""
        while self.waiting and self.waiting + len(data) > self._most:
            await self._change()
        if self._start == self._end and self._in_memory + len(data) <= MEMORY:
            self._memory.append(data)
            self._in_memory += len(data)
        else:
            await asyncio.to_thread(self._write, data)
        self._changed.set()

    def end(self) -> None:
        """Nothing more is put."""
        self._has_ended = True
        self._changed.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        """All that is put, as it comes, until `end`."""
        while self.waiting or not self._has_ended:
            if self._memory:
                piece = self._memory.popleft()
                self._in_memory -= len(piece)
            elif self.waiting:
                piece = await asyncio.to_thread(self._read)
                self._start += len(piece)
            else:
                await self._change()
                continue
            self._changed.set()
            yield piece

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self, data: bytes) -> None:
        if self._file is None:
            with tempfile.TemporaryFile(dir=self._folder) as file:
                self._file = os.dup(file.fileno())
        if self._start == self._end:
            os.ftruncate(self._file, 0)
            self._start = self._end = 0
        rest = memoryview(data)
        while rest:
            written = os.pwrite(self._file, rest, self._end + len(data) - len(rest))
            rest = rest[written:]
        self._end += len(data)

    def _read(self) -> bytes:
        assert self._file is not None
        return os.pread(self._file, min(PIECE, self._end - self._start), self._start)

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()
