"""Many files judged together, for programs: what `carbonseal.Examination` gives.

::

    with carbonseal.Examination(policy, [trust], at=now) as examination:
        for one in examination.add("deliveries/"):        # each by itself, as it is judged
            print(one.file, one.verdict)
        for one in examination.reports():                 # together: what they show of each other counts
            print(one.file, one.verdict, one.figures, one.checks)

Memory is bounded: what was judged is kept on disk until the end. Files are read where they are; nothing is sent anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import fields
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Self

from carbonseal.examining import examination
from carbonseal.examining.executing.processes import in_processes
from carbonseal.examining.files.given import GivenFiles
from carbonseal.examining.judging import Verifier, VerifyJob
from carbonseal.examining.named_bytes import NamedBytes
from carbonseal.examining.parts import in_this_process
from carbonseal.examining.results import NO_VERDICT, READ_ERROR, FileResult
from carbonseal.findings import Finding, Verdict
from carbonseal.flow.judging import CheckResult
from carbonseal.flow.passports import ProductPassport
from carbonseal.flow.tree import Branch
from carbonseal.footprints.model import Footprint
from carbonseal.passport.codes import PASSPORT_OTHER_FILE
from carbonseal.passport.passports import Passport
from carbonseal.values import dataclass
from carbonseal.verification.verify import Report


@dataclass(frozen=True)
class FileReport:
    """What one file came to. `report` is None where it has no verdict: it is no passport, or could not be read, and `problem` says
    why. `passport` is None where it could not be read as one, and of statements and fraud proofs."""

    file: str  # in something else, the name of both: ``batch.zip!a.json``
    report: Report | None
    passport: ProductPassport | None = None
    problem: str = ""

    @property
    def verdict(self) -> Verdict | None:
        """The verdict, where there is one."""
        return None if self.report is None else self.report.verdict

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding."""
        return () if self.report is None else self.report.findings

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        """How each check of the figures came out, in each place: whatever the policy requires."""
        return () if self.report is None else self.report.checks

    @cached_property
    def tree(self) -> Branch | None:
        """The product with what went into it: quantities, contributions, shares."""
        return None if self.passport is None else self.passport.tree()

    @property
    def figures(self) -> Footprint | None:
        """The footprint of the product that the passport is about, where it is disclosed: exact figures."""
        return None if self.tree is None else self.tree.product.footprint


class Examination:
    """Files judged together under one policy. A context: its temporary files go with it."""

    def __init__(self, policy: bytes, trust: Sequence[bytes] = (), *, at: datetime, jobs: int | None = None) -> None:
        """`policy` and `trust` are the bytes of a policy and of trust files; `at` is the instant as of which files are judged, with
        a time zone.

        Without `jobs` everything is done in this process. With it, in so many others: the program's main module is imported
        there, so it has to keep what it does behind ``if __name__ == "__main__"``; else RuntimeError is raised with the first file.
        Raises Refused where the policy or the trust cannot be used."""
        named = tuple(NamedBytes(f"trust {number}", raw) for number, raw in enumerate(trust, 1))
        self._job = VerifyJob(NamedBytes("policy", policy), named, _Typed(at))
        Verifier(self._job)
        self._jobs = jobs
        self._files: GivenFiles | None = None
        self._examined: examination.Examined | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, *names: str | Path) -> Iterator[FileReport]:
        """Judge files, folders of them at any depth, and archives, each by itself: the report of each, in order, as it comes. What
        was not taken from the iterator is judged with what is added next, or by `reports`. Raises Refused where there is no
        file (files.none)."""
        added = [str(name) for name in names]
        self._examined = None
        if self._files is None:
            self._files = GivenFiles(added)
            execute = in_this_process if self._jobs is None else in_processes(self._jobs)
            self._engine = self._stack.enter_context(examination.Examination(self._job, self._files, execute))
        else:
            self._files.extend(added)
        return self._judged()

    def _judged(self) -> Iterator[FileReport]:
        for part in self._engine.read():
            yield from map(_typed, part.results)

    def reports(self) -> Iterator[FileReport]:
        """The report of each file, in order, all judged together: where they show that a log has two histories, or that too much
        was taken of a batch, that is in the reports of those that rest on it."""
        if self._files is not None:
            yield from map(_typed, self._engine.results(self._together()))

    def __iter__(self) -> Iterator[FileReport]:
        return self.reports()

    @property
    def logs(self) -> Mapping[str, Sequence[Finding]]:
        """What was found of logs that no single file shows, by the log's origin."""
        return {} if self._files is None else self._together().known

    def observations(self) -> Iterator[bytes]:
        """What the files show of logs and batches, as lines of a file of observations (docs/spec.md, section 22)."""
        return iter(()) if self._files is None else self._engine.observed()

    def _together(self) -> examination.Examined:
        for _ in self._judged():
            pass
        if self._examined is None:
            self._examined = self._engine.examine()
        return self._examined


@dataclass(frozen=True, slots=True)
class _Typed:
    """Results that have the report itself: see `carbonseal.examining.results.Presenter`."""

    at: datetime

    def report(self, name: str, report: Report, passport: Passport | None = None) -> FileResult:
        found = report, passport
        return FileResult(name, report.verdict.exit_status, report.verdict.value, "", found=found)

    def refused(self, name: str, finding: Finding) -> FileResult:
        if finding.code is PASSPORT_OTHER_FILE:
            return FileResult(name, NO_VERDICT, "not a passport", finding.message)
        return self.report(name, Report(Verdict.of([finding]), (finding,)))

    def not_read(self, name: str, problem: Finding) -> FileResult:
        return FileResult(name, READ_ERROR, "not read", problem.message)


def _typed(result: FileResult) -> FileReport:
    if result.found is None:
        return FileReport(result.name, None, problem=result.text)
    report, passport = result.found
    if passport is not None:
        passport = ProductPassport(**{field.name: getattr(passport, field.name) for field in fields(passport)})
    return FileReport(result.name, report, passport)
