"""Ask several endpoints, keep what each of them says, and tell what it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import BrokeOff, Failed
from carbonseal.cli.formatting.progress import Progress
from carbonseal.cli.formatting.text import plain
from carbonseal.findings import Finding, Refused
from carbonseal.gathering import GatherRequest, TrustGatherer
from carbonseal.instants import format_instant
from carbonseal.ledger import Evidence, TransientError
from carbonseal.plugins import EVIDENCE, TRUST

if TYPE_CHECKING:
    from carbonseal.verification.policy import Policy
    from carbonseal.verification.trust import Trust

AT_MOST = 5  # findings of one code that are told in full
NOT_AGREED = 3  # the exit status


def find_gatherer(ledger: str) -> TrustGatherer | None:
    """What gathers trust for a ledger of this name, if anything does."""
    gatherer: TrustGatherer | None = TRUST.find(ledger.partition(":")[0], TrustGatherer)
    return gatherer


def gatherer_of(ledger: str) -> TrustGatherer:
    scheme, colon, rest = ledger.partition(":")
    if not (colon and rest):
        raise Failed(f"{ledger!r} is no ledger's name", "write it as policies do, such as eip155:1")
    found = find_gatherer(ledger)
    if found is not None:
        return found
    if not EVIDENCE.is_built_in(scheme) and EVIDENCE.package_of(scheme) is None:
        raise Failed(
            f"{ledger}: nothing here knows ledgers of the kind {scheme}", "correct the name, or install its adapter"
        )
    raise Failed(f"{ledger}: there is nothing to gather", "what counts of this kind of ledger stands in the policy")


class Gathering:
    """A trust that grows as endpoints are asked. One that does not answer, or is of no use, stops none of the others."""

    def __init__(self, trust: Trust, policy: Policy | None, agree: int | None, confirmations: int | None) -> None:
        self.trust = trust
        self._before = set(map(id, trust.items))
        self._policy, self._agree, self._confirmations = policy, agree, confirmations
        self._when = format_instant(datetime.now(UTC))
        self._evidence: dict[str, Sequence[Evidence]] = {}  # by ledgers that somebody was asked about
        self._findings: dict[str, Finding] = {}  # by what they say, so that each is told once
        self._failures: dict[tuple[str, str], Failed] = {}
        self._answered = False

    @property
    def new(self) -> int:
        return sum(id(item) not in self._before for item in self.trust.items)

    def ask(
        self,
        endpoints: Sequence[tuple[str, str]],
        evidence: Mapping[str, Sequence[Evidence]],
        since: int | None = None,
    ) -> None:
        """Ask each (ledger, endpoint). Raises `Failed` where an endpoint is no address, or is named twice."""
        named = [(ledger, _whence(ledger, endpoint), endpoint) for ledger, endpoint in endpoints]
        twice = [
            source for at, (ledger, source, _) in enumerate(named) if (ledger, source) in {n[:2] for n in named[:at]}
        ]
        if twice:
            raise Failed(f"{twice[0]} is named twice", "a second source must be somebody else")
        for ledger, source, endpoint in named:
            self._evidence.setdefault(ledger, evidence.get(ledger, ()))
            if (ledger, source) not in self._failures:
                self._ask(ledger, source, endpoint, since)

    def _ask(self, ledger: str, source: str, endpoint: str, since: int | None) -> None:
        asked = self._asked(ledger, since)
        try:
            with Progress(f"asking {source}") as progress:
                found = gatherer_of(ledger).gather(ledger, asked, endpoint, progress.step)
        except TransientError as error:
            remedy = "is the address right? Otherwise try later"
            self._failures[ledger, source] = BrokeOff(f"{ledger}: {error}", remedy)
        except Refused as refused:
            self._failures[ledger, source] = Failed.by(refused, ledger, source)
        else:
            self._answered = True
            self.trust = self.trust.without(found.replaced).joined(found.items)
            self._findings.update((str(finding), finding.under(ledger)) for finding in found.findings)

    def _asked(self, ledger: str, since: int | None = None) -> GatherRequest:
        pinned = self._policy.ledgers.get(ledger) if self._policy else None
        return GatherRequest(
            self._when,
            self._evidence[ledger],
            self.trust.on(ledger),
            pinned.pins if pinned else None,
            since,
            self._confirmations,
        )

    def check(self) -> None:
        """Raise `Failed` or `BrokeOff` where nobody was of any use."""
        if self._failures and not self._answered:
            raise next(iter(self._failures.values()))

    def report(self) -> int:
        """Tell whom to doubt and what is lacking; the exit status that says whether enough agree."""
        for failure in self._failures.values():
            failure.show()
        lacking = 0
        for ledger in self._evidence:
            reviewed = gatherer_of(ledger).review(ledger, self._asked(ledger), self._agree)
            for finding in (*reviewed.remarks, *reviewed.lacking):
                self._findings.setdefault(str(finding), finding.under(ledger))
            lacking += len(reviewed.lacking)
        for line in _told(self._findings.values()):
            click.echo(f"  {plain(line)}", err=True)
        return NOT_AGREED if lacking else 0


def _whence(ledger: str, endpoint: str) -> str:
    try:
        return gatherer_of(ledger).source(endpoint)
    except Refused as refused:
        raise Failed.by(refused, ledger) from refused


def _told(findings: Iterable[Finding]) -> Iterator[str]:
    """Findings in lines, of each code no more than a few."""
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code.name, []).append(finding)
    for name, found in by_code.items():
        yield from map(str, found[:AT_MOST])
        if len(found) > AT_MOST:
            yield f"... and {len(found) - AT_MOST:,} more [{name}]"
