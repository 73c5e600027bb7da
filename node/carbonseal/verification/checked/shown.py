"""What heads show, and runs of them (docs/spec.md, section 17, "Seals"). Private."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime

from carbonseal.findings import Finding
from carbonseal.ledger import Statement, TrustItem
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.values import dataclass
from carbonseal.verification.ledger_classes import Class, classes


@dataclass(frozen=True, slots=True)
class CheckedHead:
    """A checkpoint (None: it cannot be read), the statement that its anchors must prove, and the policy's witnesses that
    cosigned it."""

    checkpoint: Checkpoint | None
    findings: tuple[Finding, ...] = ()
    statement: Statement | None = None  # None: not signed by a log of the policy
    witnesses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CheckedAnchors:
    """What the anchors of one signed head show. Findings are below their ledgers; the ledgers that prove the head, with what
    identifies each, and their times are by name in the policy."""

    findings: tuple[Finding, ...]
    ledgers: Mapping[str, frozenset[str]]
    times: Mapping[str, datetime]
    trusted: tuple[TrustItem, ...]  # the items that the proofs rest on


@dataclass(slots=True)
class Run:
    """Consecutive heads, each shown to continue the one before: together they count as one view of the log."""

    ledgers: dict[str, frozenset[str]] = field(default_factory=dict)  # what identifies each, by name in the policy
    witnesses: frozenset[str] = frozenset()
    times: dict[str, datetime] = field(default_factory=dict)  # not later than, by ledger
    heads: int = 0  # those signed by a listed log

    def add(self, witnesses: frozenset[str], anchors: CheckedAnchors) -> None:
        """Add what a signed head shows."""
        self.heads += 1
        if self.heads == 1:
            self.ledgers, self.witnesses, self.times = {**anchors.ledgers}, witnesses, {**anchors.times}
            return
        self.witnesses |= witnesses
        for name, identities in anchors.ledgers.items():
            self.ledgers[name] = self.ledgers.get(name, frozenset()) | identities
        for name, time in anchors.times.items():
            self.times[name] = min(time, self.times.get(name, time))

    @property
    def classes(self) -> tuple[Class, ...]:
        """Its ledgers, those together that are one."""
        return classes(self.ledgers)


@dataclass(frozen=True, slots=True)
class CheckedRun:
    """What the policy's quorums say of a run, the time by which its entry is shown to have existed (None: not shown), and the times
    of its ledgers, by name in the policy."""

    findings: tuple[Finding, ...]
    existed_by: datetime | None
    times: Mapping[str, datetime]


def listed(names: Iterable[str]) -> str:
    """Names as findings have them."""
    return ", ".join(sorted(names)) or "none"
