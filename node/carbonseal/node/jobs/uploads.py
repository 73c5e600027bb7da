"""Uploads: requests of a job that come piece by piece, written to the disk as they come, within bounds."""

from __future__ import annotations

import asyncio
import hashlib

from carbonseal.findings import Refused

from . import codes
from .files import JobFiles

MOST_BYTES = 1 << 30
MOST_LINES = 1_000_000
LOOK = 16 << 20  # bytes between two looks at how much room the disk has


class Upload:
    """The requests of a new job, whose id it has. `lines` counts those that are not empty."""

    def __init__(self, files: JobFiles, id: str) -> None:
        """Raises Refused (`job.no-room`), OSError. Blocks."""
        self.id = id
        self.lines = 0
        self.size = 0
        self.is_kept = False  # as a job: nothing of it is removed
        self._files = files
        self._file = files.begin(id)
        self._hash = hashlib.sha256()
        self._in_line = False  # something was on the line that has not ended

    def expect(self, size: int) -> None:
        """So many bytes are to come. Raises Refused (`job.too-large`) before any is read."""
        if size > MOST_BYTES:
            raise Refused(codes.JOB_TOO_LARGE(most=MOST_BYTES, what="bytes"))

    async def write(self, piece: bytes) -> None:
        """The next bytes. Raises Refused (`job.too-large`, `job.no-room`), OSError."""
        self.expect(self.size + len(piece))
        await asyncio.to_thread(self._write, piece)

    def _write(self, piece: bytes) -> None:
        if self.size // LOOK != (self.size + len(piece)) // LOOK:
            self._files.check_room()
        view = memoryview(piece)
        while view:
            view = view[self._file.write(view) :]
        self.size += len(piece)
        self._hash.update(piece)
        *ended, rest = piece.split(b"\n")
        for line in ended:
            self.lines += self._in_line or bool(line.strip())
            self._in_line = False
        self._in_line = self._in_line or bool(rest.strip())
        if self.lines > MOST_LINES:
            raise Refused(codes.JOB_TOO_LARGE(most=MOST_LINES, what="lines"))

    def end(self) -> bytes:
        """No more comes: SHA-256 of all."""
        self.lines += self._in_line
        self._in_line = False
        return self._hash.digest()

    def finish(self) -> None:
        """Make the file durable, under the job's id. Raises OSError. Blocks."""
        self._files.finish(self.id, self._file)

    def give_up(self) -> None:
        """Remove what came. Blocks."""
        self._files.give_up(self.id, self._file)
