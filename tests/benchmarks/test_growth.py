"""The growth benchmark, small: it runs, and what it counts rather than times is within its bound."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from benchmarks import growth

pytestmark = pytest.mark.no_cover  # its repetitions reach no other lines, and tracing them takes most of their time


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
    assert growth.written(tmp_path / "many", 600_000) <= 1.3 * growth.written(tmp_path / "few", 0)
