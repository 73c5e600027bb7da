"""The anchoring machine: the edges of its rules."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from carbonseal.ledger import AttemptStatus, Observation
from carbonseal.node.anchoring.events import (
    DueAgain,
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
    observed,
    unproved,
)
from carbonseal.node.anchoring.machine import (
    Call,
    Changes,
    advance,
    begin,
    call,
    calls_at,
    head_due,
    is_delayed,
    moves,
)
from carbonseal.node.anchoring.tracked import Limits, State, TrackedAnchor

from .scene import EVENTS, EVIDENCE, LIMITS, LOG, NEW, NOW, after, anchor, seen

DUE, SIGNED, SENT, INCLUDED, FINAL, FAILED = State

# --- final stays final ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [TransientFailure, PermanentFailure, FinalUnproved, Unreachable])
@pytest.mark.parametrize("age", [0.0, 40.0, 499.0, 500.0, 1e9])
def test_no_error_takes_anything_from_what_is_final(error: type[Any], age: float) -> None:
    final = anchor(FINAL, since=NOW - age)
    changes = advance(final, EVENTS[error], NOW, LIMITS)
    assert changes.after == replace(final, next=changes.after.next if changes.after else None)
    assert not changes.drop_evidence
    assert not changes.is_reorg


@pytest.mark.parametrize(("age", "wait"), [(0, 5), (10, 5), (11, 5.5), (59, 29.5), (61, 30), (499, 30)])
@pytest.mark.parametrize("event", [SeenFinal, TransientFailure])
def test_what_is_final_is_looked_at_ever_less(age: float, wait: float, event: type[Any]) -> None:
    assert after(anchor(FINAL, since=NOW - age), EVENTS[event]).next == NOW + wait


@pytest.mark.parametrize("event", [SeenFinal, TransientFailure])
def test_what_is_final_for_long_is_closed(event: type[Any]) -> None:
    for age, closed in ((499, False), (500, True), (501, True)):
        assert after(anchor(FINAL, since=NOW - age), EVENTS[event]).is_closed is closed


@pytest.mark.parametrize("state", [SENT, INCLUDED, FINAL])
def test_what_is_irreversible_is_closed(state: State) -> None:
    now = after(anchor(state), SeenFinal(seen(AttemptStatus.FINAL), None))
    assert (now.state, now.next, now.is_closed) == (FINAL, None, True)


def test_nothing_but_final_is_closed() -> None:
    assert [state for state in State if anchor(state, next=None).is_closed] == [FINAL]
    assert not anchor(FINAL).is_closed


# --- reorgs --------------------------------------------------------------------------------------------------------


def test_what_is_a_reorg() -> None:
    """The ledger took back what it had written, or what it had called final."""
    reorgs = {
        (state, kind)
        for state, kind in product((SENT, INCLUDED, FINAL), EVENTS)
        if kind not in (Prepared, Sent, OutcomeUnknown, Overtaken)
        and advance(anchor(state), EVENTS[kind], NOW, LIMITS).is_reorg
    }
    gone = set(product((INCLUDED, FINAL), (SeenMissing, SeenPending, SeenRefused)))
    assert reorgs == gone | {(FINAL, SeenIncluded), (FINAL, IncludedUnproved)}


def test_what_is_new_or_gone_is_no_reorg() -> None:
    assert not begin(("sim:1", LOG, 7), NOW).is_reorg
    assert not Changes(anchor(FINAL), None).is_reorg


def test_an_attempt_that_was_reorged_out_has_all_its_time_again() -> None:
    out = after(anchor(INCLUDED, attempted=NOW - 1e6), EVENTS[SeenMissing])
    assert after(out, EVENTS[SeenMissing], now=NOW + 59).state is SIGNED
    assert after(out, EVENTS[SeenMissing], now=NOW + 60).state is DUE


# --- tries and attempts --------------------------------------------------------------------------------------------

ANOTHER_TRY = [
    *product((DUE, SIGNED, SENT, INCLUDED), (TransientFailure,)),
    *product((SENT, INCLUDED), (PermanentFailure,)),
    (SENT, SeenMissing),
    (SENT, SeenRefused),
    (INCLUDED, FinalUnproved),
    (INCLUDED, IncludedUnproved),
]


@pytest.mark.parametrize(("state", "event"), ANOTHER_TRY)
def test_the_last_try_fails_an_anchor(state: State, event: type[Any]) -> None:
    assert after(anchor(state, tries=8), EVENTS[event]).state is not FAILED
    failed = after(anchor(state, tries=9), EVENTS[event])
    assert (failed.state, failed.since, failed.next, failed.tries) == (FAILED, NOW, None, 10)
    assert failed.reason.endswith(" (10 tries)")
    unproved = event in {FinalUnproved, IncludedUnproved}
    assert failed.remedy.startswith(
        "let the ledger's uri lead to" if unproved else "see that the ledger can be reached"
    )


@pytest.mark.parametrize(("tries", "delay"), [(0, 0.5), (1, 1), (2, 2), (9, 256), (10, 300), (90, 300)])
def test_delays_double_up_to_the_longest(tries: int, delay: float) -> None:
    assert after(anchor(DUE, tries=tries), EVENTS[TransientFailure], Limits()).next == NOW + delay


def test_a_try_that_fails_changes_no_state_and_not_since_when() -> None:
    for state in (DUE, SIGNED, SENT, INCLUDED):
        tried = after(anchor(state), EVENTS[TransientFailure])
        assert (tried.state, tried.since) == (state, 960.0)


def test_so_many_refused_attempts_fail_an_anchor() -> None:
    assert after(anchor(SENT, attempts=2), EVENTS[SeenRefused]).state is DUE
    for attempts in (3, 4):
        before = anchor(SENT, attempts=attempts)
        failed = replace(
            before,
            attempt="seen",
            stage="2 of 3",
            cost=9,
            state=FAILED,
            since=NOW,
            next=None,
            reason="reverted",
            remedy="look on the ledger why it refuses anchors",
        )
        assert advance(before, EVENTS[SeenRefused], NOW, LIMITS) == Changes(before, failed, drop_evidence=True)


def test_the_same_attempt_again_is_not_stored_again() -> None:
    old = replace(NEW, id="old")
    changes = advance(anchor(DUE), Prepared(old, ("other", "old")), NOW, LIMITS)
    assert changes.attempt is None
    assert changes.known == ("other", "old")
    assert changes.after == anchor(SIGNED, since=NOW, attempt="old", attempts=1, attempted=NOW)


def test_somebody_should_look_after_many_tries() -> None:
    assert [state for state in State if is_delayed(anchor(state, tries=4), LIMITS)] == [DUE, SIGNED, SENT, INCLUDED]
    assert not is_delayed(anchor(DUE, tries=3), LIMITS)


# --- stuck ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "event", "else_"),
    [(SIGNED, TransientFailure, SIGNED), (SENT, SeenMissing, SIGNED), (SENT, SeenPending, SENT)],
)
def test_an_attempt_that_had_all_its_time_is_replaced(state: State, event: type[Any], else_: State) -> None:
    stuck = anchor(state, attempted=NOW - 60)
    assert after(stuck, EVENTS[event]).state is DUE
    assert after(stuck, EVENTS[event]).since == NOW
    assert after(replace(stuck, attempted=NOW - 59.5), EVENTS[event]).state is else_
    assert after(stuck, EVENTS[event], replace(LIMITS, replace_after=None)).state is else_


def test_what_is_pending_for_long_takes_up_what_failed() -> None:
    """The slot that a failed attempt holds may be in its way."""
    stuck = anchor(SENT, attempted=NOW - 60)
    seen_last = replace(stuck, attempt="seen", stage="2 of 3", cost=9, reason="in the pool", remedy="")
    due = replace(seen_last, state=DUE, since=NOW, next=NOW, tries=0)
    assert advance(stuck, EVENTS[SeenPending], NOW, LIMITS) == Changes(stuck, due, drop_evidence=True, resume=True)


def test_what_is_missing_for_long_is_tried_again_with_a_delay() -> None:
    stuck = after(anchor(SENT, attempted=NOW - 60), EVENTS[SeenMissing])
    assert (stuck.state, stuck.tries, stuck.next) == (DUE, 3, 1002.0)


@pytest.mark.parametrize(("state", "event"), [(SENT, SeenPending), (INCLUDED, SeenIncluded)])
@pytest.mark.parametrize(("age", "wait"), [(0, 0.25), (1, 0.25), (2, 0.5), (56, 14), (64, 15)])
def test_looks_become_ever_rarer(state: State, event: type[Any], age: float, wait: float) -> None:
    assert after(anchor(state, since=NOW - age), EVENTS[event]).next == NOW + wait


# --- what observations bring ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", AttemptStatus)
def test_the_event_of_an_observation(status: AttemptStatus) -> None:
    here = seen(status)
    expected = {
        AttemptStatus.MISSING: SeenMissing(here),
        AttemptStatus.PENDING: SeenPending(here),
        AttemptStatus.REFUSED: SeenRefused(here),
        AttemptStatus.INCLUDED: SeenIncluded(here, EVIDENCE),
        AttemptStatus.FINAL: SeenFinal(here, EVIDENCE),
    }
    assert observed(here, EVIDENCE) == expected[status]


def test_the_event_of_an_observation_without_evidence() -> None:
    assert observed(seen(AttemptStatus.FINAL)) == SeenFinal(seen(AttemptStatus.FINAL), None)
    for status, kind in ((AttemptStatus.INCLUDED, IncludedUnproved), (AttemptStatus.FINAL, FinalUnproved)):
        assert unproved(seen(status), "pruned") == kind(seen(status), "pruned")


def test_an_observation_may_name_no_attempt_and_no_facts() -> None:
    bare = Observation(AttemptStatus.FINAL)
    for state in (SENT, FINAL):
        changes = advance(anchor(state), SeenFinal(bare, EVIDENCE), NOW, LIMITS)
        assert changes.after is not None
        assert (changes.after.attempt, changes.facts) == ("old", {})
    for state in (SENT, INCLUDED):
        assert (
            advance(anchor(state), SeenIncluded(Observation(AttemptStatus.INCLUDED), EVIDENCE), NOW, LIMITS).facts == {}
        )


def test_a_missing_attempt_has_the_reason_that_the_ledger_gives() -> None:
    assert after(anchor(SENT), SeenMissing(seen(AttemptStatus.MISSING, reason="evicted"))).reason == "evicted"


# --- heads that become due -----------------------------------------------------------------------------------------


def test_a_new_anchor_is_due_at_once() -> None:
    new = TrackedAnchor("sim:1", LOG, 7, DUE, due=NOW, since=NOW, next=NOW)
    assert begin(("sim:1", LOG, 7), NOW) == Changes(None, new)


def test_what_waits_with_nothing_signed_makes_way() -> None:
    waiting = anchor(DUE, attempts=0)
    assert advance(waiting, Superseded(), NOW, LIMITS) == Changes(waiting, None)


def test_what_waited_in_vain_makes_way_and_what_was_refused_for_good_stays() -> None:
    for tries, attempts, gone in ((10, 0, True), (11, 0, True), (9, 0, False), (10, 1, False)):
        failed = anchor(FAILED, tries=tries, attempts=attempts)
        assert advance(failed, Superseded(), NOW, LIMITS) == Changes(failed, None if gone else failed)


def test_what_failed_with_nothing_signed_is_due_again_only_where_it_is_asked_for() -> None:
    failed = anchor(FAILED, attempts=0)
    fresh = replace(failed, state=DUE, due=NOW, since=NOW, next=NOW, tries=0, reason="", remedy="")
    assert advance(failed, DueAgain(), NOW, LIMITS) == Changes(failed, fresh)
    assert not advance(failed, Resumed(), NOW, LIMITS)


def test_all_that_changes_when_a_head_becomes_due() -> None:
    name, other = ("sim:1", LOG, 7), b"\2" * 32
    older = anchor(DUE, size=5, attempts=0)
    vain = anchor(FAILED, size=4, attempts=0, tries=10)
    failed = anchor(FAILED, size=3)
    others = anchor(FAILED, log=other, size=2)
    rest = [anchor(DUE, size=8, attempts=0), anchor(DUE, log=other, size=1, attempts=0), anchor(SENT, size=6)]
    live = [older, vain, failed, others, *rest]
    expected = [
        begin(name, NOW),
        Changes(older, None),
        Changes(vain, None),
        advance(failed, Resumed(), NOW, LIMITS),
        advance(others, Resumed(), NOW, LIMITS),
    ]
    assert head_due(name, None, live, NOW, LIMITS) == expected
    mine = anchor(FAILED, attempts=0)
    assert head_due(name, mine, [*live, mine], NOW, LIMITS) == [advance(mine, DueAgain(), NOW, LIMITS), *expected[1:]]
    assert head_due(name, anchor(FINAL), [anchor(FINAL)], NOW, LIMITS) == [Changes(anchor(FINAL), anchor(FINAL))]


# --- what the ledger is called for ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "wanted", "paused"),
    [
        (DUE, Call.PREPARE, None),
        (SIGNED, Call.SEND, None),
        (SENT, Call.FOLLOW, Call.FOLLOW),
        (INCLUDED, Call.FOLLOW, Call.FOLLOW),
        (FINAL, Call.FOLLOW, Call.FOLLOW),
        (FAILED, None, None),
    ],
)
def test_each_state_calls_for_one_thing(state: State, wanted: Call | None, paused: Call | None) -> None:
    """Of a paused log, nothing is prepared or sent; what was sent is followed."""
    assert call(anchor(state), NOW, LIMITS, paused=False) is wanted
    assert call(anchor(state), NOW, LIMITS, paused=True) is paused
    assert call(anchor(state), NOW - 0.5, LIMITS, paused=False) is None
    assert call(anchor(state, next=None), NOW, LIMITS, paused=False) is None
    assert calls_at(anchor(state), paused=False) == NOW
    assert calls_at(anchor(state), paused=True) == (None if state in (DUE, SIGNED, FAILED) else NOW)


@pytest.mark.parametrize(("ahead", "wanted"), [(300, None), (300.1, Call.FOLLOW), (4e8, Call.FOLLOW)])
def test_a_call_further_ahead_than_any_delay_is_made(ahead: float, wanted: Call | None) -> None:
    """The clock was wrong when it was put off."""
    assert call(anchor(SENT, next=NOW + ahead), NOW, LIMITS, paused=False) is wanted
    assert call(anchor(DUE, next=NOW + ahead), NOW, LIMITS, paused=True) is None


@pytest.mark.parametrize(
    ("limits", "longest"),
    [
        (Limits(), 300),
        (Limits(longest_delay=7, longest_look=9, longest_watch=8, first_watch=5), 9),
        (Limits(longest_delay=7, longest_look=1, longest_watch=8, first_watch=5), 8),
        (Limits(longest_delay=1, longest_look=1, longest_watch=1, first_watch=5), 5),
        (Limits(longest_delay=1, longest_look=1, longest_watch=1, first_watch=0, first_look=4), 4),
        (Limits(longest_delay=1, longest_look=1, longest_watch=1, first_watch=0, first_delay=3), 3),
    ],
)
def test_the_longest_wait_is_the_longest_of_all_delays(limits: Limits, longest: float) -> None:
    assert limits.longest_wait == longest


def test_what_happened_after_now_counts_as_if_it_had_happened_now() -> None:
    """The clock was set back by years."""
    ahead = {"since": NOW + 4e8, "attempted": NOW + 4e8}
    assert after(anchor(SENT, **ahead), EVENTS[SeenPending]) == after(
        anchor(SENT, since=NOW, attempted=NOW), EVENTS[SeenPending]
    )
    watched = after(anchor(FINAL, **ahead), EVENTS[SeenFinal])
    assert (watched.since, watched.next) == (NOW, NOW + 5)
    assert after(anchor(FINAL, since=NOW - 1, attempted=NOW + 1), EVENTS[SeenFinal]).attempted == NOW
    kept = advance(anchor(SENT, since=NOW - 1, attempted=NOW - 2), EVENTS[SeenPending], NOW, LIMITS).after
    assert kept is not None
    assert (kept.since, kept.attempted) == (NOW - 1, NOW - 2)


def test_nobody_waits_for_what_is_not_open_or_of_a_paused_log() -> None:
    assert [state for state in State if moves(anchor(state), paused=False)] == [DUE, SIGNED, SENT, INCLUDED]
    assert not any(moves(anchor(state), paused=True) for state in State)


def test_an_anchor_as_json() -> None:
    final = anchor(FINAL, reason="", remedy="")
    assert final.to_json() == {
        "log": "01" * 32,
        "size": 7,
        "state": "final",
        "stage": "pooled",
        "tries": 2,
        "attempt": "old",
        "since": "1970-01-01T00:16:00Z",
        "next": "1970-01-01T00:16:40Z",
        "cost": "5",
        "reason": "",
        "remedy": "",
    }
    assert replace(final, next=None).to_json()["next"] is None
    assert final.name == ("sim:1", LOG, 7)


@pytest.mark.parametrize("event", [SeenFinal, TransientFailure])
def test_a_clock_that_was_set_forward_ends_no_watch(event: type[Any]) -> None:
    """Only the longest time between two calls counts, here 30 s, whatever the clock says: also where the node was down."""
    day = NOW + 86_400
    watched = after(anchor(FINAL), EVENTS[event], now=day)
    assert (watched.since, watched.next) == (day - 70, day + 30)
    in_time = after(anchor(FINAL), EVENTS[event], now=NOW + 30)
    assert (in_time.since, in_time.next) == (960, NOW + 60)
    assert after(anchor(FINAL, since=NOW - 470), EVENTS[event], now=day).next is None
    assert after(anchor(FINAL, since=NOW - 469), EVENTS[event], now=day).next == day + 30
