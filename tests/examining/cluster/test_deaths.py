"""Workers that are killed, files that kill them, and clusters that are not there (any more)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from click import unstyle

from carbonseal.examining.cluster.executor import on_cluster
from carbonseal.examining.files.items import Item
from carbonseal.examining.parts import ItemsPart, PartResult
from carbonseal.findings import BrokenOff
from tests.examining.cluster.conftest import Cluster
from tests.examining.cluster.works import acting_in


def parts(*several: str) -> Iterator[ItemsPart]:
    """Names of items, a part in each text, with commas between."""
    return (ItemsPart(tuple(Item(name) for name in one.split(", "))) for one in several)


def told(results: Iterable[PartResult]) -> list[str]:
    return [one.name if one.word == "verified" else unstyle(one.text) for part in results for one in part.results]


def test_a_worker_that_is_killed_in_the_middle_costs_nothing(cluster: Cluster, tmp_path: Path) -> None:
    """dask gives its part to another, or to itself when it is back."""
    execute = on_cluster(cluster.scale(2))
    several = ["1, 2", "3, kill-once a, 4", *map(str, range(5, 40))]
    results = told(execute(acting_in(tmp_path), parts(*several)))
    assert results == ["1", "2", "3", "kill-once a", "4", *map(str, range(5, 40))]
    assert (tmp_path / "a").exists()


def test_a_file_that_kills_each_worker_is_named(cluster: Cluster, tmp_path: Path) -> None:
    """So is one at which the work raises. What was with them in a part, or at the same worker, is judged."""
    execute = on_cluster(cluster.scale(2))
    results = told(execute(acting_in(tmp_path), parts("1, raise this, 2", "3", "kill, 4", "5")))
    lost, worker = results.pop(4).split("(the last worker that did was tls://127.0.0.1:")
    assert lost == "NOT READ     kill: the process that read it died, twice "
    assert worker.endswith(")\n    is there too little memory?")
    raised = "the process that read it died, twice (ValueError: as it was told)\n    is there too little memory?"
    assert results == ["1", f"NOT READ     raise this: {raised}", "2", "3", "4", "5"]


def test_the_work_ends_with_its_reader(cluster: Cluster, tmp_path: Path) -> None:
    execute = on_cluster(cluster.scale(1))
    results = execute(acting_in(tmp_path), parts(*map(str, range(10))))
    assert told([next(results)]) == ["0"]
    results.close()  # type: ignore[attr-defined]
    assert told(execute(acting_in(tmp_path), parts("0", "1"))) == ["0", "1"]
    assert told(execute(acting_in(tmp_path), ())) == []


def test_a_cluster_without_workers_is_not_waited_for_for_ever(cluster: Cluster, tmp_path: Path) -> None:
    with pytest.raises(BrokenOff) as refused:
        told(on_cluster(cluster.idle, worker_timeout=0)(acting_in(tmp_path), parts("1")))
    assert refused.value.finding.code.name == "cluster.no-workers"


def test_a_scheduler_that_ends_is_not_waited_for(cluster: Cluster, tmp_path: Path) -> None:
    def ending() -> Iterator[ItemsPart]:
        yield from parts("1")
        cluster.end_doomed()

    with pytest.raises(BrokenOff) as refused:
        told(on_cluster(cluster.doomed)(acting_in(tmp_path), ending()))
    assert refused.value.finding.code.name == "cluster.lost"
    assert "scheduler-connection-lost" in refused.value.finding.message
