"""Signed heads of one log: its checkpoints as published, each with how many entries below it make an anchor due.

Owns the table `heads`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select, update

from carbonseal.log.checkpoints import Checkpoint
from carbonseal.storage.database import Database, insert_rows
from carbonseal.storage.log_tables import HEADS

from .queue import EntryQueue, Listed


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A published head: what it says, the signed note, how many entries below it are of kinds that make an anchor due
    (`triggers`), and when the newest of those was sequenced (`last_trigger`, seconds since 1970; 0 before the first)."""

    checkpoint: Checkpoint
    note: bytes
    triggers: int
    last_trigger: int


class SealedBatches:
    """What tenants have below the published heads of a log."""

    def __init__(self, heads: Heads, queue: EntryQueue) -> None:
        self._heads = heads
        self._queue = queue

    def of_tenant(self, tenant: str, start: int, limit: int) -> tuple[SignedHead, list[Listed]] | None:
        """The smallest head over entry `start`, and below it a tenant's records from there on, at most `limit`; None where no head
        has that entry."""
        head = self._heads.covering(start)
        return (head, self._queue.of_tenant(tenant, start, head.checkpoint.size, limit)) if head else None


class Heads:
    """The heads of the log with this origin. One thread adds; any may read."""

    def __init__(self, database: Database, origin: str) -> None:
        self._database = database
        self._origin = origin

    def newest(self) -> SignedHead | None:
        """The newest head, or None before the first."""
        return self._one(select(HEADS).order_by(HEADS.c.size.desc()).limit(1))

    def find(self, size: int) -> SignedHead | None:
        """The head of this size, or None."""
        return self._one(select(HEADS).where(HEADS.c.size == size))

    def covering(self, index: int) -> SignedHead | None:
        """The smallest head that has entry `index`, or None."""
        return self._one(select(HEADS).where(HEADS.c.size > index).order_by(HEADS.c.size).limit(1))

    def add(self, checkpoint: Checkpoint, note: bytes, added: int, now: int) -> SignedHead:
        """Record a head that was published. `added` is how many entries from the newest recorded head on make an anchor due.
        Durable on return."""
        before = self.newest()
        triggers, last_trigger = (before.triggers, before.last_trigger) if before else (0, 0)
        if added:
            triggers, last_trigger = triggers + added, now
        with self._database.write() as connection:
            insert_rows(connection, HEADS, [(checkpoint.size, checkpoint.root, note, triggers, last_trigger)])
        return SignedHead(checkpoint, note, triggers, last_trigger)

    def replace_note(self, size: int, note: bytes) -> None:
        """Record the note of a published head with more signatures. Durable on return."""
        with self._database.write() as connection:
            connection.execute(update(HEADS).where(HEADS.c.size == size).values(note=note))

    def _one(self, chosen: Select[Any]) -> SignedHead | None:
        with self._database.read() as connection:
            row: Row[Any] | None = connection.execute(chosen).one_or_none()
        if row is None:
            return None
        checkpoint = Checkpoint(self._origin, row.size, bytes(row.root))
        return SignedHead(checkpoint, bytes(row.note), row.triggers, row.last_trigger)
