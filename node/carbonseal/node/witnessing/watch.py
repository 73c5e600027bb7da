"""Watches whether a log takes heads of other logs: one log line when it does not any more, one when it does again."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from carbonseal.findings import Finding

LOG = logging.getLogger(__name__)
INTERVAL = 60.0  # seconds between two looks


class Watched(Protocol):
    """A log that takes heads of other logs."""

    @property
    def origin(self) -> str:
        """Its public name."""

    @property
    def witness_problem(self) -> Finding | None:
        """Why it takes none, or None."""


async def watch(log: Watched, sleep: Callable[[float], Awaitable[None]]) -> None:
    """Look until cancelled."""
    told = False
    while True:
        found = log.witness_problem
        if found is not None and not told:
            LOG.error("takes no heads of other logs: log=%s reason=%s", log.origin, found)
        if found is None and told:
            LOG.info("takes heads of other logs again: log=%s", log.origin)
        told = found is not None
        await sleep(INTERVAL)
