"""Results of files that are kept until all files are read: on disk, so that memory is bounded.

Private.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO, Protocol

from carbonseal.examining.results import FileResult


class Held(Protocol):
    """Keeps results in their order, and gives them again as often as one likes."""

    def add(self, results: Iterable[FileResult]) -> None:
        """Keep further results. Raises OSError."""
        ...

    def __iter__(self) -> Iterator[FileResult]: ...


class HeldInFile:
    """Results in a temporary file, which goes with the process. A context."""

    def __enter__(self) -> HeldInFile:
        self._file: IO[bytes] = TemporaryFile()
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, results: Iterable[FileResult]) -> None:
        """See `Held`."""
        self._file.seek(0, 2)
        for result in results:
            pickle.dump(result, self._file)

    def __iter__(self) -> Iterator[FileResult]:
        self._file.flush()
        at = 0
        while True:
            self._file.seek(at)
            try:
                result: FileResult = pickle.load(self._file)  # noqa: S301 - written by this process, above
            except EOFError:
                return
            at = self._file.tell()
            yield result
