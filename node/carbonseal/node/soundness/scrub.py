"""Scrub: a slow pass over all that a running node has, so that rot is found while other copies of the bytes are still there.

- It reads at most so many bytes a second, and rests between passes. It writes nothing, repairs nothing, and freezes nothing.
- What it finds is in the node's log and in its health until a later pass does not find it any more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Protocol

from carbonseal.findings import BrokenOff, Finding

from .damage import Damage
from .found import Found
from .settings import ScrubConfig

LOG = logging.getLogger(__name__)


class Pass(Protocol):
    """One pass: its steps, each with the number of bytes that it read, and what they found so far."""

    @property
    def damage(self) -> Sequence[Damage]:
        """What is damaged."""

    @property
    def verdict(self) -> Sequence[Finding]:
        """Why this is not the log that its guard knows."""

    def steps(self) -> Iterator[int]:
        """Make the pass."""


class Scrub:
    """Scrubs one after the other: `passes` begins each pass, beside where its findings go."""

    def __init__(self, settings: ScrubConfig, passes: Sequence[tuple[Callable[[], Pass], Found]]) -> None:
        self._settings = settings
        self._passes = passes

    async def run(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Scrub until cancelled; return at once where the settings say not to."""
        while self._settings.rate:
            await sleep(self._settings.interval)
            for begin, found in self._passes:
                try:
                    await self._pass(begin(), found, sleep)
                except (BrokenOff, OSError) as error:
                    LOG.warning("scrub broke off: error=%s", error)

    async def _pass(self, one: Pass, found: Found, sleep: Callable[[float], Awaitable[None]]) -> None:
        steps = one.steps()
        total = 0
        while (size := await asyncio.to_thread(next, steps, None)) is not None:
            found.add(damage.finding for damage in one.damage)
            total += size
            if size:
                await sleep(size / self._settings.rate)
        found.replace([*(damage.finding for damage in one.damage), *one.verdict])
        LOG.info("scrubbed: bytes=%d damaged=%d", total, len(one.damage))
