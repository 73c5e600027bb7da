"""Files of jobs, beside the node's database: `jobs/ID/` with the requests, the results and, of an export, the passports.

- A file of requests comes in under another name, and is renamed once it is whole and durable.
- Results and passports are appended, durably, before the job's row says how far they go. On opening, what is beyond that is
  cut off: its lines are done again, under their keys.
- A folder without a row is of a job that was never accepted, or that was removed: it is removed.
- Records need the disk more than jobs do: nothing comes in that would leave less than `RESERVE` of it.

All of it blocks: it is called in threads.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from carbonseal.findings import Refused

from . import codes

FOLDER = "jobs"
REQUESTS, RESULTS, PASSPORTS = "requests.ndjson", "results.ndjson", "passports.ndjson"
COMING = ".coming"  # suffix of a file of requests that is not whole
RESERVE = 256 << 20  # bytes of the disk
PIECE = 256 * 1024  # bytes that are read at once


class JobFiles:
    """The files of all jobs of the node in `directory`."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / FOLDER

    def tidy(self, is_known: Callable[[str], bool]) -> None:
        """Remove everything that is of no job that is known, by its id."""
        for path in self.root.iterdir() if self.root.exists() else ():
            if not is_known(path.name):
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    # --- requests --------------------------------------------------------------------------------------------------

    def begin(self, id: str) -> BinaryIO:
        """A new file of requests, to be written. Raises Refused (`job.no-room`)."""
        self.root.mkdir(mode=0o700, exist_ok=True)
        self.check_room()
        descriptor = os.open(self.root / f"{id}{COMING}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        return os.fdopen(descriptor, "wb", buffering=0)

    def check_room(self) -> None:
        """Raise Refused (`job.no-room`) where the disk has no room for jobs."""
        free = shutil.disk_usage(self.root).free
        if free < RESERVE:
            raise Refused(codes.JOB_NO_ROOM(free=free))

    def finish(self, id: str, file: BinaryIO) -> None:
        """The file is whole: it is the job's from now on, durably."""
        os.fsync(file.fileno())
        file.close()
        folder = self.root / id
        folder.mkdir(mode=0o700)
        (self.root / f"{id}{COMING}").rename(folder / REQUESTS)
        _sync(folder)
        _sync(self.root)

    def give_up(self, id: str, file: BinaryIO) -> None:
        """Remove a file of requests that did not become whole, or whose job is not kept."""
        file.close()
        (self.root / f"{id}{COMING}").unlink(missing_ok=True)
        self.remove(id)

    def lines(self, id: str, start: int, most: int, most_bytes: int, longest: int) -> list[tuple[bytes | None, int]]:
        """The next lines of the requests from the byte `start` on: at most so many, and no more once they have so many bytes; each
        with the byte behind it, None for one that is longer than `longest` bytes. Empty at the end. Raises OSError."""
        found: list[tuple[bytes | None, int]] = []
        size = 0
        with (self.root / id / REQUESTS).open("rb") as file:
            file.seek(start)
            while len(found) < most and size < most_bytes:
                line = file.readline(longest + 2)  # and a line feed, and a carriage return before it
                if not line:
                    break
                whole = line.removesuffix(b"\n").removesuffix(b"\r")
                if len(whole) > longest:
                    _skip_line(file, line)
                size += len(line)
                found.append((whole if len(whole) <= longest else None, file.tell()))
        return found

    # --- results ---------------------------------------------------------------------------------------------------

    def append(self, id: str, name: str, size: int, data: bytes) -> int:
        """Append to a file that has `size` bytes (what is behind them is cut off), durably: its size then. Raises Refused
        (`job.no-room`), OSError."""
        self.check_room()
        path = self.root / id / name
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            file.truncate(size)
            file.seek(size)
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
            os.fsync(descriptor)
        if not size:
            _sync(path.parent)
        return size + len(data)

    def has(self, id: str, name: str, size: int) -> bool:
        """Whether a file is there, with so many bytes or more."""
        path = self.root / id / name
        return path.is_file() and path.stat().st_size >= size

    def pieces(self, id: str, name: str, size: int) -> Iterator[bytes]:
        """The first `size` bytes of a file, piece by piece. Raises OSError."""
        with (self.root / id / name).open("rb") as file:
            while size and (piece := file.read(min(PIECE, size))):
                size -= len(piece)
                yield piece

    def each_line(self, id: str, name: str, size: int) -> Iterator[bytes]:
        """The lines in the first `size` bytes of a file. Raises OSError."""
        with (self.root / id / name).open("rb") as file:
            while file.tell() < size and (line := file.readline()):
                yield line

    # --- the end ---------------------------------------------------------------------------------------------------

    def drop_requests(self, id: str) -> None:
        """The job is at its end: its requests are needed no more."""
        (self.root / id / REQUESTS).unlink(missing_ok=True)

    def remove(self, id: str) -> None:
        """Remove all files of a job."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self.root / id)


def _skip_line(file: BinaryIO, begun: bytes) -> None:
    while begun and not begun.endswith(b"\n"):
        begun = file.readline(PIECE)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
