"""Queries several endpoints about ledgers, keeps each answer as that endpoint's own, and reports on what they agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from carbonseal.cli.errors import BrokeOff, Failed
from carbonseal.cli.formatting.progress import Progress
from carbonseal.cli.formatting.text import plain
from carbonseal.examining.files.given import GivenFiles
from carbonseal.findings import Finding, Refused
from carbonseal.gathering import GatherRequest, TrustGatherer
from carbonseal.instants import format_instant
from carbonseal.ledger import Evidence, TransientError
from carbonseal.plugins import EVIDENCE, TRUST

if TYPE_CHECKING:
    from carbonseal.verification.policy import Policy
    from carbonseal.verification.trust import Trust

AT_MOST = 5  # findings of one code that are printed in full
LACKING = 3  # the exit status where fewer agree than required, or a passport would be undetermined, as `verify` has it


def find_gatherer(ledger: str) -> TrustGatherer | None:
    """The gatherer for the ledger of this name, or None where its kind needs none or is unknown. Raises `Refused` where an
    installed package's cannot be used."""
    gatherer: TrustGatherer | None = TRUST.find(ledger.partition(":")[0], TrustGatherer)
    return gatherer


def gatherer_of(ledger: str) -> TrustGatherer:
    """The gatherer for the ledger of this name. Raises `Failed` where there is none, with the reason."""
    scheme, colon, rest = ledger.partition(":")
    if not (colon and rest):
        raise Failed(f"{ledger!r} is not a valid ledger name", "write it as policies do, such as eip155:1")
    found = find_gatherer(ledger)
    if found is not None:
        return found
    if not EVIDENCE.is_built_in(scheme) and EVIDENCE.package_of(scheme) is None:
        raise Failed(
            f"{ledger}: nothing that is installed knows ledgers of the kind {scheme}",
            "correct the name, or install its adapter",
        )
    raise Failed(
        f"{ledger}: there is nothing to gather for this kind of ledger", "what its evidence rests on is in the policy"
    )


class TrustCollection:
    """A trust that grows while endpoints are queried. An endpoint that does not answer, or is of no use, stops no other."""

    def __init__(self, trust: Trust, policy: Policy | None, agree: int | None, confirmations: int | None) -> None:
        self.trust = trust
        self._before = set(map(id, trust.items))
        self._policy, self._agree, self._confirmations = policy, agree, confirmations
        self._when = format_instant(datetime.now(UTC))
        self._evidence: dict[str, Sequence[Evidence]] = {}  # by the ledgers that an endpoint was queried about
        self._findings: dict[str, Finding] = {}  # by their text, so that each is printed once
        self._failures: dict[tuple[str, str], Failed] = {}  # by ledger and source
        self._answered = False

    @property
    def new(self) -> int:
        """The number of items that were not in the trust at the beginning."""
        return sum(id(item) not in self._before for item in self.trust.items)

    def query(
        self,
        endpoints: Sequence[tuple[str, str]],
        evidence: Mapping[str, Sequence[Evidence]],
        since: int | None = None,
    ) -> None:
        """Query each (ledger, endpoint). Raises `Failed` where an endpoint is not an address, or is named twice."""
        named = [(ledger, _source(ledger, endpoint), endpoint) for ledger, endpoint in endpoints]
        twice = [
            source for at, (ledger, source, _) in enumerate(named) if (ledger, source) in {n[:2] for n in named[:at]}
        ]
        if twice:
            raise Failed(f"{twice[0]} is named twice", "name another source: one endpoint counts once")
        for ledger, source, endpoint in named:
            self._evidence.setdefault(ledger, evidence.get(ledger, ()))
            if (ledger, source) not in self._failures:
                self._query(ledger, source, endpoint, since)

    def _query(self, ledger: str, source: str, endpoint: str, since: int | None) -> None:
        request = self._request(ledger, since)
        try:
            with Progress(f"querying {source}") as progress:
                found = gatherer_of(ledger).gather(ledger, request, endpoint, progress.step)
        except TransientError as error:
            remedy = "is the address right? If it is, try again later"
            self._failures[ledger, source] = BrokeOff(f"{ledger}: {error}", remedy)
        except Refused as refused:
            self._failures[ledger, source] = Failed.by(refused, ledger, source)
        else:
            self._answered = True
            self.trust = self.trust.without(found.replaced).joined(found.items)
            self._findings.update((str(finding), finding.under(ledger)) for finding in found.findings)

    def _request(self, ledger: str, since: int | None = None) -> GatherRequest:
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
        """Raise the first failure, `Failed` or `BrokeOff`, where no endpoint was of any use."""
        if self._failures and not self._answered:
            raise next(iter(self._failures.values()))

    def report(self) -> int:
        """Print which endpoints failed or are outvoted and what is lacking. The exit status: 3 where too few agree on something,
        else 0."""
        for failure in self._failures.values():
            failure.show()
        lacking = 0
        for ledger in self._evidence:
            reviewed = gatherer_of(ledger).review(ledger, self._request(ledger), self._agree)
            for finding in (*reviewed.remarks, *reviewed.lacking):
                self._findings.setdefault(str(finding), finding.under(ledger))
            lacking += len(reviewed.lacking)
        for line in _lines(self._findings.values()):
            click.echo(f"  {plain(line)}", err=True)
        return LACKING if lacking else 0


def report_lacking(files: GivenFiles, policy: Policy, trust: Trust) -> int:
    """Print what the policy requires of ledgers and witnesses and these passports would lack now, each once, with the first file.
    The exit status: 3 where there is something, else 0."""
    from carbonseal.verification import codes
    from carbonseal.verification.verify import verify

    unmet = (codes.LEDGER_QUORUM_UNMET, codes.TIME_QUORUM_UNMET, codes.WITNESS_QUORUM_UNMET)
    why = (codes.LEDGER_ABSENT, codes.LEDGER_NOT_SHOWN, codes.LEDGER_NOT_DATED)
    at = datetime.now(UTC)
    found: dict[str, dict[str, None]] = {}  # the files, by what they lack
    with Progress("what will be lacking") as progress:
        for item in files:
            for finding in verify(item.raw, policy, trust, at=at).findings:
                if finding.code in (*unmet, *why):
                    found.setdefault(str(replace(finding, place=())), {})[item.name] = None
            progress.step()
    for text, lack in found.items():
        first, *others = lack
        click.echo(plain(f"  {first}{f' and {len(others):,} more' if others else ''}: {text}"), err=True)
    return LACKING if found else 0


def _source(ledger: str, endpoint: str) -> str:
    """How the endpoint is written down. Raises `Failed` where it is not an address."""
    try:
        return gatherer_of(ledger).source(endpoint)
    except Refused as refused:
        raise Failed.by(refused, ledger) from refused


def _lines(findings: Iterable[Finding]) -> Iterator[str]:
    """The findings, one a line; of each code no more than a few."""
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code.name, []).append(finding)
    for name, found in by_code.items():
        yield from map(str, found[:AT_MOST])
        if len(found) > AT_MOST:
            yield f"... and {len(found) - AT_MOST:,} more [{name}]"
