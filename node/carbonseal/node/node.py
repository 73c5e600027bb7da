"""The node: one directory, one log, one writer. What the service and the commands talk to.

What changes something is awaited and done in the one thread that writes. What only reads answers at once, from what was
committed last.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from carbonseal.findings import CONFIG_NOT_IN_GENESIS, CONFIG_OTHER_GENESIS, NODE_UNKNOWN_COMMITMENT, Finding, Refused
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.entries import Genesis, decode
from carbonseal.log.notes import NoteSigner, VerifierKey
from carbonseal.log.proofs import TlogProof
from carbonseal.log.tree import consistency_proof, inclusion_proof
from carbonseal.passport.seals import MAX_HEADS, Head, Seal, SealedAnchor
from carbonseal.records.admission import Record, admit

from . import config, points
from .batches import Batches
from .config import LedgerConfig, NodeConfig
from .database import Database
from .endings import Endings
from .files import LogFiles
from .follower import EvidenceStore, Follower
from .foreign import ForeignAnchors, ForeignAnchorState
from .guard import Guard
from .intake import Intake, Item, Submitted
from .issuing import Issuing
from .lanes import Lane, LedgerState
from .lock import Lock
from .outbox import Outbox, State
from .purses import Purses
from .secrets import open_key, open_signer
from .sequencer import Sequencer, SignedHead
from .statuses import Signer, Statuses
from .store import Receipt, Store, StoredRecord, Submission

P = ParamSpec("P")
T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

START_PATIENCE = 3.0  # seconds that the first signature waits for ledgers to say what they know of this log


class Node:
    """An open node. Use `Node.open`, which takes the directory's lock and lets go of everything at the end."""

    def __init__(
        self,
        directory: Path,
        settings: NodeConfig,
        lock: Lock,
        database: Database,
        *,
        clock: Callable[[], float],
        sleep: Sleep,
        reached: points.Reached,
    ) -> None:
        self.directory = directory
        self.config = settings
        self._lock = lock
        self._clock = clock
        self._sleep = sleep
        self._reached = reached
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="carbonseal-disk")
        self._store = Store(database)
        self._check_genesis()
        self.files = LogFiles(directory / "log")
        signer = NoteSigner(settings.origin, open_signer(settings.log_key, directory))
        self.verifier: VerifierKey = signer.verifier
        guard = Guard(directory / settings.guard, settings.origin)
        self._sequencer = Sequencer(database, self._store, self.files, guard, signer, reached=reached)
        self._foreign = ForeignAnchors(database, self._store, settings.origin, settings.foreign)
        salt_keys = {tenant.name: open_key(tenant.salt_key, directory) for tenant in settings.tenants}
        self._intake = Intake(salt_keys, self._put)
        self._outbox = Outbox(database)
        self._purses = Purses(database)
        self._endings = Endings(database)
        self._evidence = EvidenceStore(database)
        self._follower = Follower(self._outbox, self._evidence, self._on_disk, reached)
        self._lanes = [self._lane(ledger) for ledger in settings.ledgers]
        self._greetings: list[asyncio.Task[None]] = []
        self._batches = Batches(settings, self._sequencer, step=self._step, clock=clock)
        signers = {issuer.name: Signer(issuer, open_signer(issuer.key, directory)) for issuer in settings.issuers}
        statuses = Statuses(
            database,
            signers,
            submit=self.submit_record,
            record=self.record,
            now=self._now,
            on_disk=self._on_disk,
        )
        self._issuing = Issuing(database, self, statuses, signers, now=self._now, on_disk=self._on_disk)

    def _lane(self, ledger: LedgerConfig) -> Lane:
        return Lane(
            ledger,
            self.directory,
            sequencer=self._sequencer,
            outbox=self._outbox,
            purses=self._purses,
            endings=self._endings,
            follower=self._follower,
            on_disk=self._on_disk,
            clock=self._clock,
            reached=self._reached,
        )

    @staticmethod
    @asynccontextmanager
    async def open(
        directory: Path,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Sleep = asyncio.sleep,
        reached: points.Reached = points.nothing,
    ) -> AsyncIterator[Node]:
        """The node in `directory`, until the context ends. `clock` tells seconds since 1970; `reached` is called at every
        point of `points.POINTS`.

        Raises `Locked` where another process has it open, Refused on settings and secrets. A frozen log opens: it can be
        read, and what would write raises `Frozen`."""
        settings = config.load(directory)
        lock = Lock(directory)
        try:
            with closing(Database(directory / "node.db")) as database:
                node = Node(directory, settings, lock, database, clock=clock, sleep=sleep, reached=reached)
                try:
                    await node._start()
                    yield node
                finally:
                    await node._close()
        finally:
            lock.release()

    async def _start(self) -> None:
        await self._on_disk(self._sequencer.start, self._now())
        self._greet()

    def _check_genesis(self) -> None:
        """Genesis cannot change: node.toml must not say anything else. Raises Refused."""
        if not self._store.size:
            return
        genesis = decode(self._store.entries(0, 1)[0])
        assert isinstance(genesis, Genesis)
        if genesis.origin != self.config.origin:
            raise Refused(CONFIG_OTHER_GENESIS("origin", found=genesis.origin, expected=self.config.origin))
        for ledger in self.config.ledgers:
            if genesis.publishers.get(ledger.name) != ledger.publisher:
                raise Refused(CONFIG_NOT_IN_GENESIS("ledger", ledger=ledger.name, publisher=ledger.publisher))

    def _greet(self) -> None:
        self._greetings = [asyncio.create_task(lane.greet()) for lane in self._lanes]

    async def _close(self) -> None:
        for greeting in self._greetings:
            greeting.cancel()
        await asyncio.gather(*self._greetings, return_exceptions=True)
        for lane in self._lanes:
            await lane.close()
        await self._intake.close()
        await self._on_disk(self._store.catch_up)
        self._disk.shutdown()

    def advertise(self, address: str | None) -> None:
        """Tell those who find the directory locked where the node's service listens."""
        self._lock.advertise(address)

    # --- records in ------------------------------------------------------------------------------------------------

    async def submit(self, raw: bytes, profile: str, tenant: str = "default") -> Receipt:
        """Admit and store one record: it is durable when its receipt is returned. Raises Refused, `Busy`, `Frozen`."""
        return await self.submit_record(admit(raw, profile), tenant)

    async def submit_record(self, record: Record, tenant: str = "default") -> Receipt:
        """Store a record that was admitted, or made here. Raises as `submit` does."""
        self._sequencer.check()
        return await self._intake.submit(record, tenant)

    async def submit_many(
        self, items: Iterable[Item] | AsyncIterable[Item], profile: str, tenant: str = "default"
    ) -> AsyncGenerator[Submitted, None]:
        """Admit and store many records, in bounded memory: a result for each, in their order. What is refused is reported
        with its place and kept nowhere, and the others go on. Raises `Frozen`."""
        self._sequencer.check()
        async with aclosing(self._intake.submit_many(items, profile, tenant)) as results:
            async for result in results:
                yield result

    async def submit_foreign(self, signed_checkpoint: bytes) -> ForeignAnchorState:
        """Enter another log's head, once. Raises Refused unless a log whose key `node.toml` names signed it, and on a
        second root for one size; `Frozen`."""
        self._sequencer.check()
        checkpoint = self._foreign.open(signed_checkpoint)
        await self._on_disk(self._begin_log)
        index = await self._on_disk(self._foreign.enter, checkpoint, signed_checkpoint)
        self._batches.changed()
        return ForeignAnchorState(checkpoint.statement(), self._if_sequenced(index))

    async def _put(self, submissions: list[Submission]) -> list[Receipt]:
        if not submissions:
            return []
        receipts = await self._on_disk(self._put_now, submissions)
        self._batches.changed()
        return receipts

    def _put_now(self, submissions: list[Submission]) -> list[Receipt]:
        self._begin_log()
        receipts = self._store.put(submissions, self._now())
        self._reached(points.STORED)
        return receipts

    def _begin_log(self) -> None:
        """Entry 0 says which log this is, and who publishes its anchors."""
        if self._store.size == 0:
            self._sequencer.check()
            with self._store.appending([self._genesis()]):
                pass

    def _genesis(self) -> Genesis:
        publishers = {ledger.name: ledger.publisher for ledger in self.config.ledgers}
        predecessor = Checkpoint.parse(self.config.predecessor) if self.config.predecessor else None
        return Genesis(self.config.origin, publishers, predecessor)

    # --- the log ---------------------------------------------------------------------------------------------------

    async def sequence(self) -> bytes | None:
        """Let everything that waits join the log. Gives the newest signed checkpoint, or None where nothing waited.
        Raises `Frozen`."""
        await self._greeted()
        self._sequencer.check()
        await self._on_disk(self._begin_log)
        newest: SignedHead | None = None
        until = self._store.size
        while self._sequencer.published.size < until:
            newest = await self._step() or newest
        return newest.note if newest else None

    async def _greeted(self) -> None:
        """Before the first signature, wait a little for what ledgers know of this log."""
        if self._greetings:
            await asyncio.wait(self._greetings, timeout=START_PATIENCE)
            self._greetings = [greeting for greeting in self._greetings if not greeting.done()]

    async def _step(self, heartbeat: bool = False) -> SignedHead | None:
        """One batch."""
        await self._greeted()
        return await self._on_disk(self._sequencer.step, self._now(), heartbeat)

    def checkpoint(self) -> bytes | None:
        """The newest signed checkpoint, or None before the first."""
        return self.files.checkpoint()

    def proof(self, index: int, size: int | None = None) -> TlogProof:
        """That entry `index` is in the log, under the head of `size` (the newest if None). Raises Refused."""
        head = self._head_over(index) if size is None else self._sequencer.known_head(size)
        return TlogProof(index, inclusion_proof(index, head.checkpoint.size, self.files), head.note)

    async def adopt_guard(self) -> None:
        """The operator says that this directory is the newest there is of this log, and that its guard is gone.
        Ledgers are asked again before anything is signed. Raises `Frozen` where the log froze for another reason."""
        await self._on_disk(self._sequencer.adopt_guard, self._now())
        for lane in self._lanes:
            lane.forget()
        self._greet()

    def _head_over(self, index: int) -> SignedHead:
        self._sequencer.check_sequenced(index)
        head = self._sequencer.newest()
        assert head is not None
        return head

    def _if_sequenced(self, index: int) -> int | None:
        return index if index < self._sequencer.published.size else None

    # --- anchors ---------------------------------------------------------------------------------------------------

    async def anchor(self) -> None:
        """Make the newest head due on every ledger, whatever the cadence. Raises `Frozen`."""
        self._sequencer.check()
        for lane in self._lanes:
            await lane.make_due()

    async def settle(self, timeout: float) -> list[LedgerState]:  # noqa: ASYNC109 - what is left undone goes on later
        """Send and follow until every anchor is final or failed, or until `timeout` seconds have passed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout), asyncio.TaskGroup() as lanes:
                for lane in self._lanes:
                    lanes.create_task(lane.settle(self._sleep))
        return self.states()

    def states(self) -> list[LedgerState]:
        """How every ledger stands."""
        return [lane.state() for lane in self._lanes]

    def seal(self, commitment: bytes) -> Seal:
        """What ties a record to ledgers: on each, the earliest anchor that covers it and is final, or the earliest that is
        included where none is final yet; the newest head where there is neither. Raises Refused where the record is unknown
        or not in the log."""
        return self.seal_entry(self.record(commitment).index)

    def seal_entry(self, index: int) -> Seal:
        """The seal of any entry. Raises Refused as `seal` does."""
        newest = self._head_over(index).checkpoint.size
        anchored = {**self._outbox.earliest(index, State.INCLUDED), **self._outbox.earliest(index, State.FINAL)}
        sizes = sorted(set(anchored.values()))[:MAX_HEADS] or [newest]
        heads = [self._sealed(index, size, before) for size, before in zip(sizes, [None, *sizes], strict=False)]
        return Seal(self._store.entries(index, index + 1)[0], index, tuple(heads))

    def final_on(self, commitment: bytes) -> set[str]:
        """The ledgers on which a record stands under an anchor that is final. Raises Refused as `record` does."""
        return set(self._outbox.earliest(self.record(commitment).index, State.FINAL))

    def _sealed(self, index: int, size: int, before: int | None) -> Head:
        return Head(
            checkpoint=self._sequencer.known_head(size).note,
            inclusion=inclusion_proof(index, size, self.files),
            consistency=None if before is None else consistency_proof(before, size, self.files),
            anchors=tuple(SealedAnchor(ledger, evidence) for ledger, evidence in self._evidence.at(size)),
        )

    # --- passports -------------------------------------------------------------------------------------------------

    async def issue(self, request: Mapping[str, Any]) -> bytes:
        """Sign, seal and assemble what an issue request asks for: the passport. Raises Refused, `Busy`, `Frozen`."""
        return await self._issuing.issue(request)

    async def refresh(self, passport: bytes) -> bytes:
        """The same passport with newer heads, anchors and status. Raises Refused."""
        return await self._issuing.refresh(passport)

    async def passport(self, credential: bytes) -> bytes | None:
        """The passport about the credential of this digest, refreshed; None where it was not issued here."""
        return await self._issuing.passport(credential)

    async def revoke(self, credential: bytes) -> None:
        """Revoke a credential that was issued here, for ever. Raises Refused."""
        await self._issuing.revoke(credential)

    # --- background ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Sequence by size and age, and keep every ledger's cadence, until cancelled. Each ledger has a task of its own."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._batches.run(self._sleep))
            for lane in self._lanes:
                tasks.create_task(lane.run(self._sleep))

    # --- what is here ----------------------------------------------------------------------------------------------

    @property
    def frozen(self) -> Finding | None:
        """Why this log signs nothing, or None."""
        return self._sequencer.frozen

    @property
    def size(self) -> int:
        """How many entries the published log has."""
        return self._sequencer.published.size

    @property
    def waiting(self) -> int:
        """How many entries are durable and not in the log yet."""
        return self._sequencer.waiting

    def record(self, commitment: bytes) -> StoredRecord:
        """The record with this commitment. Raises Refused where there is none."""
        record = self._store.record(commitment)
        if record is None:
            raise Refused(NODE_UNKNOWN_COMMITMENT(commitment=commitment.hex()))
        return record

    def knows(self, commitment: bytes) -> bool:
        """Whether a record with this commitment is here."""
        return self._store.record(commitment) is not None

    def consistency(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """The proof that the log of `new_size` entries begins with that of `old_size`. Raises Refused."""
        return consistency_proof(old_size, new_size, self.files)

    def foreign(self, log: bytes, size: int) -> ForeignAnchorState | None:
        """The anchor of another log's head, or None."""
        return self._foreign_state(log, size)

    def newest_foreign(self, log: bytes) -> ForeignAnchorState | None:
        """The largest anchor of another log, or None."""
        return self._foreign_state(log, None)

    def _foreign_state(self, log: bytes, size: int | None) -> ForeignAnchorState | None:
        found = self._foreign.find(log, size)
        return ForeignAnchorState(found[1], self._if_sequenced(found[0])) if found else None

    # --- the machinery ---------------------------------------------------------------------------------------------

    def _now(self) -> int:
        return int(self._clock())

    async def _on_disk(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` in the thread that writes."""
        return await asyncio.get_running_loop().run_in_executor(self._disk, lambda: function(*args, **kwargs))
