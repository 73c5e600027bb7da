"""Verification of seals (docs/spec.md, section 17, "Seals"): an entry's place in its log, and the ledgers that anchor it.

The heads of a seal are taken in order, in the steps of the specification; the code below has their numbers:

1. Checkpoint: it is read; a head is *signed* where a log that the policy lists signed it, else it counts for nothing.
2. Consistency with the head before: where it is shown the *run* goes on, where it is not a new run begins.
3. Inclusion of the entry, whether the head is signed or not.
4. Anchors and witnesses: a signed head adds to its run the ledgers that prove it, their times, and its witnesses.

Runs are never added up: the run that satisfies the most of the policy's quorums is chosen. Signatures and evidence that
several seals share are verified once. Findings are placed below the seal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from carbonseal.findings import Finding, Place, Refused
from carbonseal.instants import format_instant, format_seconds, from_seconds
from carbonseal.ledger import Checked, Proved, Statement, TrustItem
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.entries import RecordEntry, decode
from carbonseal.log.notes import Note, VerifierKey
from carbonseal.log.quorums import Quorum, lacking, missing_in, names_in, satisfied
from carbonseal.log.tree import leaf_hash, verify_consistency, verify_inclusion
from carbonseal.passport.seals import Head, Seal, SealedAnchor
from carbonseal.verification.ledger_classes import Class, choice, classes, earliest, one_each
from carbonseal.verification.policy import Policy
from carbonseal.verification.trust import Trust

from . import codes


@dataclass(frozen=True, slots=True)
class CheckedHead:
    """A checkpoint (None: it cannot be read), the statement that its anchors must prove, and the policy's witnesses that
    cosigned it."""

    checkpoint: Checkpoint | None
    findings: tuple[Finding, ...] = ()
    statement: Statement | None = None  # None: not signed by a log of the policy
    witnesses: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Run:
    """Consecutive heads, each shown to continue the one before: together they count as one view of the log."""

    ledgers: dict[str, set[str]] = field(default_factory=dict)  # what identifies each, by name in the policy
    witnesses: set[str] = field(default_factory=set)
    times: dict[str, datetime] = field(default_factory=dict)  # not later than, by ledger
    heads: int = 0  # those signed by a listed log

    @property
    def classes(self) -> tuple[Class, ...]:
        """Its ledgers, those together that are one."""
        return classes(self.ledgers)


@dataclass(frozen=True, slots=True)
class CheckedSeal:
    """What was found, and the time by which the entry is shown to have existed (None: not shown)."""

    findings: Sequence[Finding]
    existed_by: datetime | None


class Seals:
    """Verifies seals under one policy and one trust. Keeps what was verified, for the seals that follow."""

    def __init__(self, policy: Policy, trust: Trust) -> None:
        self._policy = policy
        self._trust = {ledger: trust.on(ledger) for ledger in policy.ledgers}
        self._heads: dict[bytes, CheckedHead] = {}
        self._anchors: dict[SealedAnchor, tuple[Statement, Checked]] = {}  # each verified once, for the first head
        self.trusted: dict[int, TrustItem] = {}  # the items that proofs rested on, by identity

    def check(self, seal: Seal, commitment: bytes, place: Place) -> CheckedSeal:
        """Whether `seal`, which is at `place`, ties the commitment to the ledgers that the policy asks for."""
        try:
            entry = decode(seal.entry)
        except Refused as refused:
            return CheckedSeal([refused.finding.under(*place)], None)
        if entry != RecordEntry(commitment):
            return CheckedSeal([codes.SEAL_OTHER_ENTRY(*place, index=seal.index)], None)
        found: list[Finding] = []
        runs = self._runs(seal, place, found)
        run = runs[0] if len(runs) == 1 else max(runs, key=self._weight)
        existed_by = self._existed_by(run)
        carried = {anchor.ledger for head in seal.heads for anchor in head.anchors}
        found += self._quorums(run, existed_by, carried, place)
        return CheckedSeal(found, existed_by)

    # From heads to runs

    def _runs(self, seal: Seal, seal_place: Place, found: list[Finding]) -> list[_Run]:
        """Steps 1 to 4 for every head, in order."""
        leaf = leaf_hash(seal.entry)
        runs = [_Run()]
        previous: Checkpoint | None = None
        for number, head in enumerate(seal.heads):
            checked = self._head(head.checkpoint)  # 1
            checkpoint = checked.checkpoint
            place = (*seal_place, f"head {number if checkpoint is None else checkpoint.size}")
            found += (finding.under(*place) for finding in checked.findings)
            if checkpoint is None:  # whether the next head continues it cannot be shown
                runs.append(_Run())
                previous = None
                continue
            try:
                if previous is not None and not self._linked(previous, head, checkpoint):  # 2
                    found.append(codes.SEAL_UNLINKED(*place, smaller=previous.size))
                    runs.append(_Run())
                verify_inclusion(leaf, seal.index, checkpoint.size, head.inclusion, checkpoint.root)  # 3
            except Refused as refused:
                found.append(refused.finding.under(*place))
                runs.append(_Run())
            else:
                if checked.statement is not None:
                    found.append(codes.SEAL_INCLUDED(*place, index=seal.index, origin=checkpoint.origin))
                    runs[-1].witnesses |= checked.witnesses  # 4
                    self._count(head.anchors, checked.statement, runs[-1], place, found)
            previous = checkpoint
        return runs

    def _linked(self, previous: Checkpoint, head: Head, checkpoint: Checkpoint) -> bool:
        """Step 2: whether `head` is shown to continue the head before. Raises Refused where it does not."""
        if checkpoint.origin != previous.origin:
            raise Refused(codes.SEAL_TWO_LOGS(one=previous.origin, other=checkpoint.origin))
        if checkpoint.size < previous.size or checkpoint == previous:
            raise Refused(codes.SEAL_HEADS_UNSORTED(smaller=previous.size))
        if head.consistency is None:
            return False
        verify_consistency(previous.size, previous.root, checkpoint.size, checkpoint.root, head.consistency)
        return True

    def _count(
        self,
        anchors: Iterable[SealedAnchor],
        statement: Statement,
        run: _Run,
        place: Place,
        found: list[Finding],
    ) -> None:
        """Step 4: add to `run` the ledgers on which a signed head is shown to be anchored, and their times."""
        run.heads += 1
        for anchor in anchors:
            result = self._anchor(anchor, statement)
            found += (finding.under(*place, anchor.ledger) for finding in result.findings)
            if result.proved is None:
                continue
            name = self._policy.ledgers[anchor.ledger].name
            run.ledgers.setdefault(name, set()).update(result.proved.identities)
            self.trusted.update((id(item), item) for item in result.proved.trusted)
            if result.proved.time is not None:
                try:
                    time = from_seconds(result.proved.time)
                except ValueError:
                    found.append(codes.TIME_NO_DATE(*place, anchor.ledger, seconds=result.proved.time))
                else:
                    run.times[name] = min(time, run.times.get(name, time))

    def _head(self, note_bytes: bytes) -> CheckedHead:
        """Step 1, once for each checkpoint."""
        checked = self._heads.get(note_bytes)
        if checked is None:
            try:
                checked = self._open(note_bytes)
            except Refused as refused:
                checked = CheckedHead(None, (refused.finding,))
            self._heads[note_bytes] = checked
        return checked

    def _open(self, note_bytes: bytes) -> CheckedHead:
        note = Note.parse(note_bytes)
        checkpoint = Checkpoint.parse(note.text)
        keys = self._policy.logs.get(checkpoint.origin)
        if keys is None:
            return CheckedHead(checkpoint, (codes.LOG_NOT_LISTED(origin=checkpoint.origin),))
        signed = [note.signed_by(key) for key in keys]  # all are tried: each invalid signature is reported
        if True not in signed:
            return CheckedHead(checkpoint, (codes.HEAD_UNSIGNED(origin=checkpoint.origin),))
        cosigned = self._cosigned(note)
        times = (codes.WITNESS_COSIGNED(witness=name, time=_stated(time)) for name, time in cosigned.items())
        return CheckedHead(checkpoint, tuple(times), checkpoint.statement(), frozenset(cosigned))

    def _cosigned(self, note: Note) -> dict[str, int]:
        """The policy's witnesses that cosigned a checkpoint, and when, in seconds since 1970. Raises Refused where a
        cosignature of one of them is invalid."""
        names = {signature.name for signature in note.signatures}
        found = {
            name: note.cosigned_at(key)
            for name, key in self._policy.witnesses.items()
            if isinstance(key, VerifierKey) and key.name in names
        }
        return {name: time for name, time in found.items() if time is not None}

    def _anchor(self, anchor: SealedAnchor, statement: Statement) -> Checked:
        """Whether the anchor's evidence proves `statement`, on a ledger of the policy. One evidence proves one statement."""
        pinned = self._policy.ledgers.get(anchor.ledger)
        if pinned is None:
            return Checked((codes.LEDGER_NOT_LISTED(ledger=anchor.ledger),))
        if anchor in self._anchors:
            first, checked = self._anchors[anchor]
            return checked if first == statement else Checked((codes.SEAL_EVIDENCE_SHARED(),))
        checked = pinned.verifier.check(anchor.evidence, statement, pinned.pins, self._trust[anchor.ledger])
        if pinned.quorum is not None and checked.proved is not None:
            checked = self._witnessed(pinned.quorum, checked, checked.proved)
        self._anchors[anchor] = statement, checked
        return checked

    def _witnessed(self, quorum: Quorum, checked: Checked, proved: Proved) -> Checked:
        """An anchor in another log, whose line asks for witnesses: it counts if they cosigned the checkpoint that it rests on,
        and is dated by the time by which enough of them did."""
        try:
            times = self._cosigned(Note.parse(proved.checkpoint))
        except Refused as refused:
            return Checked((*checked.findings, refused.finding))
        by = sorted(times.values())
        enough = (time for time in by if satisfied(quorum, {name for name, one in times.items() if one <= time}))
        time = next(enough, None)
        witnesses = _listed(f"{name} ({_stated(one)})" for name, one in times.items())
        if time is None:
            wanted = lacking(quorum, times.keys())
            return Checked((*checked.findings, codes.LEDGER_NOT_WITNESSED(witnesses=witnesses, lacking=wanted)))
        return Checked((*checked.findings, codes.LEDGER_WITNESSED(witnesses=witnesses)), replace(proved, time=time))

    # From a run to the quorums

    def _weight(self, run: _Run) -> tuple[int, float, int]:
        """How many of the policy's quorums a run satisfies; between equals the earlier time is more, then more signed heads."""
        policy = self._policy
        existed_by = self._existed_by(run)
        met = [
            choice(policy.anchors, frozenset(run.ledgers), run.classes) is not None,
            satisfied(policy.quorum, run.witnesses),
            policy.time is None or existed_by is not None,
        ]
        return sum(met), 0.0 if existed_by is None else -existed_by.timestamp(), run.heads

    def _quorums(self, run: _Run, existed_by: datetime | None, carried: Set[str], place: Place) -> Iterable[Finding]:
        """A finding for each quorum that the policy asks for, and for each ledger that one lacks. `carried`: the ledgers of all
        anchors of the seal."""
        policy = self._policy
        if not run.heads:
            yield codes.SEAL_WITHOUT_HEAD(*place)
        lines, among = frozenset(run.ledgers), run.classes
        for one in among:
            if len(one) > 1:
                yield codes.LEDGER_SAME(*place, ledgers=_listed(one))
        missing: set[str] = set()
        if policy.anchors is not None:
            counted = choice(policy.anchors, lines, among)
            if counted is None:
                have = one_each(lines & names_in(policy.anchors), among)
                missing |= missing_in(policy.anchors, have) - lines
                yield codes.LEDGER_QUORUM_UNMET(*place, ledgers=_listed(have), lacking=lacking(policy.anchors, have))
            else:
                yield codes.LEDGER_QUORUM_MET(*place, ledgers=_listed(counted))
        if policy.quorum is not None:
            witnesses = _listed(run.witnesses)
            if satisfied(policy.quorum, run.witnesses):
                yield codes.WITNESS_QUORUM_MET(*place, witnesses=witnesses)
            else:
                wanted = lacking(policy.quorum, run.witnesses)
                yield codes.WITNESS_QUORUM_UNMET(*place, witnesses=witnesses, lacking=wanted)
        if policy.time is not None:
            if existed_by is None:
                have = one_each(run.times.keys() & names_in(policy.time), among)
                missing |= missing_in(policy.time, have) - run.times.keys()
                yield codes.TIME_QUORUM_UNMET(*place, ledgers=_listed(have), lacking=lacking(policy.time, have))
            else:
                yield codes.TIME_QUORUM_MET(*place, time=format_instant(existed_by))
        yield from self._missing(missing, run, carried, place)

    def _missing(self, names: Set[str], run: _Run, carried: Set[str], place: Place) -> Iterable[Finding]:
        """Of each ledger that a quorum lacks: whether there is no anchor on it, or none that counts, or none with a date."""
        for pinned in self._policy.ledgers.values():
            if pinned.name in names:
                if pinned.name in run.ledgers:
                    code = codes.LEDGER_NOT_DATED
                else:
                    code = codes.LEDGER_NOT_SHOWN if pinned.ledger in carried else codes.LEDGER_ABSENT
                yield code(*place, name=pinned.name, ledger=pinned.ledger)

    def _existed_by(self, run: _Run) -> datetime | None:
        """The earliest time at which the anchors dated by then satisfy what the policy requires of time."""
        return None if self._policy.time is None else earliest(self._policy.time, run.times, run.classes)


def _stated(seconds: int) -> str:
    """The time that a witness states, which may be any."""
    try:
        return format_seconds(seconds)
    except ValueError:
        return f"second {seconds} since 1970"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
