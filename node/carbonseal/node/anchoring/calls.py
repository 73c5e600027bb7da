"""Ledger calls for one anchor: makes the call that the machine names, and turns its outcome into an event.

Stores nothing and decides nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TypeVar

from carbonseal.findings import Refused
from carbonseal.ledger import (
    Anchor,
    Attempt,
    AttemptStatus,
    Ledger,
    OutcomeUnknownError,
    OvertakenError,
    PermanentError,
    TransientError,
    UnreachableError,
)
from carbonseal.node import failpoints
from carbonseal.node.sealing.log import SealingLog

from .answers import check_answer, check_attempt, check_evidence, check_observation
from .events import (
    Event,
    OutcomeUnknown,
    Overtaken,
    PermanentFailure,
    Prepared,
    Sent,
    TransientFailure,
    observed,
    unproved,
)
from .evidence import EvidenceStore, proves
from .machine import Call
from .outbox import Outbox
from .tracked import TrackedAnchor

LOG = logging.getLogger(__name__)
T = TypeVar("T")
Failure = TransientFailure | PermanentFailure


def may_send(log: SealingLog | None, ledger: str) -> bool:
    """Whether new attempts of a log may be sent to a ledger. The log is paused if it is frozen or does not use that ledger."""
    return log is not None and ledger in log.ledgers and not log.frozen


class LedgerCalls:
    """Calls ledgers for the anchors of `logs` (by id). Every error of a ledger becomes an event, except `UnreachableError`."""

    def __init__(
        self,
        logs: Mapping[bytes, SealingLog],
        outbox: Outbox,
        evidence: EvidenceStore,
        *,
        reached: failpoints.Reached,
    ) -> None:
        self._logs = logs
        self._outbox = outbox
        self._evidence = evidence
        self._reached = reached

    async def make(self, call: Call, ledger: Ledger, anchor: TrackedAnchor) -> Event:
        """Make one call; its outcome. Raises `UnreachableError`."""
        match call:
            case Call.PREPARE:
                return await self._prepare(ledger, anchor)
            case Call.SEND:
                return await self._send(ledger, anchor)
            case Call.FOLLOW:
                return await self._follow(ledger, anchor)

    async def _prepare(self, ledger: Ledger, anchor: TrackedAnchor) -> Event:
        """Attempts of paused logs are not given to `prepare`: if the ledger does not have them, their slots are used again."""
        try:
            head = self._logs[anchor.log].head(anchor.size)
        except Refused as refused:
            return TransientFailure(refused.finding.message)
        known = self._outbox.open_attempts(anchor.ledger)
        earlier = [attempt for attempt in known if may_send(self._logs.get(attempt.statement.log_id), anchor.ledger)]
        wanted = Anchor(
            head.checkpoint.statement(), head.note, partial(_consistency, self._logs[anchor.log], anchor.size)
        )
        check = partial(check_attempt, statement=wanted.statement, known=known)
        try:
            attempt = await _outcome(anchor, "prepare", ledger.prepare(wanted, earlier), check)
        except OvertakenError as error:
            return self._overtaken(anchor, error)
        if isinstance(attempt, Failure):
            return attempt
        self._reached(failpoints.PREPARED)
        return Prepared(attempt, tuple(one.id for one in known))

    async def _send(self, ledger: Ledger, anchor: TrackedAnchor) -> Event:
        """Send the attempt as it is stored; it may have been sent before."""
        attempts = self._outbox.attempts(anchor)
        wanted = next((attempt for attempt in attempts if attempt.id == anchor.attempt), attempts[0])
        try:
            sent = await _outcome(anchor, "send", _hand_over(ledger, wanted), _check_sent)
        except OvertakenError as error:
            return self._overtaken(anchor, error)
        if not isinstance(sent, Failure):
            self._reached(failpoints.SENT)
        return sent

    def _overtaken(self, anchor: TrackedAnchor, error: OvertakenError) -> Overtaken | PermanentFailure:
        """A ledger that holds more of a log than the log itself has signed is for a person to look at."""
        newest = self._logs[anchor.log].newest() if anchor.log in self._logs else None
        if newest is not None and newest.checkpoint.size > anchor.size:
            return Overtaken()
        return PermanentFailure(error.reason, error.remedy)

    async def _follow(self, ledger: Ledger, anchor: TrackedAnchor) -> Event:
        """Follow the attempts; take evidence of an inclusion that has none yet."""
        attempts = self._outbox.attempts(anchor)
        proved = self._evidence.facts(anchor)
        seen = await _outcome(anchor, "follow", ledger.follow(attempts, proved), check_observation)
        if isinstance(seen, Failure):
            return seen
        if seen.status not in {AttemptStatus.INCLUDED, AttemptStatus.FINAL} or proves(proved, seen):
            return observed(seen)
        attempt = next((attempt for attempt in attempts if attempt.id == seen.attempt), None)
        if attempt is None:
            return TransientFailure(
                f"a defect of the adapter: it follows {seen.attempt!r}, which is not one of the anchor's attempts"
            )
        evidence = await _outcome(anchor, "evidence", ledger.evidence(attempt, seen), check_evidence)
        if isinstance(evidence, Failure):
            return unproved(seen, evidence.reason)
        self._reached(failpoints.EVIDENCE_TAKEN)
        return observed(seen, evidence)


def _consistency(log: SealingLog, size: int, old_size: int) -> tuple[bytes, ...]:
    """The proof from `old_size` to `size`. Raises `TransientError` where a tile is missing: it may be put back."""
    try:
        return log.consistency(old_size, size)
    except Refused as refused:
        raise TransientError(str(refused.finding)) from refused


async def _hand_over(ledger: Ledger, attempt: Attempt) -> Sent | OutcomeUnknown:
    try:
        return Sent(await ledger.send(attempt))
    except OutcomeUnknownError as error:
        return OutcomeUnknown(str(error))


def _check_sent(sent: Sent | OutcomeUnknown) -> None:
    if isinstance(sent, Sent):
        check_answer(sent.answer)


async def _outcome(anchor: TrackedAnchor, name: str, call: Awaitable[T], check: Callable[[T], None]) -> T | Failure:
    """What a call returned, once `check` has seen it, or how it failed. Raises `UnreachableError`, `OvertakenError`."""
    try:
        found = await call
        check(found)
        return found
    except (UnreachableError, OvertakenError):
        raise
    except TransientError as error:
        return TransientFailure(str(error))
    except PermanentError as error:
        return PermanentFailure(error.reason, error.remedy)
    except Exception as defect:  # an adapter's defect must not stop the worker
        LOG.exception(
            "adapter defect: ledger=%s log=%s size=%d call=%s", anchor.ledger, anchor.log.hex(), anchor.size, name
        )
        return TransientFailure(f"a defect of the adapter: {defect!r}")
