"""Outages: what needs the operator, from when until when. Each beginning and end is kept, for those who are told.

What is wrong is compared with what was wrong at the last look, also before a restart: an outage that goes on is told once.

Owns the table `outages`. `keep` is called in the thread that writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, insert, select, update

from carbonseal.node.webhooks.failures import Failure
from carbonseal.storage.database import Database
from carbonseal.storage.webhook_tables import OUTAGES

from .events import EventType


@dataclass(frozen=True, slots=True)
class OutageChange:
    """An outage of `subject` began or ended, `at` (seconds since 1970); it began at `since`. `number` counts such changes."""

    number: int
    subject: str
    type: EventType
    problem: str
    remedy: str
    at: int
    since: int


class Outages:
    """The outages of a node."""

    def __init__(self, database: Database) -> None:
        self._database = database
        is_open = select(OUTAGES).where(OUTAGES.c.open).order_by(OUTAGES.c.number)
        with database.read() as connection:
            self._open = {row.subject: row for row in connection.execute(is_open)}
            self.last: int = connection.scalar(select(func.max(OUTAGES.c.number))) or 0

    def differs(self, failures: Mapping[str, Failure]) -> bool:
        """Whether an outage began or ended since the last look."""
        return {subject: _type(failure) for subject, failure in failures.items()} != {
            subject: row.type for subject, row in self._open.items()
        }

    def with_open(self, failing: Mapping[str, Failure | None]) -> dict[str, Failure]:
        """The same; what is not known (None) is as it was."""
        open_ = {
            subject: Failure(row.problem, row.remedy, row.type == EventType.FROZEN)
            for subject, row in self._open.items()
        }
        known = {subject: one or open_.get(subject) for subject, one in failing.items()}
        return {subject: one for subject, one in known.items() if one is not None}

    def new(self, failures: Mapping[str, Failure]) -> dict[str, Failure]:
        """Those that are not kept yet."""
        return {subject: one for subject, one in failures.items() if not self._has(subject, one)}

    def _has(self, subject: str, failure: Failure) -> bool:
        known = self._open.get(subject)
        return known is not None and _goes_on(known.type, failure)

    def keep(self, failures: Mapping[str, Failure], since: Mapping[str, int], now: int) -> None:
        """Keep what began, now or at the time that `since` has, and what ended. Durable on return."""
        ended = [row for subject, row in self._open.items() if not _goes_on(row.type, failures.get(subject))]
        with self._database.write() as connection:
            for row in ended:
                over = {"subject": row.subject, "problem": row.problem, "remedy": row.remedy, "since": row.since}
                connection.execute(update(OUTAGES).where(OUTAGES.c.number == row.number).values(open=False))
                values = {**over, "type": EventType.RECOVERED.value, "at": now, "open": False}
                connection.execute(insert(OUTAGES).values(values))
            for subject, failure in self.new(failures).items():
                one = begun(subject, failure, since.get(subject, now))
                names = ("subject", "type", "problem", "remedy", "at", "since")
                values = {name: getattr(one, name) for name in names}
                connection.execute(insert(OUTAGES).values({**values, "type": one.type.value, "open": True}))
            rows = connection.execute(select(OUTAGES).where(OUTAGES.c.open).order_by(OUTAGES.c.number)).all()
            last = connection.scalar(select(func.max(OUTAGES.c.number))) or 0
        self._open, self.last = {row.subject: row for row in rows}, last

    def changes(self, after: int, limit: int) -> list[OutageChange]:
        """The changes after this number, in their order."""
        chosen = select(OUTAGES).where(OUTAGES.c.number > after).order_by(OUTAGES.c.number).limit(limit)
        with self._database.read() as connection:
            return [
                OutageChange(row.number, row.subject, EventType(row.type), row.problem, row.remedy, row.at, row.since)
                for row in connection.execute(chosen)
            ]


def begun(subject: str, failure: Failure, at: int) -> OutageChange:
    """The beginning of an outage, which has no number yet."""
    return OutageChange(0, subject, EventType(_type(failure)), failure.problem, failure.remedy, at, at)


def _type(failure: Failure) -> str:
    return (EventType.FROZEN if failure.frozen else EventType.FAILING).value


def _goes_on(type_: str, failure: Failure | None) -> bool:
    return failure is not None and _type(failure) == type_
