"""Values that are kept on disk, so that memory is bounded whatever their number.

Private.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from typing import IO, Generic, TypeVar

T = TypeVar("T")
BATCH = 256  # values that are read and written at once
IN_MEMORY = 1 << 20  # bytes, from which on they are written to the disk


class Spool(Generic[T]):
    """Values in order: added at the end, and iterated as often as one likes. From `BATCH` on they are in a temporary file, which
    goes with the process."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._newest: list[T] = []
        self._count = 0

    def add(self, values: Iterable[T]) -> None:
        """Keep further values. Raises OSError."""
        for value in values:
            self._newest.append(value)
            if len(self._newest) == BATCH:
                self._write()

    def _write(self) -> None:
        import pickle

        if self._file is None:
            self._file = self._opened()
        self._file.seek(0, 2)
        pickle.dump(self._newest, self._file)
        self._count += BATCH
        self._newest = []

    def _opened(self) -> IO[bytes]:
        from tempfile import SpooledTemporaryFile

        file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed by `close`, or with its last user
        weakref.finalize(self, file.close)
        return file

    def close(self) -> None:
        """Remove the file, where there is one."""
        if self._file is not None:
            self._file.close()

    def __len__(self) -> int:
        return self._count + len(self._newest)

    def __iter__(self) -> Iterator[T]:
        if self._file is not None:
            yield from self._written(self._file)
        yield from self._newest

    def _written(self, file: IO[bytes]) -> Iterator[T]:
        import pickle

        at = 0
        for _ in range(self._count // BATCH):
            file.seek(at)
            values = pickle.load(file)  # noqa: S301 - written by this process, above
            at = file.tell()
            yield from values
