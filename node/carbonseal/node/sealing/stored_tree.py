"""The tree of a log as it is stored: its newest head, and the edge of the tree of any size.

Rot is told from a fork here. Where tiles do not lead to a root that was signed, the tree is computed anew from all copies of the
entries, and that decides; where a head's row or file is not signed as it was, the other one is taken. What rotted goes to `found`,
and nothing is written.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from carbonseal.findings import Refused
from carbonseal.log.checkpoints import Checkpoint, open_checkpoint
from carbonseal.log.notes import VerifierKey
from carbonseal.log.tree import EMPTY_ROOT, Edge
from carbonseal.node.soundness.codes import FSCK_CHECKPOINT_DAMAGED, FSCK_HEAD_DAMAGED, FSCK_TILES_DAMAGED
from carbonseal.node.soundness.found import Found

from .files import LogFiles
from .heads import Heads

LOG = logging.getLogger(__name__)


class StoredTree:
    """The stored tree of the log that has this key. `recompute` gives the tree of a size from its entries alone."""

    def __init__(
        self, key: VerifierKey, files: LogFiles, heads: Heads, recompute: Callable[[int], Edge], found: Found
    ) -> None:
        self._key = key
        self._files = files
        self._heads = heads
        self._recompute = recompute
        self._found = found

    def newest(self) -> tuple[Checkpoint, bytes | None]:
        """The newest head that was published, and its note (None before the first): from its file or, where that was lost or is
        damaged, from the database. Raises Refused where neither is a head of this log any more."""
        note, recorded = self._files.checkpoint(), self._heads.newest()
        if recorded is not None and self._opened(recorded.note) != recorded.checkpoint:
            reason = "it is not signed as it is stored"
            self._found.add([FSCK_HEAD_DAMAGED(path=self._key.name, size=recorded.checkpoint.size, reason=reason)])
            recorded = None  # the file has the same head
        try:
            published = open_checkpoint(note, self._key) if note else None
        except Refused as refused:
            if recorded is None:
                raise refused.under("log", "checkpoint") from refused
            self._found.add([FSCK_CHECKPOINT_DAMAGED(path="checkpoint", reason=refused.finding.message)])
            published = None
        if recorded is None:
            return published or Checkpoint(self._key.name, 0, EMPTY_ROOT), note
        behind = published is None or published.size < recorded.checkpoint.size
        if behind or published == recorded.checkpoint:  # the recorded note may have more cosignatures than the file
            return recorded.checkpoint, recorded.note
        return published or Checkpoint(self._key.name, 0, EMPTY_ROOT), note

    def edge(self, size: int, root: bytes) -> Edge:
        """The edge of the tree of `size` entries: as the tiles have it, or, where they do not lead to `root`, as the entries do."""
        try:
            edge = Edge.load(size, self._files)
            if edge.root() == root:
                return edge
        except Refused as refused:
            LOG.warning("tiles cannot be read: log=%s size=%d error=%s", self._key.name, size, refused)
        computed = self._recompute(size)
        if computed.root() == root:
            self._found.add([FSCK_TILES_DAMAGED(log=self._key.name, size=size)])
        return computed

    def has_root(self, size: int, root: bytes) -> bool:
        """Whether this is the root of the log's first `size` entries."""
        return self.edge(size, root).root() == root

    def _opened(self, note: bytes) -> Checkpoint | None:
        try:
            return open_checkpoint(note, self._key)
        except Refused:
            return None
