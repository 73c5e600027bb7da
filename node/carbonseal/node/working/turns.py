"""Fair turns: a number of places, taken by clients in turn. Whoever holds the most waits, and nobody waits behind a flood."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from carbonseal.findings import Refused

from .codes import WORK_BUSY


class Turns:
    """`places` at one time, and so many for one client that one is left for another where there are several. `most` may wait, of
    one client `each`; a client's own are served in their order, clients in turn."""

    def __init__(self, places: int, *, most: int, each: int) -> None:
        self._free = places
        self._share = max(1, places - 1)
        self._most = most
        self._each = each
        self._held: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()  # whose turn is next comes first

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    @asynccontextmanager
    async def take(self, client: str) -> AsyncIterator[None]:
        """Hold a place, after waiting for it. Raises Refused (work.busy)."""
        await self._enter(client)
        try:
            yield
        finally:
            self._leave(client)

    async def _enter(self, client: str) -> None:
        own = self._waiting.get(client, ())
        if self._may_hold(client) and not own:
            self._hold(client)
            return
        if len(own) >= self._each or self.waiting >= self._most:
            raise Refused(WORK_BUSY(waiting=self.waiting, own=len(own)))
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it came, and nobody is there any more to take it
                self._leave(client)
            else:
                self._forget(client, turn)
            raise

    def _may_hold(self, client: str) -> bool:
        return self._free > 0 and self._held[client] < self._share

    def _hold(self, client: str) -> None:
        self._free -= 1
        self._held[client] += 1

    def _leave(self, client: str) -> None:
        self._free += 1
        self._held[client] -= 1
        self._held += Counter()  # forgets who holds nothing
        while (following := next(filter(self._may_hold, self._waiting), None)) is not None:
            turn = self._waiting[following][0]
            self._waiting.move_to_end(following)
            self._forget(following, turn)
            if not turn.done():  # cancelled, and who waited was not woken yet
                self._hold(following)
                turn.set_result(None)

    def _forget(self, client: str, turn: asyncio.Future[None]) -> None:
        own = self._waiting.get(client, deque())
        if turn in own:
            own.remove(turn)
        if not own:
            self._waiting.pop(client, None)
