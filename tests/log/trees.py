"""Trees to test against: RFC 9162's definitions word for word, and readers that count."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache

from carbonseal.log.tree import leaf_hash, node_hash


def entries(count: int) -> list[bytes]:
    return [f"entry {number}".encode() for number in range(count)]


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(entry) for entry in entries(count)]


def _split(count: int) -> int:
    k = 1
    while 2 * k < count:
        k *= 2
    return k


class Definition:
    """MTH, PATH and PROOF of RFC 9162, section 2.1, by the recursions that define them."""

    def __init__(self, hashes: Sequence[bytes]) -> None:
        self.hashes = hashes
        self.mth = cache(self._mth)

    def _mth(self, start: int, end: int) -> bytes:
        if start == end:
            return hashlib.sha256().digest()
        if end - start == 1:
            return self.hashes[start]
        middle = start + _split(end - start)
        return node_hash(self.mth(start, middle), self.mth(middle, end))

    def root(self, size: int) -> bytes:
        return self.mth(0, size)

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        return self._path(index, 0, size)

    def _path(self, m: int, start: int, end: int) -> tuple[bytes, ...]:
        n = end - start
        if n == 1:
            return ()
        k = _split(n)
        if m < k:
            return (*self._path(m, start, start + k), self.mth(start + k, end))
        return (*self._path(m - k, start + k, end), self.mth(start, start + k))

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        return self._subproof(old, 0, new, True) if old else ()

    def _subproof(self, m: int, start: int, end: int, known: bool) -> tuple[bytes, ...]:
        n = end - start
        if m == n:
            return () if known else (self.mth(start, end),)
        k = _split(n)
        if m <= k:
            return (*self._subproof(m, start, start + k, known), self.mth(start + k, end))
        return (*self._subproof(m - k, start + k, end, False), self.mth(start, start + k))


class Tiles:
    """A tile reader over a tree in memory, by tlog-tiles' definition of a tile. Knows nothing beyond `size`."""

    def __init__(self, tree: Definition, size: int) -> None:
        self.tree = tree
        self.size = size
        self.read: list[tuple[int, int, int]] = []

    def tile(self, level: int, index: int, width: int) -> bytes:
        self.read.append((level, index, width))
        span = 256**level
        first = index * 256
        assert width == min(256, self.size // span - first) > 0
        return b"".join(self.tree.mth(i * span, (i + 1) * span) for i in range(first, first + width))

    def entries(self, index: int, width: int) -> bytes:
        raise AssertionError("proofs need no entries")


class SparseTiles:
    """A log of any size in which all entries are alike but for a few: every node is known without building the tree."""

    def __init__(self, size: int, marked: Sequence[int]) -> None:
        self.size = size
        self.marked = frozenset(marked)
        self.reads = 0
        self.node = cache(self._node)
        self.alike = [leaf_hash(b"alike")]
        for _ in range(64):
            self.alike.append(node_hash(self.alike[-1], self.alike[-1]))

    def leaf(self, index: int) -> bytes:
        return leaf_hash(b"marked %d" % index) if index in self.marked else self.alike[0]

    def _node(self, height: int, index: int) -> bytes:
        if all(mark >> height != index for mark in self.marked):
            return self.alike[height]
        if height == 0:
            return self.leaf(index)
        return node_hash(self.node(height - 1, 2 * index), self.node(height - 1, 2 * index + 1))

    def root(self, size: int) -> bytes:
        peaks, start = [], 0
        while start < size:
            height = (size - start).bit_length() - 1
            peaks.append(self.node(height, start >> height))
            start += 1 << height
        root = peaks.pop()
        while peaks:
            root = node_hash(peaks.pop(), root)
        return root

    def tile(self, level: int, index: int, width: int) -> bytes:
        self.reads += 1
        assert width == min(256, (self.size >> 8 * level) - 256 * index) > 0
        return b"".join(self.node(8 * level, 256 * index + i) for i in range(width))

    def entries(self, index: int, width: int) -> bytes:
        raise AssertionError("proofs need no entries")
