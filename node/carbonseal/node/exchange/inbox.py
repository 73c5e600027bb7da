"""Inbox of partners' events: kept once, durable before they are acknowledged; and the answers that are still owed.

- An event is one of its client by source and id (CloudEvents 1.0): the same again changes nothing, another with both is refused.
- A request is *due* until its call-back was taken (*answered*), or it is given up (*abandoned*, `callbacks.LONGEST` later). Other
  events are *told*: kept for people and programs to read.
- A client has at most `MOST_DUE` requests that are due, and the newest `MOST_KEPT` of its other events.

Owns the table `pact_events`. What changes something is called in the thread that writes, and is durable on return.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from carbonseal.findings import Refused
from carbonseal.storage.database import Database
from carbonseal.storage.node_tables import PACT_EVENTS

from . import codes

MOST_DUE = 1_000
MOST_KEPT = 10_000
PAGE = 500


class State(StrEnum):
    """Of an event."""

    TOLD = "told"
    DUE = "due"
    ANSWERED = "answered"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that a partner sent. `partner` is the URL that is called back, empty where nothing is owed."""

    client: str
    tenant: str
    type: str
    id: str
    source: str
    received: int  # seconds since 1970
    body: bytes  # RFC 8785
    partner: str


@dataclass(frozen=True, slots=True)
class Event(NewEvent):
    """An event that is kept. `answer` is the type of the event that was sent back last, `reason` why it was not taken."""

    number: int
    state: State
    next: float  # when its call-back is tried next, in seconds since 1970
    tries: int
    answer: str
    reason: str


class Inbox:
    """The events that partners sent to a node."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[str, int] = {}  # by client, once it sent one: how many of its events are not due

    def put(self, new: NewEvent) -> bool:
        """Keep an event; it is owed an answer where a partner is named. Whether it is new. Raises Refused (`exchange.*`)."""
        here = PACT_EVENTS.c.client == new.client
        same = select(PACT_EVENTS.c.body).where(here, PACT_EVENTS.c.source == new.source, PACT_EVENTS.c.id == new.id)
        with self._database.write() as connection:
            known = connection.scalar(same)
            if known is not None:
                if bytes(known) != new.body:
                    raise Refused(codes.EXCHANGE_EVENT_DIFFERS(id=new.id))
                return False
            is_due = PACT_EVENTS.c.state == State.DUE.value
            waiting = connection.scalar(select(func.count()).select_from(PACT_EVENTS).where(here, is_due)) or 0
            if new.partner and waiting >= MOST_DUE:
                raise Refused(codes.EXCHANGE_BUSY(count=waiting))
            kept = _drop_oldest(connection, here & ~is_due, self._kept.get(new.client))
            state = State.DUE if new.partner else State.TOLD
            row = {"state": state.value, "next": float(new.received), "tries": 0, "answer": "", "reason": ""}
            connection.execute(insert(PACT_EVENTS).values(**asdict(new), **row))
        self._kept[new.client] = kept + (state is not State.DUE)
        return True

    def change(self, event: Event) -> None:
        """Keep what became of an event."""
        after = {"state": event.state.value, "next": event.next, "tries": event.tries}
        here = PACT_EVENTS.c.number == event.number
        with self._database.write() as connection:
            was_due = connection.scalar(select(PACT_EVENTS.c.state).where(here)) == State.DUE.value
            connection.execute(
                update(PACT_EVENTS).where(here).values(**after, answer=event.answer, reason=event.reason)
            )
        if event.client in self._kept and was_due and event.state is not State.DUE:
            self._kept[event.client] += 1

    def due(self, client: str, partner: str) -> Event | None:
        """The request of a partner whose answer is due first; None where nothing is."""
        chosen = select(PACT_EVENTS).where(
            PACT_EVENTS.c.client == client, PACT_EVENTS.c.state == State.DUE.value, PACT_EVENTS.c.partner == partner
        )
        with self._database.read() as connection:
            row = connection.execute(chosen.order_by(PACT_EVENTS.c.next).limit(1)).first()
        return None if row is None else _event(row)

    def page(self, tenant: str | None, after: int, limit: int = PAGE) -> list[Event]:
        """At most `limit` events to a tenant (None: to all), those after this number, in their order."""
        chosen = select(PACT_EVENTS).where(PACT_EVENTS.c.number > after)
        if tenant is not None:
            chosen = chosen.where(PACT_EVENTS.c.tenant == tenant)
        with self._database.read() as connection:
            return [_event(row) for row in connection.execute(chosen.order_by(PACT_EVENTS.c.number).limit(limit))]


def _drop_oldest(connection: Connection, these: ColumnElement[bool], count: int | None) -> int:
    """Make room for one more: `MOST_KEPT` are kept. `count` is how many there are, None where that is not known. Gives how many are
    left."""
    if count is None:
        count = connection.scalars(select(func.count()).select_from(PACT_EVENTS).where(these)).one()
    if count < MOST_KEPT:
        return count
    oldest = select(PACT_EVENTS.c.number).where(these).order_by(PACT_EVENTS.c.number).limit(count - MOST_KEPT + 1)
    connection.execute(delete(PACT_EVENTS).where(PACT_EVENTS.c.number.in_(connection.scalars(oldest).all())))
    return MOST_KEPT - 1


def _event(row: Row[tuple[object, ...]]) -> Event:
    values = row._asdict()
    return Event(**{**values, "body": bytes(row.body), "state": State(row.state)})
