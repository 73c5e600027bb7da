"""The outbox: one durable state machine for each anchor, which is a head of this log on one ledger.

    due ──> signed ──> sent ──> included ──> final          failed, with reason and remedy, from any state before final
     ^         ^─────────┴──────────┴──────────┘
     └── refused, or stuck    missing, or fell out in a reorg

`signed` means that an attempt is stored, complete, and may or may not have been handed over: sending it again is harmless.
What is sent was always stored before. `due` with attempts stored means that a better one is wanted. `final` is watched until
the ledger calls it settled. `failed` is the dead letter; it is seen in the node's state, and taken up again whenever another
head becomes due there or another anchor is stuck, because the slot that a failed attempt holds may be in the way of others.

Every change names the state it starts from, and does nothing where something else happened meanwhile.

Owns the tables `anchors` and `attempts`. A directory holds one log, so (ledger, size) names an anchor.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Float,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    delete,
    func,
    select,
    update,
)

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
NEVER = 1e18  # when to look again at what is settled
OPEN = (State.DUE, State.SIGNED, State.SENT, State.INCLUDED)
STANDING = (State.INCLUDED, State.FINAL)

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
    Column("attempt", String),  # the id of the attempt that was included, or that is to be sent
    Column("facts", String),  # the adapter's, JSON
    Column("reason", String),
    Column("remedy", String),
    Column("offered", Float),  # when an attempt was last prepared, or last fell out
    Column("stage", String),  # how far it has got, in the ledger's own words
    Column("cost", String),  # of all its attempts so far, in the ledger's smallest unit
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
    offered: float
    stage: str
    cost: str

    @property
    def watched(self) -> bool:
        """Whether there is anything left to look at."""
        return self.state in OPEN or (self.state is State.FINAL and self.next < NEVER)

    def is_stuck(self, patience: float | None, now: float) -> bool:
        """Whether its newest attempt had all the time that the ledger gives one."""
        return patience is not None and now - self.offered >= patience

    def to_json(self) -> dict[str, object]:
        return {
            "size": self.size,
            "state": self.state.value,
            "stage": self.stage,
            "tries": self.tries,
            "attempt": self.attempt,
            "since": self.since,
            "next": self.next if self.next < NEVER else None,
            "cost": self.cost,
            "reason": self.reason,
            "remedy": self.remedy,
        }


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

    def watched(self, ledger: str) -> list[AnchorState]:
        """The anchors on a ledger that are open, or final and not settled, the smallest first."""
        chosen = select(ANCHORS).where(ANCHORS.c.ledger == ledger, _watched()).order_by(ANCHORS.c.size)
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

    def spent(self, ledger: str) -> int:
        """What all attempts on a ledger have cost."""
        chosen = select(ANCHORS.c.cost).where(ANCHORS.c.ledger == ledger)
        with self._database.read() as connection:
            return sum(int(cost or 0) for cost in connection.scalars(chosen))

    def attempts(self, ledger: str, size: int) -> list[Prepared]:
        """What was signed for one anchor, newest first."""
        chosen = select(ATTEMPTS).where(ATTEMPTS.c.ledger == ledger, ATTEMPTS.c.size == size)
        with self._database.read() as connection:
            return [_prepared(row) for row in connection.execute(chosen.order_by(ATTEMPTS.c.number.desc()))]

    def open_attempts(self, ledger: str) -> list[Prepared]:
        """What was signed for all anchors of a ledger that are not settled, oldest first."""
        with self._database.read() as connection:
            return _open_attempts(connection, ledger)

    def earliest(self, index: int, state: State) -> dict[str, int]:
        """For each ledger, the size of the smallest anchor in `state` that covers entry `index`."""
        chosen = select(ANCHORS.c.ledger, func.min(ANCHORS.c.size).label("size")).group_by(ANCHORS.c.ledger)
        chosen = chosen.where(ANCHORS.c.state == state.value, ANCHORS.c.size > index)
        with self._database.read() as connection:
            return {row.ledger: row.size for row in connection.execute(chosen)}

    def largest(self, ledger: str) -> int:
        """The size of the largest anchor that stands on a ledger, or 0."""
        states = [state.value for state in STANDING]
        chosen = select(func.max(ANCHORS.c.size)).where(ANCHORS.c.ledger == ledger, ANCHORS.c.state.in_(states))
        with self._database.read() as connection:
            return connection.scalar(chosen) or 0

    # --- changing --------------------------------------------------------------------------------------------------

    def make_due(self, ledger: str, size: int, now: float) -> bool:
        """Let the head of `size` be anchored; whether that is new. Older heads that wait with nothing signed make way for
        it, and what failed with something signed is taken up again."""
        signed = select(ATTEMPTS.c.size).where(ATTEMPTS.c.ledger == ledger)
        failed = (ANCHORS.c.ledger == ledger) & (ANCHORS.c.state == State.FAILED.value)
        with self._database.write() as connection:
            _take_up(connection, ledger, now)
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
            times = (now, now, now)
            insert_rows(connection, ANCHORS, [(ledger, size, State.DUE.value, *times, 0, "", "", "", "", 0.0, "", "0")])
        return True

    def want_better(self, anchor: AnchorState, now: float, reason: str) -> None:
        """The newest attempt is stuck: back to due. What failed with something signed may be what is in its way."""
        with self._database.write() as connection:
            _take_up(connection, anchor.ledger, now)
            _move(connection, anchor, State.DUE, since=now, next=now, reason=reason)

    def store_attempt(self, anchor: AnchorState, prepared: Prepared, earlier: Sequence[Prepared], now: float) -> bool:
        """Keep what was signed, before it is sent: due -> signed. False, and nothing is kept, where the anchor is not due
        any more or was not signed with all of `earlier` in view."""
        with self._database.write() as connection:
            if [attempt.id for attempt in _open_attempts(connection, anchor.ledger)] != [old.id for old in earlier]:
                return False
            if not _move(connection, anchor, State.SIGNED, since=now, next=now, offered=now, attempt=prepared.id):
                return False
            if prepared.id in {old.id for old in earlier}:
                return True
            number = 1 + (connection.scalar(select(func.max(ATTEMPTS.c.number))) or 0)
            key = (number, anchor.ledger, anchor.size)
            row = (*key, prepared.id, prepared.slot, prepared.statement.encode(), prepared.payload)
            insert_rows(connection, ATTEMPTS, [row])
        return True

    def move(
        self, anchor: AnchorState, state: State, now: float, *, again: float, seen: Observation | None = None
    ) -> bool:
        """Let the anchor come to another state, to be looked at `again` seconds later. What stands no more got a new chance."""
        facts = {} if seen is None else _seen(seen)
        fresh = {"tries": 0, "reason": "", "remedy": ""} if state in STANDING else {}
        fallen = {"offered": now} if anchor.state in STANDING and state not in STANDING else {}
        with self._database.write() as connection:
            return _move(connection, anchor, state, since=now, next=now + again, **fresh, **facts, **fallen)

    def look_again(self, anchor: AnchorState, when: float, seen: Observation | None = None) -> None:
        """All is well, and nothing is new: look at `when`."""
        told = {} if seen is None else {**_seen(seen), "reason": seen.reason}
        with self._database.write() as connection:
            _move(connection, anchor, anchor.state, **{"next": when, "tries": 0, "reason": "", "remedy": "", **told})

    def put_off(
        self, anchor: AnchorState, state: State, now: float, reason: str, *, seen: Observation | None = None
    ) -> None:
        """Something failed that may work later: try again from `state`, each time after a longer delay. The last of
        `MOST_TRIES` in a row fails the anchor."""
        if anchor.tries + 1 >= MOST_TRIES:
            remedy = "see that the ledger can be reached and can be paid, then anchor again"
            self.fail(anchor, now, f"{reason} ({MOST_TRIES} tries)", remedy)
            return
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2**anchor.tries)
        told = {} if seen is None else _seen(seen)
        fallen = {"offered": now} if anchor.state in STANDING and state not in STANDING else {}
        with self._database.write() as connection:
            changed = {"since": now} if state is not anchor.state else {}
            changes = {"next": now + delay, "tries": anchor.tries + 1, "reason": reason, **changed, **told, **fallen}
            _move(connection, anchor, state, **changes)

    def fail(self, anchor: AnchorState, now: float, reason: str, remedy: str) -> None:
        """Give up, and say why and what to do."""
        with self._database.write() as connection:
            _move(connection, anchor, State.FAILED, since=now, tries=anchor.tries + 1, reason=reason, remedy=remedy)


def _move(connection: Connection, anchor: AnchorState, state: State, **values: object) -> bool:
    where = (ANCHORS.c.ledger == anchor.ledger) & (ANCHORS.c.size == anchor.size)
    where &= ANCHORS.c.state == anchor.state.value
    return connection.execute(update(ANCHORS).where(where).values(state=state.value, **values)).rowcount == 1


def _seen(seen: Observation) -> dict[str, str]:
    """What an observation leaves in the row."""
    facts = json.dumps(dict(seen.facts or {}))
    return {"attempt": seen.attempt, "facts": facts, "stage": seen.stage, "cost": str(seen.cost)}


def _watched() -> ColumnElement[bool]:
    is_final = ANCHORS.c.state == State.FINAL.value
    return ANCHORS.c.state.in_([state.value for state in OPEN]) | (is_final & (ANCHORS.c.next < NEVER))


def _take_up(connection: Connection, ledger: str, now: float) -> None:
    """Go on with what failed with something signed."""
    signed = select(ATTEMPTS.c.size).where(ATTEMPTS.c.ledger == ledger)
    failed = (ANCHORS.c.ledger == ledger) & (ANCHORS.c.state == State.FAILED.value) & ANCHORS.c.size.in_(signed)
    again = {"since": now, "next": now, "tries": 0}
    connection.execute(update(ANCHORS).where(failed).values(state=State.SENT.value, **again))


def _open_attempts(connection: Connection, ledger: str) -> list[Prepared]:
    settled = select(ANCHORS.c.size)
    settled = settled.where(ANCHORS.c.ledger == ledger, ANCHORS.c.state == State.FINAL.value, ANCHORS.c.next >= NEVER)
    chosen = select(ATTEMPTS).where(ATTEMPTS.c.ledger == ledger, ATTEMPTS.c.size.not_in(settled))
    return [_prepared(row) for row in connection.execute(chosen.order_by(ATTEMPTS.c.number))]


def _prepared(row: Row[Any]) -> Prepared:
    return Prepared(Statement.decode(bytes(row.statement)), row.id, row.slot, bytes(row.payload))


def _anchor(row: Row[Any]) -> AnchorState:
    values = {name: getattr(row, name) for name in AnchorState.__slots__}
    added = {"offered": row.offered or 0.0, "stage": row.stage or "", "cost": row.cost or "0"}  # by a newer version
    return AnchorState(**{**values, **added, "state": State(row.state)})
