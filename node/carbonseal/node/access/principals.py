"""Principals: the persons and systems of a node, each with one tenant and its scopes. Tokens and identities belong to them.

- Once there is a principal, nobody is let in without a token. None is ever deleted.
- An admin neither reviews nor releases, and only persons do.

Owns the table `principals`, which is read on opening. What changes something is called in the thread that writes, and is durable
on return. Raises `Refused` (``access.*``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, insert, select, update

from carbonseal.findings import Refused
from carbonseal.node.codes import NODE_UNKNOWN_TENANT
from carbonseal.storage.database import Database
from carbonseal.storage.node_tables import PRINCIPALS

from . import codes
from .callers import Kind
from .scopes import Scope, format_scopes

FOR_PERSONS = (Scope.REVIEW, Scope.RELEASE)


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or a system, by a name that no other has."""

    name: str
    kind: Kind
    tenant: str
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A principal that a token or an identity is for. One that is not there yet is made, with this tenant and these scopes; one
    that is has to be of this kind, and of this tenant and with these scopes where they are not None."""

    name: str
    kind: Kind
    tenant: str | None
    scopes: frozenset[Scope] | None


class Principals:
    """The persons and systems of a node."""

    def __init__(self, database: Database, tenants: Collection[str]) -> None:
        self._database = database
        self._tenants = tenants
        self._principals: dict[str, Principal] = {}
        with database.read() as connection:
            for row in connection.execute(select(PRINCIPALS)):
                principal = Principal(row.name, Kind(row.kind), row.tenant, _scopes(row.scopes.split()))
                self._principals[row.name] = principal

    @property
    def are_there(self) -> bool:
        """Whether there is one: then nobody is let in without a token."""
        return bool(self._principals)

    def named(self, name: str) -> Principal:
        """The person or system of this name. Raises Refused."""
        if name not in self._principals:
            raise Refused(codes.ACCESS_NO_SUCH_PRINCIPAL(name=name))
        return self._principals[name]

    def set_scopes(self, name: str, scopes: Collection[Scope]) -> None:
        """Give the person or system of this name these scopes, from now on and for all its tokens."""
        principal = replace(self.named(name), scopes=frozenset(scopes))
        _check(principal)
        with self._database.write() as connection:
            changed = update(PRINCIPALS).where(PRINCIPALS.c.name == name)
            connection.execute(changed.values(scopes=format_scopes(principal.scopes)))
        self._principals[name] = principal

    # --- for who adds a token or an identity, in one transaction: find or make, store, and keep once that is durable --------------

    def find_or_make(self, wanted: Wanted) -> Principal:
        """The principal that is wanted. Raises Refused where it is known and another, or cannot be made."""
        known = self._principals.get(wanted.name)
        return self._made(wanted) if known is None else _same(known, wanted)

    def store(self, connection: Connection, principal: Principal, now: int) -> None:
        """Insert a principal that is not there yet."""
        if principal.name not in self._principals:
            row = {"kind": principal.kind.value, "tenant": principal.tenant, "created": now}
            row["scopes"] = format_scopes(principal.scopes)
            connection.execute(insert(PRINCIPALS).values(name=principal.name, **row))

    def keep(self, principal: Principal) -> None:
        """Know a principal that was stored."""
        self._principals[principal.name] = principal

    def _made(self, wanted: Wanted) -> Principal:
        if wanted.tenant is None or not wanted.scopes:
            raise Refused(codes.ACCESS_NEW_PRINCIPAL(name=wanted.name))
        if wanted.tenant not in self._tenants:
            raise Refused(NODE_UNKNOWN_TENANT(tenant=wanted.tenant, known=", ".join(self._tenants) or "none"))
        principal = Principal(wanted.name, wanted.kind, wanted.tenant, wanted.scopes)
        _check(principal)
        return principal


def _scopes(names: Iterable[str]) -> frozenset[Scope]:
    return frozenset(map(Scope, names))


def _same(known: Principal, wanted: Wanted) -> Principal:
    tenant = known.tenant if wanted.tenant is None else wanted.tenant
    scopes = known.scopes if wanted.scopes is None else wanted.scopes
    if Principal(known.name, wanted.kind, tenant, scopes) != known:
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
