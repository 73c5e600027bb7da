"""Runner of jobs: a slice of one job after another, each tenant in its turn.

- A slice is some lines of one job, done beside one another, each in a turn that nobody waits for. Then its results are durable,
  then its progress, with which the keys of its lines are forgotten. Then the next tenant has its slice.
- A crash between any two of these is followed by the same lines again: each is done under a key of its own (job and line), so
  that a passport that was issued is not issued again.
- A job that is cancelled ends with its slice.
- What cannot go on just now (a full disk, a frozen log, a queue without room) waits and is tried again; other jobs go on.
- Who lost the scope that the job needs has the job fail.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from itertools import takewhile

from carbonseal.findings import BrokenOff, Finding, Refused
from carbonseal.keys.codes import TOKEN_FAILED
from carbonseal.node import failpoints
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.codes import ACCESS_SCOPE_MISSING
from carbonseal.node.access.scopes import format_scopes
from carbonseal.node.requests.idempotency import digest
from carbonseal.node.requests.turns import Turns
from carbonseal.node.sealing.codes import NODE_QUORUM_UNMET
from carbonseal.node.sealing.guard import Frozen
from carbonseal.node.sealing.intake import Busy
from carbonseal.node.working.codes import WORK_BUSY, WORK_UNAVAILABLE
from carbonseal.storage.writer_thread import WriterThread

from . import codes
from .files import PASSPORTS, REQUESTS, RESULTS, JobFiles
from .job import Job, JobKind, JobState, Progress
from .lines import LONGEST_LINE, LineWork, Outcome
from .tables import JobTables

SLICE = 8  # lines that are done beside one another
SLICE_BYTES = 4 << 20  # of requests
LARGEST = 2 << 30  # bytes of the files of one job
LATER = (NODE_QUORUM_UNMET, WORK_BUSY, WORK_UNAVAILABLE, TOKEN_FAILED)  # codes of what goes by itself
AGAIN = 5.0  # seconds until what could not go on is tried again
Sleep = Callable[[float], Awaitable[None]]
_Line = tuple[bytes | None, int]  # None: too long; and the byte behind it


class Runner:
    """Does the jobs of a node. `live` has those that are not at their end, by id."""

    def __init__(
        self,
        tables: JobTables,
        files: JobFiles,
        works: Mapping[JobKind, LineWork],
        *,
        turns: Turns,
        caller_of: Callable[[Job], Caller],
        thread: WriterThread,
        clock: Callable[[], float],
        reached: failpoints.Reached,
    ) -> None:
        self._tables = tables
        self._files = files
        self._works = works
        self._turns = turns
        self._caller_of = caller_of
        self._thread = thread
        self._clock = clock
        self._reached = reached
        self.live: dict[str, Job] = {}
        self.waits: dict[str, tuple[float, Finding]] = {}  # until when, and why
        self._served = Counter[str]()  # when each tenant had its last slice
        self._slices = 0

    def next(self) -> Job | None:
        """Whose slice is next: of the tenant that had none for longest, the oldest job that does not wait."""
        now = self._clock()
        ready = [job for job in self.live.values() if self.waits.get(job.id, (0.0, None))[0] <= now]
        return min(ready, key=lambda job: (self._served[job.tenant], job.number), default=None)

    async def cancel(self, job: Job) -> None:
        """Begin no more of a live job. Durable on return."""
        self.live[job.id] = replace(job, state=JobState.CANCELLED)
        self.waits.pop(job.id, None)
        await self._thread.run(self._tables.cancel, job.number)  # and not its progress, which may be on its way there

    async def slice(self, job: Job) -> None:
        """Do a slice of a live job. Never raises for the job's sake: it waits, or ends."""
        self._slices += 1
        self._served[job.tenant] = self._slices
        self.waits.pop(job.id, None)
        try:
            if job.state is not JobState.CANCELLED:
                job = await self._do(job)
            if job.ended is None and job.progress.requests >= job.size:
                await self._end(job, JobState.DONE)
            elif job.ended is None and job.state is JobState.CANCELLED:
                await self._end(job, JobState.CANCELLED)
        except Refused as refused:
            self._wait(job, refused.finding)
        except OSError as error:
            self._wait(job, codes.JOB_DISK_FAILED(reason=error.strerror or error))

    def _wait(self, job: Job, finding: Finding) -> None:
        self.waits[job.id] = (self._clock() + AGAIN, finding)

    async def _do(self, job: Job) -> Job:
        work, caller = self._works[job.kind], self._caller(job)
        if isinstance(caller, Finding):
            return await self._end(job, JobState.FAILED, caller)
        if not await asyncio.to_thread(self._files.has, job.id, REQUESTS, job.size):
            return await self._end(job, JobState.FAILED, codes.JOB_FILES_MISSING())
        lines = await asyncio.to_thread(
            self._files.lines, job.id, job.progress.requests, SLICE, SLICE_BYTES, LONGEST_LINE
        )
        first = job.progress.lines + 1
        tried = await asyncio.gather(
            *(self._one(job, work, caller, number, line) for number, (line, _) in enumerate(lines, first))
        )
        done = [*takewhile(lambda one: not isinstance(one, Refused), tried)]
        if done:
            job = await self._keep(job, lines[: len(done)], [one for one in done if not isinstance(one, Refused)])
        for one in tried[len(done) :]:
            if isinstance(one, Refused):
                raise one
        is_to_go_on = job.progress.requests < job.size and job.state is not JobState.CANCELLED
        if is_to_go_on and job.size + job.progress.results + job.progress.passports > LARGEST:
            return await self._end(job, JobState.FAILED, codes.JOB_TOO_LARGE(most=LARGEST, what="bytes"))
        return job

    def _caller(self, job: Job) -> Caller | Finding:
        """On whose behalf it is done; a finding where that one may not do it any more."""
        try:
            caller = self._caller_of(job)
        except Refused as refused:
            return refused.finding
        needs = self._works[job.kind].needs
        if needs not in caller.scopes:
            facts = {"scope": needs.value, "caller": caller.name, "scopes": format_scopes(caller.scopes) or "none"}
            return ACCESS_SCOPE_MISSING(**facts)
        return caller

    async def _one(
        self, job: Job, work: LineWork, caller: Caller, number: int, line: bytes | None
    ) -> Outcome | Refused | None:
        """What a line came to: None for an empty one; what was raised, where it has to be tried again."""
        if line is None:
            return Outcome(refused=codes.JOB_LINE_TOO_LONG(most=LONGEST_LINE))
        if not line.strip():
            return None
        try:
            async with self._turns.spare():
                return await work.do(line, _key(job, number), caller)
        except (Busy, Frozen, BrokenOff) as refused:
            return refused
        except Refused as refused:
            return refused if refused.finding.code in LATER else Outcome(refused=refused.finding)
        except OSError as error:  # returned: the others of the slice are waited for, and hold their keys no longer
            return Refused(codes.JOB_DISK_FAILED(reason=error.strerror or error))

    async def _keep(self, job: Job, lines: list[_Line], outcomes: list[Outcome | None]) -> Job:
        """Make results and progress durable, in this order."""
        old, first = job.progress, job.progress.lines + 1
        told = [(number, one) for number, one in enumerate(outcomes, first) if one is not None]
        results = b"".join(one.to_json(number) for number, one in told)
        passports = b"".join(one.passport.rstrip(b"\n") + b"\n" for _, one in told if one.passport)
        append = self._files.append
        size = await asyncio.to_thread(append, job.id, RESULTS, old.results, results)
        passports_size = old.passports
        if job.kind is JobKind.EXPORT:
            passports_size = await asyncio.to_thread(append, job.id, PASSPORTS, old.passports, passports)
        self._reached(failpoints.RESULTS_WRITTEN)
        failed = sum(one.refused is not None for _, one in told)
        progress = Progress(
            lines=old.lines + len(lines),
            done=old.done + len(told) - failed,
            failed=old.failed + failed,
            requests=lines[-1][1],
            results=size,
            passports=passports_size,
        )
        job = replace(job, state=self._state(job), progress=progress)
        keys = [_key(job, number) for number, _ in told]
        await self._thread.run(self._tables.change, job, keys)
        self.live[job.id] = job = replace(job, state=self._state(job))
        return job

    def _state(self, job: Job) -> JobState:
        """Running, unless it was cancelled meanwhile."""
        return JobState.CANCELLED if self.live[job.id].state is JobState.CANCELLED else JobState.RUNNING

    async def _end(self, job: Job, state: JobState, problem: Finding | None = None) -> Job:
        """The job is at its end: durable on return."""
        why = None if problem is None else problem.outline()
        job = replace(job, state=state, ended=int(self._clock()), problem=why)
        await self._thread.run(self._tables.change, job)
        del self.live[job.id]
        self.waits.pop(job.id, None)
        await asyncio.to_thread(self._files.drop_requests, job.id)
        return job


def _key(job: Job, number: int) -> bytes:
    """The id of the key under which a line is done."""
    return digest("job", job.id, str(number))
