"""Sequencer: adds the queued entries to the tree in one batch, then signs and publishes the new head.

The steps, in this order, and why a crash between any two of them does no harm:

1. A heartbeat that is due joins the queue (the database, durable). The queue gives every entry its index when it is stored, so
   a head's root is decided by its size alone: whichever batch is made again after a crash, the same bytes come out.
2. Tiles and entry bundles are written and synced, then their directories. Nobody asks for them before a checkpoint covers
   them, and they are a beginning of what any later batch writes.
3. Size and root are written to the guard, which no backup holds. From here on a restored copy detects that it is one.
4. The head is signed. Ed25519 is deterministic: signing it again gives the same note. Where the log has a quorum of witnesses, the
   head waits here, shown to them alone, until so many have cosigned it, and no other batch is made.
5. The checkpoint file is replaced, durably. Only now may anyone see the head; its size says which entries are in the log.
6. The head is recorded in the database, where anchors and proofs take it from. Where it is missing there on start it is taken
   from the checkpoint file.
7. Partial files that full ones continue are removed.

Cosignatures that come later are put into the recorded head first, and then into the checkpoint file.

After a crash between 3 and 5 the guard is ahead of the checkpoint. The queue then still holds what the guard's head covers, and
that head is made first: a head that was signed and may have been seen is the one that is published.

On start the checkpoint, the guard and the queue are compared. A node that has less than its guard says, or another root,
freezes for good. Ledgers are asked too, each as soon as it answers (`compare`): what one claims freezes the log until that ledger
is asked again, after the next start, and does not claim it any more. A checkpoint file that was lost is written again from the
database.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from carbonseal.findings import Finding, Refused
from carbonseal.ledger import Statement
from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.entries import Heartbeat
from carbonseal.log.notes import LogSigner, Note, Signature, VerifierKey, with_signature
from carbonseal.log.tiles import WIDTH, bundle_path, bundles_between, encode_bundle
from carbonseal.log.tree import Edge, leaf_hashes
from carbonseal.node import failpoints
from carbonseal.node.soundness.codes import FSCK_ENTRIES_DAMAGED

from .codes import (
    FROZEN_GUARD_MALFORMED,
    FROZEN_GUARD_MISSING,
    FROZEN_LEDGER_KNOWS_MORE,
    FROZEN_LEDGER_OTHER_ROOT,
    FROZEN_LOST_ENTRIES,
    FROZEN_OTHER_ROOT,
    FROZEN_WENT_BACK,
)
from .files import LogFiles
from .guard import CLAIMS, Frozen, Guard, LastSigned
from .heads import Heads, SignedHead
from .queue import EntryQueue
from .stored_tree import StoredTree

LOG = logging.getLogger(__name__)
MAX_BATCH = 65_536  # entries, whatever waits: keeps memory and one step's time bounded


@dataclass(frozen=True, slots=True)
class Signed:
    """A head that was signed, and its note with the cosignatures that came so far."""

    checkpoint: Checkpoint
    note: bytes
    since: int = 0  # when it was signed, in seconds since 1970


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A head that waits for its witnesses, and what the log is once it is published."""

    head: Signed
    edge: Edge
    full: list[str]


class Sequencer:
    """One log's growth. One thread makes it grow; what only reads may be asked from any. All of `signers` sign each head; by the
    first of them its own heads are known."""

    def __init__(
        self,
        queue: EntryQueue,
        heads: Heads,
        files: LogFiles,
        guard: Guard,
        signers: Sequence[LogSigner],
        *,
        witnesses: Collection[VerifierKey] = (),
        quorum: int = 0,
        stored: StoredTree,
        reached: failpoints.Reached,
        read_only: bool = False,
    ) -> None:
        """`quorum` is how many of the `witnesses` have to cosign a head before it is published. `stored` is the tree on disk."""
        self.origin = signers[0].verifier.name
        self.quorum = quorum
        self._witnesses = frozenset(witnesses)
        self._waiting: _Waiting | None = None
        self.heads = heads
        self._queue = queue
        self._files = files
        self._guard = guard
        self._signers = signers
        self._stored = stored
        self._read_only = read_only
        self._reached = reached
        self._freeze_reasons: tuple[Finding, ...] = ()  # one of the log's own, or what ledgers claim
        self.published, self._note = stored.newest()
        self.largest_signed = (
            self.published.size
        )  # as the guard knows it: after a crash it may be ahead of what is published
        self._edge = stored.edge(self.published.size, self.published.root)

    # --- on start --------------------------------------------------------------------------------------------------

    def start(self, now: int, witnesses: Collection[str]) -> None:
        """Compare checkpoint, guard and queue, and finish what a crash left undone. Sets `frozen` instead of raising.
        `witnesses` are the ledgers whose claims still matter."""
        with suppress(Frozen):
            self._start(self._last_signed(), now, witnesses)

    def _start(self, last: LastSigned, now: int, witnesses: Collection[str]) -> None:
        self.largest_signed = max(last.size, self.published.size)
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
        elif last.size <= size and not self._stored.has_root(last.size, last.root):
            self._freeze(FROZEN_OTHER_ROOT(witness="the guard", size=last.size))
        elif self._edge.root() != self.published.root:
            self._freeze(FROZEN_OTHER_ROOT(witness="the checkpoint", size=size))
        if not (self.frozen or self._read_only):
            self._finish(now)

    def _finish(self, now: int) -> None:
        """Do what a crash left undone."""
        if self._note and self.heads.find(self.published.size) is None:
            self._record(self.published, self._note, now)  # it came between steps 5 and 6
        if self._note and self._note != self._files.checkpoint():
            self._files.publish(self._note)  # the file was lost
        self._publish_if_met(now)  # the log is unfrozen, and its witnesses cosigned meanwhile

    # --- freezing --------------------------------------------------------------------------------------------------

    @property
    def frozen(self) -> Finding | None:
        """Why this log signs nothing, or None."""
        return self._freeze_reasons[0] if self._freeze_reasons else None

    @property
    def listens(self) -> bool:
        """Whether it matters what ledgers claim. It does not any more where the log froze for a reason of its own."""
        return all(map(_is_claim, self._freeze_reasons))

    def check(self) -> None:
        """Raises `Frozen` if this log signs nothing."""
        if self.frozen:
            raise Frozen(self.frozen)

    def compare(self, witness: str, statement: Statement | None, now: int) -> None:
        """Freeze if a ledger claims to hold a larger head of this log, or another root, than this node does; thaw where nothing but
        what this ledger claimed once, and does not claim now, froze the log. Raises `Frozen`."""
        if not self.listens:
            self.check()
        claim = self._contradiction(witness, statement)
        others = [reason for reason in self._freeze_reasons if reason.facts["witness"] != witness]
        was_frozen = self.frozen
        self._freeze(*others, *([claim] if claim else []))
        if was_frozen and not self.frozen:
            self.start(now, ())
        self.check()

    def adopt_guard(self, now: int, witnesses: Collection[str]) -> None:
        """The operator confirms that this directory is the newest there is: write the guard that is missing. Raises
        `Frozen` where the log froze for another reason."""
        if self.frozen and self.frozen.code in (FROZEN_GUARD_MISSING, FROZEN_GUARD_MALFORMED):
            self._guard.write(self.published.size, self.published.root)
        self.start(now, witnesses)
        self.check()

    def _contradiction(self, witness: str, statement: Statement | None) -> Finding | None:
        """What a ledger's claim says against this node."""
        size = self.published.size
        if statement is None:
            return None
        if statement.size > size:
            return FROZEN_LEDGER_KNOWS_MORE(witness=witness, known=statement.size, size=size)
        if not self._stored.has_root(statement.size, statement.root):
            return FROZEN_LEDGER_OTHER_ROOT(witness=witness, size=statement.size)
        return None

    def _freeze(self, *findings: Finding) -> None:
        """The log is frozen for these reasons and no others; without any, it is not frozen."""
        if findings == self._freeze_reasons:
            return
        if findings:
            self._freeze_reasons = findings  # at once, also where the disk is full
        self._guard.freeze(self._last_signed(), *findings)
        # Durable: whatever is restored around the guard, the log stays as it is now.
        self._freeze_reasons = findings
        if findings:
            LOG.error("log frozen: log=%s size=%d reason=%s", self.origin, self.published.size, findings[0])
        else:
            LOG.warning("log thawed: log=%s size=%d", self.origin, self.published.size)

    def _last_signed(self) -> LastSigned:
        """What the guard says. Raises `Frozen`, and the log is, where it says nothing."""
        try:
            return self._guard.read()
        except Frozen as frozen:
            if self._freeze_reasons != (frozen.finding,):
                self._freeze_reasons = (frozen.finding,)
                LOG.error("log frozen: log=%s size=%d reason=%s", self.origin, self.published.size, frozen.finding)
            raise

    # --- growing ---------------------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """How many entries are stored and not in the log yet."""
        return self._queue.size - self.published.size

    @property
    def has_cause(self) -> bool:
        """Whether an entry waits that makes an anchor due: only for one of those a batch is made soon."""
        return self._queue.has_cause(self.published.size)

    @property
    def unpublished(self) -> Signed | None:
        """The head that waits for its witnesses, or None."""
        return self._waiting.head if self._waiting and not self._is_met(self._waiting) else None

    @property
    def newest_signed(self) -> Signed | None:
        """The newest head that was signed, published or not; None before the first."""
        published = Signed(self.published, self._note) if self._note else None
        return self._waiting.head if self._waiting else published

    def step(self, now: int, heartbeat: bool = False) -> SignedHead | None:
        """Make one batch of at most `MAX_BATCH` entries: its head, or None where nothing waits, or a head waits for its witnesses.
        `now` is in seconds since 1970. Raises `Frozen`, `Refused` where the key does not sign or a tile is not what it was,
        OSError where the disk fails."""
        self.check()
        if self._waiting is not None:  # for its witnesses, or for a disk that failed
            return self.heads.newest() if self._publish_if_met(now) else None
        if heartbeat:
            with self._queue.appending([Heartbeat(now)]):
                pass
        # Durable: the entries, and so all that follows. A crash from here on leaves a batch that the next step makes again.
        if not self.waiting:
            return None
        self._reached(failpoints.PLANNED)
        last = self._last_signed()
        old = self.published.size
        new = last.size if last.size > old else min(self._queue.size, old + MAX_BATCH)
        edge, files, full = self._grow(old, new)
        root = edge.root()
        if last.size == new and last.root != root:
            if self._stored.has_root(new, last.root):
                raise Refused(FSCK_ENTRIES_DAMAGED(path=self.origin, start=old, end=new))
            self._freeze(FROZEN_OTHER_ROOT(witness="the guard", size=new))
            self.check()
        self._files.write(files)
        # Durable: tiles and bundles. Nobody reads them yet; the next step finds them there, compares, and writes the others.
        self._reached(failpoints.TILES_WRITTEN)
        self._guard.write(new, root)
        self.largest_signed = new
        # Durable: the guard's head. A crash from here on leaves the guard ahead; the next step makes this very head first.
        self._reached(failpoints.GUARDED)
        checkpoint = Checkpoint(self.origin, new, root)
        note = sign_checkpoint(checkpoint, *self._signers)
        self._reached(failpoints.SIGNED)
        self._waiting = _Waiting(Signed(checkpoint, note, now), edge, full)
        if not self.quorum:
            return self._publish(self._waiting, now)
        LOG.info("head waits for witnesses: log=%s size=%d quorum=%d", self.origin, new, self.quorum)
        return None

    def _publish(self, waiting: _Waiting, now: int) -> SignedHead:
        """Steps 5 to 7, for a head that was signed."""
        checkpoint, note, old = waiting.head.checkpoint, waiting.head.note, self.published.size
        self._files.publish(note)
        # Durable and public: the checkpoint. After a crash `start` takes it from its file and records it.
        self._reached(failpoints.PUBLISHED)
        head = self._record(checkpoint, note, now)
        # Durable: the head's row. A crash from here on leaves partial files beside full ones, which does no harm.
        self.published, self._note, self._edge = (
            checkpoint,
            note,
            waiting.edge,
        )  # readers ask once this says it is there
        self._waiting = None
        self._reached(failpoints.HEAD_RECORDED)
        self._files.prune(waiting.full)
        LOG.info("batch sequenced: log=%s size=%d entries=%d", self.origin, checkpoint.size, checkpoint.size - old)
        return head

    def _publish_if_met(self, now: int) -> bool:
        """Publish the head that waits, if enough witnesses have cosigned it. A frozen log publishes nothing."""
        waiting = self._waiting
        if waiting is None or self.frozen or not self._is_met(waiting):
            return False
        self._publish(waiting, now)
        return True

    def _is_met(self, waiting: _Waiting) -> bool:
        return len(self.cosigners(waiting.head.note)) >= self.quorum

    def add_cosignature(self, size: int, cosignature: Signature, now: int) -> bool:
        """Put a cosignature, verified, into the head of `size`. Whether a head that waited for it was published. Raises OSError
        where the disk fails: the witness has to give it again."""
        waiting = self._waiting
        if waiting is not None and waiting.head.checkpoint.size == size:
            note = with_signature(waiting.head.note, cosignature)
            self._waiting = replace(waiting, head=replace(waiting.head, note=note))
            return self._publish_if_met(now)
        head = self.heads.find(size)
        if head is None:
            return False
        note = with_signature(head.note, cosignature)
        if note != head.note:
            self.heads.replace_note(size, note)
        # Durable: the recorded head. A crash from here on leaves the file without this cosignature: `start` writes it again.
        if size == self.published.size and note != self._note:
            self._files.publish(note)
            self._note = note
        return False

    def cosigners(self, note: bytes) -> frozenset[str]:
        """The names of the log's witnesses that cosigned this head."""
        parsed = Note.parse(note)
        return frozenset(key.name for key in self._witnesses if parsed.cosigned_at(key) is not None)

    def _grow(self, old: int, new: int) -> tuple[Edge, list[tuple[str, bytes]], list[str]]:
        """What a log that grows from `old` to `new` entries is then: its edge, the files that it needs, and the names of those that
        are full."""
        begin = old - old % WIDTH
        entries = self._queue.entries(begin, new)
        if leaf_hashes(entries[: old - begin]) != self._edge.last_leaves:  # rot: no bundle is written from it
            raise Refused(FSCK_ENTRIES_DAMAGED(path=self.origin, start=begin, end=old))
        bundles = list(bundles_between(old, new))
        files = [
            (bundle_path(part.index, part.width), encode_bundle(entries[part.index * WIDTH - begin :][: part.width]))
            for part in bundles
        ]
        edge = self._edge.copy()
        edge.extend(leaf_hashes(entries[old - begin :]))
        tiles = edge.take_tiles()
        files += [(tile.path, data) for tile, data in tiles]
        full = [bundle_path(part.index) for part in bundles if part.width == WIDTH]
        return edge, files, full + [tile.path for tile, _ in tiles if tile.width == WIDTH]

    def _record(self, checkpoint: Checkpoint, note: bytes, now: int) -> SignedHead:
        """Put a published head into the database."""
        before = self.heads.newest()
        added = self._queue.count_causes(before.checkpoint.size if before else 0, checkpoint.size)
        return self.heads.add(checkpoint, note, added, now)


def _is_claim(reason: Finding) -> bool:
    return reason.code in CLAIMS
