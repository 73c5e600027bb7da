"""Access to a node: principals, tokens and grants of its database, changed in the thread that writes; each act is audited first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from carbonseal.findings import Refused
from carbonseal.storage.database import Database
from carbonseal.storage.writer_thread import WriterThread

from .audit import Audit
from .callers import OPERATOR, Caller
from .grants import Grant, Grants
from .oidc.bearer import Identity, is_jwt
from .oidc.codes import OIDC_NOT_SET
from .oidc.config import OidcConfig
from .oidc.fetching import open_issuer
from .oidc.identities import Identities
from .oidc.issuer import Issuer
from .principals import Principals, Wanted
from .scopes import Scope, format_scopes
from .tokens import DAY, NewToken, Tokens

OVERLAP = DAY  # seconds that a rotated token works on


class Access:
    """Who is let in. Methods raise `Refused` (``access.*``); what they change is durable on return."""

    def __init__(
        self,
        database: Database,
        tenants: Collection[str],
        issuer: Issuer | None = None,
        *,
        thread: WriterThread,
        clock: Callable[[], float],
    ) -> None:
        """`issuer` tells whose the tokens of OpenID Connect are; None: they let nobody in."""
        self.principals = Principals(database, tenants)
        self.tokens = Tokens(database, self.principals)
        self.identities = Identities(database, self.principals)
        self.issuer = issuer
        self.grants = Grants(database)
        self.audit = Audit(database)
        self.thread = thread
        self.clock = clock

    async def admit(self, secret: str) -> Caller:
        """Who presents this token, of this node or of the issuer."""
        if self.issuer is not None and is_jwt(secret):
            return self.identities.caller(await self.issuer.identify(secret))
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
        await self.thread.run(self.principals.set_scopes, principal, scopes)

    def identity(self, subject: str, issuer: str | None = None) -> Identity:
        """The identity that somebody has at the issuer, or at a former one. Raises Refused where the node names none."""
        if issuer is None and self.issuer is None:
            raise Refused(OIDC_NOT_SET())
        return Identity(issuer or (self.issuer.name if self.issuer else ""), subject)

    async def add_identity(self, identity: Identity, wanted: Wanted) -> None:
        """Let a person or system in by the issuer's tokens for this identity."""
        about = {"issuer": identity.issuer, "subject": identity.subject, "principal": wanted.name}
        about |= {"kind": wanted.kind.value, "tenant": wanted.tenant or ""}
        await self.record(OPERATOR, "add-identity", {**about, "scopes": format_scopes(wanted.scopes or ())})
        await self.thread.run(self.identities.add, identity, wanted, self._now())

    async def remove_identity(self, identity: Identity, why: str) -> None:
        """Let nobody in by the issuer's tokens for this identity any more."""
        about = {"issuer": identity.issuer, "subject": identity.subject}
        await self.record(OPERATOR, "remove-identity", about, why)
        await self.thread.run(self.identities.remove, identity, self._now())

    async def grant(self, caller: Caller, reader: str, tenant: str, commitment: bytes) -> bool:
        """Let a person or system read that tenant's record, and cite it. Whether it could not until now."""
        self.principals.named(reader)
        await self.record(caller, "give-grant", {"commitment": commitment.hex(), "reader": reader, "tenant": tenant})
        return await self.thread.run(self.grants.give, reader, tenant, commitment, self._now())

    async def revoke_grant(self, caller: Caller, reader: str, tenant: str, commitment: bytes) -> bool:
        """End a grant. Whether there was one."""
        await self.record(caller, "revoke-grant", {"commitment": commitment.hex(), "reader": reader, "tenant": tenant})
        return await self.thread.run(self.grants.revoke, reader, tenant, commitment, self._now())

    def granted(self, caller: Caller, after: int, limit: int) -> list[Grant]:
        """At most so many of the grants by the caller's tenant and to the caller: those after this number, in their order."""
        return self.grants.page(caller.tenant, caller.name, after, limit)

    def _now(self) -> int:
        return int(self.clock())


def open_access(
    database: Database,
    tenants: Collection[str],
    oidc: OidcConfig | None,
    directory: Path,
    *,
    thread: WriterThread,
    clock: Callable[[], float],
) -> Access:
    """Access to the node in `directory`, whose issuer is not asked yet."""
    return Access(database, tenants, open_issuer(oidc, directory, clock), thread=thread, clock=clock)
