"""What a seal shows: the entry's place in its log, and which ledgers and witnesses agree, since when.

Signatures and evidence that several seals share are checked once. Findings are placed below the seal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from carbonseal import findings
from carbonseal.findings import Finding, Refused
from carbonseal.instants import format_instant, from_seconds
from carbonseal.ledger import Checked, Evidence, Statement, TrustItem
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.entries import RecordEntry, decode
from carbonseal.log.notes import Note
from carbonseal.log.quorums import satisfied
from carbonseal.log.tree import leaf_hash, verify_consistency, verify_inclusion
from carbonseal.passport.seals import Head, Seal, SealedAnchor
from carbonseal.verification.policy import Policy
from carbonseal.verification.trust import Trust


@dataclass(frozen=True, slots=True)
class CheckedHead:
    """A checkpoint, whether a log of the policy signed it, and the policy's witnesses that cosigned it."""

    checkpoint: Checkpoint
    signed: bool
    witnesses: frozenset[str]
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Run:
    """Neighbouring heads, each shown to continue the one before: together they count as one side."""

    ledgers: set[str] = field(default_factory=set)  # by name in the policy
    witnesses: set[str] = field(default_factory=set)
    times: list[tuple[int, str]] = field(default_factory=list)  # seconds since 1970, and which ledger says so
    heads: int = 0  # those signed by a listed log


@dataclass(frozen=True, slots=True)
class CheckedSeal:
    """What was found, and the instant at which the entry is shown to have existed (None: not shown)."""

    findings: tuple[Finding, ...]
    since: datetime | None


class Seals:
    """Checks seals under one policy and one trust. Keeps what was checked, for the seals that follow."""

    def __init__(self, policy: Policy, trust: Trust) -> None:
        self._policy = policy
        self._trust = {ledger: trust.on(ledger) for ledger in policy.ledgers}
        self._heads: dict[bytes, CheckedHead] = {}
        self._anchors: dict[tuple[str, Evidence, Statement], Checked] = {}
        self.trusted: dict[int, TrustItem] = {}  # the items that anything rested on, by identity

    def check(self, seal: Seal, commitment: bytes) -> CheckedSeal:
        """Check that `seal` ties a record's commitment to the ledgers that the policy asks for."""
        try:
            entry = decode(seal.entry)
        except Refused as refused:
            return CheckedSeal((refused.finding,), None)
        if entry != RecordEntry(commitment):
            return CheckedSeal((findings.SEAL_OTHER_ENTRY(index=seal.index),), None)
        found: list[Finding] = []
        runs = self._runs(seal, found)
        run = max(runs, key=self._weight)
        found += self._quorums(run)
        return CheckedSeal(tuple(found), self._since(run))

    def equivocations(self) -> Iterable[Finding]:
        """Two roots that one log signed for one size, among all checkpoints seen so far."""
        roots: dict[tuple[str, int], bytes] = {}
        for head in self._heads.values():
            if head.signed:
                checkpoint = head.checkpoint
                first = roots.setdefault((checkpoint.origin, checkpoint.size), checkpoint.root)
                if first != checkpoint.root:
                    yield findings.LOG_EQUIVOCATION(
                        origin=checkpoint.origin, size=checkpoint.size, one=first.hex(), other=checkpoint.root.hex()
                    )

    # From heads to runs.

    def _runs(self, seal: Seal, found: list[Finding]) -> list[_Run]:
        leaf = leaf_hash(seal.entry)
        runs = [_Run()]
        previous: Checkpoint | None = None
        for number, head in enumerate(seal.heads):
            try:
                checked = self._head(head.checkpoint)
                checkpoint = checked.checkpoint
                place = (f"head {checkpoint.size}",)
            except Refused as refused:
                found.append(refused.finding.under(f"head {number}"))
                continue
            found += (finding.under(*place) for finding in checked.findings)
            try:
                if previous is not None and not self._linked(previous, head, checkpoint):
                    found.append(findings.SEAL_UNLINKED(*place, smaller=previous.size))
                    runs.append(_Run())
                verify_inclusion(leaf, seal.index, checkpoint.size, head.inclusion, checkpoint.root)
            except Refused as refused:
                found.append(refused.finding.under(*place))
                runs.append(_Run())
            else:
                if checked.signed:
                    found.append(findings.SEAL_INCLUDED(*place, index=seal.index, origin=checkpoint.origin))
                    self._count(head, checked, runs[-1], place, found)
            previous = checkpoint
        return runs

    def _linked(self, previous: Checkpoint, head: Head, checkpoint: Checkpoint) -> bool:
        """Whether `head` is shown to continue the one before. Raises `Refused` where it is shown not to, or cannot."""
        if checkpoint.origin != previous.origin:
            raise Refused(findings.SEAL_TWO_LOGS(one=previous.origin, other=checkpoint.origin))
        if checkpoint.size < previous.size or checkpoint == previous:
            raise Refused(findings.SEAL_HEADS_UNSORTED(smaller=previous.size))
        if head.consistency is None:
            return False
        verify_consistency(previous.size, previous.root, checkpoint.size, checkpoint.root, head.consistency)
        return True

    def _count(self, head: Head, checked: CheckedHead, run: _Run, place: tuple[str, ...], found: list[Finding]) -> None:
        """Add to `run` what a signed head brings: its witnesses, and the ledgers on which it is shown to be anchored."""
        run.heads += 1
        run.witnesses |= checked.witnesses
        statement = checked.checkpoint.statement()
        for anchor in head.anchors:
            result = self._anchor(anchor, statement)
            found += (finding.under(*place, anchor.ledger) for finding in result.findings)
            if result.proved is not None:
                name = self._policy.ledgers[anchor.ledger].name
                run.ledgers.add(name)
                self.trusted.update((id(item), item) for item in result.proved.trusted)
                if result.proved.time is not None:
                    run.times.append((result.proved.time, name))

    def _head(self, note_bytes: bytes) -> CheckedHead:
        if note_bytes not in self._heads:
            self._heads[note_bytes] = self._open(note_bytes)
        return self._heads[note_bytes]

    def _open(self, note_bytes: bytes) -> CheckedHead:
        note = Note.parse(note_bytes)
        checkpoint = Checkpoint.parse(note.text)
        key = self._policy.logs.get(checkpoint.origin)
        if key is None:
            return CheckedHead(checkpoint, False, frozenset(), (findings.LOG_NOT_LISTED(origin=checkpoint.origin),))
        if not note.signed_by(key):
            return CheckedHead(checkpoint, False, frozenset(), (findings.HEAD_UNSIGNED(origin=checkpoint.origin),))
        cosigned = {name for name, witness in self._policy.witnesses.items() if note.signed_by(witness)}
        return CheckedHead(checkpoint, True, frozenset(cosigned), ())

    def _anchor(self, anchor: SealedAnchor, statement: Statement) -> Checked:
        pinned = self._policy.ledgers.get(anchor.ledger)
        if pinned is None:
            return Checked((findings.LEDGER_NOT_LISTED(ledger=anchor.ledger),))
        known = (anchor.ledger, anchor.evidence, statement)
        if known not in self._anchors:
            trust = self._trust[anchor.ledger]
            self._anchors[known] = pinned.verifier.check(anchor.evidence, statement, pinned.pins, trust)
        return self._anchors[known]

    # From a run to what the policy asks.

    def _weight(self, run: _Run) -> tuple[int, int]:
        """How much of what the policy asks a run brings; the heads decide between equals."""
        policy = self._policy
        met = [
            satisfied(policy.ledger_quorum, run.ledgers),
            satisfied(policy.quorum, run.witnesses),
            policy.time_quorum is None or self._since(run) is not None,
        ]
        return sum(met), run.heads

    def _quorums(self, run: _Run) -> Iterable[Finding]:
        policy = self._policy
        if not run.heads:
            yield findings.SEAL_WITHOUT_HEAD()
        if policy.ledger_quorum is not None:
            met = satisfied(policy.ledger_quorum, run.ledgers)
            code = findings.LEDGER_QUORUM_MET if met else findings.LEDGER_QUORUM_UNMET
            yield code(ledgers=_listed(run.ledgers))
        if policy.quorum is not None:
            met = satisfied(policy.quorum, run.witnesses)
            code = findings.WITNESS_QUORUM_MET if met else findings.WITNESS_QUORUM_UNMET
            yield code(witnesses=_listed(run.witnesses))
        if policy.time_quorum is not None:
            since = self._since(run)
            if since is None:
                yield findings.TIME_QUORUM_UNMET(ledgers=_listed({name for _, name in run.times}))
            else:
                yield findings.TIME_QUORUM_MET(since=format_instant(since))

    def _since(self, run: _Run) -> datetime | None:
        """The earliest time at which the anchors dated by then satisfy the time quorum."""
        if self._policy.time_quorum is None:
            return None
        dated: set[str] = set()
        for seconds, name in sorted(run.times):
            dated.add(name)
            if satisfied(self._policy.time_quorum, dated):
                return from_seconds(seconds)
        return None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
