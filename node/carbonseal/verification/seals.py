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

from collections.abc import Mapping, Sequence
from datetime import datetime

from carbonseal.findings import Finding, Place, Refused, placed
from carbonseal.ledger import Statement, TrustItem
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.entries import RecordEntry, decode
from carbonseal.log.tree import leaf_hash, verify_consistency
from carbonseal.passport.seals import Head, Seal, SealedAnchor
from carbonseal.values import dataclass
from carbonseal.verification.checked.caches import Anchors, Caches
from carbonseal.verification.checked.heads import Heads
from carbonseal.verification.checked.quorums import Quorums
from carbonseal.verification.checked.shown import CheckedAnchors, CheckedHead, CheckedRun, Run
from carbonseal.verification.policy import Policy
from carbonseal.verification.trust import Trust

from . import codes


@dataclass(frozen=True, slots=True)
class CheckedSeal:
    """What was found, the time by which the entry is shown to have existed (None: not shown), and the times that ledgers show, by
    their names in the policy."""

    findings: Sequence[Finding]
    existed_by: datetime | None
    times: Mapping[str, datetime]


@dataclass(slots=True)
class _Shown:
    """A head that leads to its entry, and what it shows whatever the entry is: most seals of a passport have the same."""

    head: Head
    checked: CheckedHead
    anchors: CheckedAnchors
    alone: CheckedRun | None = None  # what the quorums say of it, in a seal that has no other head


class Seals:
    """Verifies seals of one passport, under one policy and one trust. `caches` has what other passports shared."""

    def __init__(self, policy: Policy, trust: Trust, caches: Caches) -> None:
        self._policy = policy
        scope = caches.scope(policy, trust)
        self._heads = Heads(policy, trust, scope, caches)
        self._quorums = Quorums(policy, scope, caches)
        self._trees = caches.trees
        self._anchored: dict[tuple[bytes, Anchors], CheckedAnchors] = {}  # by checkpoint and anchors of a signed head
        self._proves: dict[SealedAnchor, Statement] = {}  # that of the first head that has it
        # by the identity of checkpoint and anchors, which seals that are read from one file share
        self._shown: dict[tuple[int, int], _Shown] = {}
        self.trusted: dict[int, TrustItem] = {}  # the items that proofs rested on, by identity

    def check(self, seal: Seal, commitment: bytes, place: Place) -> CheckedSeal:
        """Whether `seal`, which is at `place`, ties the commitment to the ledgers that the policy asks for."""
        if seal.entry != RecordEntry(commitment).encode():
            return CheckedSeal([_other_entry(seal).under(*place)], None, {})
        found: list[Finding] = []
        runs = self._runs(seal, place, found)
        checked = self._checked_run(seal.heads, runs)
        found += placed(place, checked.findings)
        return CheckedSeal(found, checked.existed_by, checked.times)

    def _checked_run(self, heads: Sequence[Head], runs: Sequence[Run]) -> CheckedRun:
        """What the quorums say of the runs of these heads."""
        shown = self._shown.get(_identity(heads[0])) if len(heads) == runs[0].heads == 1 else None
        if shown is not None and shown.alone is not None:
            return shown.alone
        carried = frozenset(anchor.ledger for head in heads for anchor in head.anchors)
        checked = self._quorums.checked(runs, carried)
        if shown is not None:
            shown.alone = checked
        return checked

    # From heads to runs

    def _runs(self, seal: Seal, seal_place: Place, found: list[Finding]) -> list[Run]:
        """Steps 1 to 4 for every head, in order."""
        leaf = leaf_hash(seal.entry)
        runs = [Run()]
        previous: Checkpoint | None = None
        for number, head in enumerate(seal.heads):
            shown = self._shown.get(_identity(head))
            checked = self._heads.head(head.checkpoint) if shown is None else shown.checked  # 1
            checkpoint = checked.checkpoint
            place = (*seal_place, f"head {number if checkpoint is None else checkpoint.size}")
            found += placed(place, checked.findings)
            if checkpoint is None:  # whether the next head continues it cannot be shown
                runs.append(Run())
                previous = None
                continue
            try:
                if previous is not None and not self._linked(previous, head, checkpoint):  # 2
                    found.append(codes.SEAL_UNLINKED(*place, smaller=previous.size))
                    runs.append(Run())
                self._trees.verify_inclusion(leaf, seal.index, checkpoint.size, head.inclusion, checkpoint.root)  # 3
            except Refused as refused:
                found.append(refused.finding.under(*place))
                runs.append(Run())
            else:
                if checked.statement is not None:
                    found.append(codes.SEAL_INCLUDED(*place, index=seal.index, origin=checkpoint.origin))
                    if shown is None:
                        anchors = self._anchors(head, checked.statement)  # 4
                        shown = self._shown[_identity(head)] = _Shown(head, checked, anchors)
                    found += placed(place, shown.anchors.findings)
                    runs[-1].add(checked.witnesses, shown.anchors)
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

    def _anchors(self, head: Head, statement: Statement) -> CheckedAnchors:
        """Step 4: what the anchors of a signed head show. In one passport, one evidence on a ledger of the policy proves one
        statement."""
        key = head.checkpoint, head.anchors
        checked = self._anchored.get(key)
        if checked is None:
            listed = [anchor for anchor in head.anchors if anchor.ledger in self._policy.ledgers]
            shared = [anchor for anchor in listed if self._proves.setdefault(anchor, statement) != statement]
            checked = self._anchored[key] = self._heads.anchors(head.anchors, statement, shared)
            self.trusted.update((id(item), item) for item in checked.trusted)
        return checked


def _identity(head: Head) -> tuple[int, int]:
    return id(head.checkpoint), id(head.anchors)


def _other_entry(seal: Seal) -> Finding:
    """Why the entry of a seal is not that of a commitment."""
    try:
        decode(seal.entry)
    except Refused as refused:
        return refused.finding
    return codes.SEAL_OTHER_ENTRY(index=seal.index)
