"""Foreign anchors: heads of other operators' logs that are entries of this one, at most one for (log id, size).

Owns the table `foreign_anchors`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from carbonseal.ledger import Statement
from carbonseal.storage.database import Database, insert_rows
from carbonseal.storage.log_tables import FOREIGN


@dataclass(frozen=True, slots=True)
class ForeignAnchor:
    """A head that was entered: what it says, the signed note, and its entry's index."""

    statement: Statement
    note: bytes
    index: int


@dataclass(frozen=True, slots=True)
class ForeignAnchorState:
    """Another log's head, and its entry's index here once the entry is in the log (None before)."""

    statement: Statement
    index: int | None

    def to_json(self) -> dict[str, object]:
        """As the service answers: ``{"state": "queued" | "sequenced", "index", "size", "root"}``, the root in hexadecimal."""
        return {
            "state": "queued" if self.index is None else "sequenced",
            "index": self.index,
            "size": self.statement.size,
            "root": self.statement.root.hex(),
        }


def find(database: Database, log: bytes, size: int | None = None) -> ForeignAnchor | None:
    """The anchor of the log with this id at `size`, or its largest one; None without any."""
    chosen = select(FOREIGN).where(FOREIGN.c.log_id == log).order_by(FOREIGN.c.size.desc()).limit(1)
    with database.read() as connection:
        row = connection.execute(chosen if size is None else chosen.where(FOREIGN.c.size == size)).one_or_none()
    if row is None:
        return None
    return ForeignAnchor(Statement(bytes(row.log_id), row.size, bytes(row.root)), bytes(row.note), row.number)


def add(connection: Connection, anchor: ForeignAnchor) -> None:
    """Record an anchor in the transaction that appends its entry."""
    said = anchor.statement
    insert_rows(connection, FOREIGN, [(anchor.index, said.log_id, said.size, said.root, anchor.note)])
