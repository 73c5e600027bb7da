"""Outbox: stores anchors and their attempts, durably. What changes, and when, `machine` decides.

- Changes are stored in one transaction, and only if the anchor is as it was when they were computed: its version has not
  moved (compare and set). Of two that start from one version, the second is not stored.
- A new attempt is stored only if the open attempts on its ledger are still those that `prepare` was given: all logs of a node
  share a ledger's account, and its slots.
- No query of a round grows with finished anchors: an anchor is `live` until it is closed, and closed anchors are kept as sums
  (table `closed`).

- A change of state that others are told of (`TOLD`) is a row of `anchor_changes`, in the same transaction.

Owns the tables `anchors`, `closed`, `attempts` and `anchor_changes`. An anchor's name is (ledger, log id, size).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, bindparam, delete, func, insert, select, tuple_, update

from carbonseal.ledger import Attempt, Statement
from carbonseal.storage.database import Database
from carbonseal.storage.node_tables import ANCHOR_CHANGES, ANCHORS, ATTEMPTS, CLOSED

from . import evidence
from .machine import Changes
from .tracked import WRITTEN, Name, State, TrackedAnchor


def _named(table: Table) -> ColumnElement[bool]:
    """The rows of the anchor that a statement's parameters name (`_name`)."""
    is_ledger = table.c.ledger == bindparam("its_ledger")
    return is_ledger & (table.c.log == bindparam("its_log")) & (table.c.size == bindparam("its_size"))


def _name(name: Name) -> dict[str, Any]:
    ledger, log, size = name
    return {"its_ledger": ledger, "its_log": log, "its_size": size}


# What each round of a worker says, built once: to build a statement takes twice as long as to execute it.
_IS_LIVE = (ANCHORS.c.ledger == bindparam("its_ledger")) & ANCHORS.c.live
_LIVE = select(ANCHORS).where(_IS_LIVE).order_by(ANCHORS.c.size)
_FIND = select(ANCHORS).where(_named(ANCHORS))
_OF_LOG = (ANCHORS.c.ledger == bindparam("its_ledger")) & (ANCHORS.c.log == bindparam("its_log"))
_NEWEST = select(ANCHORS).where(_OF_LOG).order_by(ANCHORS.c.size.desc()).limit(1)
_ATTEMPTS = select(ATTEMPTS).where(_named(ATTEMPTS)).order_by(ATTEMPTS.c.number.desc())
_OPEN_ATTEMPTS = (
    select(ATTEMPTS)  # a join would read all attempts on the ledger
    .where(
        tuple_(ATTEMPTS.c.ledger, ATTEMPTS.c.log, ATTEMPTS.c.size).in_(
            select(ANCHORS.c.ledger, ANCHORS.c.log, ANCHORS.c.size).where(_IS_LIVE)
        )
    )
    .order_by(ATTEMPTS.c.number)
)
_UPDATE = update(ANCHORS).where(_named(ANCHORS), ANCHORS.c.version == bindparam("its_version"))


TOLD = (State.INCLUDED, State.FINAL, State.FAILED)  # and sent, where the anchor was reorged out


@dataclass(frozen=True, slots=True)
class AnchorChange:
    """An anchor came to a state that others are told of, `at` (seconds since 1970). `number` counts such changes."""

    number: int
    ledger: str
    log: bytes  # its id
    size: int
    state: State
    attempt: str
    reason: str
    remedy: str
    at: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the anchors on a ledger."""

    counts: dict[State, int]  # states without an anchor are left out
    cost: int  # of all attempts, in the smallest unit of the ledger's balance
    entries: int  # that its anchors cover, of all logs together

    @property
    def written(self) -> int:
        """How many anchors the ledger has."""
        return sum(self.counts.get(state, 0) for state in WRITTEN)


class Outbox:
    """All anchors of a node. `store` is called in the thread that writes; all else may be called in any."""

    def __init__(self, database: Database) -> None:
        self.database = database  # the ledgers' other tables are there, too

    # --- reading ---------------------------------------------------------------------------------------------------

    def live(self, ledger: str) -> list[TrackedAnchor]:
        """The anchors on a ledger that are not closed, the smallest first."""
        with self.database.read() as connection:
            return _live(connection, ledger)

    def anchors(
        self, ledger: str, *states: State, log: bytes | None = None, limit: int | None = None
    ) -> list[TrackedAnchor]:
        """The anchors on a ledger, of one log or of all, in any of `states` (in all without), the largest first."""
        chosen = select(ANCHORS).where(ANCHORS.c.ledger == ledger).order_by(ANCHORS.c.size.desc()).limit(limit)
        if states:
            chosen = chosen.where(ANCHORS.c.state.in_([state.value for state in states]))
        if log is not None:
            chosen = chosen.where(ANCHORS.c.log == log)
        with self.database.read() as connection:
            return [_anchor(row) for row in connection.execute(chosen)]

    def newest(self, ledger: str, log: bytes) -> TrackedAnchor | None:
        """The largest anchor of a log on a ledger, or None."""
        with self.database.read() as connection:
            row = connection.execute(_NEWEST, {"its_ledger": ledger, "its_log": log}).one_or_none()
        return None if row is None else _anchor(row)

    def find(self, name: Name) -> TrackedAnchor | None:
        """The anchor of this name, or None."""
        with self.database.read() as connection:
            row = connection.execute(_FIND, _name(name)).one_or_none()
        return None if row is None else _anchor(row)

    def attempts(self, anchor: TrackedAnchor) -> list[Attempt]:
        """What was signed for an anchor, newest first."""
        with self.database.read() as connection:
            return [_attempt(row) for row in connection.execute(_ATTEMPTS, _name(anchor.name))]

    def open_attempts(self, ledger: str) -> list[Attempt]:
        """What was signed for the anchors on a ledger that are not closed, of all logs, oldest first."""
        with self.database.read() as connection:
            return _open_attempts(connection, ledger)

    def totals(self, ledger: str) -> Totals:
        """Sums over all anchors on a ledger."""
        with self.database.read() as connection:
            closed = connection.execute(select(CLOSED).where(CLOSED.c.ledger == ledger)).all()
            live = _live(connection, ledger)
        counts = Counter(anchor.state for anchor in live)
        counts.update({State.FINAL: sum(row.anchors for row in closed)})
        largest = {bytes(row.log): row.size for row in closed}
        for anchor in live:
            if anchor.state in WRITTEN:
                largest[anchor.log] = max(anchor.size, largest.get(anchor.log, 0))
        cost = sum(int(row.cost) for row in closed) + sum(anchor.cost for anchor in live)
        return Totals({state: counts[state] for state in State if counts[state]}, cost, sum(largest.values()))

    def earliest(self, log: bytes, index: int, state: State) -> dict[str, int]:
        """For each ledger, the size of the log's smallest anchor in `state` that covers entry `index`."""
        smallest = (
            select(func.min(ANCHORS.c.size))
            .where(ANCHORS.c.ledger == CLOSED.c.ledger, ANCHORS.c.log == log)
            .where(ANCHORS.c.state == state.value, ANCHORS.c.size > index)
            .scalar_subquery()
        )
        chosen = select(CLOSED.c.ledger, smallest.label("smallest")).where(CLOSED.c.log == log)
        with self.database.read() as connection:
            return {row.ledger: row.smallest for row in connection.execute(chosen) if row.smallest is not None}

    def last_change(self) -> int:
        """The number of the newest change that others are told of; 0 before the first."""
        with self.database.read() as connection:
            return connection.scalar(select(func.max(ANCHOR_CHANGES.c.number))) or 0

    def changes(self, after: int, limit: int) -> list[AnchorChange]:
        """The changes after this number, in their order."""
        chosen = select(ANCHOR_CHANGES).where(ANCHOR_CHANGES.c.number > after).order_by(ANCHOR_CHANGES.c.number)
        with self.database.read() as connection:
            rows = connection.execute(chosen.limit(limit)).mappings()
            return [AnchorChange(**{**row, "log": bytes(row["log"]), "state": State(row["state"])}) for row in rows]

    def reach(self, log: bytes, state: State) -> dict[str, int]:
        """For each ledger, the size of the log's largest anchor in `state`: whatever entry is below it is covered by one."""
        largest = (
            select(func.max(ANCHORS.c.size))
            .where(ANCHORS.c.ledger == CLOSED.c.ledger, ANCHORS.c.log == log, ANCHORS.c.state == state.value)
            .scalar_subquery()
        )
        chosen = select(CLOSED.c.ledger, largest.label("largest")).where(CLOSED.c.log == log)
        with self.database.read() as connection:
            return {row.ledger: row.largest for row in connection.execute(chosen) if row.largest is not None}

    # --- changing --------------------------------------------------------------------------------------------------

    def store(self, *changes: Changes) -> bool:
        """Store the first of `changes`, and each of the others whose anchor is unchanged since; nothing where the first one's has
        changed. Returns whether the first was stored. Durable on return."""
        first, *others = changes
        with self.database.write() as connection:
            if not _store(connection, first):
                return False
            for other in others:
                _store(connection, other)
        return True


def _store(connection: Connection, changes: Changes) -> bool:
    """False, and nothing is stored, where the anchor or the open attempts have changed since."""
    before, after = changes.before, changes.after
    if not changes:
        return True
    if before is None:
        return after is None or _insert(connection, after)
    if changes.known is not None and changes.known != _ids(_open_attempts(connection, before.ledger)):
        return False
    if after is None:
        unchanged = _is(ANCHORS, before.name) & (ANCHORS.c.version == before.version)
        return connection.execute(delete(ANCHORS).where(unchanged)).rowcount == 1
    values = {**_values(after), "version": before.version + 1}
    if connection.execute(_UPDATE, {**_name(before.name), "its_version": before.version, **values}).rowcount != 1:
        return False
    if changes.is_reorg or (after.state in TOLD and after.state is not before.state):
        _tell(connection, after)
    if changes.attempt is not None:
        _add_attempt(connection, after.name, changes.attempt)
    if changes.answer:
        mine = _is(ATTEMPTS, after.name) & (ATTEMPTS.c.id == after.attempt)
        connection.execute(update(ATTEMPTS).where(mine).values(answer=changes.answer))
    if changes.drop_evidence:
        evidence.drop(connection, after.name)
    if changes.evidence is not None:
        evidence.keep(connection, after.name, changes.evidence, changes.facts)
    if after.is_closed:
        _close(connection, after)
    return True


def _insert(connection: Connection, anchor: TrackedAnchor) -> bool:
    if connection.execute(select(ANCHORS.c.version).where(_is(ANCHORS, anchor.name))).one_or_none() is not None:
        return False
    connection.execute(insert(ANCHORS).values(_values(anchor)))
    mine = (CLOSED.c.ledger == anchor.ledger) & (CLOSED.c.log == anchor.log)
    if connection.execute(select(CLOSED.c.anchors).where(mine)).one_or_none() is None:
        nothing = {"ledger": anchor.ledger, "log": anchor.log, "anchors": 0, "size": 0, "cost": "0"}
        connection.execute(insert(CLOSED).values(nothing))
    return True


def _tell(connection: Connection, anchor: TrackedAnchor) -> None:
    names = ("ledger", "log", "size", "attempt", "reason", "remedy")
    values = {name: getattr(anchor, name) for name in names}
    connection.execute(insert(ANCHOR_CHANGES).values(**values, state=anchor.state.value, at=int(anchor.since)))


def _add_attempt(connection: Connection, name: Name, attempt: Attempt) -> None:
    ledger, log, size = name
    number = 1 + (connection.scalar(select(func.max(ATTEMPTS.c.number))) or 0)
    connection.execute(
        insert(ATTEMPTS).values(
            number=number,
            ledger=ledger,
            log=log,
            size=size,
            id=attempt.id,
            slot=attempt.slot,
            statement=attempt.statement.encode(),
            payload=attempt.payload,
            answer=attempt.answer,
        )
    )


def _close(connection: Connection, anchor: TrackedAnchor) -> None:
    """Add an anchor that is closed to the sums."""
    mine = (CLOSED.c.ledger == anchor.ledger) & (CLOSED.c.log == anchor.log)
    sums = connection.execute(select(CLOSED).where(mine)).one()
    cost, size = str(int(sums.cost) + anchor.cost), max(sums.size, anchor.size)
    connection.execute(update(CLOSED).where(mine).values(anchors=sums.anchors + 1, size=size, cost=cost))


def _live(connection: Connection, ledger: str) -> list[TrackedAnchor]:
    return [_anchor(row) for row in connection.execute(_LIVE, {"its_ledger": ledger})]


def _open_attempts(connection: Connection, ledger: str) -> list[Attempt]:
    return [_attempt(row) for row in connection.execute(_OPEN_ATTEMPTS, {"its_ledger": ledger})]


def _ids(attempts: Iterable[Attempt]) -> tuple[str, ...]:
    return tuple(attempt.id for attempt in attempts)


def _is(table: Table, name: Name) -> ColumnElement[bool]:
    ledger, log, size = name
    return (table.c.ledger == ledger) & (table.c.log == log) & (table.c.size == size)


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(Statement.decode(bytes(row.statement)), row.id, row.slot, bytes(row.payload), bytes(row.answer))


def _anchor(row: Row[Any]) -> TrackedAnchor:
    values = {name: getattr(row, name) for name in TrackedAnchor.__slots__}
    return TrackedAnchor(**{**values, "log": bytes(row.log), "state": State(row.state), "cost": int(row.cost)})


def _values(anchor: TrackedAnchor) -> dict[str, Any]:
    """The row of an anchor."""
    values = {name: getattr(anchor, name) for name in TrackedAnchor.__slots__}
    return {**values, "state": anchor.state.value, "cost": str(anchor.cost), "live": not anchor.is_closed}
