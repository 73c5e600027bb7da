"""Runs of heads against the quorums of a policy (docs/spec.md, section 17, "Seals"). Private."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from datetime import datetime

from carbonseal.findings import Finding
from carbonseal.instants import format_instant
from carbonseal.log.quorums import lacking, missing_in, names_in, satisfied
from carbonseal.verification import codes
from carbonseal.verification.checked.caches import Caches, Scope
from carbonseal.verification.checked.shown import CheckedRun, Run, listed
from carbonseal.verification.ledger_classes import Class, choice, earliest, one_each
from carbonseal.verification.policy import Policy

OVERHEAD = 4096  # bytes that the outcome of a run takes, about


class Quorums:
    """What a policy asks of a run of heads. `caches` has runs of the same content."""

    def __init__(self, policy: Policy, scope: Scope, caches: Caches) -> None:
        self._policy, self._scope, self._caches = policy, scope, caches

    def checked(self, runs: Sequence[Run], carried: frozenset[str]) -> CheckedRun:
        """Of the run that satisfies the most: a finding, without a place, for each quorum that the policy asks for, and for each
        ledger that one lacks. `carried`: the ledgers of all anchors of the seal."""
        run = runs[0] if len(runs) == 1 else max(runs, key=self._weight)
        content = tuple(run.ledgers.items()), run.witnesses, tuple(run.times.items()), run.heads > 0, carried
        return self._caches.runs.of((self._scope, content), OVERHEAD, lambda: self._checked(run, carried))

    def _checked(self, run: Run, carried: Set[str]) -> CheckedRun:
        among = run.classes
        existed_by = self._existed_by(run, among)
        return CheckedRun(tuple(self._quorums(run, among, existed_by, carried)), existed_by, run.times)

    def _weight(self, run: Run) -> tuple[int, float, int]:
        """How many of the policy's quorums a run satisfies; between equals the earlier time is more, then more signed heads."""
        policy, among = self._policy, run.classes
        existed_by = self._existed_by(run, among)
        met = [
            choice(policy.anchors, frozenset(run.ledgers), among) is not None,
            satisfied(policy.quorum, run.witnesses),
            policy.time is None or existed_by is not None,
        ]
        return sum(met), 0.0 if existed_by is None else -existed_by.timestamp(), run.heads

    def _quorums(
        self, run: Run, among: tuple[Class, ...], existed_by: datetime | None, carried: Set[str]
    ) -> Iterable[Finding]:
        """A finding for each quorum that the policy asks for, and for each ledger that one lacks. `carried`: the ledgers of all
        anchors of the seal."""
        policy = self._policy
        if not run.heads:
            yield codes.SEAL_WITHOUT_HEAD()
        lines = frozenset(run.ledgers)
        for one in among:
            if len(one) > 1:
                yield codes.LEDGER_SAME(ledgers=listed(one))
        missing: set[str] = set()
        if policy.anchors is not None:
            counted = choice(policy.anchors, lines, among)
            if counted is None:
                have = one_each(lines & names_in(policy.anchors), among)
                missing |= missing_in(policy.anchors, have) - lines
                yield codes.LEDGER_QUORUM_UNMET(ledgers=listed(have), lacking=lacking(policy.anchors, have))
            else:
                yield codes.LEDGER_QUORUM_MET(ledgers=listed(counted))
        if policy.quorum is not None:
            witnesses = listed(run.witnesses)
            if satisfied(policy.quorum, run.witnesses):
                yield codes.WITNESS_QUORUM_MET(witnesses=witnesses)
            else:
                wanted = lacking(policy.quorum, run.witnesses)
                yield codes.WITNESS_QUORUM_UNMET(witnesses=witnesses, lacking=wanted)
        if policy.time is not None:
            if existed_by is None:
                have = one_each(run.times.keys() & names_in(policy.time), among)
                missing |= missing_in(policy.time, have) - run.times.keys()
                yield codes.TIME_QUORUM_UNMET(ledgers=listed(have), lacking=lacking(policy.time, have))
            else:
                yield codes.TIME_QUORUM_MET(time=format_instant(existed_by))
        yield from self._missing(missing, run, carried)

    def _missing(self, names: Set[str], run: Run, carried: Set[str]) -> Iterable[Finding]:
        """Of each ledger that a quorum lacks: whether there is no anchor on it, or none that counts, or none with a date."""
        for pinned in self._policy.ledgers.values():
            if pinned.name in names:
                if pinned.name in run.ledgers:
                    code = codes.LEDGER_NOT_DATED
                else:
                    code = codes.LEDGER_NOT_SHOWN if pinned.ledger in carried else codes.LEDGER_ABSENT
                yield code(name=pinned.name, ledger=pinned.ledger)

    def _existed_by(self, run: Run, among: tuple[Class, ...]) -> datetime | None:
        """The earliest time at which the anchors dated by then satisfy what the policy requires of time."""
        return None if self._policy.time is None else earliest(self._policy.time, run.times, among)
