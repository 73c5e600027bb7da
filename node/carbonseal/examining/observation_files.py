"""Files of observations: sorted runs that are spilled while many files are examined, and files that are read and written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from carbonseal.findings import Refused
from carbonseal.verification.observing.observations import LONGEST_LINE, check_lines

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory


class RunFiles:
    """Sorted runs in a temporary folder, made with the first and removed at the end: the `Runs` of an examination."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None
        self._files: list[Path] = []
        self._count = 0

    def __enter__(self) -> RunFiles:
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def write(self, lines: Iterable[bytes]) -> None:
        """Keep one more run. Raises OSError."""
        self._files.append(self._written(lines))

    def read(self) -> list[Iterator[bytes]]:
        """The lines of every run."""
        return [_lines(path) for path in self._files]

    def replace(self, lines: Iterable[bytes]) -> None:
        """Keep one run in the place of all."""
        before, self._files = self._files, [self._written(lines)]
        for path in before:
            path.unlink()

    def _written(self, lines: Iterable[bytes]) -> Path:
        from tempfile import TemporaryDirectory

        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="carbonseal-")
        self._count += 1
        path = Path(self._folder.name) / f"{self._count}.ndjson"
        with path.open("wb") as file:
            file.writelines(lines)
        return path


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while line := file.readline(LONGEST_LINE + 1):  # a file of one endless line is cut, and refused by who reads it
            yield line


def checked_file(path: Path) -> Iterator[bytes]:
    """The lines after the header of an input file, each checked. Raises `Refused` with the file's name, OSError."""
    try:
        yield from check_lines(_lines(path))
    except Refused as refused:
        raise refused.under(str(path)) from refused
