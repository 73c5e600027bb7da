"""Access to a node: the principals and tokens of its database, changed in the thread that writes."""

from __future__ import annotations

from collections.abc import Callable, Collection

from carbonseal.storage.database import Database
from carbonseal.storage.writer_thread import WriterThread

from .callers import Caller
from .scopes import Scope
from .tokens import DAY, NewToken, Tokens

OVERLAP = DAY  # seconds that a rotated token works on


class Access:
    """Who is let in. Methods raise `Refused` (``access.*``); what they change is durable on return."""

    def __init__(
        self, database: Database, tenants: Collection[str], *, thread: WriterThread, clock: Callable[[], float]
    ) -> None:
        self.tokens = Tokens(database, tenants)
        self._thread = thread
        self._clock = clock

    def admit(self, secret: str) -> Caller:
        """Who presents this token."""
        return self.tokens.admit(secret, self._now())

    async def create_token(self, new: NewToken) -> str:
        """A new token's secret, which is kept nowhere."""
        return await self._thread.run(self.tokens.create, new, self._now())

    async def rotate_token(self, name: str, days: int, overlap: int = OVERLAP) -> str:
        """The secret of a token that follows those of this name; they work for `overlap` more seconds."""
        return await self._thread.run(self.tokens.rotate, name, self._now(), days, overlap)

    async def revoke_token(self, name: str) -> int:
        """Let nobody in any more by tokens of this name. Gives how many worked until now."""
        return await self._thread.run(self.tokens.revoke, name, self._now())

    async def set_scopes(self, principal: str, scopes: Collection[Scope]) -> None:
        """Give a person or system these scopes, for all its tokens."""
        await self._thread.run(self.tokens.set_scopes, principal, scopes)

    def _now(self) -> int:
        return int(self._clock())
