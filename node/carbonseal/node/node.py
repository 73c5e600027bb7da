"""The node: one directory, one log, one writer. What the service and the commands talk to.

What changes something is awaited and done in the one thread that writes. What only reads answers at once, from what was
committed last.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.findings import NODE_UNKNOWN_COMMITMENT, Refused
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.entries import Genesis
from carbonseal.log.notes import NoteSigner, VerifierKey
from carbonseal.log.proofs import TlogProof
from carbonseal.log.tree import inclusion_proof
from carbonseal.records.admission import Record, admit

from . import config, points
from .config import NodeConfig
from .database import Database
from .files import LogFiles
from .foreign import ForeignAnchors, ForeignAnchorState
from .guard import Guard
from .intake import Intake, Item, Submitted
from .lock import Lock
from .secrets import open_key
from .sequencer import Sequencer, SignedHead
from .store import Receipt, Store, StoredRecord, Submission

P = ParamSpec("P")
T = TypeVar("T")


class Node:
    """An open node. Use `Node.open`, which takes the directory's lock and lets go of everything at the end."""

    def __init__(
        self,
        directory: Path,
        settings: NodeConfig,
        lock: Lock,
        *,
        clock: Callable[[], float],
        reached: points.Reached,
    ) -> None:
        self.directory = directory
        self.config = settings
        self._lock = lock
        self._clock = clock
        self._reached = reached
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="carbonseal-disk")
        self._database = Database(directory / "node.db")
        self._store = Store(self._database)
        self.files = LogFiles(directory / "log")
        signer = NoteSigner(
            settings.origin, Ed25519PrivateKey.from_private_bytes(open_key(settings.log_key, directory))
        )
        self.verifier: VerifierKey = signer.verifier
        guard = Guard(directory / settings.guard, settings.origin)
        self._sequencer = Sequencer(self._database, self._store, self.files, guard, signer, reached=reached)
        self._foreign = ForeignAnchors(self._database, self._store, settings.origin, settings.foreign)
        salt_keys = {tenant.name: open_key(tenant.salt_key, directory) for tenant in settings.tenants}
        self._intake = Intake(salt_keys, self._put)

    @staticmethod
    @asynccontextmanager
    async def open(
        directory: Path,
        *,
        clock: Callable[[], float] = time.time,
        reached: points.Reached = points.nothing,
    ) -> AsyncIterator[Node]:
        """The node in `directory`, until the context ends. `clock` tells seconds since 1970; `reached` is called at every
        point of `points.POINTS`.

        Raises `Locked` where another process has it open, Refused on settings and secrets. A frozen log opens: it can be
        read, and what would write raises `Frozen`."""
        settings = config.load(directory)
        lock = Lock(directory)
        try:
            node = Node(directory, settings, lock, clock=clock, reached=reached)
            try:
                await node._on_disk(node._sequencer.start, node._now())
                yield node
            finally:
                await node._close()
        finally:
            lock.release()

    async def _close(self) -> None:
        await self._intake.close()
        self._disk.shutdown()
        self._database.close()

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
    ) -> AsyncIterator[Submitted]:
        """Admit and store many records, in bounded memory: a result for each, in their order. What is refused is reported
        with its place and kept nowhere, and the others go on. Raises `Frozen`."""
        self._sequencer.check()
        async for result in self._intake.submit_many(items, profile, tenant):
            yield result

    async def submit_foreign(self, signed_checkpoint: bytes) -> ForeignAnchorState:
        """Enter another log's head, once. Raises Refused unless a log whose key `node.toml` names signed it, and on a
        second root for one size; `Frozen`."""
        self._sequencer.check()
        checkpoint = self._foreign.open(signed_checkpoint)
        await self._on_disk(self._begin_log)
        index = await self._on_disk(self._foreign.enter, checkpoint, signed_checkpoint)
        return ForeignAnchorState(checkpoint.statement(), self._if_sequenced(index))

    async def _put(self, submissions: list[Submission]) -> list[Receipt]:
        return await self._on_disk(self._put_now, submissions)

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
        newest: SignedHead | None = None
        await self._on_disk(self._begin_log)
        until = self._store.size
        while self._sequencer.published.size < until:
            newest = await self._on_disk(self._sequencer.step, self._now()) or newest
        return newest.note if newest else None

    def checkpoint(self) -> bytes | None:
        """The newest signed checkpoint, or None before the first."""
        return self.files.checkpoint()

    def proof(self, index: int, size: int | None = None) -> TlogProof:
        """That entry `index` is in the log, under the head of `size` (the newest if None). Raises Refused."""
        head = self._head_over(index) if size is None else self._sequencer.known_head(size)
        return TlogProof(index, inclusion_proof(index, head.checkpoint.size, self.files), head.note)

    async def adopt_guard(self) -> None:
        """The operator says that this directory is the newest there is of this log, and that its guard is gone."""
        await self._on_disk(self._sequencer.adopt_guard)

    def _head_over(self, index: int) -> SignedHead:
        self._sequencer.check_sequenced(index)
        head = self._sequencer.newest()
        assert head is not None
        return head

    def _if_sequenced(self, index: int) -> int | None:
        return index if index < self._sequencer.published.size else None

    # --- what is here ----------------------------------------------------------------------------------------------

    def record(self, commitment: bytes) -> StoredRecord:
        """The record with this commitment. Raises Refused where there is none."""
        record = self._store.record(commitment)
        if record is None:
            raise Refused(NODE_UNKNOWN_COMMITMENT(commitment=commitment.hex()))
        return record

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
