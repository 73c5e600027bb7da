"""Jobs in the node's database.

Owns the table `jobs`. What changes something is called in the thread that writes, and is durable on return.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, delete, insert, select, update

from carbonseal.node.access.callers import Kind
from carbonseal.node.requests.idempotency import Also, forget
from carbonseal.storage.database import Database
from carbonseal.storage.request_tables import JOBS

from .job import Job, JobKind, JobState, Progress, problem_from


class JobTables:
    """The jobs of a node."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- changing --------------------------------------------------------------------------------------------------

    def add(self, job: Job, also: Callable[[int], Also]) -> int:
        """Keep a new job, with what `also` gives for its number in the same transaction: that number."""
        row = {
            "id": job.id,
            "kind": job.kind.value,
            "caller": job.caller,
            "caller_kind": job.caller_kind.value,
            "tenant": job.tenant,
            "created": job.created,
            "of": job.of,
            "size": job.size,
            **_changing(job),
        }
        with self._database.write() as connection:
            made = connection.execute(insert(JOBS).values(row)).inserted_primary_key
            assert made is not None
            number = int(made[0])
            also(number)(connection)
            return number

    def change(self, job: Job, forgotten: Collection[bytes] = ()) -> None:
        """Keep state and progress of a job, and forget these keys of requests in the same transaction."""
        with self._database.write() as connection:
            connection.execute(update(JOBS).where(JOBS.c.number == job.number).values(_changing(job)))
            if forgotten:
                forget(connection, forgotten)

    def cancel(self, number: int) -> None:
        """Keep that a job is cancelled."""
        with self._database.write() as connection:
            changed = update(JOBS).where(JOBS.c.number == number)
            connection.execute(changed.values(state=JobState.CANCELLED.value))

    def remove(self, numbers: Collection[int]) -> None:
        """Remove jobs."""
        with self._database.write() as connection:
            connection.execute(delete(JOBS).where(JOBS.c.number.in_(numbers)))

    # --- reading ---------------------------------------------------------------------------------------------------

    def find(self, id: str) -> Job | None:
        """The job with this id."""
        return next(iter(self._jobs(select(JOBS).where(JOBS.c.id == id))), None)

    def live(self) -> list[Job]:
        """The jobs that are not at their end, in their order."""
        return self._jobs(select(JOBS).where(JOBS.c.live).order_by(JOBS.c.number))

    def page(self, tenant: str | None, after: int, limit: int) -> list[Job]:
        """At most so many jobs of a tenant (None: of all), those after this number, in their order."""
        chosen = select(JOBS).where(JOBS.c.number > after).order_by(JOBS.c.number).limit(limit)
        return self._jobs(chosen if tenant is None else chosen.where(JOBS.c.tenant == tenant))

    def ended_before(self, when: int, most: int) -> list[Job]:
        """At most so many jobs that ended before then."""
        chosen = select(JOBS).where(JOBS.c.ended < when).order_by(JOBS.c.ended).limit(most)
        return self._jobs(chosen)

    def kept(self, tenant: str, most: int) -> list[int]:
        """The bytes of the files of each job of this tenant, the newest first, of at most so many."""
        size = JOBS.c.size + JOBS.c.results + JOBS.c.passports
        chosen = select(size).where(JOBS.c.tenant == tenant).order_by(JOBS.c.number.desc()).limit(most)
        with self._database.read() as connection:
            return list(connection.scalars(chosen))

    def _jobs(self, chosen: Select[Any]) -> list[Job]:
        with self._database.read() as connection:
            return [_job(row) for row in connection.execute(chosen)]


def _changing(job: Job) -> dict[str, Any]:
    """The columns that change while a job is done."""
    return {
        "state": job.state.value,
        "live": job.is_live,
        "ended": job.ended,
        "problem": None if job.problem is None else json.dumps(job.problem),
        **asdict(job.progress),
    }


def _job(row: Any) -> Job:
    return Job(
        number=row.number,
        id=row.id,
        kind=JobKind(row.kind),
        caller=row.caller,
        caller_kind=Kind(row.caller_kind),
        tenant=row.tenant,
        created=row.created,
        of=row.of,
        size=row.size,
        state=JobState(row.state),
        ended=row.ended,
        problem=problem_from(row.problem),
        progress=Progress(row.lines, row.done, row.failed, row.requests, row.results, row.passports),
    )
