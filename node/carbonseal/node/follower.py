"""What became of the anchors that were sent, and the evidence of those that stand for good.

Evidence is taken once, when a ledger calls an anchor final, stored under its digest, and never changed. Only when it is
durable is the anchor final in the outbox. Owns the table `evidence`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, String, Table, UniqueConstraint, select

from carbonseal.ledger import Evidence, Fate, Ledger, Observation

from . import points
from .database import METADATA, Database, insert_rows
from .outbox import AnchorState, Outbox, State

EVIDENCE = Table(
    "evidence",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("digest", LargeBinary, unique=True),  # SHA-256 of type, version and data, see `digest`
    Column("ledger", String),
    Column("size", Integer),
    Column("type", String),
    Column("version", Integer),
    Column("data", LargeBinary),
    UniqueConstraint("ledger", "size"),
)

SLOWEST_LOOK = 15.0  # seconds between two looks at an anchor
FASTEST_LOOK = 0.1
MOST_ATTEMPTS = 8  # for one anchor; when the ledger refused them all, it failed

OnDisk = Callable[..., Awaitable[Any]]


class EvidenceStore:
    """Evidence by anchor."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, ledger: str, size: int) -> Evidence | None:
        """The evidence of one anchor, or None."""
        chosen = select(EVIDENCE).where(EVIDENCE.c.ledger == ledger, EVIDENCE.c.size == size)
        with self._database.read() as connection:
            row = connection.execute(chosen).one_or_none()
        return None if row is None else Evidence(row.type, row.version, bytes(row.data))

    def at(self, size: int) -> list[tuple[str, Evidence]]:
        """The evidence of all anchors of the head of `size`, by ledger."""
        chosen = select(EVIDENCE).where(EVIDENCE.c.size == size).order_by(EVIDENCE.c.ledger)
        with self._database.read() as connection:
            return [
                (row.ledger, Evidence(row.type, row.version, bytes(row.data))) for row in connection.execute(chosen)
            ]

    def put(self, ledger: str, size: int, evidence: Evidence) -> None:
        """Keep evidence. Durable on return."""
        with self._database.write() as connection:
            values = (ledger, size, evidence.type, evidence.version, evidence.data)
            insert_rows(connection, EVIDENCE, [(None, digest(evidence, ledger, size), *values)])


def digest(evidence: Evidence, ledger: str, size: int) -> bytes:
    """The name under which evidence is kept."""
    head = f"{ledger}\n{size}\n{evidence.type}\n{evidence.version}\n".encode()
    return hashlib.sha256(head + evidence.data).digest()


class Follower:
    """Follows anchors until they are final."""

    def __init__(self, outbox: Outbox, evidence: EvidenceStore, on_disk: OnDisk, reached: points.Reached) -> None:
        self._outbox = outbox
        self._evidence = evidence
        self._on_disk = on_disk
        self._reached = reached

    async def look(self, ledger: Ledger, anchor: AnchorState, now: float) -> None:
        """Ask once, and store what was seen. Raises what the ledger raises."""
        attempts = self._outbox.attempts(anchor.ledger, anchor.size)
        seen = await ledger.follow(attempts)
        outbox = self._outbox
        match seen.fate:
            case Fate.FINAL:
                await self._finish(ledger, anchor, seen, now)
            case Fate.INCLUDED if anchor.state is not State.INCLUDED:
                await self._on_disk(outbox.move, anchor, State.INCLUDED, now, again=FASTEST_LOOK, seen=seen)
                self._reached(points.INCLUDED_RECORDED)
            case Fate.PENDING if anchor.state is State.INCLUDED:
                await self._on_disk(outbox.move, anchor, State.SENT, now, again=FASTEST_LOOK)
            case Fate.INCLUDED | Fate.PENDING:
                await self._on_disk(outbox.look_again, anchor, now + _pause(anchor, now))
            case Fate.MISSING:
                lost = "fell out of the ledger" if anchor.state is State.INCLUDED else "the ledger does not know it"
                await self._on_disk(outbox.put_off, anchor, State.SIGNED, now, lost)
            case Fate.REFUSED if len(attempts) >= MOST_ATTEMPTS:
                await self._on_disk(outbox.fail, anchor, now, seen.reason, "look on the ledger why it refuses anchors")
            case Fate.REFUSED:
                await self._on_disk(outbox.put_off, anchor, State.DUE, now, seen.reason)

    async def _finish(self, ledger: Ledger, anchor: AnchorState, seen: Observation, now: float) -> None:
        if self._evidence.find(anchor.ledger, anchor.size) is None:
            evidence = await ledger.evidence(seen)
            self._reached(points.EVIDENCE_TAKEN)
            await self._on_disk(self._evidence.put, anchor.ledger, anchor.size, evidence)
            self._reached(points.EVIDENCE_STORED)
        await self._on_disk(self._outbox.move, anchor, State.FINAL, now, again=0, seen=seen)
        self._reached(points.FINAL_RECORDED)


def _pause(anchor: AnchorState, now: float) -> float:
    """How long to wait before the next look: the longer, the longer nothing has happened."""
    return min(SLOWEST_LOOK, max(FASTEST_LOOK, (now - anchor.since) / 4))
