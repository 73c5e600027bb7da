"""Jobs of a node: taken in, listed, cancelled, done in the background, handed out, and removed when their time is over.

- A job is its tenant's: another tenant's caller is told that there is none.
- So many live jobs, and so many bytes, a tenant may have; what ended is kept for `KEPT` seconds.
- Nothing is taken in where nothing may be signed without a release.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

import orjson

from carbonseal.findings import BrokenOff, Refused
from carbonseal.node import failpoints
from carbonseal.node.access.access import Access
from carbonseal.node.access.callers import OPERATOR, Caller, Kind
from carbonseal.node.access.codes import ACCESS_SCOPE_MISSING
from carbonseal.node.access.scopes import Scope, format_scopes
from carbonseal.node.issuance.issuance import Issuing
from carbonseal.node.issuance.issue_desk import Request, sendable
from carbonseal.node.requests.idempotency import NO_KEY, Unkeyed
from carbonseal.node.requests.turns import Turns
from carbonseal.node.working.work import Work
from carbonseal.storage.database import Database
from carbonseal.storage.paging import Span
from carbonseal.storage.writer_thread import WriterThread

from . import codes
from .export_requests import ExportDesk, Wanted
from .files import PASSPORTS, RESULTS, JobFiles
from .job import Job, JobKind
from .lines import LineWork
from .runner import AGAIN, Runner, Sleep
from .tables import JobTables
from .uploads import Upload

DAY = 86_400
KEPT = 7 * DAY  # seconds for which results are kept
MOST_LIVE = 16  # jobs of one tenant
MOST_KEPT = 2000  # of one tenant, with those that ended
MOST_BYTES = 8 << 30  # of all files of one tenant's jobs
PAGE = 500  # of what was issued, read at one time
REMOVED = 16  # jobs that are removed at one time
TIDY = 600.0  # seconds between two looks for what is to be removed
LOOK = 1.0  # seconds between two looks at a job that is done in the background


class Jobs:
    """The jobs of a node. Methods raise Refused."""

    def __init__(
        self,
        database: Database,
        files: JobFiles,
        issuing: Issuing,
        works: Mapping[JobKind, LineWork],
        *,
        access: Access,
        turns: Turns,
        work: Work,
        thread: WriterThread,
        clock: Callable[[], float],
        reached: failpoints.Reached,
    ) -> None:
        self._work = work
        self._tables = tables = JobTables(database)
        self._files = files
        self._issuing = issuing
        self._access = access
        self._thread = thread
        self._clock = clock
        self._runner = Runner(
            tables,
            files,
            works,
            turns=turns,
            caller_of=partial(_caller_of, access),
            thread=thread,
            clock=clock,
            reached=reached,
        )
        self._runner.live = {job.id: job for job in tables.live()}
        self._news = asyncio.Event()
        self._is_running = False
        self._coming = Counter[str]()  # uploads of each tenant that are no jobs yet

    # --- taken in --------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def coming(self, caller: Caller, kind: JobKind = JobKind.ISSUE) -> AsyncIterator[Upload]:
        """A new job of this caller whose requests come piece by piece; what of it was not accepted is removed at the end."""
        if kind is JobKind.ISSUE:
            self._issuing.require_direct()
        tenant = caller.tenant or ""
        kept = await asyncio.to_thread(self._tables.kept, tenant, MOST_KEPT)
        live = sum(job.tenant == tenant for job in self._runner.live.values()) + self._coming[tenant]
        size = sum(kept)
        if live >= MOST_LIVE or size >= MOST_BYTES or len(kept) == MOST_KEPT:
            raise Refused(codes.JOB_TOO_MANY(live=live, size=size, days=KEPT // DAY))
        self._coming[tenant] += 1
        try:
            upload = await asyncio.to_thread(Upload, self._files, str(uuid.uuid4()))
            try:
                yield upload
            finally:
                if not upload.is_kept:
                    await asyncio.to_thread(upload.give_up)
        finally:
            self._coming[tenant] -= 1

    async def accept(
        self, upload: Upload, caller: Caller, kind: JobKind = JobKind.ISSUE, key: Unkeyed = NO_KEY
    ) -> dict[str, Any]:
        """Have an upload done, which is whole: the job. What was accepted under `key` before is answered again."""
        if key.answer is not None:
            before: dict[str, Any] = orjson.loads(key.answer)
            return before
        if not upload.lines:
            raise Refused(codes.JOB_EMPTY() if kind is JobKind.ISSUE else codes.JOB_NONE_ISSUED())
        job = Job(
            number=0,
            id=upload.id,
            kind=kind,
            caller=caller.name,
            caller_kind=caller.kind,
            tenant=caller.tenant or "",
            created=int(self._clock()),
            of=upload.lines,
            size=upload.size,
        )
        await self._access.record(caller, f"{kind.value}-job", {"job": job.id, "lines": str(job.of)})
        await asyncio.to_thread(upload.finish)
        upload.is_kept = True  # whatever becomes of this call: `tidy` removes files without a row
        try:
            number = await self._thread.run(self._keep_new, job, key)
        except (Refused, OSError):
            upload.is_kept = False
            raise
        job = replace(job, number=number)
        self._runner.live[job.id] = job
        self._news.set()
        return self._told(job)

    def _keep_new(self, job: Job, key: Unkeyed) -> int:
        return self._tables.add(job, lambda number: key.answered(orjson.dumps(self._told(replace(job, number=number)))))

    async def export(self, caller: Caller, request: Request, key: Unkeyed = NO_KEY) -> dict[str, Any]:
        """A job that exports passports: `credentials`, those of the issuing job `job`, or those that were issued here
        (about `subject`, by `issuer`, both ids)."""
        async with self._work.large(caller.client, ExportDesk) as desk:
            wanted = await desk.call(ExportDesk.read, await sendable(request))
        async with self.coming(caller, JobKind.EXPORT) as upload:
            if wanted.named:
                await upload.write(wanted.named)
            else:
                found = self._found(caller, wanted)
                while some := await asyncio.to_thread(_page, found):
                    await upload.write(b"".join(digest.hex().encode() + b"\n" for digest in some))
            upload.end()
            return await self.accept(upload, caller, JobKind.EXPORT, key)

    def _found(self, caller: Caller, wanted: Wanted) -> Iterator[bytes]:
        """The digests of the credentials of here that are wanted, and not named. Blocks."""
        if wanted.job is not None:
            yield from self._credentials(self._find(wanted.job, caller))
            return
        last = 0
        while page := self._issuing.issued(caller, Span(last, PAGE), wanted.subject, wanted.issuer):
            last = page[-1].number
            yield from (one.digest for one in page)

    # --- seen ------------------------------------------------------------------------------------------------------

    def live(self) -> list[Job]:
        """The jobs of all tenants that are not at their end, in their order."""
        return self._tables.live()

    def show(self, id: str, caller: Caller) -> dict[str, Any]:
        """A job of the caller's tenant as it is now."""
        return self._told(self._find(id, caller))

    def listed(self, caller: Caller, after: int, limit: int) -> list[Mapping[str, Any]]:
        """At most `limit` jobs of the caller's tenant, in their order, from after this number on."""
        found = self._tables.page(caller.tenant, after, limit)
        return [self._told(self._runner.live.get(job.id, job)) for job in found]

    def _told(self, job: Job) -> dict[str, Any]:
        told = job.to_json(KEPT)
        if job.id in self._runner.waits:
            told["problem"] = self._runner.waits[job.id][1].outline()
        return told

    def _find(self, id: str, caller: Caller) -> Job:
        job = self._runner.live.get(id) or self._tables.find(id)
        if job is None or not job.is_of(caller):
            raise Refused(codes.JOB_UNKNOWN(id=id))
        return job

    def results(self, id: str, caller: Caller) -> tuple[int, Iterator[bytes]]:
        """The results so far as NDJSON: how many bytes, and these piece by piece, which blocks."""
        job = self._find(id, caller)
        self._check(job, RESULTS, job.progress.results)
        return job.progress.results, self._pieces(job)

    def _pieces(self, job: Job) -> Iterator[bytes]:
        if job.progress.results:
            yield from self._files.pieces(job.id, RESULTS, job.progress.results)

    def passports(self, id: str, caller: Caller) -> Iterator[tuple[bytes, bytes]]:
        """The passports so far, each with the digest of its credential; of an export as they were refreshed, else as they were
        issued. Blocks."""
        job = self._find(id, caller)
        if job.kind is JobKind.EXPORT:
            self._check(job, PASSPORTS, job.progress.passports)
            lines = self._files.each_line(job.id, PASSPORTS, job.progress.passports) if job.progress.passports else ()
            return zip(self._credentials(job), map(bytes.rstrip, lines), strict=True)
        self._check(job, RESULTS, job.progress.results)
        found = ((digest, self._issuing.find(digest, caller)) for digest in self._credentials(job))
        return ((digest, passport) for digest, passport in found if passport is not None)

    def _credentials(self, job: Job) -> Iterator[bytes]:
        if job.progress.results:
            for line in self._files.each_line(job.id, RESULTS, job.progress.results):
                if "credential" in (result := orjson.loads(line)):
                    yield bytes.fromhex(result["credential"])

    def _check(self, job: Job, name: str, size: int) -> None:
        if size and not self._files.has(job.id, name, size):
            raise Refused(codes.JOB_FILES_MISSING())

    # --- done ------------------------------------------------------------------------------------------------------

    async def cancel(self, id: str, caller: Caller) -> dict[str, Any]:
        """Do no more of a live job. What was issued stays issued."""
        job = self._find(id, caller)
        if job.kind is JobKind.ISSUE and Scope.ISSUE not in caller.scopes:
            facts = {"scope": Scope.ISSUE.value, "caller": caller.name, "scopes": format_scopes(caller.scopes)}
            raise Refused(ACCESS_SCOPE_MISSING(**facts))
        if not job.is_live:
            raise Refused(codes.JOB_ENDED(state=job.state.value))
        await self._access.record(caller, "cancel-job", {"job": job.id})
        if (live := self._runner.live.get(id)) is not None:  # it did not end meanwhile
            await self._runner.cancel(live)
        self._news.set()
        return self.show(id, caller)

    async def run(self, sleep: Sleep) -> None:
        """Do all jobs, until cancelled. Called before any comes: files that are of none are removed first."""
        self._is_running = True
        await asyncio.to_thread(self._files.tidy, lambda id: self._tables.find(id) is not None)
        looked = 0.0
        while True:
            if self._clock() - looked >= TIDY:
                looked = self._clock()
                await self._remove_old()
            job = self._runner.next()
            if job is not None:
                await self._runner.slice(job)
                continue
            self._news.clear()
            pause = AGAIN if self._runner.live else TIDY
            waiting = [asyncio.ensure_future(self._news.wait()), asyncio.ensure_future(sleep(pause))]
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for one in waiting:
                    one.cancel()

    async def finishing(self, id: str, caller: Caller, sleep: Sleep) -> AsyncIterator[dict[str, Any]]:
        """Wait until a job is at its end: where nothing runs in the background (`run`), it is done meanwhile, and no other. Gives
        it after each slice."""
        self._find(id, caller)
        while id in self._runner.live:
            if self._is_running:
                await sleep(LOOK)
            else:
                await self._runner.slice(self._runner.live[id])
            yield self.show(id, caller)
            if id in self._runner.waits:
                await sleep(AGAIN)

    async def _remove_old(self) -> None:
        """Remove what ended long ago: rows first, since files without a row are removed on opening."""
        try:
            old = await asyncio.to_thread(self._tables.ended_before, int(self._clock()) - KEPT, REMOVED)
            if old:
                await self._thread.run(self._tables.remove, [job.number for job in old])
            for job in old:
                await asyncio.to_thread(self._files.remove, job.id)
        except (BrokenOff, OSError):  # as where the disk is full: the next look does it
            pass


def _caller_of(access: Access, job: Job) -> Caller:
    """On whose behalf a job is done, with the scopes that one has now."""
    if job.caller_kind is Kind.OPERATOR:
        return OPERATOR
    principal = access.principals.named(job.caller)
    return Caller(principal.name, principal.kind, principal.tenant, principal.scopes)


def _page(wanted: Iterator[bytes]) -> list[bytes]:
    return [*islice(wanted, 10_000)]
