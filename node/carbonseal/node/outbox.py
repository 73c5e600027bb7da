"""The outbox: one durable state machine for each anchor, which is a head of this log on one ledger.

    due ──> signed ──> sent ──> included ──> final          failed, with reason and remedy, from any state before final
     ^         ^─────────┴──────────┘
     └── refused             missing, or fell out in a reorg

`signed` means that an attempt is stored, complete, and may or may not have been handed over: sending it again is harmless.
What is sent was always stored before. `failed` is the dead letter; it is seen in the node's state, and taken up again
whenever another head becomes due there, because the slot that a failed attempt holds may be in the way of others.

Every change names the state it starts from, and does nothing where something else happened meanwhile.

Owns the tables `anchors` and `attempts`. A directory holds one log, so (ledger, size) names an anchor.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Column, Connection, Float, Integer, LargeBinary, Row, String, Table, delete, func, select, update

from carbonseal.ledger import Observation, Prepared, Statement

from .database import METADATA, Database, insert_rows


class State(Enum):
    """Where an anchor stands."""

    DUE = "due"
    SIGNED = "signed"
    SENT = "sent"
    INCLUDED = "included"
    FINAL = "final"
    FAILED = "failed"


MOST_TRIES = 100  # with the delays below, about eight hours
FIRST_DELAY = 0.5  # seconds; doubled with each try
LONGEST_DELAY = 300.0
OPEN = (State.DUE, State.SIGNED, State.SENT, State.INCLUDED)

ANCHORS = Table(
    "anchors",
    METADATA,
    Column("ledger", String, primary_key=True),
    Column("size", Integer, primary_key=True),
    Column("state", String),
    Column("due", Float),  # when it became due; all times are seconds since 1970
    Column("since", Float),  # when it came to its state
    Column("next", Float),  # when to look at it again
    Column("tries", Integer),  # that failed since it last got further
    Column("attempt", String),  # the id of the attempt that was included
    Column("facts", String),  # the adapter's, JSON
    Column("reason", String),
    Column("remedy", String),
)
ATTEMPTS = Table(
    "attempts",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("ledger", String, index=True),
    Column("size", Integer),
    Column("id", String),
    Column("slot", String),
    Column("statement", LargeBinary),
    Column("payload", LargeBinary),
)


@dataclass(frozen=True, slots=True)
class AnchorState:
    """One anchor. `reason` and `remedy` say what went wrong last, for good where the state is FAILED."""

    ledger: str
    size: int
    state: State
    due: float
    since: float
    next: float
    tries: int
    attempt: str
    reason: str
    remedy: str

    def to_json(self) -> dict[str, object]:
        told = {"size": self.size, "state": self.state.value, "tries": self.tries, "attempt": self.attempt}
        return {**told, "since": self.since, "next": self.next, "reason": self.reason, "remedy": self.remedy}


class Outbox:
    """All anchors of this log. What changes something is called in the thread that writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- reading ---------------------------------------------------------------------------------------------------

    def anchors(self, ledger: str, *states: State, limit: int | None = None) -> list[AnchorState]:
        """The anchors on a ledger in any of `states` (in all without), the largest first."""
        chosen = select(ANCHORS).where(ANCHORS.c.ledger == ledger).order_by(ANCHORS.c.size.desc()).limit(limit)
        if states:
            chosen = chosen.where(ANCHORS.c.state.in_([state.value for state in states]))
        with self._database.read() as connection:
            return [_anchor(row) for row in connection.execute(chosen)]

    def anchor(self, ledger: str, size: int) -> AnchorState | None:
        """One anchor, or None."""
        chosen = select(ANCHORS).where(ANCHORS.c.ledger == ledger, ANCHORS.c.size == size)
        with self._database.read() as connection:
            row = connection.execute(chosen).one_or_none()
        return None if row is None else _anchor(row)

    def counts(self, ledger: str) -> dict[State, int]:
        """How many anchors on a ledger are in each state."""
        chosen = select(ANCHORS.c.state, func.count()).where(ANCHORS.c.ledger == ledger).group_by(ANCHORS.c.state)
        with self._database.read() as connection:
            return {State(state): count for state, count in connection.execute(chosen)}

    def attempts(self, ledger: str, size: int) -> list[Prepared]:
        """What was signed for one anchor, newest first."""
        chosen = select(ATTEMPTS).where(ATTEMPTS.c.ledger == ledger, ATTEMPTS.c.size == size)
        with self._database.read() as connection:
            return [_prepared(row) for row in connection.execute(chosen.order_by(ATTEMPTS.c.number.desc()))]

    def open_attempts(self, ledger: str) -> list[Prepared]:
        """What was signed for all anchors of a ledger that are not final, oldest first."""
        with self._database.read() as connection:
            return _open_attempts(connection, ledger)

    def earliest_final(self, index: int) -> dict[str, int]:
        """For each ledger, the size of the smallest final anchor that covers entry `index`."""
        chosen = select(ANCHORS.c.ledger, func.min(ANCHORS.c.size).label("size")).group_by(ANCHORS.c.ledger)
        chosen = chosen.where(ANCHORS.c.state == State.FINAL.value, ANCHORS.c.size > index)
        with self._database.read() as connection:
            return {row.ledger: row.size for row in connection.execute(chosen)}

    # --- changing --------------------------------------------------------------------------------------------------

    def make_due(self, ledger: str, size: int, now: float) -> bool:
        """Let the head of `size` be anchored; whether that is new. Older heads that wait with nothing signed make way for
        it, and what failed with something signed is taken up again."""
        signed = select(ATTEMPTS.c.size).where(ATTEMPTS.c.ledger == ledger)
        failed = (ANCHORS.c.ledger == ledger) & (ANCHORS.c.state == State.FAILED.value)
        with self._database.write() as connection:
            again = {"since": now, "next": now, "tries": 0}
            connection.execute(
                update(ANCHORS).where(failed, ANCHORS.c.size.in_(signed)).values(state=State.SENT.value, **again)
            )
            connection.execute(
                delete(ANCHORS).where(
                    ANCHORS.c.ledger == ledger,
                    (ANCHORS.c.state == State.DUE.value) & (ANCHORS.c.size < size) | failed & (ANCHORS.c.size == size),
                    ANCHORS.c.size.not_in(signed),
                )
            )
            there = select(ANCHORS.c.size).where(ANCHORS.c.ledger == ledger, ANCHORS.c.size == size)
            if connection.scalar(there) is not None:
                return False
            insert_rows(connection, ANCHORS, [(ledger, size, State.DUE.value, now, now, now, 0, "", "", "", "")])
        return True

    def store_attempt(self, anchor: AnchorState, prepared: Prepared, earlier: Sequence[Prepared], now: float) -> bool:
        """Keep what was signed, before it is sent: due -> signed. False, and nothing is kept, where the anchor is not due
        any more or was not signed with all of `earlier` in view."""
        with self._database.write() as connection:
            if [attempt.id for attempt in _open_attempts(connection, anchor.ledger)] != [old.id for old in earlier]:
                return False
            if not _move(connection, anchor, State.SIGNED, since=now, next=now):
                return False
            number = 1 + (connection.scalar(select(func.max(ATTEMPTS.c.number))) or 0)
            key = (number, anchor.ledger, anchor.size)
            row = (*key, prepared.id, prepared.slot, prepared.statement.encode(), prepared.payload)
            insert_rows(connection, ATTEMPTS, [row])
        return True

    def move(
        self, anchor: AnchorState, state: State, now: float, *, again: float, seen: Observation | None = None
    ) -> bool:
        """Let the anchor come to another state, to be looked at `again` seconds later."""
        facts = {} if seen is None else {"attempt": seen.attempt, "facts": json.dumps(dict(seen.facts or {}))}
        fresh = {"tries": 0, "reason": "", "remedy": ""} if state in (State.INCLUDED, State.FINAL) else {}
        with self._database.write() as connection:
            return _move(connection, anchor, state, since=now, next=now + again, **fresh, **facts)

    def look_again(self, anchor: AnchorState, when: float) -> None:
        """All is well, and nothing is new: look at `when`."""
        with self._database.write() as connection:
            _move(connection, anchor, anchor.state, next=when, tries=0, reason="", remedy="")

    def put_off(self, anchor: AnchorState, state: State, now: float, reason: str) -> None:
        """Something failed that may work later: try again from `state`, each time after a longer delay. The last of
        `MOST_TRIES` in a row fails the anchor."""
        if anchor.tries + 1 >= MOST_TRIES:
            self.fail(
                anchor, now, f"{reason} ({MOST_TRIES} tries)", "see that the ledger can be reached, then anchor again"
            )
            return
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2**anchor.tries)
        with self._database.write() as connection:
            changed = {"since": now} if state is not anchor.state else {}
            _move(connection, anchor, state, next=now + delay, tries=anchor.tries + 1, reason=reason, **changed)

    def fail(self, anchor: AnchorState, now: float, reason: str, remedy: str) -> None:
        """Give up, and say why and what to do."""
        with self._database.write() as connection:
            _move(connection, anchor, State.FAILED, since=now, tries=anchor.tries + 1, reason=reason, remedy=remedy)


def _move(connection: Connection, anchor: AnchorState, state: State, **values: object) -> bool:
    where = (ANCHORS.c.ledger == anchor.ledger) & (ANCHORS.c.size == anchor.size)
    where &= ANCHORS.c.state == anchor.state.value
    return connection.execute(update(ANCHORS).where(where).values(state=state.value, **values)).rowcount == 1


def _open_attempts(connection: Connection, ledger: str) -> list[Prepared]:
    final = select(ANCHORS.c.size).where(ANCHORS.c.ledger == ledger, ANCHORS.c.state == State.FINAL.value)
    chosen = select(ATTEMPTS).where(ATTEMPTS.c.ledger == ledger, ATTEMPTS.c.size.not_in(final))
    return [_prepared(row) for row in connection.execute(chosen.order_by(ATTEMPTS.c.number))]


def _prepared(row: Row[Any]) -> Prepared:
    return Prepared(Statement.decode(bytes(row.statement)), row.id, row.slot, bytes(row.payload))


def _anchor(row: Row[Any]) -> AnchorState:
    values = {name: getattr(row, name) for name in AnchorState.__slots__}
    return AnchorState(**{**values, "state": State(row.state)})
