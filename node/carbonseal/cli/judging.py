"""Verify files one by one, in this process or, where there are many, in several."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from carbonseal.cli import reports
from carbonseal.findings import Refused, Verdict

if TYPE_CHECKING:
    from carbonseal.verification.policy import Policy
    from carbonseal.verification.trust import Trust

MANY = 256  # files from which on it pays to start processes
BROKE_OFF = 1


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
class Question:
    """What is asked of every file. Bytes, so that it travels between processes."""

    policy: bytes
    trust: bytes | None
    at: datetime
    style: Style


class Judge:
    """A question made ready. Raises `Refused` where the policy or the trust cannot be used."""

    def __init__(self, question: Question) -> None:
        from carbonseal.verification.policy import parse_policy
        from carbonseal.verification.trust import Trust, parse_trust
        from carbonseal.verification.verifiers import third_party

        self._question = question
        self._policy: Policy = parse_policy(question.policy, third_party=third_party)
        self._trust: Trust = Trust() if question.trust is None else parse_trust(question.trust)

    def judge(self, path: str) -> Judged:
        from carbonseal.passport.passports import parse
        from carbonseal.verification.verify import verify

        at, style = self._question.at, self._question.style
        try:
            passport = parse(read_passport(path))
        except OSError as error:
            return _failed(path, error.strerror or str(error), style)
        except Refused as refused:
            return _unread(path, refused, at, style)
        report = verify(passport, self._policy, self._trust, at=at)
        match style:
            case Style.FULL:
                text = reports.full(path, report, at)
            case Style.BRIEF:
                text = reports.brief(path, report.verdict, report.findings)
            case Style.JSON:
                text = reports.as_json(path, report, at)
            case Style.QUIET:
                text = ""
        return Judged(report.verdict.exit_status, text)


def _failed(path: str, error: str, style: Style) -> Judged:
    match style:
        case Style.JSON:
            text = reports.failed_as_json(path, error)
        case Style.QUIET:
            text = ""
        case _:
            text = reports.failed_line(path, error)
    return Judged(BROKE_OFF, text)


def _unread(path: str, refused: Refused, at: datetime, style: Style) -> Judged:
    finding = refused.finding
    verdict = Verdict.of([finding])
    match style:
        case Style.JSON:
            text = reports.unread_as_json(path, verdict, finding, at)
        case Style.QUIET:
            text = ""
        case _:
            text = reports.brief(path, verdict, [finding])
    return Judged(verdict.exit_status, text)


def read_passport(path: str) -> bytes:
    """The file's bytes, or a little more than a passport may have: enough to be refused, whatever the file's size."""
    from carbonseal.passport.passports import PASSPORT_LIMITS

    with Path(path).open("rb") as file:
        return file.read(PASSPORT_LIMITS.max_bytes + 1)


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
