"""The verdict on a passport, or on a statement, where something is known from elsewhere: of logs, by an examination, a fraud proof
or a log's tiles; of lots, by an examination."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from carbonseal.findings import Finding, Verdict
from carbonseal.flow.checks import Setting
from carbonseal.flow.checks.lots.batch import CHECK, across
from carbonseal.flow.graph import Lot
from carbonseal.flow.lots import Balance
from carbonseal.flow.rules import CheckRequirement, finding
from carbonseal.passport.passports import Passport
from carbonseal.records.places import printable
from carbonseal.verification.checked.caches import Caches
from carbonseal.verification.observing.log_facts import LogFacts
from carbonseal.verification.observing.lot_observations import takers
from carbonseal.verification.policy import Policy
from carbonseal.verification.trust import Trust
from carbonseal.verification.verify import Report, verify, verify_statement

from . import codes

if TYPE_CHECKING:
    from carbonseal.passport.conformity.files import StatementFile

Known = Mapping[str, Sequence[Finding]]  # by origin: what is known of logs beyond one passport


def verify_knowing(
    passport: Passport,
    policy: Policy,
    trust: Trust,
    *,
    at: datetime,
    facts: LogFacts,
    known: Known,
    lots: Mapping[Lot, Balance] | None = None,
    caches: Caches | None = None,
) -> Report:
    """`verify` where findings on logs and balances of `lots` are known. `facts` is what the passport shows of logs, `caches` what
    is shared with other passports.

    What such a log sealed gets the findings. As a ledger, a log of which one rejects counts for nothing.
    """
    report = _knowing(policy, facts, known, lambda policy: verify(passport, policy, trust, at=at, caches=caches))
    found = (*report.findings, *_of_lots(passport, policy, at, lots or {}))
    return replace(report, verdict=Verdict.of(found), findings=found)


def verify_statement_knowing(
    file: StatementFile, policy: Policy, trust: Trust, *, at: datetime, facts: LogFacts, known: Known
) -> Report:
    """`verify_statement` where findings on logs are known, as `verify_knowing`."""
    return _knowing(policy, facts, known, lambda policy: verify_statement(file, policy, trust, at=at))


def _knowing(policy: Policy, facts: LogFacts, known: Known, judged: Callable[[Policy], Report]) -> Report:
    together = policy.history and facts.sealing <= known.keys()  # of all files: not of this one by itself
    if together:
        policy = replace(policy, history=False)
    frauds = {origin for origin, found in known.items() if Verdict.of(found) is Verdict.REJECTED}
    report = judged(policy.without_ledgers(frauds))
    found = [finding for finding in report.findings if not together or finding.code is not codes.HISTORY_NOT_ASKED]
    for origin in sorted(facts.origins() & known.keys()):
        if origin in facts.sealing:
            found += known[origin]
        if f"tlog:{origin}" in policy.ledgers and origin in frauds:
            found.append(codes.LEDGER_FRAUD(ledger=f"tlog:{origin}"))
    return replace(report, verdict=Verdict.of(found), findings=tuple(found))


def _of_lots(passport: Passport, policy: Policy, at: datetime, lots: Mapping[Lot, Balance]) -> Iterator[Finding]:
    """What the balances of many passports say of this one, as the policy requires the check *batch*."""
    if not lots:
        return
    requirement = policy.required_checks().get(CHECK.name, CheckRequirement())
    for lot, issuers in takers(passport).items():
        if lot in lots:
            for result in across(lots[lot], Setting(at, requirement.within), issuers):
                told = finding(result.under(("all files together", printable(lot[1], 80))), requirement)
                if told is not None:
                    yield told
