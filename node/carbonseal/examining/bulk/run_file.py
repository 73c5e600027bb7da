"""The file beside a results file by which a run that was stopped goes on: what was judged, and what it showed.

::

    {"carbonseal":"run/1","at":"…","files":"…","policy":"…", …}       what the run is of
    {"end":[64,0],"results":[…],"rows":1830,"bytes":…, …}             a part of the files: results, position, what they show
    {"place":["head",…                                                that many observations
    {"sha256":"…"}                                                    of everything before, from the first line on
    …

- A part is written here before its lines are in the results file, and flushed. So a process may die at any moment: a part whose
  last line is missing is cut off, and lines that the results file lacks are written again.
- Whether somebody changed one of the two files is seen by the digests, and refused. They are no protection against who can write
  both: a run rests on its own files as on its own memory.

Private.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from carbonseal.examining.bulk.delivered_json import delivered_from_json, delivered_to_json
from carbonseal.examining.codes import RESUME_CHANGED, RESUME_OTHER_RUN, RESUME_RUNNING
from carbonseal.examining.files.given import Position
from carbonseal.examining.parts import Observed, PartResult
from carbonseal.examining.results import FileResult
from carbonseal.findings import Refused
from carbonseal.instants import parse_instant
from carbonseal.log.codes import FRAUD_PROOF_HOLDS
from carbonseal.log.fraud_proofs import LogKeys
from carbonseal.values import dataclass
from carbonseal.verification.observing.log_facts import SignedHead, signed_head
from carbonseal.verification.observing.observations import LONGEST_LINE, as_rows

FORMAT = "run/1"
LONGEST_HEADER = 64 << 20  # bytes of the first line of a part: 64 results, and signed heads
LOCKED = 1 << 40  # the byte that is locked where locks keep others from reading: far behind all
LONGEST_DIGEST = len(b'{"sha256":""}\n') + 64


@dataclass(frozen=True, slots=True)
class Recorded:
    """A part as it was written: its results, the position behind it, and what it showed. `final` is the SHA-256 that the results
    file has at its end, in hex: written where lines are written again, after all parts."""

    result: PartResult
    end: Position
    final: str = ""


class RunFile:
    """A run file. A context: it is open, and locked against other processes, from `open` on."""

    def __init__(self, path: Path, about: Mapping[str, str], keys: LogKeys) -> None:
        """`about` is what a run is of: whoever goes on has to have the same. Heads are read under `keys`."""
        self.path = path
        self.about = {"carbonseal": FORMAT, **about}
        self._keys = keys
        self._digest = hashlib.sha256()
        self._file: IO[bytes] | None = None

    def __enter__(self) -> RunFile:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # after a write that failed
            if self._file is not None:
                self._file.close()

    def open(self) -> None:
        """Open and lock it. Raises Refused (resume.running), OSError."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        self._file = os.fdopen(descriptor, "r+b")
        try:
            _lock(descriptor)
            is_ours = self.path.exists() and os.path.samestat(os.fstat(descriptor), self.path.stat())
        except OSError:
            is_ours = False
        if not is_ours:  # or it was removed meanwhile, at the end of a run
            raise Refused(RESUME_RUNNING(file=self.path.name))

    def begin(self) -> None:
        """Begin a run, in the place of what was there. Raises OSError."""
        assert self._file is not None
        self._file.truncate(0)
        self._write(_line(self.about))

    def go_on(self) -> Iterator[Recorded]:
        """What was recorded, in order. Behind it the run goes on, and what was not written to its end is cut off. Raises Refused
        (resume.other-run, resume.changed), OSError."""
        assert self._file is not None
        with self.path.open("rb") as file:
            reading = _Reading(file)
            self._check_about(reading.line(LONGEST_HEADER))
            end = reading.offset, reading.digest.copy()
            while (record := self._record(reading)) is not None:
                end = reading.offset, reading.digest.copy()
                yield record
        offset, self._digest = end
        self._file.truncate(offset)
        self._file.seek(offset)

    def results(self) -> Iterator[FileResult]:
        """The results that were recorded up to now, in order."""
        with self.path.open("rb") as file:
            file.readline()
            while first := file.readline():
                value = json.loads(first)
                yield from map(_of_json, value["results"])
                file.seek(value["bytes"] + LONGEST_DIGEST, os.SEEK_CUR)

    def add(self, part: PartResult, end: Position) -> None:
        """Record a part, so that the death of this process does not lose it. Raises OSError."""
        observed = part.observed
        rows = [key + rest for key, rest in observed.rows.items()]
        head: dict[str, object] = {
            "end": end,
            "results": [*map(_as_json, part.results)],
            "rows": len(rows),
            "bytes": sum(map(len, rows)),
        }
        if observed.heads:
            head["heads"] = [one.note.decode() for one in observed.heads]
        if observed.links:
            head["links"] = [[older.note.decode(), newer.note.decode()] for older, newer in observed.links]
        if observed.frauds:
            head["frauds"] = {origin: [one.place, dict(one.facts)] for origin, one in observed.frauds.items()}
        self._record_lines(_line(head), *rows)

    def add_final(self, digest: str) -> None:
        """Record that all parts are there, and the SHA-256 of the results file that is about to be put in its place. Raises
        OSError."""
        self._record_lines(_line({"end": [0, 0], "results": [], "rows": 0, "bytes": 0, "final": digest}))

    def remove(self) -> None:
        """The run is at its end. Raises OSError."""
        if self._file is not None:
            self._file.close()  # or Windows would keep it
        self.path.unlink()

    def _record_lines(self, *lines: bytes) -> None:
        for line in lines:
            self._digest.update(line)
        last = _line({"sha256": self._digest.hexdigest()})
        self._write(*lines, last)

    def _write(self, *lines: bytes) -> None:
        assert self._file is not None
        self._file.writelines(lines)
        self._file.flush()
        self._digest.update(lines[-1])

    def _check_about(self, line: bytes) -> None:
        """Raise Refused unless the run is of the same."""
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if not isinstance(found, dict) or found.get("carbonseal") != FORMAT:
            raise Refused(RESUME_CHANGED(file=self.path.name))
        for name, value in self.about.items():
            if found.get(name) != value:
                raise Refused(RESUME_OTHER_RUN(file=self.path.name, what=name))

    def _record(self, reading: _Reading) -> Recorded | None:
        """The next record; None at the end, and where the rest was not written to its end. Raises Refused (resume.changed)."""
        first = reading.line(LONGEST_HEADER)
        lines: list[bytes] = []
        try:
            value = json.loads(first) if first.endswith(b"\n") else None
            while value is not None and len(lines) < value["rows"] and (line := reading.line(LONGEST_LINE)):
                lines.append(line)
            wanted = _line({"sha256": reading.digest.hexdigest()})
            if reading.line(LONGEST_DIGEST) == wanted and value is not None:
                return Recorded(self._read(value, lines), Position(*value["end"]), value.get("final", ""))
        except (ValueError, TypeError, KeyError, Refused) as error:
            raise Refused(RESUME_CHANGED(file=self.path.name)) from error
        if not reading.is_at_end:
            raise Refused(RESUME_CHANGED(file=self.path.name))
        return None

    def _read(self, value: Any, lines: list[bytes]) -> PartResult:
        results = tuple(_of_json(one) for one in value["results"])
        heads = frozenset(map(self._head, value.get("heads", ())))
        links = frozenset((self._head(older), self._head(newer)) for older, newer in value.get("links", ()))
        frauds = {
            origin: FRAUD_PROOF_HOLDS(*place, **facts) for origin, (place, facts) in value.get("frauds", {}).items()
        }
        return PartResult(results, Observed(as_rows(lines), heads, links, frauds))

    def _head(self, note: str) -> SignedHead:
        head = signed_head(note.encode(), self._keys)
        if head is None:
            raise ValueError(note)
        return head


def _lock(descriptor: int) -> None:
    """Lock a file for as long as it is open. Raises OSError where another process has done so."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, LOCKED, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def begun_at(path: Path) -> datetime | None:
    """As of which instant the run at `path` judges; None where none is there. Raises Refused (resume.changed), OSError."""
    if not path.exists():
        return None
    try:
        with path.open("rb") as file:
            return parse_instant(json.loads(file.readline(LONGEST_HEADER))["instant"])
    except (ValueError, TypeError, KeyError, Refused) as error:
        raise Refused(RESUME_CHANGED(file=path.name)) from error


class _Reading:
    """Lines of a file, with the digest of all that was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()
        self.offset = 0

    def line(self, most: int) -> bytes:
        line = self._file.readline(most)
        self.digest.update(line)
        self.offset += len(line)
        return line

    @property
    def is_at_end(self) -> bool:
        return not self._file.read(1)


def _line(value: object) -> bytes:
    """As JSON in ASCII: names of files may have what is no UTF-8."""
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def _as_json(result: FileResult) -> list[object]:
    lots = [[issuer, product, lot.hex()] for issuer, product, lot in result.lots]
    delivered = None if result.delivered is None else delivered_to_json(result.delivered)
    return [result.name, result.status, result.word, result.text, result.sha256, [*result.origins], lots, delivered]


def _of_json(value: Any) -> FileResult:
    name, status, word, text, sha256, origins, lots, delivered = value
    of_lots = frozenset((issuer, product, bytes.fromhex(lot)) for issuer, product, lot in lots)
    of_passport = None if delivered is None else delivered_from_json(delivered)
    return FileResult(name, status, word, text, sha256, frozenset(origins), of_lots, of_passport)
