"""The index of records by commitment: nothing is lost or doubled while runs are merged, and each record is written a few times."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from carbonseal.node.sealing import known
from carbonseal.storage.database import Database
from carbonseal.storage.log_tables import KNOWN, KNOWN_RUNS
from carbonseal.storage.schema import LOG


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "log.db", LOG)) as opened:
        yield opened


def commitments(count: int, seed: int = 0) -> list[bytes]:
    source = random.Random(seed)
    return [source.randbytes(32) for _ in range(count)]


@pytest.mark.parametrize(("run", "fan", "step"), [(1, 2, 1), (4, 2, 3), (8, 3, 100), (2, 6, 5)])
def test_every_record_is_found_after_every_addition(
    database: Database, monkeypatch: pytest.MonkeyPatch, run: int, fan: int, step: int
) -> None:
    for name, value in (("RUN", run), ("FAN", fan), ("STEP", step)):
        monkeypatch.setattr(known, name, value)
    every = commitments(run * fan**3)
    for start in range(0, len(every), run):
        part = [(every[number], number) for number in range(start, min(start + run, len(every)))]
        with database.write() as connection:
            known.add(connection, part, start + len(part))
        with database.read() as connection:
            added = start + len(part)
            assert known.reaches(connection) == added
            assert sorted(known.find(connection, every[:added])) == list(range(added))
            assert known.find(connection, every[added:] + commitments(3, seed=1)) == []


def test_runs_stay_few(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand runs' worth of records lie in as many runs as a number of four digits to the base eight has units, or twice
    that while runs are being merged."""
    monkeypatch.setattr(known, "RUN", 4)
    monkeypatch.setattr(known, "STEP", 16)
    every = commitments(4000)
    most = 0
    with database.write() as connection:
        for start in range(0, len(every), 4):
            known.add(connection, [(every[number], number) for number in range(start, start + 4)], start + 4)
            most = max(most, connection.scalar(select(func.count()).select_from(KNOWN_RUNS)) or 0)
    assert most <= 2 * 4 * known.FAN


def test_commitments_that_begin_alike_are_all_found(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "RUN", 2)
    monkeypatch.setattr(known, "STEP", 1)
    alike = [bytes(8) + commitment[8:] for commitment in commitments(60)]
    for number, commitment in enumerate(alike):
        with database.write() as connection:
            known.add(connection, [(commitment, number)], number + 1)
    with database.read() as connection:
        assert sorted(known.find(connection, alike[:1])) == list(range(60))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(0, 9), max_size=40), step=st.integers(1, 40))
def test_additions_of_any_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sizes: list[int], step: int) -> None:
    """A node that is opened and closed often adds few at a time, or none."""
    monkeypatch.setattr(known, "RUN", 5)
    monkeypatch.setattr(known, "FAN", 2)
    monkeypatch.setattr(known, "STEP", step)
    path = tmp_path / "sizes.db"
    path.unlink(missing_ok=True)
    every = commitments(sum(sizes))
    with closing(Database(path, LOG)) as database:
        number = 0
        for size in sizes:
            part = [(every[n], n) for n in range(number, number + size)]
            number += size
            with database.write() as connection:
                known.add(connection, part, number)
        with database.read() as connection:
            assert sorted(known.find(connection, every)) == list(range(number))
            assert connection.scalar(select(func.count()).select_from(KNOWN)) == number
