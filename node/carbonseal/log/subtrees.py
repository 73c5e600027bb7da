"""Complete subtrees: what valid inclusion and consistency proofs show of a Merkle tree (docs/spec.md, section 6.6).

- A *complete subtree* (level, index) covers the entries from index * 2^level to before (index + 1) * 2^level, all below the size.
  Every larger tree of the log has it too, with the same hash: two hashes for one complete subtree are equivocation.
- A proof shows the node that it begins with, its siblings, and the nodes that are computed on the way up. Their places follow
  from the entries that they cover, counted from the left of the whole tree. The number of a step in the proof is not a level: at
  the right edge, siblings are lower than their step.
- `SubtreeProof` leads from one complete subtree to the root. Every complete subtree that it shows has a proof of its own, which is
  a part of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from carbonseal.findings import Refused
from carbonseal.log.tree import node_hash, root_from_inclusion, split_point
from carbonseal.values import dataclass

from . import codes

Span = tuple[int, int]  # the entries from the first number to before the second


@dataclass(frozen=True, slots=True)
class SubtreeProof:
    """A complete subtree of the tree of `size` entries: `level` 0 is an entry's leaf, `index` counts from the left, `hash` has 32
    bytes. `siblings` lead from it to the root, lowest first."""

    level: int
    index: int
    hash: bytes
    size: int
    siblings: tuple[bytes, ...]

    def verify(self, root: bytes) -> None:
        """Raise Refused unless the subtree is complete and the siblings, no more and no fewer than needed, lead to `root`."""
        if not (0 <= self.level < 64 and self.index >= 0 and (self.index + 1) << self.level <= self.size):
            raise Refused(codes.SUBTREE_INCOMPLETE(level=self.level, index=self.index, size=self.size))
        reduced = -(-self.size >> self.level)  # a tree whose leaves are the subtrees of this level
        if root_from_inclusion(self.hash, self.index, reduced, self.siblings) != root:
            raise Refused(codes.SUBTREE_ROOT_DIFFERS(level=self.level, index=self.index, size=self.size))

    def nodes(self) -> Iterator[tuple[int, int, bytes]]:
        """Every complete subtree that this proof shows: level, index, hash. Itself is the first. Call `verify` before."""
        for (start, end), node, _, _ in self._walk():
            width = end - start
            if width & (width - 1) == 0 and start % width == 0:
                level = width.bit_length() - 1
                yield level, start >> level, node

    def subtrees(self) -> Iterator[SubtreeProof]:
        """What `nodes` gives, each with the proof that leads from it to the root."""
        for (start, end), node, below, step in self._walk():
            width = end - start
            if width & (width - 1) == 0 and start % width == 0:
                level = width.bit_length() - 1
                yield SubtreeProof(level, start >> level, node, self.size, (*below, *self.siblings[step:]))

    def _walk(self) -> Iterator[tuple[Span, bytes, tuple[bytes, ...], int]]:
        """Each node from the subtree up to the root, and its sibling: what it covers, its hash, and the hashes that lead from it
        to the root: those given, and the siblings from a step on."""
        node = self.hash
        for step, (child, parent) in enumerate(pairwise(self._way())):
            sibling = self.siblings[step]
            yield child, node, (), step
            if child[0] == parent[0]:
                yield (child[1], parent[1]), sibling, (node,), step + 1
                node = node_hash(node, sibling)
            else:
                yield (parent[0], child[0]), sibling, (node,), step + 1
                node = node_hash(sibling, node)
        yield (0, self.size), node, (), len(self.siblings)

    def _way(self) -> list[Span]:
        """What the nodes from the subtree up to the root cover (RFC 9162, section 2.1.1)."""
        first = self.index << self.level
        start, end = 0, self.size
        way = [(start, end)]
        while end - start > 1 << self.level:
            middle = start + split_point(end - start)
            start, end = (start, middle) if first < middle else (middle, end)
            way.append((start, end))
        return way[::-1]


def from_consistency(old_size: int, new_size: int, first: bytes, proof: Sequence[bytes]) -> SubtreeProof:
    """The proof, in the newer tree, of the subtree that a consistency proof begins with: the older tree's last perfect subtree.

    `first` is its hash, also where the RFC leaves it out, because it is the older root itself. 0 < `old_size` < `new_size`.
    """
    level = (old_size & -old_size).bit_length() - 1
    return SubtreeProof(level, (old_size >> level) - 1, first, new_size, tuple(proof))


def split_consistency(old_size: int, old_root: bytes, proof: Sequence[bytes]) -> tuple[bytes, tuple[bytes, ...]]:
    """A consistency proof as RFC 9162 has it, as its first node and the siblings."""
    if old_size & (old_size - 1) == 0:
        return old_root, tuple(proof)
    return proof[0], tuple(proof[1:])
