"""Anchors, events and limits for the tests of the anchoring machine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from carbonseal.ledger import Attempt, AttemptStatus, Evidence, Observation, Statement
from carbonseal.node.anchoring import events
from carbonseal.node.anchoring.machine import advance
from carbonseal.node.anchoring.tracked import Limits, State, TrackedAnchor

LOG = b"\1" * 32
NOW = 1000.0
LIMITS = Limits(
    replace_after=60,
    first_delay=0.5,
    longest_delay=300,
    tries=10,
    many_tries=4,
    attempts=3,
    first_look=0.25,
    longest_look=15,
    first_watch=5,
    longest_watch=30,
    watch=500,
)
FACTS = {"block": 7}
EVIDENCE = Evidence("sim", 1, b"proof")
NEW = Attempt(Statement(LOG, 7, bytes(32)), "new", "4", b"payload")


def anchor(state: State, **changes: Any) -> TrackedAnchor:
    """One that is stuck in nothing: in its state for 40 s, its newest attempt 50 s old, after two tries that failed."""
    begun = TrackedAnchor(
        "sim:1",
        LOG,
        7,
        state,
        due=900.0,
        since=960.0,
        next=NOW,
        tries=2,
        attempt="old",
        attempts=1,
        attempted=950.0,
        reason="busy",
        remedy="wait",
        stage="pooled",
        cost=5,
        version=3,
    )
    return replace(begun, **changes)


def seen(status: AttemptStatus, **more: Any) -> Observation:
    return Observation(status, "seen", FACTS, stage="2 of 3", cost=9, **more)


EVENTS: dict[type[Any], events.Event] = {
    type(event): event
    for event in (
        events.Prepared(NEW, ("old",)),
        events.Sent(b"receipt"),
        events.OutcomeUnknown("timeout"),
        events.SeenMissing(seen(AttemptStatus.MISSING)),
        events.SeenPending(seen(AttemptStatus.PENDING, reason="in the pool")),
        events.SeenRefused(seen(AttemptStatus.REFUSED, reason="reverted")),
        events.SeenIncluded(seen(AttemptStatus.INCLUDED), EVIDENCE),
        events.SeenFinal(seen(AttemptStatus.FINAL, irreversible=False), EVIDENCE),
        events.IncludedUnproved(seen(AttemptStatus.INCLUDED), "pruned"),
        events.FinalUnproved(seen(AttemptStatus.FINAL), "pruned"),
        events.TransientFailure("no answer"),
        events.PermanentFailure("no answer", "look"),
        events.Overtaken(),
        events.Unreachable(),
        events.DueAgain(),
        events.Resumed(),
        events.Superseded(),
    )
}


def after(before: TrackedAnchor, event: events.Event, limits: Limits = LIMITS, now: float = NOW) -> TrackedAnchor:
    changed = advance(before, event, now, limits).after
    assert changed is not None
    return changed
