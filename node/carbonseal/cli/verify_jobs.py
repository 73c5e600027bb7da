"""Verifies files: one in this process, many in others, so that one that ends its process stops no other.

- A `VerifyJob` is bytes, so that it can be sent to other processes; a `Verifier` has its policy and trust parsed.
- A file is a passport, or a fraud proof of a log. Of a passport the result has what it shows of logs, for the examination.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from carbonseal.cli.files.given import GivenFiles
from carbonseal.cli.files.items import Item
from carbonseal.cli.formatting import reports
from carbonseal.findings import Finding, Outcome, Refused, Verdict

if TYPE_CHECKING:
    from carbonseal.verification.known_logs import Known
    from carbonseal.verification.log_facts import LogFacts, Notes, SignedHead
    from carbonseal.verification.one_history import Link
    from carbonseal.verification.policy import Policy
    from carbonseal.verification.trust import Trust
    from carbonseal.verification.verify import Report

READ_ERROR = 1  # exit status
NO_VERDICT = 2  # exit status of a file that is not a passport, and of a fraud proof that does not hold
FRAUD_PROOF = b'"fraud-proof/'
T = TypeVar("T")


HistoryFacts = tuple["Sequence[SignedHead]", "Sequence[Link]"]


class Style(Enum):
    """How much is printed about each file."""

    FULL = "full"
    BRIEF = "brief"
    JSON = "json"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class FileResult:
    """The result of one file: its exit status, the word for it in a summary, the text to print, and what it shows of logs."""

    name: str
    status: int
    word: str
    text: str
    rows: Mapping[bytes, bytes] = field(default_factory=dict)  # observations, as `observations.rows` gives them
    origins: frozenset[str] = frozenset()  # the logs that they are of
    history: HistoryFacts = ((), ())  # signed heads and links, where the policy requires a history
    fraud: tuple[str, Finding] | None = None  # of a fraud proof that holds: the log, and the finding


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
    known: Known = field(default_factory=dict)  # findings on logs, by origin


class Verifier:
    """A job whose policy and trust are parsed."""

    def __init__(self, job: VerifyJob) -> None:
        """Raises `Refused` where the policy or the trust cannot be used."""
        from carbonseal.verification.log_facts import log_keys
        from carbonseal.verification.policy import parse_policy
        from carbonseal.verification.trust import Trust, parse_trust

        self._job, self._at, self._style = job, job.at, job.style
        self._policy: Policy = job.policy.parse(parse_policy)
        self._trust: Trust = Trust() if job.trust is None else job.trust.parse(parse_trust)
        self.keys = log_keys(self._policy)
        self._notes: Notes = {}
        self.requires_history = self._policy.history

    def run(self, item: Item) -> FileResult:
        """Verify an item. What is wrong with it is in the result; nothing is raised on purpose."""
        if item.problem:
            return self.not_read(item, item.problem)
        try:
            return self._verify(item.name, item.raw)
        except MemoryError:
            return self.not_read(item, "there is not enough memory to read it")

    def not_read(self, item: Item, problem: str) -> FileResult:
        """The result of an item that could not be read."""
        return FileResult(item.name, READ_ERROR, "not read", self._format_read_error(item.name, problem))

    def lost(self, item: Item, reason: str) -> FileResult:
        """The result of an item whose worker died, of `reason`."""
        return self.not_read(item, f"the process that verified it died, twice ({reason}): is there too little memory?")

    def _verify(self, path: str, raw: bytes) -> FileResult:
        from carbonseal.passport.codes import PASSPORT_OTHER_FILE
        from carbonseal.passport.passports import parse
        from carbonseal.verification.known_logs import verify_knowing
        from carbonseal.verification.log_facts import log_facts
        from carbonseal.verification.one_history import of_facts
        from carbonseal.verification.verify import Report

        if FRAUD_PROOF in raw and (result := self._fraud_proof(path, raw)) is not None:
            return result
        try:
            passport = parse(raw)
        except Refused as refused:
            if refused.finding.code is PASSPORT_OTHER_FILE:
                return FileResult(path, NO_VERDICT, "not a passport", self._format_other_file(path, refused.finding))
            return self._result(path, Report(Verdict.of([refused.finding]), (refused.finding,)))
        facts = log_facts(passport, self.keys, self._notes)
        report = verify_knowing(passport, self._policy, self._trust, at=self._at, facts=facts, known=self._job.known)
        return replace(
            self._result(path, report),
            rows=_rows(path, raw, facts),
            origins=frozenset(facts.origins()),
            history=of_facts(facts) if self.requires_history else ((), ()),
        )

    def observations(self, item: Item) -> Mapping[bytes, bytes]:
        """What an item shows of the logs that the policy lists, as `observations.rows` gives it; nothing where it is not a
        passport."""
        facts = self.facts(item.raw)
        return {} if facts is None else _rows(item.name, item.raw, facts)

    def facts(self, raw: bytes) -> LogFacts | None:
        """What a passport's bytes show of the logs that the policy lists; None where they are not a passport."""
        from carbonseal.passport.passports import parse
        from carbonseal.verification.log_facts import log_facts

        try:
            return log_facts(parse(raw), self.keys)
        except Refused:
            return None

    def _fraud_proof(self, path: str, raw: bytes) -> FileResult | None:
        """The result of a fraud proof; None where the file is something else."""
        from carbonseal.log.codes import FRAUD_PROOF_DOES_NOT_HOLD
        from carbonseal.log.fraud_proofs import LIMITS, is_fraud_proof, parse_value
        from carbonseal.records.strict import parse
        from carbonseal.verification.verify import Report

        try:
            value = parse(raw, LIMITS)
        except Refused:
            return None
        if not is_fraud_proof(value):
            return None
        try:
            proof = parse_value(value)
            finding = proof.check(self.keys)
        except Refused as refused:
            finding = refused.finding
            unknown = finding.code.outcome is Outcome.UNDETERMINED
            if not unknown:
                finding = FRAUD_PROOF_DOES_NOT_HOLD(*finding.place, problem=finding.message)
            result = self._result(path, Report(Verdict.UNDETERMINED, (finding,)))
            return result if unknown else replace(result, status=NO_VERDICT, word="does not hold")
        report = Report(Verdict.of([finding]), (finding,))
        holds = (proof.origin, finding) if report.verdict is Verdict.REJECTED else None
        return replace(self._result(path, report), fraud=holds)

    def _result(self, path: str, report: Report) -> FileResult:
        verdict = report.verdict
        return FileResult(path, verdict.exit_status, verdict.value, self._format_report(path, report))

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

    def _format_other_file(self, path: str, finding: Finding) -> str:
        match self._style:
            case Style.FULL | Style.BRIEF:
                return reports.other_file(path, finding)
            case Style.JSON:
                return reports.other_file_as_json(path, finding)
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


def _rows(path: str, raw: bytes, facts: LogFacts) -> dict[bytes, bytes]:
    """The observations of a file."""
    from carbonseal.verification.observations import Source, rows

    name = path.encode("utf-8", "replace").decode()  # a name that is not UTF-8 cannot be written
    return rows(facts, Source(hashlib.sha256(raw).hexdigest(), name))


def verify_files(job: VerifyJob, files: GivenFiles) -> Iterator[FileResult]:
    """The result of each item, in order: of one alone in this process, of many in others. Raises `Refused` before the first where
    the policy or the trust cannot be used."""
    verifier = Verifier(job)
    if files.many:
        from carbonseal.cli.files.workers import map_in_workers

        yield from map_in_workers(_runner, job, files, verifier.lost, most=os.cpu_count() or 1)
    else:
        yield from map(verifier.run, files)


def _runner(job: VerifyJob) -> Callable[[Item], FileResult]:
    return Verifier(job).run
