"""Heads that were taken of other logs, as the database knows them: the last one of each origin.

The guard decides which head is the last; this table shows that a guard is lost or old. Owns the table `taken_heads`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from carbonseal.ledger import log_id
from carbonseal.storage.database import Database, insert_rows
from carbonseal.storage.log_tables import TAKEN

from .guard import TakenHead


def find(database: Database, log: bytes) -> TakenHead | None:
    """The last head of the log with this id that was stored, or None."""
    with database.read() as connection:
        note = connection.scalar(select(TAKEN.c.note).where(TAKEN.c.log_id == log))
    return None if note is None else TakenHead.parse(bytes(note))


def every(database: Database) -> Sequence[TakenHead]:
    """The last head of every origin."""
    with database.read() as connection:
        return [TakenHead.parse(bytes(note)) for note in connection.scalars(select(TAKEN.c.note))]


def put(connection: Connection, head: TakenHead) -> None:
    """Store a head in place of the last one of its origin."""
    log = log_id(head.checkpoint.origin)
    connection.execute(delete(TAKEN).where(TAKEN.c.log_id == log))
    insert_rows(connection, TAKEN, [(log, head.note)])
