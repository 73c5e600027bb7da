"""Pace of the indexer: how long it rests after a slice. Pure.

While a log grows it works a fifth of the time at most: clients wait for what takes records in, and nobody for the index. What it is
behind by is caught up once the log was quiet for a while.
"""

from __future__ import annotations

PERIOD = 1.0  # seconds between two looks at a log that was read to its end
QUIET = 5.0  # seconds without growth after which a log is quiet
SHARE = 4.0  # times as long as it worked the indexer rests, while a log grows


class Pace:
    """The pace in one log."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._grew = float("-inf")

    def rest(self, size: int, now: float, worked: float, *, more: bool) -> float:
        """Seconds to rest after `worked` seconds; the log has this size now, and `more` that was not read."""
        if size > self._size:
            self._size, self._grew = size, now
        if not more:
            return PERIOD
        return worked * SHARE if now - self._grew < QUIET else 0.0
