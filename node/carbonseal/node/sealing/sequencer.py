"""Batches: the entries that wait join the tree, and its new head is signed and published.

What is done, in this order, and why a crash between any two steps does no harm:

1. A heartbeat that is due joins the queue (the database, durable). The queue gives every entry its index when it is stored, so
   a head's root is decided by its size alone: whichever batch is made again after a crash, the same bytes come out.
2. Tiles and entry bundles are written and synced, then their directories. Nobody asks for them before a checkpoint covers
   them, and they are a beginning of what any later batch writes.
3. The guard, which lives apart from backups, learns size and root. From here on a restored copy knows that it is one.
4. The head is signed. Ed25519 is deterministic: signing it again gives the same note.
5. The checkpoint file is replaced, durably. Only now may anyone see the head; its size says which entries are in the log.
6. The head is recorded in the database, from where anchors and proofs take it. On start it is taken from the checkpoint file
   where it is missing.
7. Partial files that full ones continue are removed.

After a crash between 3 and 5 the guard is ahead of the checkpoint. The queue then still holds what the guard's head covers,
and that head is made first: a head that was signed and may have been seen is the one that is published.

On start the checkpoint, the guard and the queue are compared. A node that knows less than its guard, or another root, freezes
for good. Ledgers are asked too, each as soon as it answers (`compare`), and what one claims freezes until that one is asked again,
after the next start, and does not claim it any more. A checkpoint file that was lost is written again from the database.

Owns the table `heads`.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select

from carbonseal.findings import Finding, Refused
from carbonseal.ledger import Statement
from carbonseal.log.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from carbonseal.log.entries import Heartbeat, decode
from carbonseal.log.notes import NoteSigner
from carbonseal.log.tiles import WIDTH, bundle_path, bundles_between, encode_bundle
from carbonseal.log.tree import EMPTY_ROOT, Edge, leaf_hashes
from carbonseal.node import failpoints
from carbonseal.storage.database import Database, insert_rows
from carbonseal.storage.log_tables import HEADS

from .codes import (
    FROZEN_GUARD_MALFORMED,
    FROZEN_GUARD_MISSING,
    FROZEN_LEDGER_KNOWS_MORE,
    FROZEN_LEDGER_OTHER_ROOT,
    FROZEN_LOST_ENTRIES,
    FROZEN_OTHER_ROOT,
    FROZEN_WENT_BACK,
    NODE_NOT_SEQUENCED,
    NODE_UNKNOWN_SIZE,
)
from .files import LogFiles
from .guard import CLAIMS, Frozen, Guard, LastSigned
from .queue import EntryQueue

MAX_BATCH = 65_536  # entries, whatever waits: keeps memory and one step's time bounded


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A published head: what it says, the signed note, and how many entries below it make an anchor due."""

    checkpoint: Checkpoint
    note: bytes
    triggers: int


class Sequencer:
    """One log's growth. One thread makes it grow; what only reads may be asked from any."""

    def __init__(
        self,
        database: Database,
        store: EntryQueue,
        files: LogFiles,
        guard: Guard,
        signer: NoteSigner,
        *,
        reached: failpoints.Reached,
    ) -> None:
        self._database = database
        self._queue = store
        self._files = files
        self._guard = guard
        self._signer = signer
        self._reached = reached
        self._freeze_reasons: tuple[
            Finding, ...
        ] = ()  # why nothing is signed: one of the log's own, or what ledgers claim
        self.published, self._note = self._published()
        self._edge = Edge.load(self.published.size, files)

    # --- on start --------------------------------------------------------------------------------------------------

    def _published(self) -> tuple[Checkpoint, bytes | None]:
        """The newest head that was published, from its file or, where that was lost, from the database."""
        note, recorded = self._files.checkpoint(), self.newest()
        try:
            published = open_checkpoint(note, self._signer.verifier) if note else None
        except Refused as refused:
            raise refused.under("log", "checkpoint") from refused
        if recorded is not None and (published is None or published.size < recorded.checkpoint.size):
            return recorded.checkpoint, recorded.note
        return published or Checkpoint(self._signer.name, 0, EMPTY_ROOT), note

    def start(self, now: int, witnesses: Collection[str]) -> None:
        """Compare checkpoint, guard and queue, and finish what a crash left undone. Sets `frozen` instead of raising.
        `witnesses` are the ledgers whose claims still matter."""
        with suppress(Frozen):
            self._start(self._last_signed(), now, witnesses)

    def _start(self, last: LastSigned, now: int, witnesses: Collection[str]) -> None:
        self._freeze_reasons = last.frozen
        self._freeze(
            *(reason for reason in last.frozen if not _is_claim(reason) or reason.facts["witness"] in witnesses)
        )
        size = self.published.size
        if self.frozen:
            return
        if self._queue.size < size:
            self._freeze(FROZEN_LOST_ENTRIES(size=size, queued=self._queue.size))
        elif self._queue.size < last.size:
            self._freeze(FROZEN_WENT_BACK(witness="the guard", known=last.size, size=self._queue.size))
        elif last.size <= size and self._root_at(last.size) != last.root:
            self._freeze(FROZEN_OTHER_ROOT(witness="the guard", size=last.size))
        elif self._edge.root() != self.published.root:
            self._freeze(FROZEN_OTHER_ROOT(witness="the checkpoint", size=size))
        elif self._note and self.head(size) is None:
            self._record(self.published, self._note, now)
        if not self.frozen and self._note and self._note != self._files.checkpoint():
            self._files.publish(self._note)

    def compare(self, witness: str, statement: Statement | None, now: int) -> None:
        """Freeze if a ledger claims to know more of this log, or another root, than this node does; go on where nothing but what
        this ledger claimed once, and does not claim now, froze the log. Raises `Frozen`."""
        if not self.listens:
            self.check()
        claim = self._contradiction(witness, statement)
        others = [reason for reason in self._freeze_reasons if reason.facts["witness"] != witness]
        was_frozen = self.frozen
        self._freeze(*others, *([claim] if claim else []))
        if was_frozen and not self.frozen:
            self.start(now, ())
        self.check()

    def _contradiction(self, witness: str, statement: Statement | None) -> Finding | None:
        """What a ledger's claim says against this node."""
        size = self.published.size
        if statement is None:
            return None
        if statement.size > size:
            return FROZEN_LEDGER_KNOWS_MORE(witness=witness, known=statement.size, size=size)
        if self._root_at(statement.size) != statement.root:
            return FROZEN_LEDGER_OTHER_ROOT(witness=witness, size=statement.size)
        return None

    @property
    def frozen(self) -> Finding | None:
        """Why this log signs nothing, or None."""
        return next(iter(self._freeze_reasons), None)

    @property
    def listens(self) -> bool:
        """Whether it matters what ledgers claim. It does not any more where the log froze for a reason of its own."""
        return all(map(_is_claim, self._freeze_reasons))

    def adopt_guard(self, now: int, witnesses: Collection[str]) -> None:
        """The operator vouches that this directory is the newest there is: write the guard that is missing. Raises
        `Frozen` where the log froze for another reason."""
        if self.frozen and self.frozen.code in (FROZEN_GUARD_MISSING, FROZEN_GUARD_MALFORMED):
            self._guard.write(self.published.size, self.published.root)
        self.start(now, witnesses)
        self.check()

    def check(self) -> None:
        """Raises `Frozen` if this log signs nothing."""
        if self.frozen:
            raise Frozen(self.frozen)

    def _freeze(self, *reasons: Finding) -> None:
        """These are all the reasons from now on."""
        if reasons != self._freeze_reasons:
            self._guard.freeze(self._last_signed(), *reasons)
            self._freeze_reasons = reasons

    def _last_signed(self) -> LastSigned:
        """What the guard says. Raises `Frozen`, and the log is, where it says nothing."""
        try:
            return self._guard.read()
        except Frozen as frozen:
            self._freeze_reasons = (frozen.finding,)
            raise

    def _root_at(self, size: int) -> bytes:
        return Edge.load(size, self._files).root()

    # --- growing ---------------------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """How many entries are stored and not in the log yet."""
        return self._queue.size - self.published.size

    def step(self, now: int, heartbeat: bool = False) -> SignedHead | None:
        """Make one batch of at most `MAX_BATCH` entries; None where nothing waits. Raises `Frozen`."""
        self.check()
        if heartbeat:
            with self._queue.appending([Heartbeat(now)]):
                pass
        if not self.waiting:
            return None
        self._reached(failpoints.PLANNED)
        last = self._last_signed()
        old = self.published.size
        new = last.size if last.size > old else min(self._queue.size, old + MAX_BATCH)
        edge, full = self._grow(old, new)
        root = edge.root()
        self._reached(failpoints.TILES_WRITTEN)
        if last.size == new and last.root != root:
            self._freeze(FROZEN_OTHER_ROOT(witness="the guard", size=new))
            self.check()
        self._guard.write(new, root)
        self._reached(failpoints.GUARDED)
        checkpoint = Checkpoint(self._signer.name, new, root)
        note = sign_checkpoint(checkpoint, self._signer)
        self._reached(failpoints.SIGNED)
        self._files.publish(note)
        self._reached(failpoints.PUBLISHED)
        head = self._record(checkpoint, note, now)
        self.published, self._note, self._edge = checkpoint, note, edge  # readers ask for it once this says it is there
        self._reached(failpoints.HEAD_RECORDED)
        self._files.prune(full)
        return head

    def _grow(self, old: int, new: int) -> tuple[Edge, list[str]]:
        """Write the files of a log that grows from `old` to `new` entries. Gives its new edge, and the full files' names."""
        begin = old - old % WIDTH
        entries = self._queue.entries(begin, new)
        bundles = list(bundles_between(old, new))
        files = [
            (bundle_path(part.index, part.width), encode_bundle(entries[part.index * WIDTH - begin :][: part.width]))
            for part in bundles
        ]
        edge = self._edge.copy()
        edge.extend(leaf_hashes(entries[old - begin :]))
        tiles = edge.take_tiles()
        self._files.write([*files, *((tile.path, data) for tile, data in tiles)])
        full = [bundle_path(part.index) for part in bundles if part.width == WIDTH]
        return edge, full + [tile.path for tile, _ in tiles if tile.width == WIDTH]

    def _record(self, checkpoint: Checkpoint, note: bytes, now: int) -> SignedHead:
        """Put a published head into the database."""
        before = self._one(select(HEADS).order_by(HEADS.c.size.desc()).limit(1))
        start, triggers = (before.checkpoint.size, before.triggers) if before else (0, 0)
        triggers += sum(decode(entry).makes_due for entry in self._queue.entries(start, checkpoint.size))
        with self._database.write() as connection:
            insert_rows(connection, HEADS, [(checkpoint.size, checkpoint.root, note, now, triggers)])
        return SignedHead(checkpoint, note, triggers)

    # --- published heads -------------------------------------------------------------------------------------------

    def newest(self) -> SignedHead | None:
        """The newest head, or None before the first."""
        return self._one(select(HEADS).order_by(HEADS.c.size.desc()).limit(1))

    def quiet_since(self) -> int:
        """When the last entry that makes an anchor due joined the log, in seconds since 1970."""
        most = select(func.max(HEADS.c.triggers)).scalar_subquery()
        with self._database.read() as connection:
            return connection.scalar(select(func.min(HEADS.c.time)).where(HEADS.c.triggers == most)) or 0

    def head(self, size: int) -> SignedHead | None:
        """The head of this size, or None."""
        return self._one(select(HEADS).where(HEADS.c.size == size))

    def known_head(self, size: int) -> SignedHead:
        """The head of this size. Raises Refused where none was published."""
        head = self.head(size)
        if head is None:
            raise Refused(NODE_UNKNOWN_SIZE(size=size))
        return head

    def check_sequenced(self, index: int) -> None:
        """Raises Refused unless entry `index` is in the published log."""
        if index >= self.published.size:
            raise Refused(NODE_NOT_SEQUENCED(index=index, size=self.published.size))

    def _one(self, chosen: Select[Any]) -> SignedHead | None:
        with self._database.read() as connection:
            row: Row[Any] | None = connection.execute(chosen).one_or_none()
        if row is None:
            return None
        return SignedHead(Checkpoint(self._signer.name, row.size, bytes(row.root)), bytes(row.note), row.triggers)


def _is_claim(reason: Finding) -> bool:
    return reason.code in CLAIMS
