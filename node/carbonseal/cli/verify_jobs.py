"""Verifies files one after another, in this process or, where there are many, in several.

A `VerifyJob` is bytes, so that it can be sent to other processes; a `Verifier` has its policy and trust parsed.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from carbonseal.cli.formatting import reports
from carbonseal.cli.options import STDIN
from carbonseal.findings import Refused

if TYPE_CHECKING:
    from carbonseal.verification.policy import Policy
    from carbonseal.verification.trust import Trust
    from carbonseal.verification.verify import Report

MANY = 256  # files from which on starting processes is worth it
READ_ERROR = 1  # exit status
T = TypeVar("T")


class Style(Enum):
    """How much is printed about each file."""

    FULL = "full"
    BRIEF = "brief"
    JSON = "json"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class FileResult:
    """The result of one file: its exit status, and the text to print."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class NamedBytes:
    """A file's bytes, and the name that errors give it."""

    name: str
    raw: bytes

    @staticmethod
    def read(path: Path) -> NamedBytes:
        """The file at `path`. Raises OSError."""
        return NamedBytes(str(path), path.read_bytes())

    def parse(self, parser: Callable[[bytes], T]) -> T:
        """What `parser` makes of the bytes. Raises the parser's `Refused` with the name before its place."""
        try:
            return parser(self.raw)
        except Refused as refused:
            raise refused.under(self.name) from refused


@dataclass(frozen=True, slots=True)
class VerifyJob:
    """Everything that every file is verified with."""

    policy: NamedBytes
    trust: NamedBytes | None
    at: datetime
    style: Style


class Verifier:
    """A job whose policy and trust are parsed."""

    def __init__(self, job: VerifyJob) -> None:
        """Raises `Refused` where the policy or the trust cannot be used."""
        from carbonseal.verification.policy import parse_policy
        from carbonseal.verification.trust import Trust, parse_trust

        self._at, self._style = job.at, job.style
        self._policy: Policy = job.policy.parse(parse_policy)
        self._trust: Trust = Trust() if job.trust is None else job.trust.parse(parse_trust)

    def run(self, path: str) -> FileResult:
        """Verify the passport at `path`. What is wrong with it is in the result; nothing is raised on purpose."""
        from carbonseal.verification.verify import verify

        try:
            raw = read_passport(path)
        except OSError as error:
            return FileResult(READ_ERROR, self._format_read_error(path, error.strerror or str(error)))
        report = verify(raw, self._policy, self._trust, at=self._at)
        return FileResult(report.verdict.exit_status, self._format_report(path, report))

    def _format_report(self, path: str, report: Report) -> str:
        match self._style:
            case Style.FULL:
                return reports.full(path, report, self._at)
            case Style.BRIEF:
                return reports.brief(path, report)
            case Style.JSON:
                return reports.as_json(path, report, self._at)
            case Style.QUIET:
                return ""

    def _format_read_error(self, path: str, error: str) -> str:
        match self._style:
            case Style.FULL | Style.BRIEF:
                return reports.read_error_line(path, error)
            case Style.JSON:
                return reports.read_error_as_json(path, error)
            case Style.QUIET:
                return ""


def read_passport(path: str) -> bytes:
    """The bytes of the file at `path`; ``-`` is standard input. Of a larger file, one byte more than a passport may have: enough
    for the parser to refuse it.

    Raises OSError, also for what is not a regular file: a pipe without a writer would be waited for."""
    from carbonseal.passport.passports import PASSPORT_LIMITS

    most = PASSPORT_LIMITS.max_bytes + 1
    if path == STDIN:
        return sys.stdin.buffer.read(most)
    if not stat.S_ISREG(Path(path).stat().st_mode):
        raise OSError(errno.EINVAL, "not a regular file: - reads standard input", path)
    with Path(path).open("rb") as file:
        return file.read(most)


def verify_files(job: VerifyJob, paths: Sequence[str]) -> Iterator[FileResult]:
    """The result of each file, in the order of `paths`. Raises `Refused` before the first where the policy or the trust cannot be
    used."""
    verifier = Verifier(job)
    workers = os.cpu_count() or 1
    if len(paths) < MANY or workers == 1:
        yield from map(verifier.run, paths)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(workers, initializer=_prepare_worker, initargs=(job,)) as pool:
        yield from pool.map(_run_in_worker, paths, chunksize=32)


_verifier: Verifier  # of a worker process


def _prepare_worker(job: VerifyJob) -> None:
    global _verifier  # noqa: PLW0603 - a worker's only state, set once when it starts
    _verifier = Verifier(job)


def _run_in_worker(path: str) -> FileResult:
    return _verifier.run(path)
