"""Reasons: why a statement or an accreditation was withdrawn, suspended or reinstated. They stay in the node.

Owns the table `status_reasons`. `keep` is called in the thread that writes.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import insert, select

from carbonseal.storage.database import Database
from carbonseal.storage.node_tables import STATUS_REASONS


class Reasons:
    """The reasons of all acts on status."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, document: bytes, act: str, reason: str, now: int) -> None:
        """Keep why an act (a word) was done on a document (its digest); `now` in seconds since 1970. Durable on return."""
        with self._database.write() as connection:
            connection.execute(insert(STATUS_REASONS).values(document=document, act=act, reason=reason, at=now))

    def last(self, documents: Collection[bytes]) -> dict[bytes, str]:
        """Of these documents (digests), the reason of the last act on each that had one."""
        chosen = (
            select(STATUS_REASONS).where(STATUS_REASONS.c.document.in_(documents)).order_by(STATUS_REASONS.c.number)
        )
        with self._database.read() as connection:
            return {bytes(row.document): row.reason for row in connection.execute(chosen)}
