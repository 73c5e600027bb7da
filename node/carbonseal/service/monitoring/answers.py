"""Answers of the service, counted: how many of each status a route gave, and in how many seconds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

UPPER = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)  # seconds, of the buckets
NO_ROUTE = "none"  # of requests that no route takes: their paths are anybody's, and would be labels without end


@dataclass(slots=True)
class Durations:
    """A histogram: how many took at most `UPPER[i]` seconds and more than the one before; the last bucket has the rest."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(UPPER) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.buckets[bisect_left(UPPER, seconds)] += 1
        self.total += seconds

    def cumulative(self) -> Iterator[tuple[str, int]]:
        """Upper bounds as Prometheus writes them, each with how many are at or below it."""
        reached = 0
        for bound, count in zip((*map(str, UPPER), "+Inf"), self.buckets, strict=True):
            reached += count
            yield bound, reached


class Answers:
    """The answers of one node, of all its listeners. Used in the thread of the event loop alone."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str, int], int] = {}  # by listener, route ("GET /v1/things/{name}") and status
        self.durations: dict[tuple[str, str], Durations] = {}  # by listener and route
        self.in_progress = 0

    def add(self, listener: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        key = (listener, route, status)
        self.counts[key] = self.counts.get(key, 0) + 1
        durations = self.durations.get((listener, route))
        if durations is None:
            durations = self.durations[listener, route] = Durations()
        durations.add(seconds)
