"""Turns: requests that make much work wait for one another, each caller's as soon as every other caller's.

- So many have a turn at one time. Who waits is taken caller by caller, round and round: a hundred requests of one hold up another
  caller's for one turn, not for a hundred.
- What waits is bounded: so many of one caller, and so many bytes, of which a request may take half of what is left. A small
  request finds room behind whatever large ones.
- What works in the background (`spare`) gets a turn while nobody waits, and leaves one free.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from carbonseal.findings import Refused

from .codes import ISSUE_BUSY

AT_ONCE = 4  # passports, statements and accreditations that are issued
EACH = 32  # requests of one caller that wait
ROOM = 128 << 20  # bytes of all requests that wait


class Turns:
    """`at_once` have a turn at one time; `each` of one caller may wait, with `room` bytes of all."""

    def __init__(self, at_once: int, *, each: int, room: int) -> None:
        self._free = at_once
        self._kept = min(1, at_once - 1)  # turns that the background leaves free
        self._each = each
        self._room = room
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}  # by caller, whose turn it is first
        self._background: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def take(self, who: str, size: int) -> AsyncIterator[None]:
        """Hold a turn for a request of `who` with so many bytes. Raises Refused (`issue.busy`)."""
        if self._free and not self._waiting:
            self._free -= 1
        else:
            await self._wait(who, size)
        try:
            yield
        finally:
            self._give_back()

    @asynccontextmanager
    async def spare(self) -> AsyncIterator[None]:
        """Hold a turn that nobody waits for."""
        turn = asyncio.get_running_loop().create_future()
        self._background.append(turn)
        self._hand_out()
        await self._given(turn)
        try:
            yield
        finally:
            self._give_back()

    async def _wait(self, who: str, size: int) -> None:
        own = self._waiting.setdefault(who, deque())
        if len(own) >= self._each or 2 * size > self._room:
            if not own:
                del self._waiting[who]
            raise Refused(ISSUE_BUSY(waiting=sum(map(len, self._waiting.values()))))
        turn = asyncio.get_running_loop().create_future()
        own.append(turn)
        self._room -= size
        try:
            await self._given(turn)
        finally:
            self._room += size

    async def _given(self, turn: asyncio.Future[None]) -> None:
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was given, and its taker is gone
                self._give_back()
            raise

    def _give_back(self) -> None:
        self._free += 1
        self._hand_out()

    def _hand_out(self) -> None:
        while self._free and self._waiting:
            who = next(iter(self._waiting))
            own = self._waiting.pop(who)
            self._free -= _give(own)
            if own:
                self._waiting[who] = own  # behind all others
        while self._free > self._kept and self._background and not self._waiting:
            self._free -= _give(self._background)


def issuing_turns() -> Turns:
    """The turns of a node's requests to issue."""
    return Turns(AT_ONCE, each=EACH, room=ROOM)


def _give(waiting: deque[asyncio.Future[None]]) -> bool:
    """Give the first a turn; False where it waits no more."""
    turn = waiting.popleft()
    if turn.done():
        return False
    turn.set_result(None)
    return True
