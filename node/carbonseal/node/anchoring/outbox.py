"""The outbox: one durable state machine for each anchor, which is a head of one of the node's logs on one ledger.

    due ──> signed ──> sent ──> included ──> final          failed, with reason and remedy, from any state before final
     ^         ^─────────┴──────────┴──────────┘
     └── refused, or stuck    missing, or was reorged out

`signed` means that an attempt is stored, complete, and may or may not have been handed over: sending it again is harmless.
What is sent was always stored before. `due` with attempts stored means that a better one is wanted. `final` is watched until
the ledger calls it settled. `failed` is the dead letter; it is seen in the node's state, and taken up again whenever another
head becomes due there or another anchor is stuck, because the slot that a failed attempt holds may be in the way of others.

Every change names the state it starts from, and does nothing where something else happened meanwhile.

What was signed for one log matters to the others: they share the ledger's account, and its slots. A log that froze, or uses a
ledger no more, sends nothing more there, so what it holds and has not written stands in nobody's way.

Owns the tables `anchors` and `attempts`. An anchor's name is (ledger, log id, size).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    delete,
    exists,
    func,
    select,
    update,
)

from carbonseal.instants import format_seconds
from carbonseal.ledger import Attempt, Observation, Statement
from carbonseal.storage.database import Database, insert_rows
from carbonseal.storage.node_tables import ANCHORS, ATTEMPTS


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
MANY_TRIES = 8  # with the delays below, two minutes: from then on something is wrong
NEVER = 1e18  # when to look again at what is settled
OPEN = (State.DUE, State.SIGNED, State.SENT, State.INCLUDED)
STANDING = (State.INCLUDED, State.FINAL)


@dataclass(frozen=True, slots=True)
class AnchorState:
    """One anchor. `reason` and `remedy` say what went wrong last, for good where the state is FAILED."""

    ledger: str
    log: bytes  # its id
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

    @property
    def is_put_off(self) -> bool:
        """Whether it failed many times in a row, and is still tried."""
        return self.state in OPEN and self.tries >= MANY_TRIES

    def is_stuck(self, replace_after: float | None, now: float) -> bool:
        """Whether its newest attempt had all the time that the ledger gives one."""
        return replace_after is not None and now - self.offered >= replace_after

    def to_json(self) -> dict[str, object]:
        return {
            "log": self.log.hex(),
            "size": self.size,
            "state": self.state.value,
            "stage": self.stage,
            "tries": self.tries,
            "attempt": self.attempt,
            "since": format_seconds(self.since),
            "next": format_seconds(self.next) if self.next < NEVER else None,
            "cost": self.cost,
            "reason": self.reason,
            "remedy": self.remedy,
        }


class Outbox:
    """All anchors of a node. What changes something is called in the thread that writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- reading ---------------------------------------------------------------------------------------------------

    def anchors(
        self, ledger: str, *states: State, log: bytes | None = None, limit: int | None = None
    ) -> list[AnchorState]:
        """The anchors on a ledger, of one log or of all, in any of `states` (in all without), the largest first."""
        chosen = select(ANCHORS).where(ANCHORS.c.ledger == ledger).order_by(ANCHORS.c.size.desc()).limit(limit)
        if states:
            chosen = chosen.where(ANCHORS.c.state.in_([state.value for state in states]))
        if log is not None:
            chosen = chosen.where(ANCHORS.c.log == log)
        with self._database.read() as connection:
            return [_anchor(row) for row in connection.execute(chosen)]

    def watched(self, ledger: str) -> list[AnchorState]:
        """The anchors on a ledger that are open, or final and not settled, the smallest first."""
        chosen = select(ANCHORS).where(ANCHORS.c.ledger == ledger, _watched()).order_by(ANCHORS.c.size)
        with self._database.read() as connection:
            return [_anchor(row) for row in connection.execute(chosen)]

    def now(self, anchor: AnchorState) -> AnchorState | None:
        """An anchor as it is now, or None where it made way for a newer one."""
        chosen = select(ANCHORS).where(_is(ANCHORS, anchor.ledger, anchor.log, anchor.size))
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

    def attempts(self, anchor: AnchorState) -> list[Attempt]:
        """What was signed for an anchor, newest first."""
        chosen = select(ATTEMPTS).where(_is(ATTEMPTS, anchor.ledger, anchor.log, anchor.size))
        with self._database.read() as connection:
            return [_prepared(row) for row in connection.execute(chosen.order_by(ATTEMPTS.c.number.desc()))]

    def open_attempts(self, ledger: str, paused: Collection[bytes] = ()) -> list[Attempt]:
        """What was signed for all anchors of a ledger that are not settled, oldest first, but for those of the logs `paused`."""
        with self._database.read() as connection:
            return _open_attempts(connection, ledger, paused)

    def earliest(self, log: bytes, index: int, state: State) -> dict[str, int]:
        """For each ledger, the size of the log's smallest anchor in `state` that covers entry `index`."""
        chosen = select(ANCHORS.c.ledger, func.min(ANCHORS.c.size).label("size")).group_by(ANCHORS.c.ledger)
        chosen = chosen.where(ANCHORS.c.log == log, ANCHORS.c.state == state.value, ANCHORS.c.size > index)
        with self._database.read() as connection:
            return {row.ledger: row.size for row in connection.execute(chosen)}

    def covered(self, ledger: str) -> int:
        """How many entries the anchors that stand on a ledger cover, of all logs together."""
        states = [state.value for state in STANDING]
        chosen = select(func.max(ANCHORS.c.size)).where(ANCHORS.c.ledger == ledger, ANCHORS.c.state.in_(states))
        with self._database.read() as connection:
            return sum(connection.scalars(chosen.group_by(ANCHORS.c.log)))

    # --- changing --------------------------------------------------------------------------------------------------

    def make_due(self, ledger: str, log: bytes, size: int, now: float) -> bool:
        """Let the log's head of `size` be anchored; whether that is new. Its older heads that wait, or waited in vain, with nothing
        signed make way for it, and what failed with something signed is taken up again."""
        in_vain = (ANCHORS.c.state == State.FAILED.value) & (ANCHORS.c.tries >= MOST_TRIES)
        older = ((ANCHORS.c.state == State.DUE.value) | in_vain) & (ANCHORS.c.size < size)
        failed = (ANCHORS.c.state == State.FAILED.value) & (ANCHORS.c.size == size)
        with self._database.write() as connection:
            _take_up(connection, ledger, now)
            mine = (ANCHORS.c.ledger == ledger) & (ANCHORS.c.log == log)
            connection.execute(delete(ANCHORS).where(mine, older | failed, ~_is_signed()))
            there = select(ANCHORS.c.size).where(_is(ANCHORS, ledger, log, size))
            if connection.scalar(there) is not None:
                return False
            times = (now, now, now)
            row = (ledger, log, size, State.DUE.value, *times, 0, "", "", "", "", 0.0, "", "0")
            insert_rows(connection, ANCHORS, [row])
        return True

    def want_better(self, anchor: AnchorState, now: float, reason: str) -> None:
        """The newest attempt is stuck: back to due. What failed with something signed may be what is in its way."""
        with self._database.write() as connection:
            _take_up(connection, anchor.ledger, now)
            _move(connection, anchor, State.DUE, since=now, next=now, reason=reason)

    def store_attempt(
        self,
        anchor: AnchorState,
        prepared: Attempt,
        earlier: Sequence[Attempt],
        now: float,
        paused: Collection[bytes] = (),
    ) -> bool:
        """Keep what was signed, before it is sent: due -> signed. False, and nothing is kept, where the anchor is not due
        any more, or where `earlier`, which it was signed in view of, is not what `open_attempts` gives now."""
        with self._database.write() as connection:
            view = _open_attempts(connection, anchor.ledger, paused)
            if [attempt.id for attempt in view] != [old.id for old in earlier]:
                return False
            if not _move(connection, anchor, State.SIGNED, since=now, next=now, offered=now, attempt=prepared.id):
                return False
            if prepared.id in {old.id for old in earlier}:
                return True
            number = 1 + (connection.scalar(select(func.max(ATTEMPTS.c.number))) or 0)
            key = (number, anchor.ledger, anchor.log, anchor.size)
            row = (*key, prepared.id, prepared.slot, prepared.statement.encode(), prepared.payload, b"")
            insert_rows(connection, ATTEMPTS, [row])
        return True

    def store_answer(self, attempt: Attempt, answer: bytes) -> None:
        """Keep what `send` returned, durably, with the attempt."""
        with self._database.write() as connection:
            connection.execute(update(ATTEMPTS).where(ATTEMPTS.c.id == attempt.id).values(answer=answer))

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
    where = _is(ANCHORS, anchor.ledger, anchor.log, anchor.size) & (ANCHORS.c.state == anchor.state.value)
    return connection.execute(update(ANCHORS).where(where).values(state=state.value, **values)).rowcount == 1


def _seen(seen: Observation) -> dict[str, str]:
    """What an observation leaves in the row."""
    facts = json.dumps(dict(seen.facts or {}))
    return {"attempt": seen.attempt, "facts": facts, "stage": seen.stage, "cost": str(seen.cost)}


def _watched() -> ColumnElement[bool]:
    is_final = ANCHORS.c.state == State.FINAL.value
    return ANCHORS.c.state.in_([state.value for state in OPEN]) | (is_final & (ANCHORS.c.next < NEVER))


def _is(table: Table, ledger: str, log: bytes, size: int) -> ColumnElement[bool]:
    return (table.c.ledger == ledger) & (table.c.log == log) & (table.c.size == size)


def _of_anchor() -> ColumnElement[bool]:
    """That an attempt is one of an anchor's."""
    return (
        (ATTEMPTS.c.ledger == ANCHORS.c.ledger)
        & (ATTEMPTS.c.log == ANCHORS.c.log)
        & (ATTEMPTS.c.size == ANCHORS.c.size)
    )


def _is_signed() -> ColumnElement[bool]:
    """That something was signed for an anchor."""
    return exists().where(_of_anchor())


def _take_up(connection: Connection, ledger: str, now: float) -> None:
    """Go on with what failed with something signed."""
    failed = (ANCHORS.c.ledger == ledger) & (ANCHORS.c.state == State.FAILED.value) & _is_signed()
    again = {"since": now, "next": now, "tries": 0}
    connection.execute(update(ANCHORS).where(failed).values(state=State.SENT.value, **again))


def _open_attempts(connection: Connection, ledger: str, paused: Collection[bytes]) -> list[Attempt]:
    is_settled = (ANCHORS.c.state == State.FINAL.value) & (ANCHORS.c.next >= NEVER)
    chosen = select(ATTEMPTS).where(ATTEMPTS.c.ledger == ledger, ATTEMPTS.c.log.not_in(paused))
    chosen = chosen.where(~exists().where(_of_anchor(), is_settled))
    return [_prepared(row) for row in connection.execute(chosen.order_by(ATTEMPTS.c.number))]


def _prepared(row: Row[Any]) -> Attempt:
    return Attempt(Statement.decode(bytes(row.statement)), row.id, row.slot, bytes(row.payload), bytes(row.answer))


def _anchor(row: Row[Any]) -> AnchorState:
    values = {name: getattr(row, name) for name in AnchorState.__slots__}
    return AnchorState(**{**values, "log": bytes(row.log), "state": State(row.state)})
