"""What a try makes of a request that is due: answered, later, or given up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from carbonseal.node.exchange.callbacks import LONGEST, LONGEST_DELAY, advance
from carbonseal.node.exchange.inbox import Event, State

DUE = Event("buyer", "mine", "t", "id", "s", 1000, b"{}", "https://p", 1, State.DUE, 1000.0, 0, "", "")


def test_a_request_that_was_taken_is_answered() -> None:
    after = advance(DUE, "fulfilled", "", 1001.0)
    assert (after.state, after.tries, after.answer, after.reason) == (State.ANSWERED, 1, "fulfilled", "")


@pytest.mark.parametrize(("tries", "delay"), [(0, 5.0), (1, 10.0), (4, 80.0), (40, LONGEST_DELAY)])
def test_a_try_that_fails_is_made_again_later_each_time(tries: int, delay: float) -> None:
    after = advance(replace(DUE, tries=tries), "", "no answer", 2000.0)
    assert (after.state, after.next, after.tries, after.reason) == (State.DUE, 2000.0 + delay, tries + 1, "no answer")


def test_it_is_given_up_after_three_days_and_not_before() -> None:
    assert advance(DUE, "", "no answer", 1000 + LONGEST - 1).state is State.DUE
    assert advance(DUE, "", "no answer", 1000 + LONGEST).state is State.ABANDONED
    assert advance(DUE, "fulfilled", "", 1000 + 2 * LONGEST).state is State.ANSWERED
