"""Heads and their anchors, each checked once under one policy and one trust (docs/spec.md, section 17, "Seals", steps 1 and 4).
Private."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from carbonseal.findings import Finding, Refused, placed
from carbonseal.instants import format_seconds, from_seconds
from carbonseal.ledger import Checked, Proved, Statement, TrustItem
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import Note, VerifierKey
from carbonseal.log.quorums import Quorum, lacking, satisfied
from carbonseal.passport.seals import SealedAnchor
from carbonseal.verification import codes
from carbonseal.verification.checked.caches import Anchors, Caches, Scope
from carbonseal.verification.checked.shown import CheckedAnchors, CheckedHead, listed
from carbonseal.verification.policy import PinnedLedger, Policy
from carbonseal.verification.trust import Trust
from carbonseal.verification.verifiers import InstalledVerifier

OVERHEAD = 2048  # bytes that an outcome takes beside what it is an outcome of, about


class Heads:
    """Checks heads, and anchors of them. `caches` has what was checked before."""

    def __init__(self, policy: Policy, trust: Trust, scope: Scope, caches: Caches) -> None:
        self._policy, self._trust = policy, trust
        self._scope, self._caches = scope, caches

    def head(self, note: bytes) -> CheckedHead:
        """Step 1: whether a log of the policy signed the checkpoint in `note`, and which witnesses cosigned it."""
        return self._caches.heads.of((self._scope, note), len(note) + OVERHEAD, lambda: self._checked_head(note))

    def anchors(self, anchors: Anchors, statement: Statement, shared: Collection[SealedAnchor]) -> CheckedAnchors:
        """Step 4: which of a head's anchors prove `statement`. Those that are `shared` prove another, and so nothing here."""

        def checked() -> CheckedAnchors:
            return self._checked_anchors(anchors, statement, shared)

        if shared or any(self._is_installed(self._policy.ledgers.get(anchor.ledger)) for anchor in anchors):
            return checked()
        size = OVERHEAD + sum(len(anchor.evidence.data) + OVERHEAD for anchor in anchors)
        return self._caches.anchored.of((self._scope, anchors, statement), size, checked)

    def _checked_anchors(
        self, anchors: Anchors, statement: Statement, shared: Collection[SealedAnchor]
    ) -> CheckedAnchors:
        found: list[Finding] = []
        ledgers: dict[str, frozenset[str]] = {}
        times: dict[str, datetime] = {}
        trusted: list[TrustItem] = []
        for anchor in anchors:
            if anchor in shared:
                found.append(codes.SEAL_EVIDENCE_SHARED(anchor.ledger))
                continue
            result = self._anchor(anchor, statement)
            found += placed((anchor.ledger,), result.findings)
            if result.proved is None:
                continue
            name = self._policy.ledgers[anchor.ledger].name
            ledgers[name] = ledgers.get(name, frozenset()) | result.proved.identities
            trusted += result.proved.trusted
            if result.proved.time is not None:
                try:
                    time = from_seconds(result.proved.time)
                except ValueError:
                    found.append(codes.TIME_NO_DATE(anchor.ledger, seconds=result.proved.time))
                else:
                    times[name] = min(time, times.get(name, time))
        return CheckedAnchors(tuple(found), ledgers, times, tuple(trusted))

    @staticmethod
    def _is_installed(pinned: PinnedLedger | None) -> bool:
        """Whether another's code checks the evidence: nothing says that it answers twice the same."""
        return pinned is not None and isinstance(pinned.verifier, InstalledVerifier)

    def _anchor(self, anchor: SealedAnchor, statement: Statement) -> Checked:
        """Whether one anchor's evidence proves `statement`, on a ledger of the policy."""
        pinned = self._policy.ledgers.get(anchor.ledger)
        if pinned is None:
            return Checked((codes.LEDGER_NOT_LISTED(ledger=anchor.ledger),))
        if self._is_installed(pinned):
            return self._checked_anchor(pinned, anchor, statement)
        key = self._scope, anchor, statement
        size = len(anchor.evidence.data) + OVERHEAD
        return self._caches.anchors.of(key, size, lambda: self._checked_anchor(pinned, anchor, statement))

    def _checked_head(self, raw: bytes) -> CheckedHead:
        try:
            note = Note.parse(raw)
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
        except Refused as refused:
            return CheckedHead(None, (refused.finding,))

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

    def _checked_anchor(self, pinned: PinnedLedger, anchor: SealedAnchor, statement: Statement) -> Checked:
        trust = self._trust.on(anchor.ledger)
        checked = pinned.verifier.check(anchor.evidence, statement, pinned.pins, trust)
        if pinned.quorum is None or checked.proved is None:
            return checked
        return self._witnessed(pinned.quorum, checked, checked.proved)

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
        witnesses = listed(f"{name} ({_stated(one)})" for name, one in times.items())
        if time is None:
            wanted = lacking(quorum, times.keys())
            return Checked((*checked.findings, codes.LEDGER_NOT_WITNESSED(witnesses=witnesses, lacking=wanted)))
        return Checked((*checked.findings, codes.LEDGER_WITNESSED(witnesses=witnesses)), replace(proved, time=time))


def _stated(seconds: int) -> str:
    """The time that a witness states, which may be any."""
    try:
        return format_seconds(seconds)
    except ValueError:
        return f"second {seconds} since 1970"
