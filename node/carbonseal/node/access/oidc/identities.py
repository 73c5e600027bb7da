"""Identities: which person or system of the node somebody is who an issuer knows.

Owns the table `identities`. It is read on opening; `add` and `remove` are called in the thread that writes, and are durable on
return. Raises `Refused` (``oidc.*``, ``access.*``).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

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
            for row in connection.execute(select(IDENTITIES)):
                identity = Identity(row.issuer, row.subject)
                self._known[identity] = Known(identity, row.principal, row.added)

    def caller(self, identity: Identity) -> Caller:
        """Who is let in as this identity. Raises Refused."""
        known = self._known.get(identity)
        if known is None:
            raise Refused(codes.OIDC_UNKNOWN_IDENTITY(subject=identity.subject, issuer=identity.issuer))
        principal = self._principals.named(known.principal)
        return Caller(principal.name, principal.kind, principal.tenant, principal.scopes, f"{OIDC}{identity.subject}")

    def all(self) -> Collection[tuple[Known, Principal]]:
        """Every identity with whose it is, in the order of issuers and subjects."""
        known = sorted(self._known.values(), key=lambda one: (one.identity.issuer, one.identity.subject))
        return [(one, self._principals.named(one.principal)) for one in known]

    def add(self, identity: Identity, wanted: Wanted, now: int) -> None:
        """Let the person or system that is wanted in as this identity."""
        if identity in self._known:
            facts = {"subject": identity.subject, "issuer": identity.issuer}
            raise Refused(codes.OIDC_IDENTITY_TAKEN(**facts, principal=self._known[identity].principal))
        principal = self._principals.find_or_make(wanted)
        known = Known(identity, principal.name, now)
        row = {"issuer": identity.issuer, "subject": identity.subject, "principal": principal.name, "added": now}
        with self._database.write() as connection:
            self._principals.store(connection, principal, now)
            connection.execute(insert(IDENTITIES).values(**row))
        self._principals.keep(principal)
        self._known[identity] = known

    def remove(self, identity: Identity) -> None:
        """Let nobody in as this identity any more."""
        if identity not in self._known:
            raise Refused(codes.OIDC_NO_SUCH_IDENTITY(subject=identity.subject, issuer=identity.issuer))
        chosen = IDENTITIES.c.issuer == identity.issuer, IDENTITIES.c.subject == identity.subject
        with self._database.write() as connection:
            connection.execute(delete(IDENTITIES).where(*chosen))
        del self._known[identity]
