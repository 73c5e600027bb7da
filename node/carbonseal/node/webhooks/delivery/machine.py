"""Delivery state machine: the changes that an outcome makes to one message for one receiver. Pure: no I/O, no clock.

    pending ───> delivered        answered 2xx: the message is removed
       │ ^
       │ └──────────────┐
       └───> dead ──────┘         after `Limits.tries` tries, or 410; again pending when it is replayed

- **pending**: to be sent at `next`. Each try that fails doubles the delay, up to `Limits.longest_delay`.
- **dead**: a dead letter, with the reason of the last try. Nothing is sent until somebody replays it.

`TABLE`, at the end of this file, has a rule for each state and outcome. Invariants:

- A message is removed only after the receiver took it.
- No outage of a receiver kills a message: only what it refuses itself becomes a dead letter.
- Every try has the same id and body.
- 410 says that the receiver is gone (Standard Webhooks, "Delivery"): it is paused too, and nothing else is lost.
- A receiver's `Retry-After` puts the next try off, never before the own delay and never beyond the longest.
- A clock that was set back delays nothing: a call further ahead than the longest delay is made now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from carbonseal.transport import backoff

OK, REDIRECT, CLIENT, GONE = 200, 300, 400, 410  # HTTP statuses
ABSENT = (429, 502, 503, 504)  # what stands before a receiver that is not there, or has too much to do


class State(StrEnum):
    """Of a message that is kept."""

    PENDING = "pending"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Limits:
    """Delays are in seconds."""

    first_delay: float = 5.0
    longest_delay: float = 3600.0
    tries: int = 82  # three days


STANDARD_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for one receiver, by their numbers. `next` is in seconds since 1970; `reason` is of the last try."""

    number: int
    receiver: int
    id: str
    type: str
    body: bytes
    state: State
    next: float
    tries: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The receiver answered 2xx."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not, or there was no answer. `retry_after` is what it asked for, in seconds; `is_absent`: the receiver was not
    reached, whatever the message is."""

    reason: str
    retry_after: float = 0.0
    is_absent: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The receiver wants no more messages."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The receiver was paused, and is not any more."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """Somebody wants it sent again."""


Outcome = Accepted | Failed | Gone | Resumed | Replayed


@dataclass(frozen=True, slots=True)
class Changes:
    """Of one outcome."""

    before: Delivery
    after: Delivery | None  # None: it was delivered
    pause: str = ""  # why the receiver is paused


def advance(delivery: Delivery, outcome: Outcome, now: float, limits: Limits) -> Changes:
    """The changes that `outcome` makes to `delivery`. Raises ValueError where it cannot happen in that state."""
    return TABLE[delivery.state, type(outcome)](delivery, outcome, now, limits)


def answered(status: int, retry_after: float = 0.0) -> Outcome:
    """What an answer with this HTTP status means."""
    if OK <= status < REDIRECT:
        return Accepted()
    if status == GONE:
        return Gone()
    hint = ": redirects are not followed" if REDIRECT <= status < CLIENT else ""
    return Failed(f"answered {status}{hint}", retry_after, is_absent=status in ABSENT)


def sends_at(delivery: Delivery, now: float, limits: Limits) -> float | None:
    """When it is sent next; None for a dead letter."""
    if delivery.state is State.DEAD:
        return None
    return now if delivery.next - now > limits.longest_delay else delivery.next


def _delivered(delivery: Delivery, _outcome: Accepted, _now: float, _limits: Limits) -> Changes:
    """pending: gone."""
    return Changes(delivery, None)


def _retry(delivery: Delivery, outcome: Failed, now: float, limits: Limits) -> Changes:
    """pending, later; or dead, after `Limits.tries`. A receiver that was not reached is no failed try of a message: when it is
    tried again, `Availability` decides."""
    if outcome.is_absent:
        return Changes(delivery, replace(delivery, reason=outcome.reason))
    failed = replace(delivery, tries=delivery.tries + 1, reason=outcome.reason)
    if failed.tries >= limits.tries:
        return Changes(delivery, replace(failed, state=State.DEAD))
    delay = backoff(failed.tries, limits.first_delay, limits.longest_delay)
    delay = min(max(delay, outcome.retry_after), limits.longest_delay)
    return Changes(delivery, replace(failed, next=now + delay))


def _bury(delivery: Delivery, _outcome: Gone, _now: float, _limits: Limits) -> Changes:
    """pending -> dead, and the receiver is paused."""
    reason = f"answered {GONE}"
    dead = replace(delivery, state=State.DEAD, tries=delivery.tries + 1, reason=reason)
    return Changes(delivery, dead, pause=f"it {reason}: it wants no more messages")


def _now(delivery: Delivery, _outcome: Resumed, now: float, _limits: Limits) -> Changes:
    """pending, at once: the reason of the delay may be gone."""
    return Changes(delivery, replace(delivery, next=now))


def _revive(delivery: Delivery, _outcome: Replayed, now: float, _limits: Limits) -> Changes:
    """dead -> pending, with all its tries again."""
    return Changes(delivery, replace(delivery, state=State.PENDING, next=now, tries=0))


def _keep(delivery: Delivery, _outcome: Outcome, _now: float, _limits: Limits) -> Changes:
    """Nothing changes."""
    return Changes(delivery, delivery)


def _cannot(delivery: Delivery, outcome: Outcome, _now: float, _limits: Limits) -> Changes:
    """Nothing was sent in this state."""
    raise ValueError(f"{type(outcome).__name__} cannot happen to a message that is {delivery.state.value}")


Rule = Callable[[Delivery, Any, float, Limits], Changes]

# fmt: off
_GRID: Mapping[type[Outcome], tuple[Rule, Rule]] = {
    #          pending      dead
    Accepted: (_delivered,  _cannot),
    Failed:   (_retry,      _cannot),
    Gone:     (_bury,       _cannot),
    Resumed:  (_now,        _keep),
    Replayed: (_keep,       _revive),
}
# fmt: on
TABLE: Mapping[tuple[State, type[Outcome]], Rule] = {
    (state, outcome): rule for outcome, rules in _GRID.items() for state, rule in zip(State, rules, strict=True)
}
