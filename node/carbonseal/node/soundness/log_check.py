"""Checks one log: its entries, records and heads in the database, its tiles, bundles and checkpoint, and its guard.

The tree is computed anew over all entries, each chosen from its copies (`choice`). Then

- whatever differs from what the chosen entries give is damaged;
- the log is its guard's, and damage may be repaired, where the root at the guard's size is the guard's root and the root of the
  newest checkpoint is the checkpoint's;
- where the checkpoint's root is the computed one and the guard's is not, that is no rot: the log forked;
- an old copy has fewer entries than the guard says.

A pass is made of steps, each of one bundle of entries, so that a scrub can rest between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from carbonseal.findings import Finding
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.entries import RecordEntry
from carbonseal.log.tiles import WIDTH, Tile, bundle_path, encode_bundle, partial_tiles
from carbonseal.log.tree import EMPTY_ROOT, Edge, leaf_hash
from carbonseal.node.sealing import known
from carbonseal.node.sealing.codes import FROZEN_LOST_ENTRIES, FROZEN_OTHER_ROOT, FROZEN_WENT_BACK
from carbonseal.node.sealing.guard import LastSigned
from carbonseal.records.commitments import salt_for

from . import codes
from .choice import bundle_entries, choose_all, first_difference
from .damage import Damage, PutEntry, PutSalt, RebuildIndex, RemoveFile, Repair, SignHead, WriteFile
from .notes import Notes
from .stored import BUNDLES, IndexSum, Listing, Rows, StoredHead, StoredLog

MOST = 1000  # damaged places that one pass names


class LogCheck:
    """One pass over one log."""

    def __init__(
        self,
        stored: StoredLog,
        last: LastSigned | None,
        notes: Notes,
        *,
        salt_keys: Mapping[str, bytes | None],
        live: bool = False,
        scrub: bool = False,
    ) -> None:
        """`last` is what the guard says, None where it says nothing. `salt_keys` are those of the tenants that submit to the log,
        by name; None for one that cannot be opened. `live`: the log grows meanwhile. `scrub`: only what is in the published log is
        looked at, and not the index, which one step cannot be."""
        self._stored = stored
        self._last = last
        self._notes = notes
        self._salt_keys = salt_keys
        self._live = live
        self._scrub = scrub
        self._edge = Edge()
        self._partial: dict[
            tuple[int, int], bytes
        ] = {}  # the newest bytes of tiles that are not full, by level and width
        self._roots = {0: EMPTY_ROOT}
        self._files: Listing = {}
        self._index: tuple[int, IndexSum] = (0, IndexSum())
        self._made_index = IndexSum()
        self.published: Checkpoint | None = None
        self.size = 0
        self.damage: list[Damage] = []
        self.verdict: list[Finding] = []  # why this is not the log that its guard knows; nothing where it is
        self.is_cut = False
        self._is_done = False
        self._is_readable = True  # all rows so far

    def steps(self) -> Iterator[int]:
        """Make the pass: the number of bytes that each step looked at. `damage` and `verdict` say what was found."""
        stored = self._stored
        self._find_published()
        covered = self.published.size if self.published else 0
        queued = stored.size()
        self.size = min(covered, queued) if self._scrub or self._live else queued
        self._files = stored.listing()
        if not self._scrub:
            self._index = stored.index()
        yield 0
        for start in range(0, self.size, WIDTH):
            rows = stored.rows(start, min(start + WIDTH, self.size))
            read = self._step(start, rows, covered)
            yield rows.bytes + read
        for tile in partial_tiles(self.size):
            self._compare(tile.level, tile.index, self._partial[tile.level, tile.width], covered)
        if not (self._live or self._scrub):
            self._note_beyond()
        if not self._scrub and self._is_readable and self._made_index.value != self._index[1].value:
            self._add(codes.FSCK_INDEX_DAMAGED(path=stored.path), RebuildIndex())
        self._judge(covered, queued)
        self._is_done = True
        yield 0

    @property
    def is_guards(self) -> bool:
        """Whether the computed tree is the one that was signed last, so that damage may be repaired."""
        return self._is_done and self._last is not None and not self.verdict

    # --- one bundle of entries -------------------------------------------------------------------------------------

    def _step(self, start: int, rows: Rows, covered: int) -> int:
        index, width = start // WIDTH, max(0, min(WIDTH, covered - start))
        bundle = self._stored.bundle(index, width) if width else None
        leaves = self._stored.leaves(index, width) if width else None
        chosen = choose_all(rows.entries, bundle_entries(bundle, width), rows.made, leaves)
        if rows.problem:
            self._is_readable = False
            self._add(codes.FSCK_DATABASE_DAMAGED(path=self._stored.path, problem=rows.problem))
        else:
            for position, entry in enumerate(chosen):
                chosen[position] = self._check_entry(start + position, entry, rows, position, covered)
        hashes = [_leaf(entry, leaves, position) for position, entry in enumerate(chosen)]
        self._grow(start, hashes)
        entries = [entry for entry in chosen if entry is not None]
        if len(entries) == len(chosen):
            self._compare(BUNDLES, index, encode_bundle(entries), covered, entries)
        for tile, data in self._edge.take_tiles():
            if tile.width == WIDTH:
                self._compare(tile.level, tile.index, data, covered)
            else:
                self._partial[tile.level, tile.width] = data
        return len(bundle or b"") + len(leaves or b"")

    def _check_entry(self, number: int, chosen: bytes | None, rows: Rows, position: int, covered: int) -> bytes | None:
        """Compare an entry's row and record with the chosen entry; the entry that it should be."""
        row, made, record = rows.entries[position], rows.made[position], rows.records.get(number)
        path = self._stored.path
        if chosen is None:
            self._add(codes.FSCK_ENTRY_DAMAGED(path=path, number=number))
            return None
        if record is not None and made != chosen:
            key = self._salt_keys.get(record.tenant)
            salt = salt_for(key, record.profile, record.canonical) if key and record.canonical is not None else None
            if number >= covered and salt is not None and salt == record.salt and made is not None:
                chosen = made  # nothing was hashed yet, and the record is what its tenant's key says
            elif salt is not None and record.entry(salt) == chosen:
                self._add(codes.FSCK_SALT_DAMAGED(path=path, number=number), PutSalt(number, salt))
                made = chosen
        if row != chosen:
            self._add(codes.FSCK_ENTRY_DAMAGED(path=path, number=number), PutEntry(number, chosen))
        if chosen[:1] == bytes([RecordEntry.kind]):
            if made != chosen:
                self._add(codes.FSCK_RECORD_DAMAGED(path=path, number=number))
            elif record is not None and record.tenant not in self._salt_keys:
                self._add(codes.FSCK_TENANT_DAMAGED(path=path, number=number, tenant=repr(record.tenant)))
            if number < self._index[0]:
                self._made_index.add(known.prefix(chosen[1:]), number)
        return chosen

    def _grow(self, start: int, leaves: list[bytes]) -> None:
        """Let the tree grow, and compare the heads of the sizes that it comes to."""
        end, done = start + len(leaves), 0
        heads = {head.size: head for head in self._stored.heads(start, end)}
        wanted = {self.published.size if self.published else 0, self._last.size if self._last else 0}
        for size in sorted(one for one in {*heads, *wanted, end} if start < one <= end):
            self._edge.extend(leaves[done : size - start])
            done = size - start
            if size in heads or size in wanted:
                self._roots[size] = self._edge.root()
            if size in heads:
                self._check_head(heads[size], self._roots[size])
            if size not in wanted:
                self._roots.pop(size, None)

    def _check_head(self, head: StoredHead, root: bytes) -> None:
        expected = Checkpoint(self._notes.origin, head.size, root)
        reason = self._notes.problem(head.note, expected) or ("its root" if head.root != root else "")
        if reason:
            finding = codes.FSCK_HEAD_DAMAGED(path=self._stored.path, size=head.size, reason=reason)
            self._add(finding, SignHead(expected, head.note))

    # --- files -----------------------------------------------------------------------------------------------------

    def _compare(self, level: int, index: int, data: bytes, covered: int, entries: list[bytes] | None = None) -> None:
        """Compare the files of one tile, or bundle (then with its `entries`), with the bytes that it has at this pass's size."""
        available = len(data) // 32 if entries is None else len(entries)
        below = covered >> 8 * max(level, 0)
        required = max(0, min(WIDTH, below - index * WIDTH))
        present = self._files.pop((level, index), set())
        for width in sorted(present):
            path = _path(level, index, width)
            if width > available:
                if not (self._live or self._scrub):
                    self._add(codes.FSCK_FILE_BEYOND(path=self._in_node(path)), RemoveFile(path))
                continue
            found = self._stored.read(path)
            expected = data[: 32 * width] if entries is None else encode_bundle(entries[:width])
            if found is None or found == expected:  # None: pruned meanwhile
                continue
            place = {"path": self._in_node(path), "offset": first_difference(found, expected)}
            whole = WIDTH in present and width < WIDTH
            self._add(codes.FSCK_FILE_DAMAGED(**place), RemoveFile(path) if whole else WriteFile(path, expected))
        if required and not any(required <= width <= available for width in present):
            path = _path(level, index, required)
            if self._stored.read(path) is None:
                expected = data[: 32 * required] if entries is None else encode_bundle(entries[:required])
                self._add(codes.FSCK_FILE_MISSING(path=self._in_node(path)), WriteFile(path, expected))

    def _note_beyond(self) -> None:
        """Files of tiles that the database has no entry for: all that were compared are gone from the listing."""
        for (level, index), widths in sorted(self._files.items()):
            for path in (_path(level, index, width) for width in sorted(widths)):
                self._add(codes.FSCK_FILE_BEYOND(path=self._in_node(path)), RemoveFile(path))

    def _in_node(self, path: str) -> str:
        return f"logs/{self._stored.name}/{path}"

    # --- the newest checkpoint, and the guard ----------------------------------------------------------------------

    def _find_published(self) -> None:
        """The newest checkpoint, from its file or its row, whichever is what was signed."""
        note, row = self._stored.files.checkpoint(), self._stored.newest_head()
        in_file = self._notes.open(note) if note is not None else None
        in_row = self._notes.open(row.note) if row is not None else None
        good = [one for one in (in_file, in_row) if isinstance(one, Checkpoint)]
        self.published = max(good, key=lambda one: one.size, default=None)
        if row is None or not isinstance(in_row, Checkpoint) or self._live:
            if isinstance(in_file, str):
                self._add(codes.FSCK_CHECKPOINT_DAMAGED(path=self._in_node("checkpoint"), reason=in_file))
            return
        reason = in_file or "it is missing"
        if isinstance(reason, Checkpoint):
            if reason.size > in_row.size or reason == in_row:
                return
            reason = f"it has the size {reason.size}, and the newest head has {in_row.size}"
        finding = codes.FSCK_CHECKPOINT_DAMAGED(path=self._in_node("checkpoint"), reason=reason)
        self._add(finding, WriteFile("checkpoint", row.note))

    def _judge(self, covered: int, queued: int) -> None:
        """Whether this is the log that was signed last."""
        last = self._last
        if queued < covered:
            self.verdict.append(FROZEN_LOST_ENTRIES(size=covered, queued=queued))
            return
        if last is None:
            return
        if queued < last.size:
            self.verdict.append(FROZEN_WENT_BACK(witness="the guard", known=last.size, size=queued))
            return
        signed = self.published is None or self._roots.get(covered) == self.published.root
        beyond = last.size > self.size  # a live log, whose guard is ahead of what is published
        guards = beyond or self._roots.get(last.size) == last.root
        if signed and not guards:
            self.verdict.append(FROZEN_OTHER_ROOT(witness="the guard", size=last.size))
        elif not signed:
            witness, size = ("the checkpoint", covered) if guards else ("the guard", last.size)
            self.verdict.append(codes.FSCK_BEYOND_REPAIR(witness=witness, size=size))

    def _add(self, finding: Finding, repair: Repair | None = None) -> None:
        if len(self.damage) >= MOST:
            self.is_cut = True
            return
        self.damage.append(Damage(finding, repair))


def _leaf(entry: bytes | None, leaves: bytes | None, position: int) -> bytes:
    """The hash of an entry; of one that is lost, what the tile has; else no hash at all, which no tree has."""
    if entry is not None:
        return leaf_hash(entry)
    return (leaves or b"")[32 * position : 32 * position + 32] or bytes(32)


def _path(level: int, index: int, width: int) -> str:
    return bundle_path(index, width) if level == BUNDLES else Tile(level, index, width).path
