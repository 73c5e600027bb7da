"""Grants: a record that another tenant's person or system may read, because who owns it said so.

A grant lets one principal read one record and cite it, and disclose it to nobody. It ends when it is revoked; what was cited until
then stays cited.

Owns the table `grants`. What changes something is called in the thread that writes, and is durable on return.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, insert, select, update

from carbonseal.storage.database import Database
from carbonseal.storage.node_tables import GRANTS


@dataclass(frozen=True, slots=True)
class Grant:
    """`tenant` lets `reader`, by the name of its principal, read the record with this commitment (32 bytes)."""

    number: int
    tenant: str
    commitment: bytes
    reader: str
    granted: int  # seconds since 1970
    revoked: int | None


class Grants:
    """The grants of a node."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def allows(self, reader: str, tenant: str, commitment: bytes) -> bool:
        """Whether this principal may read that tenant's record."""
        with self._database.read() as connection:
            chosen = select(GRANTS.c.number).where(*_of(reader, tenant, commitment), GRANTS.c.revoked.is_(None))
            return connection.scalar(chosen) is not None

    def give(self, reader: str, tenant: str, commitment: bytes, now: int) -> bool:
        """Let a principal read that tenant's record. Whether it could not until now."""
        if self.allows(reader, tenant, commitment):
            return False
        with self._database.write() as connection:
            row = {"tenant": tenant, "commitment": commitment, "reader": reader, "granted": now}
            connection.execute(insert(GRANTS).values(**row))
        return True

    def revoke(self, reader: str, tenant: str, commitment: bytes, now: int) -> bool:
        """End what `give` began. Whether there was something to end."""
        if not self.allows(reader, tenant, commitment):
            return False
        with self._database.write() as connection:
            ended = update(GRANTS).where(*_of(reader, tenant, commitment), GRANTS.c.revoked.is_(None))
            connection.execute(ended.values(revoked=now))
        return True

    def page(self, tenant: str | None, reader: str, after: int, limit: int) -> list[Grant]:
        """At most so many grants by this tenant (None: by all) or to this principal: those after this number, in their order."""
        chosen = select(GRANTS).where(GRANTS.c.number > after).order_by(GRANTS.c.number).limit(limit)
        pages = (
            [chosen]
            if tenant is None
            else [chosen.where(GRANTS.c.tenant == tenant), chosen.where(GRANTS.c.reader == reader)]
        )
        with self._database.read() as connection:
            rows = {row.number: row for page in pages for row in connection.execute(page)}
        return [
            Grant(row.number, row.tenant, bytes(row.commitment), row.reader, row.granted, row.revoked)
            for _, row in sorted(rows.items())[:limit]
        ]


def _of(reader: str, tenant: str, commitment: bytes) -> tuple[ColumnElement[bool], ...]:
    return GRANTS.c.commitment == commitment, GRANTS.c.reader == reader, GRANTS.c.tenant == tenant
