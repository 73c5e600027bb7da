"""The growth benchmark, small: it runs, and what is counted rather than timed is within its bound."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from benchmarks import growth
from benchmarks.grown import grow
from tests import virtual_time
from tests.node.conftest import plugins
from tests.storage.executed import instructions

__all__ = ["plugins"]


def test_every_operation_is_measured_on_both_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "IDLE", 4)
    monkeypatch.setattr(growth, "WRITTEN", 512)
    sizes = growth.Sizes(passports=20, anchors=60, revoked=5, entries=40_000, rounds=1)
    rows = list(growth.table(sizes))
    assert len(rows) == len(growth.OPERATIONS) + 1
    assert all(isinstance(row.value, float) and row.value > 0 for row in rows)
    assert logging.getLogger().isEnabledFor(logging.ERROR)  # again, for whatever else this process does


def test_a_record_costs_few_more_bytes_beside_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one B-tree it would be more than twice as many from some hundred thousand on."""
    monkeypatch.setattr(growth, "WRITTEN", 65_536)
    for name in ("few", "many"):
        (tmp_path / name).mkdir()
    assert growth.written(tmp_path / "many", 300_000) <= 1.3 * growth.written(tmp_path / "few", 0)


FEW, MORE = 128, 1024  # passports, and anchors on each ledger: two entries each, of which a tile has 256


def test_no_operation_looks_at_what_is_finished(tmp_path: Path, plugins: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Idle rounds neither. Both nodes have all that is bounded, such as the newest versions of a status list, and both logs end at
    the same place in their last tile. A read of what only one of them has is `MORE` instructions or more."""
    monkeypatch.syspath_prepend(plugins)
    few, many = tmp_path / "few", tmp_path / "many"
    for directory, finished in ((few, FEW), (many, FEW + MORE)):
        grow(directory / "node", growth.make(directory), passports=finished, anchors=3 * finished, revoked=20)
    with instructions() as executed:
        costs = virtual_time.run(growth.measure(few, many, 1, executed))
    assert all(cost > 0 for ((cost, _),) in costs.values())
    assert {name: both for name, (both,) in costs.items() if both[1] - both[0] >= MORE} == {}
