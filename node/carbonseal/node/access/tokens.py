"""Tokens: who is let in, as a caller of which tenant and with which scopes.

- A token belongs to a principal (`principals`), a person or a system; several may belong to one.
- A token is 32 random bytes as text, which is shown once. Its SHA-256 is kept: a copy of the database lets nobody in.
- Every token expires. One that is rotated is followed by another of its name, and works a while longer.
- None is ever deleted.

Owns the table `tokens`. It is read on opening, and `admit` looks in memory. What changes something is called
in the thread that writes, and is durable on return. Raises `Refused` (``access.*``).
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from dataclasses import dataclass, replace

from sqlalchemy import Connection, insert, select, update

from carbonseal.findings import Refused
from carbonseal.instants import format_seconds
from carbonseal.storage.database import Database
from carbonseal.storage.node_tables import TOKENS

from . import codes
from .callers import Caller, Kind
from .principals import Principal, Principals, Wanted
from .scopes import Scope

PREFIX = "carbonseal_"  # by which programs that look for leaked secrets know one
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret. Times are in seconds since 1970; `revoked` is None until it is. Numbers only grow."""

    number: int
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

    @property
    def wanted(self) -> Wanted:
        """The principal that it is for."""
        return Wanted(self.principal, self.kind, self.tenant, self.scopes)


class Tokens:
    """The tokens of a node's principals."""

    def __init__(self, database: Database, principals: Principals) -> None:
        self._database = database
        self.principals = principals
        self._tokens: dict[bytes, Token] = {}  # by digest
        self._callers: dict[bytes, tuple[Principal, Caller]] = {}  # of tokens that were presented: the same each time
        self.refused = Counter[str]()  # logins since the node was opened, by code: nothing else is kept of them
        with database.read() as connection:
            for row in connection.execute(select(TOKENS)):
                self._tokens[bytes(row.digest)] = Token(**{name: getattr(row, name) for name in Token.__slots__})

    # --- who is let in ----------------------------------------------------------------------------------------------

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
        principal = self.principals.named(token.principal)
        known = self._callers.get(digest)
        if known is None or known[0] is not principal:  # whose scopes were changed
            known = self._callers[digest] = principal, _caller(principal, token)
        return known[1]

    def caller(self, name: str, now: int) -> Caller:
        """The person or system of this name, where one of its tokens works at this time. Raises Refused."""
        principal = self.principals.named(name)
        working = next((one for one in self._tokens.values() if one.principal == name and one.works(now)), None)
        if working is None:
            raise Refused(codes.ACCESS_NO_SUCH_TOKEN(name=name))
        return _caller(principal, working)

    def all(self) -> list[tuple[Token, Principal]]:
        """Every token that was ever made, in the order of their numbers, each with whose it is."""
        tokens = sorted(self._tokens.values(), key=lambda token: token.number)
        return [(token, self.principals.named(token.principal)) for token in tokens]

    # --- changes ----------------------------------------------------------------------------------------------------

    def create(self, new: NewToken, now: int) -> str:
        """The secret of a new token. Raises Refused where its name is taken, or its principal is known and another."""
        if any(token.name == new.name for token in self._tokens.values()):
            raise Refused(codes.ACCESS_NAME_TAKEN(name=new.name))
        principal = self.principals.find_or_make(new.wanted)
        secret, digest = _new_secret()
        with self._database.write() as connection:
            self.principals.store(connection, principal, now)
            token = _insert(connection, digest, Token(0, new.name, new.principal, now, now + new.days * DAY))
        self.principals.keep(principal)
        self._tokens[digest] = token
        return secret

    def rotate(self, name: str, now: int, days: int, overlap: int) -> str:
        """A new token of this name, for the same principal. Those of the name that still work do so for `overlap` more seconds."""
        working = self._working(name, now)
        principal = next(iter(working.values())).principal
        secret, digest = _new_secret()
        ending = {old: replace(one, expires=min(one.expires, now + overlap)) for old, one in working.items()}
        with self._database.write() as connection:
            token = _insert(connection, digest, Token(0, name, principal, now, now + days * DAY))
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

    def _working(self, name: str, now: int) -> dict[bytes, Token]:
        found = {digest: one for digest, one in self._tokens.items() if one.name == name and one.works(now)}
        if not found:
            raise Refused(codes.ACCESS_NO_SUCH_TOKEN(name=name))
        return found


def _new_secret() -> tuple[str, bytes]:
    secret = PREFIX + secrets.token_urlsafe(32)
    return secret, digest_of(secret)


def digest_of(secret: str) -> bytes:
    """SHA-256 is enough: a secret of 32 random bytes is not found by trying."""
    return hashlib.sha256(secret.encode()).digest()


def _caller(principal: Principal, token: Token) -> Caller:
    return Caller(principal.name, principal.kind, principal.tenant, principal.scopes, token.name)


def _insert(connection: Connection, digest: bytes, token: Token) -> Token:
    """The token with the number that it was given."""
    row = {name: getattr(token, name) for name in Token.__slots__ if name != "number"}
    made = connection.execute(insert(TOKENS).values(digest=digest, **row))
    assert made.inserted_primary_key is not None
    return replace(token, number=made.inserted_primary_key[0])
