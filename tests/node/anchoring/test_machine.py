"""The anchoring machine: every state with every event, by a table written by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any, get_args

import pytest

from carbonseal.node.anchoring.events import (
    DueAgain,
    Event,
    FinalUnproved,
    IncludedUnproved,
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
from carbonseal.node.anchoring.machine import TABLE, Changes, advance
from carbonseal.node.anchoring.tracked import State

from .scene import EVENTS, EVIDENCE, FACTS, LIMITS, NEW, NOW, anchor

DUE, SIGNED, SENT, INCLUDED, FINAL, FAILED = State

SEEN: dict[str, Any] = {"attempt": "seen", "stage": "2 of 3", "cost": 9}  # what every observation leaves
WELL: dict[str, Any] = {"tries": 0, "reason": "", "remedy": ""}  # it got further
PROVED: dict[str, Any] = {"evidence": EVIDENCE, "facts": FACTS}
REORGED: dict[str, Any] = {
    "state": SENT,
    "since": NOW,
    "next": 1000.25,
    "attempted": NOW,
    "tries": 0,
    "reason": "reorged out",
    "remedy": "",
}
TRIED: dict[str, Any] = {"tries": 3, "next": 1002.0, "reason": "no answer"}  # 0.5 s, then 1 s, then 2 s
UNPROVED: dict[str, Any] = {"reason": "no evidence yet: pruned"}

Expected = tuple[dict[str, Any], dict[str, Any]] | None  # fields of the anchor that change, effects; None: ValueError
SAME: Expected = ({}, {})
GONE: Expected = ({}, {})  # it makes way: nothing is left of it
CANNOT: Expected = None
FAILED_NOW: Expected = ({"state": FAILED, "since": NOW, "next": None, "reason": "no answer", "remedy": "look"}, {})
RESUMED: Expected = ({"state": SENT, "since": NOW, "next": NOW, "tries": 0}, {})
STAYS: dict[str, Any] = {**SEEN, **WELL, "next": 1010.0}  # a quarter of its 40 s
INCLUDED_NOW: dict[str, Any] = {**SEEN, **WELL, "state": INCLUDED, "since": NOW, "next": 1000.25}
FINAL_NOW: dict[str, Any] = {**SEEN, **WELL, "state": FINAL, "since": NOW, "next": 1005.0}
WATCHED: dict[str, Any] = {"next": 1020.0}  # half its 40 s

CASES: dict[tuple[State, type[Any]], Expected] = {
    (DUE, Prepared): (
        {"state": SIGNED, "since": NOW, "attempt": "new", "attempts": 2, "attempted": NOW},
        {"attempt": NEW, "known": ("old",)},
    ),
    (SIGNED, Prepared): CANNOT,
    (SENT, Prepared): CANNOT,
    (INCLUDED, Prepared): CANNOT,
    (FINAL, Prepared): CANNOT,
    (FAILED, Prepared): CANNOT,
    #
    (DUE, Sent): CANNOT,
    (SIGNED, Sent): ({"state": SENT, "since": NOW}, {"answer": b"receipt"}),
    (SENT, Sent): CANNOT,
    (INCLUDED, Sent): CANNOT,
    (FINAL, Sent): CANNOT,
    (FAILED, Sent): CANNOT,
    #
    (DUE, OutcomeUnknown): CANNOT,
    (SIGNED, OutcomeUnknown): ({"state": SENT, "since": NOW, "reason": "timeout"}, {}),
    (SENT, OutcomeUnknown): CANNOT,
    (INCLUDED, OutcomeUnknown): CANNOT,
    (FINAL, OutcomeUnknown): CANNOT,
    (FAILED, OutcomeUnknown): CANNOT,
    #
    (DUE, SeenMissing): CANNOT,
    (SIGNED, SeenMissing): CANNOT,
    (SENT, SeenMissing): (
        {**SEEN, "state": SIGNED, "since": NOW, "tries": 3, "next": 1002.0, "reason": "the ledger does not know it"},
        {"drop_evidence": True},
    ),
    (INCLUDED, SeenMissing): ({**SEEN, **REORGED}, {"drop_evidence": True}),
    (FINAL, SeenMissing): ({**SEEN, **REORGED}, {"drop_evidence": True}),
    (FAILED, SeenMissing): CANNOT,
    #
    (DUE, SeenPending): CANNOT,
    (SIGNED, SeenPending): CANNOT,
    (SENT, SeenPending): ({**STAYS, "reason": "in the pool"}, {"drop_evidence": True}),
    (INCLUDED, SeenPending): ({**SEEN, **REORGED}, {"drop_evidence": True}),
    (FINAL, SeenPending): ({**SEEN, **REORGED}, {"drop_evidence": True}),
    (FAILED, SeenPending): CANNOT,
    #
    (DUE, SeenRefused): CANNOT,
    (SIGNED, SeenRefused): CANNOT,
    (SENT, SeenRefused): (
        {**SEEN, "state": DUE, "since": NOW, "tries": 3, "next": 1002.0, "reason": "reverted"},
        {"drop_evidence": True},
    ),
    (INCLUDED, SeenRefused): ({**SEEN, **REORGED}, {"drop_evidence": True}),
    (FINAL, SeenRefused): ({**SEEN, **REORGED}, {"drop_evidence": True}),
    (FAILED, SeenRefused): CANNOT,
    #
    (DUE, SeenIncluded): CANNOT,
    (SIGNED, SeenIncluded): CANNOT,
    (SENT, SeenIncluded): (INCLUDED_NOW, PROVED),
    (INCLUDED, SeenIncluded): (STAYS, PROVED),
    (FINAL, SeenIncluded): (INCLUDED_NOW, PROVED),
    (FAILED, SeenIncluded): CANNOT,
    #
    (DUE, SeenFinal): CANNOT,
    (SIGNED, SeenFinal): CANNOT,
    (SENT, SeenFinal): (FINAL_NOW, PROVED),
    (INCLUDED, SeenFinal): (FINAL_NOW, PROVED),
    (FINAL, SeenFinal): ({**SEEN, **WATCHED}, PROVED),
    (FAILED, SeenFinal): CANNOT,
    #
    (DUE, IncludedUnproved): CANNOT,
    (SIGNED, IncludedUnproved): CANNOT,
    (SENT, IncludedUnproved): ({**INCLUDED_NOW, **UNPROVED}, {}),
    (INCLUDED, IncludedUnproved): ({**SEEN, "tries": 3, "next": 1002.0, **UNPROVED}, {}),
    (FINAL, IncludedUnproved): ({**INCLUDED_NOW, **UNPROVED}, {}),
    (FAILED, IncludedUnproved): CANNOT,
    #
    (DUE, FinalUnproved): CANNOT,
    (SIGNED, FinalUnproved): CANNOT,
    (SENT, FinalUnproved): ({**INCLUDED_NOW, **UNPROVED}, {}),
    (INCLUDED, FinalUnproved): ({**SEEN, "tries": 3, "next": 1002.0, **UNPROVED}, {}),
    (FINAL, FinalUnproved): (WATCHED, {}),
    (FAILED, FinalUnproved): CANNOT,
    #
    (DUE, TransientFailure): (TRIED, {}),
    (SIGNED, TransientFailure): (TRIED, {}),
    (SENT, TransientFailure): (TRIED, {}),
    (INCLUDED, TransientFailure): (TRIED, {}),
    (FINAL, TransientFailure): (WATCHED, {}),
    (FAILED, TransientFailure): CANNOT,
    #
    (DUE, PermanentFailure): FAILED_NOW,
    (SIGNED, PermanentFailure): FAILED_NOW,
    (SENT, PermanentFailure): (TRIED, {}),
    (INCLUDED, PermanentFailure): (TRIED, {}),
    (FINAL, PermanentFailure): (WATCHED, {}),
    (FAILED, PermanentFailure): CANNOT,
    #
    (DUE, Unreachable): SAME,
    (SIGNED, Unreachable): SAME,
    (SENT, Unreachable): SAME,
    (INCLUDED, Unreachable): SAME,
    (FINAL, Unreachable): SAME,
    (FAILED, Unreachable): SAME,
    #
    (DUE, DueAgain): SAME,
    (SIGNED, DueAgain): SAME,
    (SENT, DueAgain): SAME,
    (INCLUDED, DueAgain): SAME,
    (FINAL, DueAgain): SAME,
    (FAILED, DueAgain): RESUMED,
    #
    (DUE, Resumed): SAME,
    (SIGNED, Resumed): SAME,
    (SENT, Resumed): SAME,
    (INCLUDED, Resumed): SAME,
    (FINAL, Resumed): SAME,
    (FAILED, Resumed): RESUMED,
    #
    (DUE, Overtaken): GONE,
    (SIGNED, Overtaken): GONE,
    (SENT, Overtaken): CANNOT,
    (INCLUDED, Overtaken): CANNOT,
    (FINAL, Overtaken): CANNOT,
    (FAILED, Overtaken): CANNOT,
    #
    (DUE, Superseded): SAME,  # something was signed: see below for where nothing was
    (SIGNED, Superseded): SAME,
    (SENT, Superseded): SAME,
    (INCLUDED, Superseded): SAME,
    (FINAL, Superseded): SAME,
    (FAILED, Superseded): SAME,
}


def test_the_table_is_complete() -> None:
    """A state or an event that comes new has to be thought about here."""
    pairs = set(product(State, get_args(Event)))
    assert set(CASES) == pairs
    assert set(TABLE) == pairs
    assert set(EVENTS) == set(get_args(Event))


@pytest.mark.parametrize(("state", "event"), CASES, ids=lambda one: getattr(one, "__name__", None) or one.value)
def test_each_state_with_each_event(state: State, event: type[Any]) -> None:
    before, expected = anchor(state), CASES[state, event]
    if expected is None:
        with pytest.raises(ValueError, match=f"{event.__name__} cannot happen to an anchor that is {state.value}"):
            advance(before, EVENTS[event], NOW, LIMITS)
        return
    changed, effects = expected
    after = None if expected is GONE else replace(before, **changed)
    assert advance(before, EVENTS[event], NOW, LIMITS) == Changes(before, after, **effects)
