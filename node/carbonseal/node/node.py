"""Node: joins the logs, anchoring and issuance of one directory. The service and the commands use its methods.

- Methods that write are awaited: each log has a writer thread, and one thread writes what crosses logs.
- What belongs to a tenant is seen and changed on behalf of a caller: the operator, who has the directory, where none is named.
- Methods that only read return at once, from what was committed last.
"""

from __future__ import annotations

import asyncio
import secrets
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from functools import partial
from pathlib import Path

from carbonseal.findings import Refused
from carbonseal.passport.seals import Seal
from carbonseal.storage.database import Database, check_version
from carbonseal.storage.paging import Span
from carbonseal.storage.schema import NODE
from carbonseal.storage.writer_thread import WriterThread

from . import config, failpoints
from .access.access import open_access
from .access.audit_heads import AuditHeads
from .access.callers import OPERATOR, Caller
from .access.visible import VisibleRecords
from .admission.admitting import Admitting
from .admission.submitted import Item, Submitted
from .anchoring.evidence import EvidenceStore
from .anchoring.joined import open_workers, states_of
from .anchoring.outbox import Outbox
from .anchoring.status import LedgerState
from .anchoring.tracked import STANDARD_LIMITS, Limits
from .codes import NODE_UNKNOWN_COMMITMENT
from .config import DEFAULT, NodeConfig
from .exchange.joined import Partners
from .issuance.issuance import Warn, ignore
from .issuance.issue_desk import Request
from .issuance.issued import Issued
from .issuance.joined import Issuance
from .issuance.signers import open_signers
from .lock import Lock, ReadLock
from .lookup.lookup import Lookup
from .requests.idempotency import NO_KEY, Unkeyed
from .sealing.log import FOLDER, SealingLog
from .sealing.logs import Logs, SealedRecord
from .sealing.queue import Receipt
from .sealing.startup import STARTUP_TIMEOUT
from .seals import RecordState, Seals
from .settings_checks import check_all_listed, check_roles
from .soundness.found import Found
from .soundness.node_check import NodeCheck
from .soundness.scrub import Pass, Scrub
from .webhooks.joined import open_webhooks
from .witnessing.watch import watch
from .working.work import Here, Work, Workers

DATABASE = "node.db"  # of what crosses logs

Sleep = Callable[[float], Awaitable[None]]


class Node:
    """An open node. Use `Node.open`, which takes the directory's lock and lets go of everything at the end."""

    def __init__(
        self,
        directory: Path,
        settings: NodeConfig,
        lock: Lock | ReadLock,
        logs: Logs,
        database: Database,
        *,
        clock: Callable[[], float],
        sleep: Sleep,
        reached: failpoints.Reached,
        limits: Limits,
        work: Work,
    ) -> None:
        self.directory = directory
        self.work = work  # where what takes long is done
        self.admitting = Admitting(logs, work)
        self.config = settings
        self.logs = logs
        self._lock = lock
        self._clock = clock
        self._sleep = sleep
        self._thread = WriterThread("carbonseal-node")
        self._outbox = Outbox(database)
        self._workers = open_workers(
            settings,
            directory,
            database,
            logs,
            outbox=self._outbox,
            writer=self._thread,
            limits=limits,
            clock=clock,
            reached=reached,
        )
        self.operator_token = secrets.token_urlsafe(32)  # of other commands on the directory, while this node is open
        tenants = [tenant.name for tenant in settings.tenants]
        self.access = open_access(database, tenants, settings.oidc, directory, thread=self._thread, clock=clock)
        self._startup_checks: list[asyncio.Task[None]] = []
        signers = open_signers(settings, directory)
        check_roles(self.logs.values(), signers.values())
        self.audit_heads = AuditHeads(self.access.audit, logs, self._thread)
        self._visible = VisibleRecords(logs, self.access.grants)
        self.lookup = lookup = Lookup.of(directory, logs, tenants, work, read_only=isinstance(lock, ReadLock))
        own = settings.pact, directory, database, lookup, logs
        self.partners = Partners.of(*own, tokens=self.access.tokens, thread=self._thread, clock=clock)
        self._seals = Seals(self._outbox, EvidenceStore(database))
        self.found = Found(DATABASE)
        passes: list[tuple[Callable[[], Pass], Found]] = [(log.scrub, log.found) for log in logs.values()]
        passes.append((lambda: NodeCheck(database, logs.payload, lookup.indexer.check()), self.found))
        self._scrub = Scrub(settings.scrub, passes)
        self._issuance = Issuance.of(
            settings,
            signers,
            database=database,
            logs=logs,
            visible=self._visible,
            seals=self._seals,
            access=self.access,
            directory=directory,
            thread=self._thread,
            clock=clock,
            reached=reached,
            work=work,
        )
        self.passports, self.jobs, self.drafts = self._issuance.passports, self._issuance.jobs, self._issuance.drafts
        self.statements, self.accreditations = self._issuance.statements, self._issuance.accreditations
        self.issuing_problems = self._issuance.problems
        self.idempotency, self.turns = self._issuance.idempotency, self._issuance.turns
        self.webhooks = open_webhooks(
            directory,
            settings,
            database,
            logs,
            self._outbox,
            lookup=lookup,
            access=self.access,
            states=partial(states_of, self._workers),
            found=self.found,
            issuing=self.issuing_problems,
        )

    @staticmethod
    @asynccontextmanager
    async def open(
        directory: Path,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Sleep = asyncio.sleep,
        reached: failpoints.Reached = failpoints.nothing,
        limits: Limits = STANDARD_LIMITS,
        read_only: bool = False,
        workers: bool = False,
    ) -> AsyncIterator[Node]:
        """The node in `directory`, until the context ends. `clock` tells seconds since 1970; `reached` is called at every
        point of `failpoints.POINTS`; `limits` are anchoring's. `read_only`: nothing in the directory is changed, which may be a
        read-only one, and what would write raises `BrokenOff`. `workers`: what takes long is done in processes of their own.

        Raises `Locked` where another process has it open, Refused on settings and secrets. A frozen log opens: it can be
        read, and what would write raises `Frozen`."""
        settings = config.load(directory)
        check_all_listed(directory, settings)
        async with AsyncExitStack() as stack:
            lock = stack.enter_context(closing(ReadLock(directory) if read_only else Lock(directory)))
            if not read_only:
                for path in (*sorted((directory / FOLDER).glob("*.db")), directory / DATABASE):
                    check_version(path)  # before any is made beside it
            logs: list[SealingLog] = []
            for own in settings.logs:
                opening = SealingLog.open(directory, settings, own, clock=clock, reached=reached, read_only=read_only)
                logs.append(await stack.enter_async_context(opening))
            # Before anything joined a log, the node had its database. Begun anew, it would give the positions in status lists again
            # that credentials have, and publish lists in which nothing is revoked.
            opened = Database.read_only if read_only else Database
            database = opened(directory / DATABASE, NODE, may_be_new=not any(log.size for log in logs))
            stack.enter_context(closing(database))
            work: Work = Workers(settings.workers) if workers else Here()
            stack.push_async_callback(work.close)
            node = Node(
                directory,
                settings,
                lock,
                Logs(logs, settings.tenants),
                database,
                clock=clock,
                sleep=sleep,
                reached=reached,
                limits=limits,
                work=work,
            )
            try:
                node._startup_check(node.logs.values())
                yield node
            finally:
                await node._close()

    async def startup_checked(self) -> None:
        """Wait for the startup checks of all ledgers, for a few seconds at most."""
        if self._startup_checks:
            await asyncio.wait(self._startup_checks, timeout=STARTUP_TIMEOUT)

    def _startup_check(self, logs: Iterable[SealingLog]) -> None:
        """Begin the startup check of every ledger for these logs."""
        checks = {worker: asyncio.create_task(worker.startup_check()) for worker in self._workers}
        self._startup_checks += checks.values()
        for log in logs:
            log.await_startup_checks(task for worker, task in checks.items() if log in worker.users)

    async def _close(self) -> None:
        for check in self._startup_checks:
            check.cancel()
        await asyncio.gather(*self._startup_checks, return_exceptions=True)
        for worker in self._workers:
            await worker.close()
        await self.partners.close()
        self.lookup.indexer.close()
        self._thread.close()

    @property
    def now(self) -> float:
        """The time by the node's clock, in seconds since 1970."""
        return self._clock()

    def advertise(self, address: str | None) -> None:
        """Publish the URL of the node's service in the lock file, for other commands on the directory."""
        assert isinstance(self._lock, Lock)
        self._lock.advertise(address, self.operator_token)

    # --- logs ------------------------------------------------------------------------------------------------------

    def log(self, name: str = DEFAULT) -> SealingLog:
        """The log of this name in `node.toml`. Raises Refused where there is none."""
        return self.logs.named(name)

    async def sequence(self) -> dict[str, bytes]:
        """Sequence all queued entries. Returns the new signed checkpoint of each log that grew. A
        frozen log is left out; raises `Frozen` where there is no other."""
        return await self.logs.sequence()

    async def adopt_guard(self, name: str = DEFAULT) -> None:
        """Write a log's guard anew: the operator has confirmed that this directory is its newest copy. Ledgers are queried
        again before anything is signed. Raises Refused; `Frozen` where the log froze for another reason."""
        log = self.log(name)
        await self.access.record(OPERATOR, "adopt-guard", {"log": name})
        adopting = asyncio.create_task(self._adopt(log))
        log.await_startup_checks([adopting])  # nothing is signed between the two
        await adopting

    async def _adopt(self, log: SealingLog) -> None:
        await log.adopt_guard()
        for worker in self._workers:
            worker.compare_again(log)
        self._startup_check([log])

    # --- records ---------------------------------------------------------------------------------------------------

    async def submit(
        self, raw: bytes, profile: str, tenant: str = DEFAULT, media: str = "", client: str = ""
    ) -> Receipt:
        """Admit and store one record: it is durable when its receipt is returned. `media` is the media type of a file; clients are
        served in turn. Raises Refused, `Busy`, `Frozen`."""
        return await self.admitting.one(raw, profile, tenant, media, client)

    def submit_many(
        self, items: Iterable[Item] | AsyncIterable[Item], profile: str, tenant: str = DEFAULT, client: str = ""
    ) -> AsyncGenerator[Submitted, None]:
        """Admit and store many records, in bounded memory: a result for each, in their order. What is refused is reported
        with its place and kept nowhere, and the others go on. Raises Refused, `Frozen`."""
        return self.admitting.many(items, profile, tenant, client)

    def record(self, commitment: bytes, caller: Caller = OPERATOR) -> SealedRecord:
        """The record with this commitment. Raises Refused where the caller sees none."""
        return self._visible.record(commitment, caller)

    def own_record(self, commitment: bytes, caller: Caller) -> SealedRecord:
        """The record with this commitment, of the caller's own tenant: one that was granted is not. Raises Refused."""
        record = self._visible.record(commitment, caller)
        if not caller.may_see(record.stored.tenant):
            raise Refused(NODE_UNKNOWN_COMMITMENT(commitment=commitment.hex()))
        return record

    def knows(self, commitment: bytes) -> bool:
        """Whether a record with this commitment is here."""
        return self.logs.find(commitment) is not None

    def records(self, commitments: Iterable[bytes], caller: Caller = OPERATOR) -> dict[bytes, SealedRecord]:
        """The records with these commitments, of those that the caller sees."""
        return self._visible.records(commitments, caller)

    def states_of(self, records: Mapping[bytes, SealedRecord]) -> dict[bytes, RecordState]:
        """How far records have got."""
        return self._seals.states(records)

    # --- anchors ---------------------------------------------------------------------------------------------------

    async def anchor(self) -> None:
        """Make every log's newest head due on its ledgers, whatever the cadence. A frozen log is left out; raises `Frozen`
        where there is no other."""
        logs = await self.logs.unfrozen()
        for worker in self._workers:
            for log in worker.users:
                if log in logs:
                    await worker.make_due(log)

    async def wait_for_anchors(self, timeout: float) -> list[LedgerState]:  # noqa: ASYNC109 - what is left undone goes on later
        """Advance anchors until every ledger is idle, for `timeout` seconds at most. Calls under way are cancelled then, and made
        again the next time. Returns the state of every ledger."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout), asyncio.TaskGroup() as workers:
                for worker in self._workers:
                    workers.create_task(worker.wait_until_idle(self._sleep))
                for log in self.logs.values():
                    workers.create_task(log.ask_witnesses())
        return self.states()

    def states(self) -> list[LedgerState]:
        """The state of every ledger."""
        return states_of(self._workers)

    def seal(self, commitment: bytes, caller: Caller = OPERATOR) -> Seal:
        """The seal of a record: on each ledger, the earliest anchor that covers it and is final, or the earliest that is
        included where none is final yet; the newest head where there is neither. Raises Refused where the record is unknown
        or not in the log."""
        return self._seals.seal(self._visible.record(commitment, caller))

    def is_final(self, commitment: bytes) -> bool:
        """Whether a record is under an anchor that is final on every ledger of its log. Raises Refused as `record` does."""
        return self._seals.is_final(self.logs.record(commitment))

    # --- passports -------------------------------------------------------------------------------------------------

    async def issue(
        self, request: Request, warn: Warn = ignore, caller: Caller = OPERATOR, key: Unkeyed = NO_KEY
    ) -> bytes:
        """Sign, seal and assemble what an issue request asks for: the passport. `warn` is called with what is known to be wrong
        with it. Under a `key` of `idempotency`, what was issued before is handed out again. Raises Refused, `Busy`, `Frozen`."""
        return await self.passports.issue(request, caller, warn, key=key)

    async def refresh(self, passport: bytes, client: str = "") -> bytes:
        """The same passport, statement file or accreditation file with all that is newer here. Raises Refused."""
        return await self._issuance.refreshing.refresh(passport, client)

    async def passport(self, credential: bytes, caller: Caller = OPERATOR, client: str = "") -> bytes | None:
        """The passport about the credential of this digest, refreshed; None where it was not issued here."""
        found = self.passports.find(credential, caller)
        return None if found is None else await self.refresh(found, client)

    def issued(self, after: int = 0, caller: Caller = OPERATOR) -> list[Issued]:
        """What was issued here, in its order: the page that begins after this number, empty once there is no more."""
        return self.passports.issued(caller, Span(after))

    def issued_as(self, credential: bytes) -> Issued | None:
        """The credential of this digest as `issued` lists it; None where it was not issued here."""
        return self.passports.issued_as(credential)

    async def revoke(self, credential: bytes, caller: Caller = OPERATOR, why: str = "") -> bool:
        """Revoke a credential that was issued here, for ever; whether it was not revoked before. Raises Refused."""
        return await self.passports.revoke(credential, caller, why)

    async def suspend(self, credential: bytes, caller: Caller = OPERATOR, why: str = "") -> bool:
        """Suspend a credential that was issued here; whether it was not suspended before. Raises Refused."""
        return await self.passports.suspend(credential, caller, why)

    async def reinstate(self, credential: bytes, caller: Caller = OPERATOR, why: str = "") -> bool:
        """Take back the suspension of a credential that was issued here; whether it was suspended. Raises Refused."""
        return await self.passports.reinstate(credential, caller, why)

    async def status_list(self, name: uuid.UUID) -> bytes | None:
        """The newest version of the own status list whose id ends with that UUID, as JSON; None where there is none."""
        return await self._issuance.statuses.newest(name)

    # --- background ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Sequence by size and age, and keep every ledger's cadence, until cancelled. Each log and each ledger has a task of
        its own."""
        async with asyncio.TaskGroup() as tasks:
            for log in self.logs.values():
                tasks.create_task(watch(log, self._sleep))
            running = [*(log.run for log in self.logs.values()), *(worker.run for worker in self._workers)]
            running += [self._scrub.run, self.audit_heads.run, self.lookup.indexer.run, self.webhooks.run]
            running += [self.drafts.run, self._issuance.statuses.run, self.partners.run, self.jobs.run]
            for run in running:
                tasks.create_task(run(self._sleep))
