"""Ingest: how many entries a log took in lately, found in what it has stored, so that a restart forgets nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from carbonseal.node.sealing.log import SealingLog

PERIODS = (60, 3600, 86_400)  # seconds


@dataclass(frozen=True, slots=True)
class Ingest:
    """Entries of one log: all, those that wait for a batch, and those that came in each of `PERIODS` until now."""

    log: str
    entries: int
    waiting: int
    lately: tuple[int, ...]


def ingest(logs: Sequence[SealingLog], now: float) -> list[Ingest]:
    """What each log took in. A look costs the same however large it is: a search in what is sorted by time."""
    return [
        Ingest(log.name, log.size, log.waiting, tuple(log.taken_since(int(now) - seconds) for seconds in PERIODS))
        for log in logs
    ]
