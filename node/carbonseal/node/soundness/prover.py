"""Proofs from a log's tiles, each checked against the signed root before it is handed out: a rotten tile makes a wrong one."""

from __future__ import annotations

from typing import Protocol

from carbonseal.findings import Refused
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.tiles import TileReader
from carbonseal.log.tree import (
    EMPTY_ROOT,
    Edge,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)

from .codes import FSCK_PROOF_DAMAGED
from .found import Found


class Head(Protocol):
    """A signed head."""

    @property
    def checkpoint(self) -> Checkpoint:
        """What it says."""


class Heads(Protocol):
    """The signed heads of a log."""

    def find(self, size: int) -> Head | None:
        """The head of this size, or None."""


class Entries(Protocol):
    """The entries of a log."""

    def entries(self, start: int, end: int) -> list[bytes]:
        """Those from `start` to before `end`."""


class Prover:
    """Proves what is in the log `origin`. What does not prove goes to `found`."""

    def __init__(self, origin: str, files: TileReader, heads: Heads, queue: Entries, found: Found) -> None:
        self._origin = origin
        self._files = files
        self._heads = heads
        self._queue = queue
        self._found = found

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """The proof that entry `index` is in the log of `size` entries (RFC 9162, section 2.1.3). Raises Refused;
        `fsck.proof-damaged` where the tiles or the entry do not lead to the signed root."""
        proof = inclusion_proof(index, size, self._files)
        try:
            for entry in self._queue.entries(index, index + 1):
                verify_inclusion(leaf_hash(entry), index, size, proof, self._root(size))
                return proof
        except Refused as refused:
            raise self._damaged(f"entry {index} in size {size}") from refused
        raise self._damaged(f"entry {index} in size {size}")

    def consistency(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """The proof that the log of `new_size` entries begins with that of `old_size` (RFC 9162, section 2.1.4). Raises Refused as
        `inclusion` does."""
        proof = consistency_proof(old_size, new_size, self._files)
        try:
            verify_consistency(old_size, self._root(old_size), new_size, self._root(new_size), proof)
        except Refused as refused:
            raise self._damaged(f"size {old_size} in size {new_size}") from refused
        return proof

    def _root(self, size: int) -> bytes:
        """The root that was signed at this size; where none was, or not yet, what the tiles have."""
        if size == 0:
            return EMPTY_ROOT
        head = self._heads.find(size)
        return Edge.load(size, self._files).root() if head is None else head.checkpoint.root

    def _damaged(self, what: str) -> Refused:
        finding = FSCK_PROOF_DAMAGED(log=self._origin, what=what)
        self._found.add([finding])
        return Refused(finding)
