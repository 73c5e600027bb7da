"""Verify files one by one, in this process or, where there are many, in several."""

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

MANY = 256  # files from which on it pays to start processes
BROKE_OFF = 1
T = TypeVar("T")


class Style(Enum):
    FULL = "full"
    BRIEF = "brief"
    JSON = "json"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one file: its exit status, and what to print."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Named:
    """A file's bytes, with the name that errors give it."""

    name: str
    raw: bytes

    @staticmethod
    def of(path: Path) -> Named:
        return Named(str(path), path.read_bytes())

    def read_by(self, parse: Callable[[bytes], T]) -> T:
        """Raises `Refused`, with the file's name before the place."""
        try:
            return parse(self.raw)
        except Refused as refused:
            raise refused.under(self.name) from refused


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every file. Bytes, so that it travels between processes."""

    policy: Named
    trust: Named | None
    at: datetime
    style: Style


class Judge:
    """A question made ready. Raises `Refused` where the policy or the trust cannot be used."""

    def __init__(self, question: Question) -> None:
        from carbonseal.verification.policy import parse_policy
        from carbonseal.verification.trust import Trust, parse_trust

        self._at, self._style = question.at, question.style
        self._policy: Policy = question.policy.read_by(parse_policy)
        self._trust: Trust = Trust() if question.trust is None else question.trust.read_by(parse_trust)

    def judge(self, path: str) -> Judged:
        from carbonseal.verification.verify import verify

        try:
            raw = read_passport(path)
        except OSError as error:
            return Judged(BROKE_OFF, self._unread(path, error.strerror or str(error)))
        report = verify(raw, self._policy, self._trust, at=self._at)
        return Judged(report.verdict.exit_status, self._told(path, report))

    def _told(self, path: str, report: Report) -> str:
        match self._style:
            case Style.FULL:
                return reports.full(path, report, self._at)
            case Style.BRIEF:
                return reports.brief(path, report)
            case Style.JSON:
                return reports.as_json(path, report, self._at)
            case Style.QUIET:
                return ""

    def _unread(self, path: str, error: str) -> str:
        match self._style:
            case Style.FULL | Style.BRIEF:
                return reports.unread_line(path, error)
            case Style.JSON:
                return reports.unread_as_json(path, error)
            case Style.QUIET:
                return ""


def read_passport(path: str) -> bytes:
    """The file's bytes, or a little more than a passport may have: enough to be refused, whatever the file's size. ``-`` is
    standard input. Raises OSError; of what is no regular file too, since a pipe without a writer would be waited for."""
    from carbonseal.passport.passports import PASSPORT_LIMITS

    most = PASSPORT_LIMITS.max_bytes + 1
    if path == STDIN:
        return sys.stdin.buffer.read(most)
    if not stat.S_ISREG(Path(path).stat().st_mode):
        raise OSError(errno.EINVAL, "not a regular file: - reads standard input", path)
    with Path(path).open("rb") as file:
        return file.read(most)


def judge_all(question: Question, paths: Sequence[str]) -> Iterator[Judged]:
    """In the order of `paths`. Raises `Refused` before the first, where policy or trust cannot be used."""
    judge = Judge(question)
    workers = os.cpu_count() or 1
    if len(paths) < MANY or workers == 1:
        yield from map(judge.judge, paths)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(workers, initializer=_prepare, initargs=(question,)) as pool:
        yield from pool.map(_judge, paths, chunksize=32)


_here: Judge  # of a worker process


def _prepare(question: Question) -> None:
    global _here  # noqa: PLW0603 - a worker's only state, set once as it starts
    _here = Judge(question)


def _judge(path: str) -> Judged:
    return _here.judge(path)
