"""Tokens: who is let in, as a caller of which tenant and with which scopes.

- A *principal* is a person or a system. It has one tenant and its scopes; several tokens may belong to it.
- A token is 32 random bytes as text, which is shown once. Its SHA-256 is kept: a copy of the database lets nobody in.
- Every token expires. One that is rotated is followed by another of its name, and works a while longer.
- Once there is a principal, nobody is let in without a token. None is ever deleted: that all have expired opens nothing.
- An admin neither reviews nor releases, and only persons do.

Owns the tables `principals` and `tokens`. Both are read on opening, and `admit` looks in memory. What changes something is called
in the thread that writes, and is durable on return. Raises `Refused` (``access.*``).
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import insert, select, update

from carbonseal.findings import Refused
from carbonseal.instants import format_seconds
from carbonseal.node.codes import NODE_UNKNOWN_TENANT
from carbonseal.storage.database import Database
from carbonseal.storage.node_tables import PRINCIPALS, TOKENS

from . import codes
from .callers import Caller, Kind
from .scopes import Scope

PREFIX = "carbonseal_"  # by which programs that look for leaked secrets know one
DAY = 86_400
FOR_PERSONS = (Scope.REVIEW, Scope.RELEASE)


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or a system, by a name that no other has."""

    name: str
    kind: Kind
    tenant: str
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret. Times are in seconds since 1970; `revoked` is None until it is."""

    name: str
    principal: str
    created: int
    expires: int
    revoked: int | None = None

    def works(self, now: int) -> bool:
        """Whether it lets anybody in at this time."""
        return self.revoked is None and now < self.expires


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that is wanted for the person or system `principal`. One that is not there yet is made, with this tenant and these
    scopes; one that is has to be of this kind, and of this tenant and with these scopes where they are not None."""

    name: str
    principal: str
    kind: Kind
    tenant: str | None
    scopes: frozenset[Scope] | None
    days: int  # that it works


class Tokens:
    """The principals of a node and their tokens."""

    def __init__(self, database: Database, tenants: Collection[str]) -> None:
        self._database = database
        self._tenants = tenants
        self._principals: dict[str, Principal] = {}
        self._tokens: dict[bytes, Token] = {}  # by digest
        self.refused = Counter[str]()  # logins since the node was opened, by code: nothing else is kept of them
        with database.read() as connection:
            for row in connection.execute(select(PRINCIPALS)):
                principal = Principal(row.name, Kind(row.kind), row.tenant, _scopes(row.scopes.split()))
                self._principals[row.name] = principal
            for row in connection.execute(select(TOKENS)):
                self._tokens[bytes(row.digest)] = Token(row.name, row.principal, row.created, row.expires, row.revoked)

    # --- who is let in ----------------------------------------------------------------------------------------------

    @property
    def are_needed(self) -> bool:
        """Whether nobody is let in without one."""
        return bool(self._principals)

    def admit(self, secret: str, now: int) -> Caller:
        """Who presents this token, at this time. Raises Refused."""
        return self.admit_digest(digest_of(secret), now)

    def admit_digest(self, digest: bytes, now: int) -> Caller:
        """Who presented the token with this digest before, if it works at this time too. Raises Refused."""
        token = self._tokens.get(digest)
        if token is None:
            raise Refused(codes.ACCESS_UNKNOWN_TOKEN())
        if token.revoked is not None:
            raise Refused(codes.ACCESS_TOKEN_REVOKED(token=token.name))
        if not token.works(now):
            raise Refused(codes.ACCESS_TOKEN_EXPIRED(token=token.name, expired=format_seconds(token.expires)))
        principal = self.principal(token.principal)
        return Caller(principal.name, principal.kind, principal.tenant, principal.scopes, token.name)

    def caller(self, name: str, now: int) -> Caller:
        """The person or system of this name, where one of its tokens works at this time. Raises Refused."""
        principal = self.principal(name)
        working = next((one for one in self._tokens.values() if one.principal == name and one.works(now)), None)
        if working is None:
            raise Refused(codes.ACCESS_NO_SUCH_TOKEN(name=name))
        return Caller(principal.name, principal.kind, principal.tenant, principal.scopes, working.name)

    def principal(self, name: str) -> Principal:
        """The person or system of this name. Raises Refused."""
        if name not in self._principals:
            raise Refused(codes.ACCESS_NO_SUCH_PRINCIPAL(name=name))
        return self._principals[name]

    def all(self) -> list[tuple[Token, Principal]]:
        """Every token that was ever made, in the order of their names and times, each with whose it is."""
        tokens = sorted(self._tokens.values(), key=lambda token: (token.name, token.created))
        return [(token, self._principals[token.principal]) for token in tokens]

    # --- changes ----------------------------------------------------------------------------------------------------

    def create(self, new: NewToken, now: int) -> str:
        """The secret of a new token. Raises Refused where its name is taken, or its principal is known and another."""
        if any(token.name == new.name for token in self._tokens.values()):
            raise Refused(codes.ACCESS_NAME_TAKEN(name=new.name))
        known = self._principals.get(new.principal)
        principal = self._new(new) if known is None else _same(known, new)
        secret, digest = _new_secret()
        token = Token(new.name, new.principal, now, now + new.days * DAY)
        with self._database.write() as connection:
            if known is None:
                row = {"kind": principal.kind.value, "tenant": principal.tenant, "created": now}
                row["scopes"] = format_scopes(principal.scopes)
                connection.execute(insert(PRINCIPALS).values(name=principal.name, **row))
            connection.execute(insert(TOKENS).values(digest=digest, **_row(token)))
        self._principals[principal.name] = principal
        self._tokens[digest] = token
        return secret

    def rotate(self, name: str, now: int, days: int, overlap: int) -> str:
        """A new token of this name, for the same principal. Those of the name that still work do so for `overlap` more seconds."""
        working = self._working(name, now)
        secret, digest = _new_secret()
        token = Token(name, next(iter(working.values())).principal, now, now + days * DAY)
        ending = {old: replace(one, expires=min(one.expires, now + overlap)) for old, one in working.items()}
        with self._database.write() as connection:
            connection.execute(insert(TOKENS).values(digest=digest, **_row(token)))
            for old, one in ending.items():
                connection.execute(update(TOKENS).where(TOKENS.c.digest == old).values(expires=one.expires))
        self._tokens.update({**ending, digest: token})
        return secret

    def revoke(self, name: str, now: int) -> int:
        """Let nobody in any more by tokens of this name. Gives how many worked until now."""
        ending = {digest: replace(one, revoked=now) for digest, one in self._working(name, now).items()}
        with self._database.write() as connection:
            for digest in ending:
                connection.execute(update(TOKENS).where(TOKENS.c.digest == digest).values(revoked=now))
        self._tokens.update(ending)
        return len(ending)

    def set_scopes(self, name: str, scopes: Collection[Scope]) -> None:
        """Give the person or system of this name these scopes, from now on and for all its tokens."""
        principal = replace(self.principal(name), scopes=frozenset(scopes))
        _check(principal)
        with self._database.write() as connection:
            changed = update(PRINCIPALS).where(PRINCIPALS.c.name == name)
            connection.execute(changed.values(scopes=format_scopes(principal.scopes)))
        self._principals[name] = principal

    def _new(self, new: NewToken) -> Principal:
        if new.tenant is None or not new.scopes:
            raise Refused(codes.ACCESS_MALFORMED(problem=f"{new.principal} is new here, and needs a tenant and scopes"))
        if new.tenant not in self._tenants:
            raise Refused(NODE_UNKNOWN_TENANT(tenant=new.tenant, known=", ".join(self._tenants) or "none"))
        principal = Principal(new.principal, new.kind, new.tenant, new.scopes)
        _check(principal)
        return principal

    def _working(self, name: str, now: int) -> dict[bytes, Token]:
        found = {digest: one for digest, one in self._tokens.items() if one.name == name and one.works(now)}
        if not found:
            raise Refused(codes.ACCESS_NO_SUCH_TOKEN(name=name))
        return found


def format_scopes(scopes: Collection[Scope]) -> str:
    """The scopes in their order, with spaces between them."""
    return " ".join(scope.value for scope in Scope if scope in scopes)


def _scopes(names: Iterable[str]) -> frozenset[Scope]:
    return frozenset(map(Scope, names))


def _same(known: Principal, new: NewToken) -> Principal:
    tenant = known.tenant if new.tenant is None else new.tenant
    scopes = known.scopes if new.scopes is None else new.scopes
    if Principal(known.name, new.kind, tenant, scopes) != known:
        facts = {"kind": known.kind.value, "tenant": known.tenant, "scopes": format_scopes(known.scopes)}
        raise Refused(codes.ACCESS_PRINCIPAL_DIFFERS(name=known.name, **facts))
    return known


def _check(principal: Principal) -> None:
    for scope in FOR_PERSONS:
        if scope in principal.scopes and principal.kind is not Kind.PERSON:
            reason = "only persons review and release"
        elif scope in principal.scopes and Scope.ADMIN in principal.scopes:
            reason = "an admin neither reviews nor releases"
        else:
            continue
        raise Refused(codes.ACCESS_SCOPES_TOGETHER(name=principal.name, scope=scope.value, reason=reason))


def _new_secret() -> tuple[str, bytes]:
    secret = PREFIX + secrets.token_urlsafe(32)
    return secret, digest_of(secret)


def digest_of(secret: str) -> bytes:
    """SHA-256 is enough: a secret of 32 random bytes is not found by trying."""
    return hashlib.sha256(secret.encode()).digest()


def _row(token: Token) -> dict[str, object]:
    return {
        "name": token.name,
        "principal": token.principal,
        "created": token.created,
        "expires": token.expires,
        "revoked": token.revoked,
    }
