"""Receivers: who is sent which events, and where to.

- A receiver belongs to one tenant, and gets what happens to what is that tenant's; or to the operator, and gets what happens to the
  node.
- Its secret signs its messages. One that is rotated is followed by another, and signs beside it for a while.
- A row stays when its receiver is removed, so that no number is given twice.

Owns the table `receivers`, which is read on opening. What changes something is called in the thread that writes, and is durable on
return.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Row, insert, select, update

from carbonseal.findings import Refused
from carbonseal.storage.database import Database
from carbonseal.storage.webhook_tables import RECEIVERS

from . import codes, outbox
from .events import OF_NODE, OF_TENANTS, EventType

OPERATORS = ""  # in place of a tenant's name
MOST = 32  # receivers of one tenant


@dataclass(frozen=True, slots=True)
class Receiver:
    """`types` are the events that it wants, without any: all. Secrets are URIs; the old one signs until `old_until`. Times are in
    seconds since 1970. `paused` says why it is sent nothing; None: it is."""

    number: int
    tenant: str
    name: str
    url: str
    types: frozenset[EventType]
    secret: str
    old_secret: str
    old_until: int
    paused: str | None
    created: int

    def wants(self, type: EventType) -> bool:
        """Whether it is sent events of this type."""
        return not self.types or type in self.types

    def secrets(self, now: float) -> list[str]:
        """The secrets that sign now, the newest first."""
        return [self.secret, *([self.old_secret] if self.old_secret and now < self.old_until else [])]


@dataclass(frozen=True, slots=True)
class NewReceiver:
    """A receiver that is wanted."""

    tenant: str
    name: str
    url: str
    types: frozenset[EventType]


class Receivers:
    """The receivers of a node."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.read() as connection:
            rows = connection.execute(select(RECEIVERS).where(RECEIVERS.c.removed.is_(None)))
            self._receivers = {row.number: _receiver(row) for row in rows}

    def all(self) -> list[Receiver]:
        """All of them, in the order in which they were added."""
        return [self._receivers[number] for number in sorted(self._receivers)]

    def get(self, number: int) -> Receiver | None:
        """The receiver of this number; None where it was removed."""
        return self._receivers.get(number)

    def named(self, tenant: str, name: str) -> Receiver:
        """The tenant's receiver of this name. Raises Refused."""
        for receiver in self._receivers.values():
            if (receiver.tenant, receiver.name) == (tenant, name):
                return receiver
        raise Refused(codes.WEBHOOK_UNKNOWN(name=name))

    # --- changes ----------------------------------------------------------------------------------------------------

    def check(self, new: NewReceiver) -> None:
        """Raises Refused where it cannot be added."""
        theirs = [receiver for receiver in self._receivers.values() if receiver.tenant == new.tenant]
        if any(receiver.name == new.name for receiver in theirs):
            raise Refused(codes.WEBHOOK_NAME_TAKEN(name=new.name))
        if len(theirs) >= MOST:
            raise Refused(codes.WEBHOOK_TOO_MANY(limit=MOST))
        known = OF_NODE if new.tenant == OPERATORS else OF_TENANTS
        for type_ in sorted(new.types - known):
            raise Refused(codes.WEBHOOK_TYPE(type=type_, known=", ".join(sorted(known))))

    def add(self, new: NewReceiver, secret: str, positions: Mapping[str, int], now: int) -> Receiver:
        """Add a receiver with this secret, from these positions in the sources of events on. Raises Refused."""
        self.check(new)
        types = " ".join(sorted(new.types))
        row = {"tenant": new.tenant, "name": new.name, "url": new.url, "types": types, "secret": secret}
        with self._database.write() as connection:
            made = connection.execute(insert(RECEIVERS).values(**row, old_secret="", old_until=0, created=now))
            assert made.inserted_primary_key is not None
            number = made.inserted_primary_key[0]
            outbox.begin(connection, number, positions)
        receiver = Receiver(number, new.tenant, new.name, new.url, new.types, secret, "", 0, None, now)
        self._receivers[number] = receiver
        return receiver

    def rotate(self, tenant: str, name: str, secret: str, until: int) -> str:
        """Let another secret sign, and the one before beside it until then. Gives the one that signs no more, or nothing. Raises
        Refused."""
        receiver = self.named(tenant, name)
        self._change(replace(receiver, secret=secret, old_secret=receiver.secret, old_until=until))
        return receiver.old_secret

    def pause(self, number: int, why: str) -> bool:
        """Send it nothing. Whether it was sent something until now."""
        receiver = self._receivers.get(number)
        if receiver is None or receiver.paused is not None:
            return False
        self._change(replace(receiver, paused=why))
        return True

    def resume(self, number: int) -> bool:
        """Send it what waits. Whether it was paused."""
        receiver = self._receivers.get(number)
        if receiver is None or receiver.paused is None:
            return False
        self._change(replace(receiver, paused=None))
        return True

    def remove(self, tenant: str, name: str, now: int) -> Receiver:
        """Send it nothing any more, and forget what waits for it: gives what it was. Raises Refused."""
        receiver = self.named(tenant, name)
        with self._database.write() as connection:
            mine = update(RECEIVERS).where(RECEIVERS.c.number == receiver.number)
            connection.execute(mine.values(removed=now))
            outbox.forget(connection, receiver.number)
        del self._receivers[receiver.number]
        return receiver

    def _change(self, receiver: Receiver) -> None:
        names = ("secret", "old_secret", "old_until", "paused")
        mine = update(RECEIVERS).where(RECEIVERS.c.number == receiver.number)
        with self._database.write() as connection:
            connection.execute(mine.values({name: getattr(receiver, name) for name in names}))
        self._receivers[receiver.number] = receiver


def _receiver(row: Row[tuple[object, ...]]) -> Receiver:
    names = [name for name in Receiver.__slots__ if name != "types"]
    types = frozenset(map(EventType, row.types.split()))
    return Receiver(**{name: getattr(row, name) for name in names}, types=types)
