"""Anchoring state machine: the changes that an event makes to an anchor (one checkpoint of a log on one ledger). Pure: no I/O,
no clock.

    due ───> signed ───> sent ───> included ───> final
     ^         ^         │ │ ^        │            │
     │         └─missing─┘ │ └────────┴────────────┘
     └──refused, stuck─────┘      reorged out

    due, signed, sent, included ───> failed, with reason and remedy; ───> sent, or due where nothing was signed

- **due**: an attempt is needed, the first or a replacement. The next call is `prepare`.
- **signed**: a complete attempt is stored, and may have been sent. The next call is `send`, which is idempotent.
- **sent**: the attempt was sent, as far as is known. The next call is `follow`.
- **included**: the ledger has the anchor; it may still be reorged out, or there is no evidence yet. The next call is `follow`.
- **final**: the ledger has the anchor, and evidence is stored. `follow` is called until the ledger reports that the anchor is
  irreversible, or until `Limits.watch` has passed: then the anchor is *closed*, and no event changes it.
- **failed**: dead letter. Nothing is called. The anchor is resumed when another head becomes due on the ledger, or when another
  anchor is stuck there: the slot that a failed attempt holds may block others.

`TABLE`, at the end of this file, has a rule for each state and event. Invariants:

- An attempt is stored before it is sent: `send` is called in the state `signed` alone, and storing an attempt leads there.
- An anchor that was reorged out, included or final, goes back to `sent`. The next `follow` shows whether its attempt is pending,
  has to be sent again, or has to be replaced.
- Evidence of an anchor is dropped when `follow` reports that it is not written, in any state.
- No error changes the state of a final anchor: it delays the next `follow`.
- A permanent error of `prepare` or `send` fails the anchor. `follow` and `evidence` should raise none; theirs counts as one
  failed try.
- An anchor that a larger head on the ledger has overtaken is removed: it was never written, and the newest head becomes due.
- An unreachable ledger does not count as a failed try.
- A clock that was set back delays nothing: a call further ahead than any delay is made now, and times after now count from now.
- A clock that was set forward ends no watch: only the time in which a final anchor was followed counts.
- An anchor fails after `Limits.tries` failed tries in a row, or after `Limits.attempts` refused attempts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from carbonseal.ledger import Attempt, Evidence
from carbonseal.transport import backoff

from .events import (
    DueAgain,
    Event,
    FinalUnproved,
    IncludedUnproved,
    Observed,
    OutcomeUnknown,
    Overtaken,
    PermanentFailure,
    Prepared,
    Resumed,
    SeenFinal,
    SeenIncluded,
    SeenMissing,
    SeenPending,
    SeenRefused,
    Sent,
    Superseded,
    TransientFailure,
    Unreachable,
)
from .tracked import OPEN, WRITTEN, Limits, Name, State, TrackedAnchor


class Call(Enum):
    """A call of the ledger."""

    PREPARE = "prepare"
    SEND = "send"
    FOLLOW = "follow"


_CALLS: Mapping[State, Call | None] = {
    State.DUE: Call.PREPARE,
    State.SIGNED: Call.SEND,
    State.SENT: Call.FOLLOW,
    State.INCLUDED: Call.FOLLOW,
    State.FINAL: Call.FOLLOW,
    State.FAILED: None,
}

_REACH = "see that the ledger can be reached and can be paid, then anchor again"  # remedies
_PROVE = "let the ledger's uri lead to what can prove anchors, then anchor again: nothing is written twice"


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of one event, to be stored in one transaction, and only if the anchor is still equal to `before`."""

    before: TrackedAnchor | None  # None: it is new
    after: TrackedAnchor | None  # None: it made way for a larger head
    attempt: Attempt | None = None  # a new one
    known: tuple[str, ...] | None = None  # with this, only if these still are the open attempts on the ledger
    answer: bytes = b""  # what `send` answered, for `after.attempt`
    evidence: Evidence | None = None  # in place of what there is
    facts: Mapping[str, Any] = field(default_factory=dict)  # what `evidence` proves
    drop_evidence: bool = False
    resume: bool = False  # failed anchors of this ledger are to be resumed

    def __bool__(self) -> bool:
        """Whether there is anything to store."""
        return self.before != self.after

    @property
    def is_reorg(self) -> bool:
        """Whether the anchor was reorged out: it was included or final, and is sent again."""
        before, after = self.before, self.after
        if before is None or after is None or before.state not in WRITTEN:
            return False
        return after.state is State.SENT or (before.state is State.FINAL and after.state is State.INCLUDED)


def begin(name: Name, now: float) -> Changes:
    """The anchor of a head that has none yet on this ledger."""
    return Changes(None, TrackedAnchor(*name, State.DUE, due=now, since=now, next=now))


def advance(anchor: TrackedAnchor, event: Event, now: float, limits: Limits) -> Changes:
    """The changes that `event` makes to `anchor`. Raises ValueError where the event cannot occur in the anchor's state."""
    return TABLE[anchor.state, type(event)](anchor.not_ahead(now), event, now, limits)


def call(anchor: TrackedAnchor, now: float, limits: Limits, *, paused: bool) -> Call | None:
    """The call that is due now, or None. For a `paused` log nothing is prepared or sent; attempts that were sent are followed."""
    time = calls_at(anchor, paused=paused)
    return None if time is None or 0 < time - now <= limits.longest_wait else _CALLS[anchor.state]


def calls_at(anchor: TrackedAnchor, *, paused: bool) -> float | None:
    """When the next call is due, in seconds since 1970; None where there is none."""
    return None if paused and _CALLS[anchor.state] is not Call.FOLLOW else anchor.next


def moves(anchor: TrackedAnchor, *, paused: bool) -> bool:
    """Whether the anchor can make progress: it is open, and its log is not paused."""
    return anchor.state in OPEN and not paused


def is_delayed(anchor: TrackedAnchor, limits: Limits) -> bool:
    """Whether `Limits.many_tries` or more tries failed in a row, and the anchor is still open."""
    return anchor.state in OPEN and anchor.tries >= limits.many_tries


def head_due(
    name: Name, existing: TrackedAnchor | None, live: Iterable[TrackedAnchor], now: float, limits: Limits
) -> list[Changes]:
    """The changes when the head of this name becomes due: those of its own anchor first. `existing` is that anchor, if it exists;
    `live` are the ledger's anchors that are not closed."""
    changes = [begin(name, now) if existing is None else advance(existing, DueAgain(), now, limits)]
    for anchor in live:
        if anchor.name != name:
            is_older = anchor.log == name[1] and anchor.size < name[2]
            made_way = advance(anchor, Superseded(), now, limits) if is_older else None
            if change := made_way or advance(anchor, Resumed(), now, limits):
                changes.append(change)
    return changes


# --- the rules: what each event does to each state ---------------------------------------------------------------------


def _cannot(anchor: TrackedAnchor, event: Event, _now: float, _limits: Limits) -> Changes:
    """This event is not an outcome of the call that this state makes."""
    raise ValueError(f"{type(event).__name__} cannot happen to an anchor that is {anchor.state.value}")


def _keep(anchor: TrackedAnchor, _event: Event, _now: float, _limits: Limits) -> Changes:
    """Nothing changes."""
    return Changes(anchor, anchor)


def _signed(anchor: TrackedAnchor, event: Prepared, now: float, _limits: Limits) -> Changes:
    """due -> signed. What will be sent is stored first."""
    attempt, is_new = event.attempt, event.attempt.id not in event.known
    signed = replace(_move(anchor, State.SIGNED, now, now), attempt=attempt.id, attempted=now)
    counted = replace(signed, attempts=anchor.attempts + is_new)
    return Changes(anchor, counted, attempt=attempt if is_new else None, known=event.known)


def _sent(anchor: TrackedAnchor, event: Sent, now: float, _limits: Limits) -> Changes:
    """signed -> sent. The answer is stored with it."""
    return Changes(anchor, _move(anchor, State.SENT, now, now), answer=event.answer)


def _unsure(anchor: TrackedAnchor, event: OutcomeUnknown, now: float, _limits: Limits) -> Changes:
    """signed -> sent. The next `follow` finds out."""
    return Changes(anchor, replace(_move(anchor, State.SENT, now, now), reason=event.reason))


def _resend(anchor: TrackedAnchor, event: SeenMissing, now: float, limits: Limits) -> Changes:
    """sent -> signed; or due, once the replacement timeout has passed."""
    state = State.DUE if _is_stuck(anchor, now, limits) else State.SIGNED
    reason = event.seen.reason or "the ledger does not know it"
    return Changes(anchor, _try_again(_seen(anchor, event), state, reason, now, limits), drop_evidence=True)


def _wait(anchor: TrackedAnchor, event: SeenPending, now: float, limits: Limits) -> Changes:
    """sent; or due, once the replacement timeout has passed. Failed anchors that may block it are resumed."""
    waiting = replace(_seen(anchor, event), tries=0, reason=event.seen.reason, remedy="")
    if _is_stuck(anchor, now, limits):
        return Changes(anchor, _move(waiting, State.DUE, now, now), drop_evidence=True, resume=True)
    return Changes(anchor, replace(waiting, next=_next_look(anchor, now, limits)), drop_evidence=True)


def _renew(anchor: TrackedAnchor, event: SeenRefused, now: float, limits: Limits) -> Changes:
    """sent -> due, for another attempt; or failed, after `Limits.attempts`."""
    refused = _seen(anchor, event)
    if anchor.attempts >= limits.attempts:
        failed = _give_up(refused, event.seen.reason, "look on the ledger why it refuses anchors", now)
        return Changes(anchor, failed, drop_evidence=True)
    return Changes(anchor, _try_again(refused, State.DUE, event.seen.reason, now, limits), drop_evidence=True)


def _included(anchor: TrackedAnchor, event: SeenIncluded, now: float, limits: Limits) -> Changes:
    """sent -> included; final -> included, where a reorg moved it to another block."""
    included = _well(_move(_seen(anchor, event), State.INCLUDED, now, now + limits.first_look))
    return Changes(anchor, included, evidence=event.evidence, facts=event.seen.facts or {})


def _included_unproved(
    anchor: TrackedAnchor, event: IncludedUnproved | FinalUnproved, now: float, limits: Limits
) -> Changes:
    """sent -> included; final -> included, where a reorg moved it to another block. No anchor becomes final without evidence."""
    included = _well(_move(_seen(anchor, event), State.INCLUDED, now, now + limits.first_look))
    return Changes(anchor, replace(included, reason=_unproved(event)))


def _confirmed(anchor: TrackedAnchor, event: SeenIncluded, now: float, limits: Limits) -> Changes:
    """Still included."""
    included = replace(_well(_seen(anchor, event)), next=_next_look(anchor, now, limits))
    return Changes(anchor, included, evidence=event.evidence, facts=event.seen.facts or {})


def _prove_again(anchor: TrackedAnchor, event: IncludedUnproved | FinalUnproved, now: float, limits: Limits) -> Changes:
    """Still included, also where the ledger reports it final: evidence is missing. A failed try, for states are forgotten."""
    again = _try_again(_seen(anchor, event), State.INCLUDED, _unproved(event), now, limits, remedy=_PROVE)
    return Changes(anchor, again)


def _finish(anchor: TrackedAnchor, event: SeenFinal, now: float, limits: Limits) -> Changes:
    """sent, included -> final. The evidence is stored with it."""
    then = None if event.seen.irreversible else now + limits.first_watch
    final = _well(_move(_seen(anchor, event), State.FINAL, now, then))
    return Changes(anchor, final, evidence=event.evidence, facts=event.seen.facts or {})


def _watch(anchor: TrackedAnchor, event: SeenFinal, now: float, limits: Limits) -> Changes:
    """Still final."""
    watched = anchor.watched(now, limits)
    then = None if event.seen.irreversible else _next_watch(watched, now, limits)
    final = replace(_seen(watched, event), next=then)
    return Changes(anchor, final, evidence=event.evidence, facts=event.seen.facts or {})


def _watch_on(anchor: TrackedAnchor, _event: Event, now: float, limits: Limits) -> Changes:
    """Still final: an error only delays the next `follow`."""
    watched = anchor.watched(now, limits)
    return Changes(anchor, replace(watched, next=_next_watch(watched, now, limits)))


def _reorged(anchor: TrackedAnchor, event: Observed, now: float, limits: Limits) -> Changes:
    """included, final -> sent: the anchor was reorged out. The replacement timeout starts again."""
    sent = _well(_move(_seen(anchor, event), State.SENT, now, now + limits.first_look))
    return Changes(anchor, replace(sent, attempted=now, reason="reorged out"), drop_evidence=True)


def _retry(anchor: TrackedAnchor, event: TransientFailure, now: float, limits: Limits) -> Changes:
    """The same call, later."""
    return Changes(anchor, _try_again(anchor, anchor.state, event.reason, now, limits))


def _retry_send(anchor: TrackedAnchor, event: TransientFailure, now: float, limits: Limits) -> Changes:
    """signed; or due, once the replacement timeout has passed: an attempt that cannot be sent is replaced."""
    state = State.DUE if _is_stuck(anchor, now, limits) else State.SIGNED
    return Changes(anchor, _try_again(anchor, state, event.reason, now, limits))


def _fail(anchor: TrackedAnchor, event: PermanentFailure, now: float, _limits: Limits) -> Changes:
    """due, signed -> failed."""
    return Changes(anchor, _give_up(anchor, event.reason, event.remedy, now))


def _give_way(anchor: TrackedAnchor, _event: Overtaken, _now: float, _limits: Limits) -> Changes:
    """due, signed: gone, whatever was signed. The ledger will not take it any more, and has not."""
    return Changes(anchor, None)


def _revive(anchor: TrackedAnchor, event: DueAgain, now: float, limits: Limits) -> Changes:
    """failed -> due, where nothing was signed; else as `_resume`."""
    if anchor.attempts:
        return _resume(anchor, event, now, limits)
    return Changes(anchor, replace(_well(_move(anchor, State.DUE, now, now)), due=now))


def _resume(anchor: TrackedAnchor, _event: DueAgain | Resumed, now: float, _limits: Limits) -> Changes:
    """failed -> sent, where something was signed: it may be on the ledger, or hold a slot."""
    return Changes(anchor, replace(_move(anchor, State.SENT, now, now), tries=0) if anchor.attempts else anchor)


def _make_way(anchor: TrackedAnchor, _event: Superseded, _now: float, _limits: Limits) -> Changes:
    """Removes a due anchor without attempts: the larger head covers its entries too."""
    return Changes(anchor, anchor if anchor.attempts else None)


def _make_way_in_vain(anchor: TrackedAnchor, _event: Superseded, _now: float, limits: Limits) -> Changes:
    """Removes a failed anchor without attempts, if it ran out of tries. After a permanent error it stays, for the operator."""
    return Changes(anchor, anchor if anchor.attempts or anchor.tries < limits.tries else None)


# --- what the rules share ----------------------------------------------------------------------------------------------


def _move(anchor: TrackedAnchor, state: State, now: float, then: float | None) -> TrackedAnchor:
    """The anchor in another state; its next call is due at `then`."""
    return replace(anchor, state=state, since=now, next=then)


def _seen(anchor: TrackedAnchor, event: Observed) -> TrackedAnchor:
    """The anchor with the attempt, stage and cost of an observation."""
    seen = event.seen
    return replace(anchor, attempt=seen.attempt or anchor.attempt, stage=seen.stage, cost=seen.cost)


def _well(anchor: TrackedAnchor) -> TrackedAnchor:
    """The anchor after progress: earlier errors are cleared."""
    return replace(anchor, tries=0, reason="", remedy="")


def _try_again(
    anchor: TrackedAnchor, state: State, reason: str, now: float, limits: Limits, *, remedy: str = _REACH
) -> TrackedAnchor:
    """One more failed try: retried in `state` after a growing delay, or failed after `Limits.tries`."""
    tries = anchor.tries + 1
    failed = replace(anchor, tries=tries)
    if tries >= limits.tries:
        return _give_up(failed, f"{reason} ({tries} tries)", remedy, now)
    since = anchor.since if state is anchor.state else now
    then = now + backoff(tries, limits.first_delay, limits.longest_delay)
    return replace(failed, state=state, since=since, next=then, reason=reason)


def _give_up(anchor: TrackedAnchor, reason: str, remedy: str, now: float) -> TrackedAnchor:
    """The anchor failed, with reason and remedy."""
    return replace(_move(anchor, State.FAILED, now, None), reason=reason, remedy=remedy)


def _is_stuck(anchor: TrackedAnchor, now: float, limits: Limits) -> bool:
    """Whether the replacement timeout of the newest attempt has passed."""
    return limits.replace_after is not None and now - anchor.attempted >= limits.replace_after


def _next_look(anchor: TrackedAnchor, now: float, limits: Limits) -> float:
    """When to follow a sent or included anchor next: after a quarter of its time in that state, within limits."""
    return now + min(limits.longest_look, max(limits.first_look, (now - anchor.since) / 4))


def _next_watch(anchor: TrackedAnchor, now: float, limits: Limits) -> float | None:
    """When to follow a final anchor next: after half its time in that state, within limits; None after `Limits.watch`."""
    age = now - anchor.since
    return None if age >= limits.watch else now + min(limits.longest_watch, max(limits.first_watch, age / 2))


def _unproved(event: IncludedUnproved | FinalUnproved) -> str:
    return f"no evidence yet: {event.reason}"


# --- the table ---------------------------------------------------------------------------------------------------------

Rule = Callable[[TrackedAnchor, Any, float, Limits], Changes]

# fmt: off
_GRID: Mapping[type[Event], tuple[Rule, ...]] = {
    #                  due         signed       sent                included             final               failed
    Prepared:         (_signed,    _cannot,     _cannot,            _cannot,             _cannot,            _cannot),
    Sent:             (_cannot,    _sent,       _cannot,            _cannot,             _cannot,            _cannot),
    OutcomeUnknown:   (_cannot,    _unsure,     _cannot,            _cannot,             _cannot,            _cannot),
    SeenMissing:      (_cannot,    _cannot,     _resend,            _reorged,            _reorged,           _cannot),
    SeenPending:      (_cannot,    _cannot,     _wait,              _reorged,            _reorged,           _cannot),
    SeenRefused:      (_cannot,    _cannot,     _renew,             _reorged,            _reorged,           _cannot),
    SeenIncluded:     (_cannot,    _cannot,     _included,          _confirmed,          _included,          _cannot),
    SeenFinal:        (_cannot,    _cannot,     _finish,            _finish,             _watch,             _cannot),
    IncludedUnproved: (_cannot,    _cannot,     _included_unproved, _prove_again,        _included_unproved, _cannot),
    FinalUnproved:    (_cannot,    _cannot,     _included_unproved, _prove_again,        _watch_on,          _cannot),
    TransientFailure: (_retry,     _retry_send, _retry,             _retry,              _watch_on,          _cannot),
    PermanentFailure: (_fail,      _fail,       _retry,             _retry,              _watch_on,          _cannot),
    Overtaken:        (_give_way,  _give_way,   _cannot,            _cannot,             _cannot,            _cannot),
    Unreachable:      (_keep,      _keep,       _keep,              _keep,               _keep,              _keep),
    DueAgain:         (_keep,      _keep,       _keep,              _keep,               _keep,              _revive),
    Resumed:          (_keep,      _keep,       _keep,              _keep,               _keep,              _resume),
    Superseded:       (_make_way,  _keep,       _keep,              _keep,               _keep,              _make_way_in_vain),
}
# fmt: on
TABLE: Mapping[tuple[State, type[Event]], Rule] = {
    (state, event): rule for event, rules in _GRID.items() for state, rule in zip(State, rules, strict=True)
}
