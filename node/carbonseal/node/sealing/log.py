"""One log of a node: the entries that wait to join it, its tree and signed heads, and the heads of other logs that it holds.

What changes something is awaited and done in the one thread that writes this log. What only reads answers at once, from what
was committed last.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path

from carbonseal.findings import BrokenOff, Finding, Refused
from carbonseal.ledger import Statement, log_id
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.entries import Genesis, decode
from carbonseal.log.notes import LogSigner, NoteSigner, Signature, SubtreeSigner, VerifierKey
from carbonseal.log.proofs import TlogProof
from carbonseal.node import failpoints
from carbonseal.node.codes import CONFIG_NOT_IN_GENESIS, CONFIG_OTHER_GENESIS
from carbonseal.node.config import FILE, LogConfig, NodeConfig
from carbonseal.node.secrets import open_key, open_ml_dsa_44, open_signer
from carbonseal.node.soundness.codes import FSCK_ENTRY_DAMAGED
from carbonseal.node.soundness.found import Found
from carbonseal.node.soundness.log_check import LogCheck
from carbonseal.node.soundness.notes import Notes
from carbonseal.node.soundness.prover import Prover
from carbonseal.node.soundness.recomputed import recompute, right_entry
from carbonseal.node.soundness.stored import StoredLog
from carbonseal.node.witnessing.anchors import ForeignAnchorState
from carbonseal.node.witnessing.client import WitnessClient
from carbonseal.node.witnessing.cosigners import open_cosigners
from carbonseal.node.witnessing.forks import Fork, Forks
from carbonseal.node.witnessing.guard import HeadsGuard
from carbonseal.node.witnessing.heads import ForeignHeads
from carbonseal.node.witnessing.witnesses import Witnesses
from carbonseal.storage.database import Database
from carbonseal.storage.schema import LOG
from carbonseal.storage.writer_thread import WriterThread

from .appender import Appender, EvidenceDigests
from .batches import Batches
from .codes import NODE_NOT_SEQUENCED, NODE_UNKNOWN_SIZE
from .files import LogFiles
from .guard import Frozen, Guard, ReadOnlyGuard
from .heads import Heads, SealedBatches, SignedHead
from .intake import Intake
from .queue import EntryQueue, Stored
from .sequencer import Sequencer, Signed
from .startup import StartupChecks
from .stored_tree import StoredTree

LINES = logging.getLogger(__name__)
FOLDER = "logs"  # of a node's directory: NAME.db beside NAME/, which holds what anyone may read


class SealingLog:
    """An open log. `intake` takes records in, `run` makes batches in the background."""

    def __init__(
        self,
        directory: Path,
        settings: NodeConfig,
        own: LogConfig,
        database: Database,
        *,
        clock: Callable[[], float],
        reached: failpoints.Reached,
        read_only: bool,
    ) -> None:
        self.name = own.name
        self.origin = own.origin
        self.id = log_id(own.origin)
        self.ledgers = {ledger.name: ledger.publisher_of(own.origin) for ledger in settings.ledgers_of(own)}
        self.predecessor = _predecessor(own)
        self._clock = clock
        self._read_only = read_only
        self._thread = WriterThread(f"carbonseal-log-{own.name}")
        self._startup = StartupChecks()
        self._queue = EntryQueue(database)
        self.records, self.payload = self._queue.records, self._queue.payload
        self.files = LogFiles(directory / FOLDER / own.name)
        self._stored = StoredLog(database, self.files, own.name)
        self._check_genesis()
        signers: list[LogSigner] = [NoteSigner(own.origin, open_signer(own.key, directory))]
        if own.ml_dsa_44_key is not None:
            signers.append(SubtreeSigner(own.origin, open_ml_dsa_44(own.ml_dsa_44_key, directory)))
        self.verifier: VerifierKey = signers[0].verifier
        guard = self._guard = (ReadOnlyGuard if read_only else Guard)(directory / own.guard, own.origin)
        self.found = Found(own.origin)
        self._notes = Notes(own.origin, signers, [witness.key for witness in settings.witnesses])
        self._heads = Heads(database, own.origin)
        self.batches = SealedBatches(self._heads, self._queue)
        self._prover = Prover(own.origin, self.files, self._heads, self._queue, self.found)
        self._sequencer = Sequencer(
            self._queue,
            self._heads,
            self.files,
            guard,
            signers,
            witnesses=[witness.key for witness in settings.witnesses],
            quorum=own.quorum,
            stored=StoredTree(self.verifier, self.files, self._heads, partial(recompute, self._stored), self.found),
            reached=reached,
            read_only=read_only,
        )
        genesis = Genesis(self.origin, self.ledgers, self.predecessor)
        self._appender = Appender(self._queue, self._sequencer, genesis, self._thread)
        self.evidence_digests = EvidenceDigests(self._queue, self._appender)
        cosigners = open_cosigners(settings.cosigner, directory)
        self.cosigners: tuple[VerifierKey, ...] = tuple(one.verifier for one in cosigners)
        self._foreign = ForeignHeads(
            database,
            self._queue,
            HeadsGuard(guard.path, self.cosigners),
            cosigners,
            others=[HeadsGuard(directory / log.guard, self.cosigners) for log in settings.logs if log.name != own.name],
            forks=Forks(database, directory),
            own=[log.origin for log in settings.logs],
            keys=[foreign.key for foreign in settings.foreign if foreign.log == own.name],
            clock=clock,
            reached=reached,
        )
        tenants = [tenant for tenant in settings.tenants if tenant.log == own.name]
        salt_keys = {tenant.name: open_key(tenant.salt_key, directory) for tenant in tenants}
        self._salt_keys = salt_keys
        self.intake = Intake(salt_keys, self._queue, self._appender, clock=clock, reached=reached)
        self._witnesses = Witnesses(
            settings.witnesses,
            self._sequencer,
            self._thread,
            consistency=self.consistency,
            clock=clock,
            published=self._appender.added.set,
        )
        self._batches = Batches(
            settings,
            self._sequencer,
            self._startup,
            self._thread,
            added=self._appender.added,
            witnesses=self._witnesses,
            clock=clock,
        )

    @staticmethod
    @asynccontextmanager
    async def open(
        directory: Path,
        settings: NodeConfig,
        own: LogConfig,
        *,
        clock: Callable[[], float],
        reached: failpoints.Reached,
        read_only: bool = False,
    ) -> AsyncIterator[SealingLog]:
        """The log that `own` names, of the node in `directory`, until the context ends. Raises Refused on settings and
        secrets. A frozen log opens: it can be read, and what would write raises `Frozen`. `read_only`: nothing on the disk is
        changed."""
        folder = directory / FOLDER
        if not read_only:
            folder.mkdir(exist_ok=True)
        with closing((Database.read_only if read_only else Database)(folder / f"{own.name}.db", LOG)) as database:
            log = SealingLog(directory, settings, own, database, clock=clock, reached=reached, read_only=read_only)
            try:
                await log._thread.run(log._sequencer.start, log._now(), log.ledgers)
                yield log
            finally:
                await log._close()

    def _check_genesis(self) -> None:
        """Genesis cannot change: node.toml must not say anything else. Raises Refused."""
        if not self._queue.size:
            return
        entry = right_entry(self._stored, 0)
        genesis = None if entry is None else decode(entry)
        if not isinstance(genesis, Genesis):
            raise Refused(FSCK_ENTRY_DAMAGED(path=self._stored.path, number=0))
        if genesis.origin != self.origin:
            raise Refused(CONFIG_OTHER_GENESIS("log", self.name, found=genesis.origin, expected=self.origin))
        for ledger, publisher in self.ledgers.items():
            if genesis.publishers.get(ledger) != publisher:
                raise Refused(CONFIG_NOT_IN_GENESIS("log", self.name, ledger=ledger, publisher=publisher))

    async def _close(self) -> None:
        await self._witnesses.close()
        await self.intake.close()
        if not self._read_only:
            try:
                await self._thread.run(self._queue.catch_up)
            except BrokenOff as broken:  # a full disk: the next start reads the newest entries instead
                LINES.warning("index of commitments not stored: log=%s error=%s", self.origin, broken.finding)
        self._thread.close()

    # --- growing ---------------------------------------------------------------------------------------------------

    async def run(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Sequence by size and age, and ask the witnesses, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._batches.run(sleep))
            tasks.create_task(self._witnesses.run(sleep))

    async def sequence(self) -> bytes | None:
        """Let everything that waits join the log. Gives the newest signed checkpoint, or None where nothing waited.
        Raises `Frozen`."""
        newest = await self._batches.sequence()
        return newest.note if newest else None

    @property
    def batch_problem(self) -> Finding | None:
        """Why the last batch failed, or None where it did not."""
        return self._batches.problem

    def await_startup_checks(self, checks: Iterable[asyncio.Task[None]]) -> None:
        """Ledgers are being asked what they know of this log: until they have answered, or had `STARTUP_TIMEOUT` for it, nothing
        is signed."""
        self._startup.begin(checks)

    def scrub(self) -> LogCheck:
        """A pass over all that is published, which finds rot and writes nothing."""
        try:
            last = self._guard.read()
        except Frozen:
            last = None
        return LogCheck(self._stored, last, self._notes, salt_keys=self._salt_keys, live=True, scrub=True)

    # --- freezing --------------------------------------------------------------------------------------------------

    @property
    def frozen(self) -> Finding | None:
        """Why this log signs nothing, or None."""
        return self._sequencer.frozen

    async def check(self) -> None:
        """Raises `Frozen` if this log signs nothing, after its ledgers had a moment to take back what they claimed."""
        if self.frozen:
            await self._startup.wait()
        self._sequencer.check()

    async def compare(self, witness: str, statement: Statement | None) -> None:
        """Freeze if a ledger claims to know more of this log, or another root, than is known here; go on where only this one
        claimed so once, and does not now. Raises `Frozen`."""
        await self._thread.run(self._sequencer.compare, witness, statement, self._now())

    @property
    def listens(self) -> bool:
        """Whether it matters what ledgers claim: not any more where the log froze for a reason of its own."""
        return self._sequencer.listens

    async def adopt_guard(self) -> None:
        """The operator says that this directory holds the newest there is of this log, and that its guard is gone. Raises
        `Frozen` where the log froze for another reason."""
        await self._thread.run(self._sequencer.adopt_guard, self._now(), self.ledgers)

    # --- entries and records ---------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """How many entries are durable and not in the log yet."""
        return self._sequencer.waiting

    def taken_since(self, time: int) -> int:
        """How many entries came from the first record on that was acknowledged at this time or later, in seconds since 1970."""
        return self._queue.size - self._queue.first_since(time)

    def entry(self, index: int) -> bytes:
        """An entry that is stored."""
        return self._queue.entries(index, index + 1)[0]

    def find(self, *commitments: bytes) -> list[Stored]:
        """The records with these commitments, one a tenant, in the order in which they came."""
        return self._queue.find(*commitments)

    # --- the tree and its heads ------------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """How many entries the published log has."""
        return self._sequencer.published.size

    def checkpoint(self) -> bytes | None:
        """The newest signed checkpoint, or None before the first."""
        return self.files.checkpoint()

    def newest(self) -> SignedHead | None:
        """The newest head, or None before the first."""
        return self._heads.newest()

    def head(self, size: int) -> SignedHead:
        """The head of this size. Raises Refused where none was published."""
        head = self._heads.find(size)
        if head is None:
            raise Refused(NODE_UNKNOWN_SIZE(size=size))
        return head

    def head_over(self, index: int) -> SignedHead:
        """The newest head, which covers entry `index`. Raises Refused where the entry is not in the log."""
        if index >= self.size:
            raise Refused(NODE_NOT_SEQUENCED(index=index, size=self.size))
        head = self._heads.newest()
        assert head is not None
        return head

    def proof(self, index: int, size: int | None = None) -> TlogProof:
        """That entry `index` is in the log, under the head of `size` (the newest if None). Raises Refused."""
        head = self.head_over(index) if size is None else self.head(size)
        return TlogProof(index, self.inclusion(index, head.checkpoint.size), head.note)

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """The checked proof that entry `index` is in the log of `size` entries (RFC 9162, section 2.1.3). Raises Refused."""
        return self._prover.inclusion(index, size)

    def consistency(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """The proof that the log of `new_size` entries begins with that of `old_size` (RFC 9162, section 2.1.4), which was
        checked. Raises Refused."""
        return self._prover.consistency(old_size, new_size)

    # --- witnesses of this log ---------------------------------------------------------------------------------------

    async def ask_witnesses(self) -> None:
        """Ask every witness about the newest head, once, for a few seconds at most. Raises nothing: `witnesses` says what came."""
        await self._witnesses.ask()

    @property
    def witnesses(self) -> Sequence[WitnessClient]:
        """Those that are asked, and how each is doing."""
        return self._witnesses.clients

    @property
    def quorum(self) -> int:
        """How many witnesses must cosign a head before it is published."""
        return self._sequencer.quorum

    @property
    def unpublished(self) -> tuple[Signed, int] | None:
        """The head that waits for its witnesses, and how many have cosigned it; None where none waits."""
        head = self._sequencer.unpublished
        return None if head is None else (head, len(self._sequencer.cosigners(head.note)))

    # --- other logs' heads -----------------------------------------------------------------------------------------

    def introduce(self, key: VerifierKey) -> None:
        """Take another log's heads too, until the node ends: `node.toml` is for whoever calls to write."""
        self._foreign.introduce(key)

    async def add_checkpoint(self, body: bytes) -> tuple[Signature, ...]:
        """Cosign another log's head with each witness key: `body` is a request to a witness. Raises `Conflict`, Refused
        (`foreign.*`), `Frozen`: a log that may be an old copy cosigns nothing."""
        await self.check()
        submission = self._foreign.open(body)
        return await self._thread.run(self._foreign.cosign, submission)

    async def submit_foreign(self, body: bytes) -> tuple[tuple[Signature, ...], ForeignAnchorState]:
        """Cosign another log's head and enter it, once. Raises as `add_checkpoint` does."""
        await self.check()
        submission = self._foreign.open(body)
        await self._thread.run(self._foreign.check, submission)  # a refused one does not begin the log
        cosignatures, index = await self._appender.run(self._foreign.enter, submission)
        return cosignatures, ForeignAnchorState(submission.head.checkpoint.statement(), self._if_sequenced(index))

    def foreign(self, log: bytes, size: int | None = None) -> ForeignAnchorState | None:
        """The anchor of another log's head of `size`, or its largest one; None where there is none."""
        found = self._foreign.anchor(log, size)
        return ForeignAnchorState(found.statement, self._if_sequenced(found.index)) if found else None

    def taken(self, log: bytes) -> Statement | None:
        """The last head of another log that was taken, entered or only cosigned; None where there is none."""
        return self._foreign.newest(log)

    @property
    def forks(self) -> Sequence[Fork]:
        """The forks of other logs that were shown to this one."""
        return self._foreign.forks()

    @property
    def witness_problem(self) -> Finding | None:
        """Why this log takes no heads of other logs, or None."""
        return self._foreign.problem

    def _if_sequenced(self, index: int) -> int | None:
        return index if index < self.size else None

    def _now(self) -> int:
        return int(self._clock())


def _predecessor(own: LogConfig) -> Checkpoint | None:
    try:
        return Checkpoint.parse(own.predecessor) if own.predecessor else None
    except Refused as refused:
        raise refused.under(FILE, "log", own.name, "predecessor") from refused
