"""Outbox of webhooks: for each receiver what waits to be delivered, and how far it has come in the sources of events.

- Messages are made when there is room for them (`MOST_WAITING`): what a receiver has not got yet costs nothing but its place in
  tables that are there anyway.
- A message and the receiver's new position are stored in one transaction, before anything is sent. After a crash no event is
  missing, and what was sent and not noted is sent again with the same id.

Owns the tables `cursors`, `counters` and `deliveries`. What changes something is called in the thread that writes, and is durable
on return.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from carbonseal.storage.database import Database
from carbonseal.storage.webhook_tables import COUNTERS, CURSORS, DELIVERIES

from .delivery.machine import Changes, Delivery, Limits, Replayed, Resumed, State, advance
from .events import Event

MOST_WAITING = 256  # messages of one receiver


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one receiver: messages that were made, that were delivered, that wait, and dead letters; `last` is when one was delivered,
    in seconds since 1970."""

    made: int
    delivered: int
    pending: int
    dead: int
    last: int | None


def begin(connection: Connection, receiver: int, positions: Mapping[str, int]) -> None:
    """Let a receiver begin at these positions."""
    connection.execute(insert(COUNTERS).values(receiver=receiver, made=0, delivered=0))
    for source, position in positions.items():
        connection.execute(insert(CURSORS).values(receiver=receiver, source=source, position=position))


def forget(connection: Connection, receiver: int) -> None:
    """Forget all of a receiver."""
    for table in (CURSORS, COUNTERS, DELIVERIES):
        connection.execute(delete(table).where(table.c.receiver == receiver))


class DeliveryOutbox:
    """What waits for the receivers of a node."""

    def __init__(self, database: Database, limits: Limits) -> None:
        self._database = database
        self._limits = limits

    # --- reading ----------------------------------------------------------------------------------------------------

    def positions(self, receiver: int) -> dict[str, int]:
        """How far it has come in each source."""
        chosen = select(CURSORS.c.source, CURSORS.c.position).where(CURSORS.c.receiver == receiver)
        with self._database.read() as connection:
            return {row.source: row.position for row in connection.execute(chosen)}

    def due(self, receiver: int, now: float, most: int) -> list[Delivery]:
        """What is to be sent now, the oldest first."""
        is_due = or_(DELIVERIES.c.next <= now, DELIVERIES.c.next > now + self._limits.longest_delay)
        # Sorted, of the few that wait: in the order of the primary key it would pass all dead letters.
        chosen = select(DELIVERIES).where(*_waiting(receiver), is_due).order_by(DELIVERIES.c.number + 0).limit(most)
        with self._database.read() as connection:
            return [_delivery(row) for row in connection.execute(chosen)]

    def waiting(self, receiver: int) -> tuple[int, float | None]:
        """How many messages wait, and when the first of them is to be sent."""
        chosen = select(func.count(), func.min(DELIVERIES.c.next)).where(*_waiting(receiver))
        with self._database.read() as connection:
            count, first = connection.execute(chosen).one()
        return count, first

    def counts(self, receiver: int) -> Counts:
        """What has become of its messages. Dead letters are the rest of them: they may be many, and are not counted."""
        pending = select(func.count()).where(*_waiting(receiver))
        with self._database.read() as connection:
            row = connection.execute(select(COUNTERS).where(COUNTERS.c.receiver == receiver)).one()
            waiting: int = connection.scalars(pending).one()
        return Counts(row.made, row.delivered, waiting, row.made - row.delivered - waiting, row.last)

    def dead(self, receiver: int, after: int, limit: int) -> list[Delivery]:
        """At most so many of its dead letters: those after this number, in their order. It looks at what waits too."""
        chosen = select(DELIVERIES).where(DELIVERIES.c.receiver == receiver, DELIVERIES.c.state == State.DEAD.value)
        chosen = chosen.where(DELIVERIES.c.number > after).order_by(DELIVERIES.c.number).limit(limit)
        with self._database.read() as connection:
            return [_delivery(row) for row in connection.execute(chosen)]

    # --- changing ---------------------------------------------------------------------------------------------------

    def put(self, receiver: int, events: Iterable[Event], positions: Mapping[str, int], now: float) -> None:
        """Make messages of these events, and note how far the receiver has come with them in their sources."""
        with self._database.write() as connection:
            mine = COUNTERS.c.receiver == receiver
            made = connection.scalar(select(COUNTERS.c.made).where(mine))
            if made is None:  # it was removed
                return
            for event in events:
                made += 1
                values = {"number": made, "id": event.id, "type": event.type.value, "body": event.encode(made)}
                row = {"receiver": receiver, "state": State.PENDING.value, "next": now, "tries": 0, "reason": ""}
                connection.execute(insert(DELIVERIES).values(**values, **row))
            connection.execute(update(COUNTERS).where(mine).values(made=made))
            for source, position in positions.items():
                here = (CURSORS.c.receiver == receiver, CURSORS.c.source == source)
                if connection.execute(update(CURSORS).where(*here).values(position=position)).rowcount == 0:
                    connection.execute(insert(CURSORS).values(receiver=receiver, source=source, position=position))

    def store(self, changes: Iterable[Changes], now: float) -> None:
        """Store what the machine says of messages that are as they were."""
        with self._database.write() as connection:
            for change in changes:
                _store(connection, change, now)

    def resume(self, receiver: int, now: float) -> None:
        """Let all that waits be sent now."""
        with self._database.write() as connection:
            for row in connection.execute(select(DELIVERIES).where(*_waiting(receiver))).all():
                _store(connection, advance(_delivery(row), Resumed(), now, self._limits), now)

    def replay(self, receiver: int, ids: Collection[str], now: float) -> int:
        """Let its dead letters be sent again: those of these messages, or all where none is named; how many there were."""
        chosen = select(DELIVERIES).where(DELIVERIES.c.receiver == receiver, DELIVERIES.c.state == State.DEAD.value)
        if ids:
            chosen = chosen.where(DELIVERIES.c.id.in_(ids))
        with self._database.write() as connection:
            rows = connection.execute(chosen).all()
            for row in rows:
                _store(connection, advance(_delivery(row), Replayed(), now, self._limits), now)
        return len(rows)


def _store(connection: Connection, change: Changes, now: float) -> None:
    before, after = change.before, change.after
    mine = (
        DELIVERIES.c.number == before.number,
        DELIVERIES.c.receiver == before.receiver,
        DELIVERIES.c.id == before.id,
    )
    if after is None:
        if connection.execute(delete(DELIVERIES).where(*mine)).rowcount:
            counter = update(COUNTERS).where(COUNTERS.c.receiver == before.receiver)
            connection.execute(counter.values(delivered=COUNTERS.c.delivered + 1, last=int(now)))
    elif after != before:
        values = {"state": after.state.value, "next": after.next, "tries": after.tries, "reason": after.reason}
        connection.execute(update(DELIVERIES).where(*mine).values(values))


def _waiting(receiver: int) -> tuple[Any, ...]:
    return DELIVERIES.c.receiver == receiver, DELIVERIES.c.state == State.PENDING.value


def _delivery(row: Row[Any]) -> Delivery:
    values = {name: getattr(row, name) for name in Delivery.__slots__}
    return Delivery(**{**values, "body": bytes(row.body), "state": State(row.state)})
