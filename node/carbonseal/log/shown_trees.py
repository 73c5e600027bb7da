"""Trees of which valid inclusion proofs have shown nodes: the next proof under the same head ends at the first of them.

A proof that was verified shows each node on its way up and each sibling, and of each the siblings that lead from there to the root.
A later proof of the same tree whose way comes to such a node, and which goes on with those very siblings, leads to the same root:
nothing above needs hashing. A proof that does anything else is verified in full, as if nothing had been shown, so that what is
refused is refused for the same reason.

A tree is its size and its root. Kept are complete subtrees alone, by level and index: no leaf, and nothing at the right edge.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from itertools import islice

from carbonseal.log.tree import verify_inclusion

MOST_NODES = 32_768  # of all trees together, of about 400 bytes each
MOST_TREES = 256
FIRST = 8  # proofs of a tree that are verified in full and leave nothing: of most trees there are no more

Hashes = tuple[bytes, ...]
_sha256 = hashlib.sha256


class ShownTrees:
    """Verifies inclusion proofs. At most `most` nodes are kept: those of the tree that was not used for the longest time go first,
    and of one tree alone the lowest. For one thread."""

    def __init__(self, most: int = MOST_NODES, first: int = FIRST) -> None:
        self._most, self._first = most, first
        self._trees: OrderedDict[tuple[int, bytes], _Tree] = OrderedDict()
        self._last = _Tree(0, b"")
        self._nodes = 0

    def verify_inclusion(self, leaf: bytes, index: int, size: int, proof: Hashes, root: bytes) -> None:
        """As `tree.verify_inclusion`: raise Refused unless `proof` shows that the leaf hash is at `index` in the tree of `size`
        entries under `root`."""
        tree = self._last
        if tree.size != size or tree.root != root:
            tree = self._last = self._tree(size, root)
        if len(proof) > 1 and 0 <= index < size:  # most often the parent of the leaf was shown: then this is all
            number, sibling = tree.first_leaf + index, proof[0]
            held = tree.shown.get(number >> 1)
            if held is not None:
                node = _sha256(b"\1" + sibling + leaf if number & 1 else b"\1" + leaf + sibling).digest()
                if held[0] == node and held[1] == proof[1] and held[2][2:] == proof[2:]:
                    return
        if tree.proofs < self._first:
            verify_inclusion(leaf, index, size, proof, root)
            tree.proofs += 1
        elif (more := tree.verify(leaf, index, proof)) > 0:
            self._nodes += more
            if self._nodes > self._most:
                self._forget()

    def __len__(self) -> int:
        return self._nodes

    def _tree(self, size: int, root: bytes) -> _Tree:
        """The tree, now the last used."""
        tree = self._trees.get((size, root))
        if tree is not None:
            self._trees.move_to_end((size, root))
            return tree
        if len(self._trees) == MOST_TREES:
            self._forget_oldest()
        tree = self._trees[size, root] = _Tree(size, root)
        return tree

    def _forget(self) -> None:
        while self._nodes > self._most and len(self._trees) > 1:
            self._forget_oldest()
        while self._nodes > self._most:
            self._nodes -= self._last.forget_lowest()

    def _forget_oldest(self) -> None:
        _, gone = self._trees.popitem(last=False)
        self._nodes -= len(gone.shown)


class _Tree:
    """One tree. A node has a number: 1 is the root of the perfect tree that this one is the left part of, and the children of n
    are 2n and 2n + 1."""

    __slots__ = ("_last_leaf", "_lowest", "first_leaf", "proofs", "root", "shown", "size")

    def __init__(self, size: int, root: bytes) -> None:
        self.size, self.root = size, root
        self.proofs = 0
        # node, its sibling, and a proof that above these goes on from here to the root
        self.shown: dict[int, tuple[bytes, bytes, Hashes]] = {}
        self.first_leaf = 1 << (size - 1).bit_length()
        self._last_leaf = self.first_leaf + size - 1
        self._lowest = 1  # level that is kept

    def verify(self, leaf: bytes, index: int, proof: Hashes) -> int:
        """As `tree.verify_inclusion`; how many nodes more are kept."""
        shown, node = self.shown, leaf
        way: list[bytes] = []
        number = self.first_leaf + index
        if 0 <= index < self.size:
            for sibling in islice(proof, (number ^ self._last_leaf).bit_length()):  # below the right edge
                held = shown.get(number)
                if held is not None and held[0] == node and held[1] == sibling:
                    above = len(way) + 1
                    if held[2][above:] == proof[above:]:
                        return self._keep(index, way, proof) if above > 2 else 0
                way.append(node)
                node = _sha256(b"\1" + sibling + node if number & 1 else b"\1" + node + sibling).digest()
                number >>= 1
        verify_inclusion(leaf, index, self.size, proof, self.root)
        return self._keep(index, way, proof)

    def _keep(self, index: int, way: Sequence[bytes], proof: Hashes) -> int:
        """Keep the nodes on the way, by level, and their siblings; how many they are more."""
        before = len(self.shown)
        for level in range(self._lowest, len(way)):
            number = self.first_leaf + index >> level
            node, sibling = way[level], proof[level]
            self.shown[number] = node, sibling, proof
            if number ^ 1 != self._last_leaf >> level:
                self.shown[number ^ 1] = sibling, node, proof
        return len(self.shown) - before

    def forget_lowest(self) -> int:
        """Let go of the nodes of the lowest level that is kept, for good; how many they were."""
        before = len(self.shown)
        self._lowest += 1
        least = self.first_leaf >> self._lowest - 1
        self.shown = {number: held for number, held in self.shown.items() if number < least}
        return before - len(self.shown)
