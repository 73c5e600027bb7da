"""The delivery machine: every state with every outcome, and what its picture says."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.node.webhooks.delivery.machine import (
    STANDARD_LIMITS,
    TABLE,
    Accepted,
    Delivery,
    Failed,
    Gone,
    Limits,
    Outcome,
    Replayed,
    Resumed,
    State,
    advance,
    answered,
)

NOW = 1_000_000.0
PENDING = Delivery(7, 1, "msg_1", "sealed", b"{}", State.PENDING, NOW)
DEAD = replace(PENDING, state=State.DEAD, tries=82, reason="answered 500")
OUTCOMES: tuple[Outcome, ...] = (Accepted(), Failed("answered 500"), Gone(), Resumed(), Replayed())
FEW = Limits(first_delay=5, longest_delay=60, tries=3)


def test_the_table_is_whole() -> None:
    assert set(TABLE) == set(product(State, map(type, OUTCOMES)))


@pytest.mark.parametrize(
    ("outcome", "after"),
    [
        (Accepted(), None),
        (Failed("answered 500"), replace(PENDING, tries=1, reason="answered 500", next=NOW + 5)),
        (Failed("busy", retry_after=30), replace(PENDING, tries=1, reason="busy", next=NOW + 30)),
        (Failed("busy", retry_after=1), replace(PENDING, tries=1, reason="busy", next=NOW + 5)),
        (Failed("busy", retry_after=1e9), replace(PENDING, tries=1, reason="busy", next=NOW + 60)),
        (Failed("away", 9.0, is_absent=True), replace(PENDING, reason="away")),
        (Gone(), replace(PENDING, state=State.DEAD, tries=1, reason="answered 410")),
        (Resumed(), PENDING),
        (Replayed(), PENDING),
    ],
    ids=str,
)
def test_of_what_is_pending(outcome: Outcome, after: Delivery | None) -> None:
    changes = advance(PENDING, outcome, NOW, FEW)
    assert changes.after == after
    assert bool(changes.pause) is isinstance(outcome, Gone)


def test_of_a_dead_letter() -> None:
    assert advance(DEAD, Resumed(), NOW, FEW).after == DEAD
    assert advance(DEAD, Replayed(), NOW, FEW).after == replace(DEAD, state=State.PENDING, tries=0, next=NOW)
    for outcome in (Accepted(), Failed("x"), Gone()):
        with pytest.raises(ValueError, match="cannot happen to a message that is dead"):
            advance(DEAD, outcome, NOW, FEW)


def test_tries_end() -> None:
    """After three days, whose delays grow to an hour."""
    one, now, waited = PENDING, NOW, []
    while one.state is State.PENDING:
        after = advance(one, Failed("answered 503"), now, STANDARD_LIMITS).after
        assert after is not None
        waited.append(after.next - now)
        one, now = after, after.next
    assert one.tries == STANDARD_LIMITS.tries
    assert waited[:4] == [5, 10, 20, 40]
    assert max(waited) == 3600
    assert 3 <= (now - NOW) / 86_400 < 3.1
    assert one.reason == "answered 503"


@given(st.integers(100, 999))
def test_only_2xx_is_taken(status: int) -> None:
    outcome = answered(status)
    assert isinstance(outcome, Accepted) is (200 <= status < 300)
    assert isinstance(outcome, Gone) is (status == 410)
    if 300 <= status < 400:
        assert outcome == Failed(f"answered {status}: redirects are not followed")


@given(
    st.lists(st.sampled_from([Failed("x"), Failed("y", 90.0), Resumed(), Replayed()]), max_size=9), st.floats(0, 1e6)
)
def test_whatever_happens_the_message_stays_the_same(outcomes: list[Outcome], step: float) -> None:
    one, now = PENDING, NOW
    for outcome in outcomes:
        if one.state is State.DEAD and isinstance(outcome, Failed):
            continue
        after = advance(one, outcome, now, FEW).after
        assert after is not None
        assert (after.number, after.receiver, after.id, after.body) == (one.number, one.receiver, one.id, one.body)
        assert after.next <= now + FEW.longest_delay
        one, now = after, now + step
