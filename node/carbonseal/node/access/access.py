"""Access to a node: principals, tokens and grants of its database, changed in the thread that writes; each act is audited first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from carbonseal.storage.database import Database
from carbonseal.storage.writer_thread import WriterThread

from .audit import Audit
from .callers import OPERATOR, Caller
from .grants import Grant, Grants
from .scopes import Scope
from .tokens import DAY, NewToken, Tokens, format_scopes

OVERLAP = DAY  # seconds that a rotated token works on


class Access:
    """Who is let in. Methods raise `Refused` (``access.*``); what they change is durable on return."""

    def __init__(
        self, database: Database, tenants: Collection[str], *, thread: WriterThread, clock: Callable[[], float]
    ) -> None:
        self.tokens = Tokens(database, tenants)
        self.grants = Grants(database)
        self.audit = Audit(database)
        self.thread = thread
        self.clock = clock

    def admit(self, secret: str) -> Caller:
        """Who presents this token."""
        return self.tokens.admit(secret, self._now())

    async def record(self, who: Caller, what: str, about: Mapping[str, str], why: str = "") -> None:
        """Add an event to the audit chain. Durable on return."""
        await self.thread.run(self.audit.append, who, what, about, why, self._now())

    async def create_token(self, new: NewToken) -> str:
        """A new token's secret, which is kept nowhere."""
        about = {"token": new.name, "principal": new.principal, "kind": new.kind.value, "tenant": new.tenant or ""}
        await self.record(OPERATOR, "create-token", {**about, "scopes": format_scopes(new.scopes or ())})
        return await self.thread.run(self.tokens.create, new, self._now())

    async def rotate_token(self, name: str, days: int, overlap: int = OVERLAP) -> str:
        """The secret of a token that follows those of this name; they work for `overlap` more seconds."""
        await self.record(OPERATOR, "rotate-token", {"token": name})
        return await self.thread.run(self.tokens.rotate, name, self._now(), days, overlap)

    async def revoke_token(self, name: str, why: str) -> int:
        """Let nobody in any more by tokens of this name. Gives how many worked until now."""
        await self.record(OPERATOR, "revoke-token", {"token": name}, why)
        return await self.thread.run(self.tokens.revoke, name, self._now())

    async def set_scopes(self, principal: str, scopes: Collection[Scope]) -> None:
        """Give a person or system these scopes, for all its tokens."""
        await self.record(OPERATOR, "set-scopes", {"principal": principal, "scopes": format_scopes(scopes)})
        await self.thread.run(self.tokens.set_scopes, principal, scopes)

    async def grant(self, caller: Caller, reader: str, tenant: str, commitment: bytes) -> bool:
        """Let a person or system read that tenant's record, and cite it. Whether it could not until now."""
        self.tokens.principal(reader)
        await self.record(caller, "give-grant", {"commitment": commitment.hex(), "reader": reader, "tenant": tenant})
        return await self.thread.run(self.grants.give, reader, tenant, commitment, self._now())

    async def revoke_grant(self, caller: Caller, reader: str, tenant: str, commitment: bytes) -> bool:
        """End a grant. Whether there was one."""
        await self.record(caller, "revoke-grant", {"commitment": commitment.hex(), "reader": reader, "tenant": tenant})
        return await self.thread.run(self.grants.revoke, reader, tenant, commitment, self._now())

    def granted(self, caller: Caller, after: int) -> list[Grant]:
        """A page of the grants by the caller's tenant and to the caller: those after this number, in their order."""
        return self.grants.page(caller.tenant, caller.name, after)

    def _now(self) -> int:
        return int(self.clock())
