"""Identities: which person or system of the node somebody is who an issuer knows.

A row stays when its identity is removed, so that no number is given twice.

Owns the table `identities`. It is read on opening; `add` and `remove` are called in the thread that writes, and are durable on
return. Raises `Refused` (``oidc.*``, ``access.*``).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select, update

from carbonseal.findings import Refused
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.principals import Principal, Principals, Wanted
from carbonseal.storage.database import Database
from carbonseal.storage.node_tables import IDENTITIES

from . import codes
from .bearer import Identity

OIDC = "oidc:"  # before the subject, where the audit has the name of a token


@dataclass(frozen=True, slots=True)
class Known:
    """An identity, whose it is, and when it was added (seconds since 1970)."""

    number: int
    identity: Identity
    principal: str
    added: int


class Identities:
    """The identities that principals of a node have."""

    def __init__(self, database: Database, principals: Principals) -> None:
        self._database = database
        self._principals = principals
        self._known: dict[Identity, Known] = {}
        with database.read() as connection:
            for row in connection.execute(select(IDENTITIES).where(IDENTITIES.c.removed.is_(None))):
                identity = Identity(row.issuer, row.subject)
                self._known[identity] = Known(row.number, identity, row.principal, row.added)

    def caller(self, identity: Identity) -> Caller:
        """Who is let in as this identity. Raises Refused."""
        known = self._known.get(identity)
        if known is None:
            raise Refused(codes.OIDC_UNKNOWN_IDENTITY(subject=identity.subject, issuer=identity.issuer))
        principal = self._principals.named(known.principal)
        return Caller(principal.name, principal.kind, principal.tenant, principal.scopes, f"{OIDC}{identity.subject}")

    def all(self) -> list[tuple[Known, Principal]]:
        """Every identity with whose it is, in the order of their numbers."""
        known = sorted(self._known.values(), key=lambda one: one.number)
        return [(one, self._principals.named(one.principal)) for one in known]

    def add(self, identity: Identity, wanted: Wanted, now: int) -> None:
        """Let the person or system that is wanted in as this identity."""
        if identity in self._known:
            facts = {"subject": identity.subject, "issuer": identity.issuer}
            raise Refused(codes.OIDC_IDENTITY_TAKEN(**facts, principal=self._known[identity].principal))
        principal = self._principals.find_or_make(wanted)
        row = {"issuer": identity.issuer, "subject": identity.subject, "principal": principal.name, "added": now}
        with self._database.write() as connection:
            self._principals.store(connection, principal, now)
            made = connection.execute(insert(IDENTITIES).values(**row))
        assert made.inserted_primary_key is not None
        self._principals.keep(principal)
        self._known[identity] = Known(made.inserted_primary_key[0], identity, principal.name, now)

    def remove(self, identity: Identity, now: int) -> None:
        """Let nobody in as this identity any more."""
        known = self._known.get(identity)
        if known is None:
            raise Refused(codes.OIDC_NO_SUCH_IDENTITY(subject=identity.subject, issuer=identity.issuer))
        with self._database.write() as connection:
            connection.execute(update(IDENTITIES).where(IDENTITIES.c.number == known.number).values(removed=now))
        del self._known[identity]
