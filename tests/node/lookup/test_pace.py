"""The pace of the indexer: a fifth of the time while a log grows, all of it once the log is quiet."""

from __future__ import annotations

from carbonseal.node.lookup.pace import PERIOD, QUIET, SHARE, Pace


def test_what_a_start_finds_is_read_at_once() -> None:
    assert Pace(1000).rest(1000, 10.0, 0.1, more=True) == 0.0


def test_a_log_that_grows_has_most_of_the_time() -> None:
    pace = Pace(1000)
    assert pace.rest(2000, 10.0, 0.1, more=True) == 0.1 * SHARE
    assert pace.rest(2000, 10.0 + QUIET - 0.1, 0.2, more=True) == 0.2 * SHARE  # between two batches
    assert pace.rest(2000, 10.0 + QUIET, 0.2, more=True) == 0.0
    assert pace.rest(2001, 20.0, 0.1, more=True) == 0.1 * SHARE


def test_a_log_that_was_read_is_looked_at_every_second() -> None:
    pace = Pace(0)
    assert pace.rest(5, 0.0, 0.1, more=False) == PERIOD
    assert pace.rest(5, 1.0, 0.0, more=False) == PERIOD
