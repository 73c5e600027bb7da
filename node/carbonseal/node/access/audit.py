"""Audit: the durable chain of what was done here (`audit_chain`), and which of its heads are entries of a log.

- An event is durable before what it tells of is done. An act that fails after that is followed by no other event: it may have
  happened in part.
- A log's entry (evidence digest) fixes the chain up to its head. It makes no anchor due, and is under the next head anyway.

Owns the tables `audit` and `audit_heads`. `append` and `logged` are called in the thread that writes, and are durable on return.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import insert, select

from carbonseal.storage.database import Database
from carbonseal.storage.node_tables import AUDIT, AUDIT_HEADS

from .audit_chain import START, Event, check, link
from .callers import Caller

PAGE = 500  # of a list


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The chain's hash (32 bytes) after so many events."""

    number: int
    hash: bytes


class Audit:
    """The audit chain of a node."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.read() as connection:
            newest = connection.execute(select(AUDIT.c.number, AUDIT.c.hash).order_by(AUDIT.c.number.desc()).limit(1))
            row = newest.one_or_none()
            in_log = select(AUDIT_HEADS.c.number).order_by(AUDIT_HEADS.c.number.desc()).limit(1)
            self.in_log: int = (
                connection.scalar(in_log) or 0
            )  # so many events are under a head that is an entry of a log
        self.head = AuditHead(0, START) if row is None else AuditHead(row.number, bytes(row.hash))

    def append(self, who: Caller, what: str, about: Mapping[str, str], why: str, now: int) -> None:
        """Add an event."""
        number = self.head.number + 1
        event = Event(number, now, who, what, about, why).encode()
        head = AuditHead(number, link(self.head.hash, event))
        with self._database.write() as connection:
            connection.execute(insert(AUDIT).values(number=number, event=event, hash=head.hash))
        self.head = head

    def logged(self, head: AuditHead, log: str, entry: int) -> None:
        """The head is, or will be, that entry of the log of this name."""
        with self._database.write() as connection:
            connection.execute(insert(AUDIT_HEADS).values(number=head.number, log=log, entry=entry))
        self.in_log = head.number

    def page(self, after: int, limit: int = PAGE) -> list[tuple[bytes, bytes]]:
        """At most so many events, (event, hash) each: those after this number, in their order."""
        chosen = select(AUDIT.c.event, AUDIT.c.hash).where(AUDIT.c.number > after).order_by(AUDIT.c.number)
        with self._database.read() as connection:
            return [(bytes(event), bytes(hash_)) for event, hash_ in connection.execute(chosen.limit(limit))]

    def has(self, hash_: bytes) -> bool:
        """Whether an event has this hash."""
        with self._database.read() as connection:
            return connection.scalar(select(AUDIT.c.number).where(AUDIT.c.hash == hash_)) is not None

    def check(self) -> AuditHead:
        """The head, after every event was hashed again. Raises Refused (`audit.broken`)."""
        return AuditHead(*check(self._all()))

    def _all(self) -> Iterator[tuple[bytes, bytes]]:
        last = 0
        while page := self.page(last):
            yield from page
            last += len(page)
