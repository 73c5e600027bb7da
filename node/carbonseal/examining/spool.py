"""Values that are kept on disk, so that memory is bounded whatever their number.

Private.
"""

from __future__ import annotations

import pickle
import weakref
from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import Generic, TypeVar

T = TypeVar("T")
BATCH = 256  # values that are read and written at once
IN_MEMORY = 1 << 20  # bytes, from which on they are written to the disk


class Spool(Generic[T]):
    """Values in order, in a temporary file that goes with the process: added at the end, and iterated as often as one likes."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed by `close`, or with its last user
        self.close = weakref.finalize(self, self._file.close)
        self._newest: list[T] = []
        self._count = 0

    def add(self, values: Iterable[T]) -> None:
        """Keep further values. Raises OSError."""
        for value in values:
            self._newest.append(value)
            if len(self._newest) == BATCH:
                self._file.seek(0, 2)
                pickle.dump(self._newest, self._file)
                self._count += BATCH
                self._newest = []

    def __len__(self) -> int:
        return self._count + len(self._newest)

    def __iter__(self) -> Iterator[T]:
        at = 0
        for _ in range(self._count // BATCH):
            self._file.seek(at)
            values = pickle.load(self._file)  # noqa: S301 - written by this process, above
            at = self._file.tell()
            yield from values
        yield from self._newest
