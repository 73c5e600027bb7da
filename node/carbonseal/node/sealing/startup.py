"""Startup checks of one log: its ledgers are asked what they know of it before anything is signed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

STARTUP_TIMEOUT = 3.0  # seconds that ledgers have for an answer


class StartupChecks:
    """Checks under way. After `STARTUP_TIMEOUT` nobody waits for them any more; what they find counts whenever they do."""

    def __init__(self) -> None:
        self._checks: list[asyncio.Task[None]] = []
        self._deadline = 0.0  # in the event loop's time

    def begin(self, checks: Iterable[asyncio.Task[None]]) -> None:
        """Wait for these, in place of those before."""
        self._checks = list(checks)
        self._deadline = asyncio.get_running_loop().time() + STARTUP_TIMEOUT

    async def wait(self) -> None:
        """Return once all are done, or their time is over."""
        while self._checks and (left := self._deadline - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._checks, timeout=left)
            self._checks = [check for check in self._checks if not check.done()]
