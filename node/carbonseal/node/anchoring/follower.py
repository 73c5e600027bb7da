"""What became of the anchors that were sent, and the evidence of those that stand.

Evidence is taken when an anchor is first seen included, while the ledger has the state, and anew whenever it stands somewhere
else. It rests on facts that the verifier's trust pins or does not: that is why it may be handed out before the anchor is final
(docs/adr/0013). Only when it is durable is the anchor final in the outbox. Owns the table `evidence`.
"""

from __future__ import annotations

import json
import logging

from sqlalchemy import (
    ColumnElement,
    Connection,
    delete,
    select,
)

from carbonseal.ledger import AttemptStatus, Evidence, Ledger, Observation, TransientError
from carbonseal.node import failpoints
from carbonseal.storage.database import Database, insert_rows
from carbonseal.storage.node_tables import EVIDENCE
from carbonseal.storage.writer_thread import WriterThread

from .outbox import NEVER, STANDING, AnchorState, Outbox, State

LOG = logging.getLogger(__name__)


SLOWEST_LOOK = 15.0  # seconds between two looks at an anchor
FASTEST_WATCH, SLOWEST_WATCH = 5.0, 300.0  # and at one that is final
LONGEST_WATCH = 86_400.0  # seconds for which what is final is watched, if the ledger does not call it settled before
FASTEST_LOOK = 0.1
MOST_ATTEMPTS = 8  # for one anchor; when the ledger refused them all, it failed


class EvidenceStore:
    """Evidence by anchor."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def at(self, log: bytes, size: int) -> list[tuple[str, Evidence]]:
        """The evidence of all anchors of the log's head of `size`, by ledger."""
        chosen = select(EVIDENCE).where(EVIDENCE.c.log == log, EVIDENCE.c.size == size).order_by(EVIDENCE.c.ledger)
        with self._database.read() as connection:
            return [
                (row.ledger, Evidence(row.type, row.version, bytes(row.data))) for row in connection.execute(chosen)
            ]

    def proves(self, anchor: AnchorState, seen: Observation) -> bool:
        """Whether there is evidence of what was seen of an anchor."""
        chosen = select(EVIDENCE.c.facts).where(_of(anchor))
        with self._database.read() as connection:
            return connection.scalar(chosen) == _facts(seen)

    def put(self, anchor: AnchorState, evidence: Evidence, seen: Observation) -> None:
        """Keep evidence of what was seen, in place of any other of this anchor. Durable on return."""
        name = (anchor.ledger, anchor.log, anchor.size)
        row = (*name, evidence.type, evidence.version, evidence.data, _facts(seen))
        with self._database.write() as connection:
            _drop(connection, anchor)
            insert_rows(connection, EVIDENCE, [row])

    def drop(self, anchor: AnchorState) -> None:
        """The anchor stands no more."""
        with self._database.write() as connection:
            _drop(connection, anchor)


def _of(anchor: AnchorState) -> ColumnElement[bool]:
    return (EVIDENCE.c.ledger == anchor.ledger) & (EVIDENCE.c.log == anchor.log) & (EVIDENCE.c.size == anchor.size)


def _drop(connection: Connection, anchor: AnchorState) -> None:
    connection.execute(delete(EVIDENCE).where(_of(anchor)))


def _facts(seen: Observation) -> str:
    return json.dumps(dict(seen.facts or {}), sort_keys=True)


class Follower:
    """Follows anchors until they are final, and then until they are settled."""

    def __init__(
        self, outbox: Outbox, evidence: EvidenceStore, writer: WriterThread, reached: failpoints.Reached
    ) -> None:
        self._outbox = outbox
        self._evidence = evidence
        self._writer = writer
        self._reached = reached

    async def look(self, ledger: Ledger, anchor: AnchorState, now: float) -> None:
        """Ask once, and store what was seen. Raises what the ledger raises."""
        attempts = self._outbox.attempts(anchor)
        seen = await ledger.follow(attempts)
        if anchor.state in STANDING and seen.status not in (AttemptStatus.INCLUDED, AttemptStatus.FINAL):
            LOG.warning("anchor of size %d was reorged out of %s", anchor.size, anchor.ledger)
            await self._writer.run(self._evidence.drop, anchor)
        match seen.status:
            case AttemptStatus.FINAL:
                await self._final(ledger, anchor, seen, now)
            case AttemptStatus.INCLUDED:
                await self._included(ledger, anchor, seen, now)
            case AttemptStatus.PENDING:
                await self._pending(ledger, anchor, seen, now)
            case AttemptStatus.MISSING:
                await self._missing(ledger, anchor, seen, now)
            case AttemptStatus.REFUSED if len(attempts) >= MOST_ATTEMPTS:
                remedy = "look on the ledger why it refuses anchors"
                await self._writer.run(self._outbox.fail, anchor, now, seen.reason, remedy)
            case AttemptStatus.REFUSED:
                await self._writer.run(self._outbox.put_off, anchor, State.DUE, now, seen.reason, seen=seen)

    async def _final(self, ledger: Ledger, anchor: AnchorState, seen: Observation, now: float) -> None:
        await self._prove(ledger, anchor, seen)
        if anchor.state is State.FINAL:
            is_over = seen.irreversible or now - anchor.since >= LONGEST_WATCH
            await self._writer.run(
                self._outbox.look_again, anchor, NEVER if is_over else now + watch(anchor, now), seen
            )
            return
        again = NEVER if seen.irreversible else FASTEST_WATCH
        await self._writer.run(self._outbox.move, anchor, State.FINAL, now, again=again, seen=seen)
        self._reached(failpoints.FINAL_RECORDED)

    async def _included(self, ledger: Ledger, anchor: AnchorState, seen: Observation, now: float) -> None:
        try:
            await self._prove(ledger, anchor, seen)
        except TransientError as retry:  # there is time until it is final
            LOG.info("no evidence yet of the anchor of size %d on %s: %s", anchor.size, anchor.ledger, retry)
        if anchor.state is State.INCLUDED:
            await self._writer.run(self._outbox.look_again, anchor, now + _pause(anchor, now), seen)
            return
        await self._writer.run(self._outbox.move, anchor, State.INCLUDED, now, again=FASTEST_LOOK, seen=seen)
        self._reached(failpoints.INCLUDED_RECORDED)

    async def _pending(self, ledger: Ledger, anchor: AnchorState, seen: Observation, now: float) -> None:
        if anchor.state in STANDING:
            await self._writer.run(self._outbox.move, anchor, State.SENT, now, again=FASTEST_LOOK, seen=seen)
        elif anchor.is_stuck(ledger.replace_after, now):
            await self._writer.run(self._outbox.want_better, anchor, now, seen.reason)
        else:
            await self._writer.run(self._outbox.look_again, anchor, now + _pause(anchor, now), seen)

    async def _missing(self, ledger: Ledger, anchor: AnchorState, seen: Observation, now: float) -> None:
        reorged_out = anchor.state in STANDING
        is_stuck = anchor.is_stuck(ledger.replace_after, now) and not reorged_out
        reason = "reorged out" if reorged_out else "the ledger does not know it"
        state = State.DUE if is_stuck else State.SIGNED
        await self._writer.run(self._outbox.put_off, anchor, state, now, reason, seen=seen)

    async def _prove(self, ledger: Ledger, anchor: AnchorState, seen: Observation) -> None:
        """See that there is evidence of what was seen."""
        if self._evidence.proves(anchor, seen):
            return
        attempt = next(attempt for attempt in self._outbox.attempts(anchor) if attempt.id == seen.attempt)
        evidence = await ledger.evidence(attempt, seen)
        self._reached(failpoints.EVIDENCE_TAKEN)
        await self._writer.run(self._evidence.put, anchor, evidence, seen)
        self._reached(failpoints.EVIDENCE_STORED)


def watch(anchor: AnchorState, now: float) -> float:
    """How long to wait before the next look at an anchor that is final."""
    return min(SLOWEST_WATCH, max(FASTEST_WATCH, (now - anchor.since) / 2))


def _pause(anchor: AnchorState, now: float) -> float:
    """How long to wait before the next look: the longer, the longer nothing has happened."""
    return min(SLOWEST_LOOK, max(FASTEST_LOOK, (now - anchor.since) / 4))
