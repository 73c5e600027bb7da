"""Verifies files under a policy: what is done with each item of a part.

- A `VerifyJob` is bytes, so that it can be sent to other processes; a `Verifier` has its policy and trust parsed.
- A file is a passport, a statement by itself, or a fraud proof of a log or a lot. With its result comes what it shows of logs
  and lots, for the examination.

Private.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING

from carbonseal.examining.files.codes import UNREAD_MEMORY
from carbonseal.examining.files.items import Item
from carbonseal.examining.labels import is_another, of_carrier
from carbonseal.examining.named_bytes import NamedBytes
from carbonseal.examining.parts import NOTHING, Observed, PartResult, Work
from carbonseal.examining.results import NO_VERDICT, FileResult, Presenter
from carbonseal.findings import Outcome, Refused, Verdict
from carbonseal.values import dataclass

if TYPE_CHECKING:
    from carbonseal.flow.graph import Lot
    from carbonseal.flow.lots import Balance
    from carbonseal.passport.passports import Passport
    from carbonseal.verification.consignment.delivered import Delivered
    from carbonseal.verification.known_logs import Known
    from carbonseal.verification.observing.log_facts import LogFacts, Notes
    from carbonseal.verification.observing.observations import Source
    from carbonseal.verification.policy import Policy
    from carbonseal.verification.trust import Trust

FRAUD_PROOF, STATEMENT = b'"fraud-proof/', b'"statement/'


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
        from carbonseal.verification.checked.caches import Caches
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
        self._caches = Caches()
        self.requires_history = self.policy.history

    def judge(self, item: Item) -> PartResult:
        """The result of an item, and what it shows. What is wrong with it is in the result; nothing is raised on purpose."""
        if item.problem:
            return PartResult((self._results.not_read(item.name, item.problem),))
        try:
            result, observed = self._verify(item)
        except MemoryError:
            result = self._results.not_read(item.name, UNREAD_MEMORY())
            return PartResult((result,))
        return PartResult((replace(result, sha256=hashlib.sha256(item.raw).hexdigest()),), observed)

    def _verify(self, item: Item) -> tuple[FileResult, Observed]:
        from carbonseal.passport.passports import parse
        from carbonseal.verification.known_logs import verify_knowing
        from carbonseal.verification.observing.log_facts import log_facts
        from carbonseal.verification.observing.lot_observations import lot_rows, takers
        from carbonseal.verification.observing.observations import lot_lines, rows
        from carbonseal.verification.one_history import of_facts
        from carbonseal.verification.verify import Report

        path, raw = item.name, item.raw
        if FRAUD_PROOF in raw and (of_proof := self._fraud_proof(path, raw)) is not None:
            return of_proof
        if STATEMENT in raw and (statement := self._statement(path, raw)) is not None:
            return statement
        try:
            passport = parse(raw, self._caches.read)
        except Refused as refused:
            return self._results.refused(path, refused.finding), NOTHING
        compared = of_carrier(item, passport)
        if is_another(compared):
            return self._results.report(path, Report(Verdict.UNDETERMINED, tuple(compared))), NOTHING
        facts = log_facts(passport, self.keys, self._notes, self._caches.trees)
        job = self._job
        report = verify_knowing(
            passport,
            self.policy,
            self._trust,
            at=self._at,
            facts=facts,
            known=job.known,
            lots=job.lots,
            caches=self._caches,
        )
        if compared:
            found = (*compared, *report.findings)
            report = replace(report, verdict=Verdict.of(found), findings=found)
        source = _source(path, raw)
        lots = lot_rows(passport) if report.verdict is Verdict.VERIFIED else {}
        heads, links = of_facts(facts) if self.requires_history else ((), ())
        result = replace(
            self._results.report(path, report, passport),
            lots=frozenset(takers(passport)) if lots else frozenset(),
            origins=frozenset(facts.origins()),
            delivered=self._delivered(passport, path, report.verdict) if job.is_consigned else None,
        )
        observed = Observed(rows(facts, source) | lot_lines(lots, source), frozenset(heads), frozenset(links))
        return result, observed

    def observations(self, item: Item) -> Mapping[bytes, bytes]:
        """What an item shows of the logs that the policy lists, as `observations.rows` gives it; nothing where it is neither a
        passport nor a statement."""
        from carbonseal.verification.observing.observations import rows

        facts = self.facts(item.raw)
        return {} if facts is None else rows(facts, _source(item.name, item.raw))

    def facts(self, raw: bytes) -> LogFacts | None:
        """What a file's bytes show of the logs that the policy lists; None where they are neither a passport nor a statement."""
        from carbonseal.passport.bundles import BUNDLE_LIMITS
        from carbonseal.passport.conformity.files import is_statement, read_statement
        from carbonseal.passport.passports import parse
        from carbonseal.records import strict
        from carbonseal.verification.observing.log_facts import log_facts

        try:
            if STATEMENT in raw and is_statement(value := strict.parse(raw, BUNDLE_LIMITS)):
                return log_facts(read_statement(value), self.keys)
            return log_facts(parse(raw), self.keys)
        except Refused:
            return None

    @staticmethod
    def _delivered(passport: Passport, path: str, verdict: Verdict) -> Delivered:
        from carbonseal.verification.consignment.delivered import delivered

        return delivered(passport, path, verdict)

    def _statement(self, path: str, raw: bytes) -> tuple[FileResult, Observed] | None:
        """The result of a statement file, and what it shows; None where the file is something else."""
        from carbonseal.passport.bundles import BUNDLE_LIMITS
        from carbonseal.passport.conformity.files import is_statement, read_statement
        from carbonseal.records.strict import parse
        from carbonseal.verification.known_logs import verify_statement_knowing
        from carbonseal.verification.observing.log_facts import log_facts
        from carbonseal.verification.observing.observations import rows
        from carbonseal.verification.one_history import of_facts

        try:
            value = parse(raw, BUNDLE_LIMITS)
        except Refused:
            return None
        if not is_statement(value):
            return None
        try:
            file = read_statement(value)
        except Refused as refused:
            return self._results.refused(path, refused.finding), NOTHING
        facts = log_facts(file, self.keys, self._notes, self._caches.trees)
        known = self._job.known
        report = verify_statement_knowing(file, self.policy, self._trust, at=self._at, facts=facts, known=known)
        heads, links = of_facts(facts) if self.requires_history else ((), ())
        result = replace(self._results.report(path, report), origins=frozenset(facts.origins()))
        return result, Observed(rows(facts, _source(path, raw)), frozenset(heads), frozenset(links))

    def _fraud_proof(self, path: str, raw: bytes) -> tuple[FileResult, Observed] | None:
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
            return (result if unknown else replace(result, status=NO_VERDICT, word="does not hold")), NOTHING
        report = Report(Verdict.of(findings), findings)
        result = self._results.report(path, report)
        if isinstance(proof, BatchProof) or report.verdict is not Verdict.REJECTED:
            return result, NOTHING
        return result, Observed(frauds={proof.origin: findings[0]})


def _source(path: str, raw: bytes) -> Source:
    """A file, as the source of observations."""
    from carbonseal.verification.observing.observations import Source

    name = path.encode("utf-8", "replace").decode()  # a name that is not UTF-8 cannot be written
    return Source(hashlib.sha256(raw).hexdigest(), name)


def verifying(job: VerifyJob) -> Work:
    """The work of verifying items under a job."""
    return Work(_judge, job, job.results)


def _judge(job: VerifyJob) -> Callable[[Item], PartResult]:
    return Verifier(job).judge
