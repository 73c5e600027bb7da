"""Access to a node: the principals and tokens of its database, changed in the thread that writes."""

from __future__ import annotations

from collections.abc import Callable, Collection

from carbonseal.storage.database import Database
from carbonseal.storage.writer_thread import WriterThread

from .callers import Caller
from .grants import Grant, Grants
from .scopes import Scope
from .tokens import DAY, NewToken, Tokens

OVERLAP = DAY  # seconds that a rotated token works on


class Access:
    """Who is let in. Methods raise `Refused` (``access.*``); what they change is durable on return."""

    def __init__(
        self, database: Database, tenants: Collection[str], *, thread: WriterThread, clock: Callable[[], float]
    ) -> None:
        self.tokens = Tokens(database, tenants)
        self.grants = Grants(database)
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

    async def grant(self, reader: str, tenant: str, commitment: bytes) -> bool:
        """Let a person or system read that tenant's record, and cite it. Whether it could not until now."""
        self.tokens.principal(reader)
        return await self._thread.run(self.grants.give, reader, tenant, commitment, self._now())

    async def revoke_grant(self, reader: str, tenant: str, commitment: bytes) -> bool:
        """End a grant. Whether there was one."""
        return await self._thread.run(self.grants.revoke, reader, tenant, commitment, self._now())

    def granted(self, caller: Caller, after: int) -> list[Grant]:
        """A page of the grants by the caller's tenant and to the caller: those after this number, in their order."""
        return self.grants.page(caller.tenant, caller.name, after)

    def _now(self) -> int:
        return int(self._clock())
