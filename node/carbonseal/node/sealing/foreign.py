"""Foreign anchors: checkpoints of other operators' logs, entered in this one.

- Taken only of logs whose verifier keys the node has; entered at most once for (log id, size).
- A second root for one size is equivocation, and is refused: both signed checkpoints together prove it.

Owns the table `foreign_anchors`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from carbonseal.findings import Refused
from carbonseal.ledger import Statement
from carbonseal.log.checkpoints import Checkpoint, checkpoint_of
from carbonseal.log.entries import ForeignAnchor
from carbonseal.log.notes import Note, VerifierKey
from carbonseal.storage.database import Database, insert_rows
from carbonseal.storage.log_tables import FOREIGN

from .codes import FOREIGN_EMPTY, FOREIGN_OTHER_ROOT, FOREIGN_OWN_LOG, FOREIGN_UNKNOWN_LOG
from .queue import EntryQueue


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


class ForeignAnchors:
    """The heads of those logs whose keys are known."""

    def __init__(self, database: Database, queue: EntryQueue, own: str, keys: Iterable[VerifierKey]) -> None:
        """`own` is the origin of the log that they are entered in."""
        self._database = database
        self._queue = queue
        self._own = own
        self._keys = {key.name: key for key in keys}

    def introduce(self, key: VerifierKey) -> None:
        """Take the heads of this log too, until the node ends: `node.toml` is for whoever calls to write."""
        self._keys[key.name] = key

    def open(self, note: bytes) -> Checkpoint:
        """The checkpoint in a signed note, verified under the key of its log. Raises Refused where that is unknown or this very
        log, where the signature is not valid, and for size 0."""
        parsed = Note.parse(note)
        origin = parsed.text.partition("\n")[0]
        if origin == self._own:
            raise Refused(FOREIGN_OWN_LOG(origin=origin))
        if origin not in self._keys:
            raise Refused(FOREIGN_UNKNOWN_LOG(origin=origin))
        checkpoint = checkpoint_of(parsed, self._keys[origin])
        if checkpoint.size == 0:
            raise Refused(FOREIGN_EMPTY())
        return checkpoint

    def enter(self, checkpoint: Checkpoint, note: bytes) -> int:
        """Queue the anchor, once: its entry's index, durable on return. Raises Refused on another root for the size."""
        statement = checkpoint.statement()
        with self._database.read() as connection:
            found = _find(connection, statement.log_id, statement.size)
        if found is not None:
            index, known = found
            if known.root != statement.root:
                raise Refused(FOREIGN_OTHER_ROOT(origin=checkpoint.origin, size=checkpoint.size))
            return index
        with self._queue.appending([ForeignAnchor(statement)]) as (connection, index):
            row = (index, statement.log_id, statement.size, statement.root, note)
            insert_rows(connection, FOREIGN, [row])
        return index

    def find(self, log: bytes, size: int | None) -> tuple[int, Statement] | None:
        """The anchor of the log with this id at `size`, or its largest one, with its entry's index; None without any."""
        with self._database.read() as connection:
            return _find(connection, log, size)


def _find(connection: Connection, log: bytes, size: int | None) -> tuple[int, Statement] | None:
    chosen = select(FOREIGN).where(FOREIGN.c.log_id == log).order_by(FOREIGN.c.size.desc()).limit(1)
    row = connection.execute(chosen if size is None else chosen.where(FOREIGN.c.size == size)).one_or_none()
    return None if row is None else (row.number, Statement(bytes(row.log_id), row.size, bytes(row.root)))
