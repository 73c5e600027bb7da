"""The verdict on a passport where something is known of logs from elsewhere: an examination, a fraud proof, a log's tiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from carbonseal.findings import Finding, Verdict
from carbonseal.passport.passports import Passport
from carbonseal.verification.log_facts import LogFacts
from carbonseal.verification.policy import Policy
from carbonseal.verification.trust import Trust
from carbonseal.verification.verify import Report, verify

from . import codes

Known = Mapping[str, Sequence[Finding]]  # by origin: what is known of logs beyond one passport


def verify_knowing(
    passport: Passport, policy: Policy, trust: Trust, *, at: datetime, facts: LogFacts, known: Known
) -> Report:
    """`verify` where findings on logs are known. `facts` is what the passport shows of logs.

    What such a log sealed gets the findings. As a ledger, a log of which one rejects counts for nothing.
    """
    together = policy.history and facts.sealing <= known.keys()  # of all files: not of this one by itself
    if together:
        policy = replace(policy, history=False)
    frauds = {origin for origin, found in known.items() if Verdict.of(found) is Verdict.REJECTED}
    report = verify(passport, policy.without_ledgers(frauds), trust, at=at)
    found = [finding for finding in report.findings if not together or finding.code is not codes.HISTORY_NOT_ASKED]
    for origin in sorted(facts.origins() & known.keys()):
        if origin in facts.sealing:
            found += known[origin]
        if f"tlog:{origin}" in policy.ledgers and origin in frauds:
            found.append(codes.LEDGER_FRAUD(ledger=f"tlog:{origin}"))
    return replace(report, verdict=Verdict.of(found), findings=tuple(found))
