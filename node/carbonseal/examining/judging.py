"""Verifies files: one in this process, many in others, so that one that ends its process stops no other.

- A `VerifyJob` is bytes, so that it can be sent to other processes; a `Verifier` has its policy and trust parsed.
- A file is a passport, a statement by itself, or a fraud proof of a log or a lot. Of a passport the result has what it shows
  of logs, for the examination.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from carbonseal.examining.files.given import GivenFiles
from carbonseal.examining.files.items import Item
from carbonseal.examining.labels import is_another, of_carrier
from carbonseal.examining.results import NO_VERDICT, FileResult, Presenter
from carbonseal.findings import Outcome, Refused, Verdict

if TYPE_CHECKING:
    from carbonseal.flow.graph import Lot
    from carbonseal.flow.lots import Balance
    from carbonseal.verification.known_logs import Known
    from carbonseal.verification.observing.log_facts import LogFacts, Notes
    from carbonseal.verification.observing.observations import Source
    from carbonseal.verification.policy import Policy
    from carbonseal.verification.trust import Trust

FRAUD_PROOF, STATEMENT = b'"fraud-proof/', b'"statement/'
T = TypeVar("T")


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
    trust: Sequence[NamedBytes]
    results: Presenter
    known: Known = field(default_factory=dict)  # findings on logs, by origin
    lots: Mapping[Lot, Balance] = field(default_factory=dict)  # of which more was taken than they yielded
    is_consigned: bool = False  # whether lines of a declaration are compared with the passports


class Verifier:
    """A job whose policy and trust are parsed."""

    def __init__(self, job: VerifyJob) -> None:
        """Raises `Refused` where the policy or the trust cannot be used."""
        from carbonseal.verification.observing.log_facts import log_keys
        from carbonseal.verification.policy import parse_policy
        from carbonseal.verification.trust import Trust, parse_trust

        self._job, self._results, self._at = job, job.results, job.results.at
        self.policy: Policy = job.policy.parse(parse_policy)
        self._trust: Trust = Trust()
        for given in job.trust:
            self._trust = self._trust.joined(given.parse(parse_trust).items)
        self.keys = log_keys(self.policy)
        self._notes: Notes = {}
        self.requires_history = self.policy.history

    def run(self, item: Item) -> FileResult:
        """Verify an item. What is wrong with it is in the result; nothing is raised on purpose."""
        if item.problem:
            return self._results.not_read(item.name, item.problem)
        try:
            return self._verify(item)
        except MemoryError:
            return self._results.not_read(item.name, "there is not enough memory to read it")

    def _verify(self, item: Item) -> FileResult:
        from carbonseal.passport.passports import parse
        from carbonseal.verification.consignment.delivered import delivered
        from carbonseal.verification.known_logs import verify_knowing
        from carbonseal.verification.observing.log_facts import log_facts
        from carbonseal.verification.observing.lot_observations import lot_rows, takers
        from carbonseal.verification.observing.observations import lot_lines, rows
        from carbonseal.verification.one_history import of_facts
        from carbonseal.verification.verify import Report

        path, raw = item.name, item.raw
        if FRAUD_PROOF in raw and (result := self._fraud_proof(path, raw)) is not None:
            return result
        if STATEMENT in raw and (result := self._statement(path, raw)) is not None:
            return result
        try:
            passport = parse(raw)
        except Refused as refused:
            return self._results.refused(path, refused.finding)
        compared = of_carrier(item, passport)
        if is_another(compared):
            return self._results.report(path, Report(Verdict.UNDETERMINED, tuple(compared)))
        facts = log_facts(passport, self.keys, self._notes)
        job = self._job
        report = verify_knowing(
            passport, self.policy, self._trust, at=self._at, facts=facts, known=job.known, lots=job.lots
        )
        if compared:
            found = (*compared, *report.findings)
            report = replace(report, verdict=Verdict.of(found), findings=found)
        source = _source(path, raw)
        lots = lot_rows(passport) if report.verdict is Verdict.VERIFIED else {}
        return replace(
            self._results.report(path, report, passport),
            rows=rows(facts, source) | lot_lines(lots, source),
            lots=frozenset(takers(passport)) if lots else frozenset(),
            origins=frozenset(facts.origins()),
            history=of_facts(facts) if self.requires_history else ((), ()),
            delivered=delivered(passport, path, report.verdict) if job.is_consigned else None,
        )

    def observations(self, item: Item) -> Mapping[bytes, bytes]:
        """What an item shows of the logs that the policy lists, as `observations.rows` gives it; nothing where it is not a
        passport."""
        from carbonseal.verification.observing.observations import rows

        facts = self.facts(item.raw)
        return {} if facts is None else rows(facts, _source(item.name, item.raw))

    def facts(self, raw: bytes) -> LogFacts | None:
        """What a passport's bytes show of the logs that the policy lists; None where they are not a passport."""
        from carbonseal.passport.passports import parse
        from carbonseal.verification.observing.log_facts import log_facts

        try:
            return log_facts(parse(raw), self.keys)
        except Refused:
            return None

    def _statement(self, path: str, raw: bytes) -> FileResult | None:
        """The result of a statement file; None where the file is something else."""
        from carbonseal.passport.bundles import BUNDLE_LIMITS
        from carbonseal.passport.conformity.files import is_statement, read_statement
        from carbonseal.records.strict import parse
        from carbonseal.verification.verify import verify_statement

        try:
            value = parse(raw, BUNDLE_LIMITS)
        except Refused:
            return None
        if not is_statement(value):
            return None
        try:
            report = verify_statement(read_statement(value), self.policy, self._trust, at=self._at)
        except Refused as refused:
            return self._results.refused(path, refused.finding)
        return self._results.report(path, report)

    def _fraud_proof(self, path: str, raw: bytes) -> FileResult | None:
        """The result of a fraud proof; None where the file is something else."""
        from carbonseal.log.codes import FRAUD_PROOF_DOES_NOT_HOLD
        from carbonseal.log.fraud_proofs import LIMITS, is_fraud_proof
        from carbonseal.records.strict import parse
        from carbonseal.verification.proofs.batch_proofs import BatchProof, read_proof
        from carbonseal.verification.verify import Report

        try:
            value = parse(raw, LIMITS)
        except Refused:
            return None
        if not is_fraud_proof(value):
            return None
        try:
            proof = read_proof(value)
            findings = proof.check(self.policy) if isinstance(proof, BatchProof) else (proof.check(self.keys),)
        except Refused as refused:
            finding = refused.finding
            unknown = finding.code.outcome is Outcome.UNDETERMINED
            if not unknown:
                finding = FRAUD_PROOF_DOES_NOT_HOLD(*finding.place, problem=finding.message)
            result = self._results.report(path, Report(Verdict.UNDETERMINED, (finding,)))
            return result if unknown else replace(result, status=NO_VERDICT, word="does not hold")
        report = Report(Verdict.of(findings), findings)
        result = self._results.report(path, report)
        if isinstance(proof, BatchProof) or report.verdict is not Verdict.REJECTED:
            return result
        return replace(result, fraud=(proof.origin, findings[0]))


def _source(path: str, raw: bytes) -> Source:
    """A file, as the source of observations."""
    from carbonseal.verification.observing.observations import Source

    name = path.encode("utf-8", "replace").decode()  # a name that is not UTF-8 cannot be written
    return Source(hashlib.sha256(raw).hexdigest(), name)


def verify_files(job: VerifyJob, files: GivenFiles) -> Iterator[FileResult]:
    """The result of each item, in order. Raises `Refused` before the first where the policy or the trust cannot be used."""
    Verifier(job)
    yield from for_each(_runner, job, files, job.results)


def for_each(
    prepare: Callable[[Any], Callable[[Item], FileResult]], argument: Any, files: GivenFiles, results: Presenter
) -> Iterator[FileResult]:
    """`prepare(argument)` of each item, in order: of one alone in this process, of many in others (`map_in_workers`)."""
    if not files.many:
        yield from map(prepare(argument), files)
        return
    from carbonseal.examining.workers import map_in_workers

    most = os.cpu_count() or 1

    def lost(item: Item, reason: str) -> FileResult:
        return results.lost(item.name, reason)

    yield from map_in_workers(prepare, argument, files, lost, most, preloaded=[type(results).__module__])


def _runner(job: VerifyJob) -> Callable[[Item], FileResult]:
    return Verifier(job).run
