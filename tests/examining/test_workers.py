"""Worker processes: results come in order, and an item that kills its process costs no other its result."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

import pytest

from carbonseal.examining import workers
from carbonseal.examining.workers import map_in_workers


def prepare(offset: int) -> Callable[[int | str], int]:
    def function(item: int | str) -> int:
        match item:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "exit":
                sys.exit(7)
        return int(item) + offset

    return function


def lost(item: int | str, reason: str) -> int | str:
    return f"{item}: {reason}"


@pytest.mark.parametrize(("per_worker", "method"), [(1, "forkserver"), (100, "forkserver"), (100, "spawn")])
def test_results_come_in_order(per_worker: int, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also as Windows starts processes."""
    monkeypatch.setattr(workers, "PER_WORKER", per_worker)
    monkeypatch.setattr(workers, "METHOD", method)
    assert list(map_in_workers(prepare, 10, range(40), lost, 2)) == list(range(10, 50))
    assert list(map_in_workers(prepare, 10, [], lost, 2)) == []


def test_a_killed_worker_costs_its_item_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own item is tried twice."""
    monkeypatch.setattr(workers, "PER_WORKER", 1)
    items: list[int | str] = [1, "kill", 2, 3, "exit", 4, "kill", 5]
    results = list(map_in_workers(prepare, 0, items, lost, 2))
    assert results == [1, "kill: signal 9", 2, 3, "exit: exit status 7", 4, "kill: signal 9", 5]


def test_workers_end_with_their_reader() -> None:
    results = map_in_workers(prepare, 0, range(10), lost, 2)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    assert list(map_in_workers(prepare, 0, range(3), lost, 1)) == [0, 1, 2]
