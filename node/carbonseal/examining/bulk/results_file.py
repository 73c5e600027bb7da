"""The results file of a run: a line for each file as it is judged, in order; and the run file beside it, by which a run goes on.

1. While files are judged, each part is recorded (`carbonseal.examining.bulk.run_file`), then its lines are appended.
2. At the end, where files together show what changes the verdict on some, the file is written again and put in its own place.
3. The run file is removed last: a results file without one is whole.

Private.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import IO

from carbonseal.examining.bulk.lines import as_row, header
from carbonseal.examining.bulk.run_file import RunFile
from carbonseal.examining.codes import RESUME_CHANGED, RESUME_NOTHING
from carbonseal.examining.files.given import Position
from carbonseal.examining.parts import PartResult
from carbonseal.examining.results import FileResult
from carbonseal.findings import Refused

PIECE = 1 << 20  # bytes that are read at once


class Form(Enum):
    """How lines are written; the value ends the file's name."""

    NDJSON = ".ndjson"
    CSV = ".csv"

    @property
    def beginning(self) -> bytes:
        """What is before the first line."""
        return header() if self is Form.CSV else b""

    def line(self, result: FileResult) -> bytes:
        """The line of a result whose text is a result line."""
        line = result.text.encode() + b"\n"
        return as_row(line) if self is Form.CSV else line


def run_path(results: Path) -> Path:
    """Where the run file of a results file is."""
    return results.with_name(f"{results.name}.run")


def new_path(results: Path) -> Path:
    """Where a results file is written again, before it is put in its own place."""
    return results.with_name(f".{results.name}.new")


class ResultsFile:
    """Results that are kept in a file: `carbonseal.examining.examination.Held`. A context."""

    def __init__(self, path: Path, run: RunFile, *, resume: bool) -> None:
        """`resume`: go on with what is at `path`, where something is. Raises Refused (resume.nothing)."""
        self.path = path
        self._run = run
        self._form = Form(path.suffix)
        self._file: IO[bytes] | None = None
        self.is_resumed = resume and path.exists()
        if self.is_resumed and not run.path.exists():
            raise Refused(RESUME_NOTHING(file=path.name))

    def __enter__(self) -> ResultsFile:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # after a write that failed; else `finish` has closed it
            if self._file is not None:
                self._file.close()
        self._run.__exit__()

    def before(self) -> Iterator[tuple[PartResult, Position]]:
        """What an earlier process judged; nothing where the run begins. Raises Refused (`resume.*`), OSError."""
        self._run.open()
        if not self.is_resumed:
            self.path.unlink(missing_ok=True)  # else it could be taken for what the new run left
            self._run.begin()
            self._file = self.path.open("wb")
            self._append(self._form.beginning)
            return
        self._file = self.path.open("r+b")
        final = ""
        is_same, rest = True, self._form.beginning
        for record in self._run.go_on():
            final = record.final
            rest += b"".join(map(self._form.line, record.result.results))
            is_same, rest = is_same and self._follows(rest), b""
            if record.result.results:
                yield record.result, record.end
        if not is_same or not self._follows(rest) or self._file.read(1):
            self._check_final(final)

    def _follows(self, wanted: bytes) -> bool:
        """Whether the file goes on with these bytes. Where it ends before them, they are written."""
        assert self._file is not None
        at = self._file.tell()
        found = self._file.read(len(wanted))
        if not wanted.startswith(found):
            return False
        self._file.seek(at + len(found))
        self._append(wanted[len(found) :])
        return True

    def _check_final(self, final: str) -> None:
        """Raise Refused unless the file was put in its own place, just before the process died."""
        total = hashlib.sha256()
        with self.path.open("rb") as file:
            while piece := file.read(PIECE):
                total.update(piece)
        if total.hexdigest() != final:
            raise Refused(RESUME_CHANGED(file=self.path.name))

    def add(self, part: PartResult, end: Position) -> None:
        """Record a part, and append its lines. Raises OSError with the file's name."""
        with self._named():
            self._run.add(part, end)
            self._append(b"".join(map(self._form.line, part.results)))

    def _append(self, lines: bytes) -> None:
        assert self._file is not None
        self._file.write(lines)
        self._file.flush()

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Errors of the disk are those of this file: the system does not name it."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from error

    def __iter__(self) -> Iterator[FileResult]:
        return self._run.results()

    def finish(self, again: Iterable[FileResult] | None = None) -> None:
        """The run is at its end. Where other results are final than were kept, `again` are all of them, and the file is written
        again. Raises OSError with the file's name."""
        assert self._file is not None
        with self._named():
            if again is None:
                os.fsync(self._file.fileno())
            else:
                self._write_again(again)
            self._file.close()
            self._run.remove()

    def _write_again(self, results: Iterable[FileResult]) -> None:
        writing = new_path(self.path)
        total = hashlib.sha256(self._form.beginning)
        try:
            with writing.open("wb") as file:
                file.write(self._form.beginning)
                for result in results:
                    line = self._form.line(result)
                    total.update(line)
                    file.write(line)
                file.flush()
                os.fsync(file.fileno())
            self._run.add_final(total.hexdigest())
            if self._file is not None:
                self._file.close()  # or Windows would not replace it
            writing.replace(self.path)
        finally:
            with suppress(OSError):
                writing.unlink()
