"""Merkle tree (RFC 9162, section 2.1): hashes, the growing right edge, proofs from tiles, verification of proofs.

- Hashes are SHA-256, 32 bytes. Indexes count from 0.
- A leaf is SHA-256(00 ‖ entry), an inner node SHA-256(01 ‖ left ‖ right): neither can be taken for the other.
- A proof has exactly the number of hashes that index and sizes give; any other number is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from carbonseal.findings import Refused
from carbonseal.log.tiles import WIDTH, Tile, TileReader, partial_tiles

from . import codes

EMPTY_ROOT = hashlib.sha256(b"").digest()

_sha256 = hashlib.sha256


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(00 ‖ entry) (RFC 9162, section 2.1.1)."""
    return _sha256(b"\0" + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """`leaf_hash` of many entries, without a call for each."""
    return [_sha256(b"\0" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(01 ‖ left ‖ right) (RFC 9162, section 2.1.1)."""
    return _sha256(b"\1" + left + right).digest()


def _parents(nodes: Sequence[bytes]) -> list[bytes]:
    """The next level up: pairs are hashed, an odd last node is carried up as it is."""
    pairs = iter(nodes)
    above = [_sha256(b"\1" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]
    if len(nodes) & 1:
        above.append(nodes[-1])
    return above


def tree_root(nodes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; also over the roots of subtrees of one height, of which the last may be lower."""
    while len(nodes) > 1:
        nodes = _parents(nodes)
    return nodes[0] if nodes else EMPTY_ROOT


class Edge:
    """The right edge of a growing tree: for each tile level, the hashes that do not fill a tile yet.

    That is all a log needs to grow: fewer than 256 hashes a level, three levels at 10^7 entries. A row that fills a tile is
    reduced at once to one hash of the level above, and kept as a new tile until `take_tiles`.
    """

    def __init__(self) -> None:
        self._rows: list[list[bytes]] = [[]]
        self._filled: list[tuple[Tile, bytes]] = []
        self._taken = 0  # the size at the last `take_tiles`

    @classmethod
    def load(cls, size: int, reader: TileReader) -> Edge:
        """The edge of a stored tree of `size` entries: one read for each tile level. Raises Refused on a tile of another
        length."""
        edge = cls()
        edge._rows = [[] for _ in range(_tile_levels(size))] or [[]]
        for tile in partial_tiles(size):
            edge._rows[tile.level] = _split(_read(reader, tile))
        edge._taken = size
        return edge

    def copy(self) -> Edge:
        """An independent edge of the same tree. Copies at most 255 references a level, and the tiles not taken yet."""
        edge = Edge()
        edge._rows = [row.copy() for row in self._rows]
        edge._filled = self._filled.copy()
        edge._taken = self._taken
        return edge

    @property
    def size(self) -> int:
        """The number of entries."""
        return sum(len(row) << 8 * level for level, row in enumerate(self._rows))

    @property
    def last_leaves(self) -> list[bytes]:
        """The leaf hashes that do not fill a tile yet."""
        return self._rows[0].copy()

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        row = self._rows[0]
        row.append(leaf)
        if len(row) == WIDTH:
            self._grow(0, ())

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add many leaf hashes. Slices of about a thousand stay in the processor's cache and are the quickest."""
        self._grow(0, leaves)

    def _grow(self, level: int, hashes: Iterable[bytes]) -> None:
        row = self._rows[level]
        row += hashes
        if len(row) < WIDTH:
            return
        if level + 1 == len(self._rows):
            self._rows.append([])
        index = sum(len(higher) << 8 * above for above, higher in enumerate(self._rows[level + 1 :]))
        whole = len(row) // WIDTH * WIDTH
        nodes, row[:] = row[:whole], row[whole:]
        joined = b"".join(nodes)
        for tile, start in enumerate(range(0, len(joined), 32 * WIDTH), index):
            self._filled.append((Tile(level, tile), joined[start : start + 32 * WIDTH]))
        for _ in range(8):
            nodes = _parents(nodes)
        self._grow(level + 1, nodes)

    def root(self) -> bytes:
        """The root of the tree at its present size (32 bytes)."""
        root: list[bytes] = []
        for row in self._rows:
            if nodes := row + root:
                root = [tree_root(nodes)]
        return root[0] if root else EMPTY_ROOT

    def take_tiles(self) -> list[tuple[Tile, bytes]]:
        """The tiles, with their bytes, that were filled since the last call (or `load`), and the partial tiles that changed:
        what a reader of the present size needs and a reader of that size did not. Each is given once."""
        size = self.size
        tiles, self._filled = self._filled, []
        for tile in partial_tiles(size):
            if size >> 8 * tile.level != self._taken >> 8 * tile.level:
                tiles.append((tile, b"".join(self._rows[tile.level])))
        self._taken = size
        return tiles


# --- proofs from tiles ---------------------------------------------------------------------------------------------


def _tile_levels(size: int) -> int:
    return -(-size.bit_length() // 8)


def _split(data: bytes) -> list[bytes]:
    return [data[start : start + 32] for start in range(0, len(data), 32)]


def _read(reader: TileReader, tile: Tile) -> bytes:
    data = reader.tile(tile.level, tile.index, tile.width)
    if len(data) != 32 * tile.width:
        raise Refused(codes.TILE_WRONG_LENGTH(tile.path, length=len(data), expected=32 * tile.width))
    return data


class _Subtrees:
    """Roots of subtrees of the tree of `size` entries. Reads each tile once."""

    def __init__(self, size: int, reader: TileReader) -> None:
        self._size = size
        self._reader = reader
        self._tiles: dict[tuple[int, int], bytes] = {}

    def _tile(self, level: int, index: int) -> bytes:
        if (level, index) not in self._tiles:
            width = min(WIDTH, (self._size >> 8 * level) - index * WIDTH)
            self._tiles[level, index] = _read(self._reader, Tile(level, index, width))
        return self._tiles[level, index]

    def _perfect(self, height: int, index: int) -> bytes:
        """The root of the `index`-th subtree of 2^height entries."""
        level, depth = divmod(height, 8)
        tile, first = divmod(index << depth, WIDTH)
        return tree_root(_split(self._tile(level, tile)[32 * first : 32 * (first + (1 << depth))]))

    def root(self, start: int, end: int) -> bytes:
        """The root over the entries from `start` to before `end`; `start` is a multiple of a power of two that is at least
        `end - start`."""
        peaks: list[bytes] = []
        while start < end:
            height = (end - start).bit_length() - 1
            peaks.append(self._perfect(height, start >> height))
            start += 1 << height
        root = peaks.pop()
        while peaks:
            root = node_hash(peaks.pop(), root)
        return root


def split_point(span: int) -> int:
    """The largest power of two below `span` (RFC 9162, section 2.1.1)."""
    return 1 << (span - 1).bit_length() - 1


def inclusion_proof(index: int, size: int, reader: TileReader) -> tuple[bytes, ...]:
    """The inclusion proof of entry `index` in the tree of `size` entries: hashes from leaf to root (RFC 9162, section 2.1.3).

    Reads at most two tiles a tile level: six for 10^7 entries. Raises Refused unless index < size, and on a tile of another
    length.
    """
    if not 0 <= index < size:
        raise Refused(codes.INCLUSION_INDEX_BEYOND_SIZE(index=index, size=size))
    subtrees = _Subtrees(size, reader)
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + split_point(end - start)
        if index < middle:
            path.append(subtrees.root(middle, end))
            end = middle
        else:
            path.append(subtrees.root(start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_proof(old_size: int, new_size: int, reader: TileReader) -> tuple[bytes, ...]:
    """The consistency proof that the tree of `new_size` entries begins with that of `old_size` (RFC 9162, section 2.1.4).

    Empty from size 0 and between equal sizes. Raises Refused where the old size is the larger, and on a tile of another
    length.
    """
    if not 0 <= old_size <= new_size:
        raise Refused(codes.CONSISTENCY_SHRINKS(old=old_size, new=new_size))
    if old_size == 0:
        return ()
    subtrees = _Subtrees(new_size, reader)
    start, end, path = 0, new_size, []
    while end != old_size:
        middle = start + split_point(end - start)
        if old_size <= middle:
            path.append(subtrees.root(middle, end))
            end = middle
        else:
            path.append(subtrees.root(start, middle))
            start = middle
    if start:  # the old tree's last subtree is not the old tree itself, which the verifier knows
        path.append(subtrees.root(start, end))
    return tuple(reversed(path))


def all_inclusion_proofs(leaves: Sequence[bytes], encode: Callable[[bytes], bytes] | None = None) -> Iterator[bytes]:
    """The inclusion proof of every leaf hash in turn, each as one byte string: its hashes from leaf to root.

    `encode` turns a hash into what is written (`binascii.b2a_base64` gives the lines of a tlog-proof). Every node is encoded
    once, and every suffix that proofs share is built once. Holds the tree and 256 proofs at a time.
    """
    if not leaves:
        return
    levels = [leaves]
    while len(levels[-1]) > 1:
        levels.append(_parents(levels[-1]))
    written = levels if encode is None else [[encode(node) for node in level] for level in levels]
    suffixes = [b""]
    for level in reversed(written[8:-1]):
        suffixes = _with_siblings(level, suffixes)
    low = written[: min(8, len(written) - 1)]
    for block, suffix in enumerate(suffixes):
        proofs = [suffix]
        for height, level in reversed(list(enumerate(low))):
            span = WIDTH >> height
            proofs = _with_siblings(level[block * span : (block + 1) * span], proofs)
        yield from proofs


def _with_siblings(nodes: Sequence[bytes], suffixes: Sequence[bytes]) -> list[bytes]:
    """Proofs one level further down: `suffixes` are those of the parents of `nodes`. An odd last node has no sibling."""
    pairs = iter(nodes)
    proofs: list[bytes] = []
    for suffix, (left, right) in zip(suffixes, zip(pairs, pairs, strict=False), strict=False):
        proofs += (right + suffix, left + suffix)
    if len(nodes) & 1:
        proofs.append(suffixes[-1])
    return proofs


# --- verification --------------------------------------------------------------------------------------------------


def _climb(node: bytes, index: int, proof: Sequence[bytes]) -> bytes:
    """Hash `node` upwards with each sibling of `proof`; the bits of `index` say on which side it is."""
    for sibling in proof:
        node = _sha256(b"\1" + sibling + node if index & 1 else b"\1" + node + sibling).digest()
        index >>= 1
    return node


def _check_hashes(*hashes: bytes) -> None:
    if {*map(len, hashes)} == {32}:
        return
    for position, value in enumerate(hashes):
        if len(value) != 32:
            raise Refused(codes.HASH_WRONG_LENGTH(position=position, length=len(value)))


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that `proof` leads to from a leaf hash (RFC 9162, section 2.1.3.2).

    Raises Refused unless index < size and the proof has exactly the number of hashes that index and size give.
    """
    if not 0 <= index < size:
        raise Refused(codes.INCLUSION_INDEX_BEYOND_SIZE(index=index, size=size))
    inner = (index ^ (size - 1)).bit_length()  # up to where this path meets the tree's right edge
    expected = inner + (index >> inner).bit_count()
    if len(proof) < expected:
        raise Refused(codes.INCLUSION_TOO_SHORT(length=len(proof), expected=expected))
    if len(proof) > expected:
        raise Refused(codes.INCLUSION_TOO_LONG(length=len(proof), expected=expected))
    _check_hashes(leaf, *proof)
    return _climb(_climb(leaf, index, proof[:inner]), -1, proof[inner:])


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise Refused unless `proof` shows that the leaf hash is at `index` in the tree of `size` entries under `root`."""
    if root_from_inclusion(leaf, index, size, proof) != root:
        raise Refused(codes.INCLUSION_ROOT_DIFFERS(index=index, size=size))


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raise Refused unless `proof` shows that the new tree begins with the old one (RFC 9162, section 2.1.4.2).

    The RFC leaves out two cases that occur, from size 0 and between equal sizes: both take an empty proof.
    """
    if not 0 <= old_size <= new_size:
        raise Refused(codes.CONSISTENCY_SHRINKS(old=old_size, new=new_size))
    _check_hashes(old_root, new_root, *proof)
    if old_size == 0 and old_root != EMPTY_ROOT:
        raise Refused(codes.CONSISTENCY_EMPTY_ROOT_DIFFERS())
    if old_size == new_size and old_root != new_root:
        raise Refused(codes.CONSISTENCY_FORK(size=new_size))
    if old_size in (0, new_size):
        _check_consistency_length(proof, 0)
        return
    whole = (
        old_size & (old_size - 1) == 0
    )  # a perfect old tree is a node of the new one: its root is known, and not repeated
    _check_consistency_length(proof, _siblings_of_prefix(old_size, new_size) + (not whole))
    first, *siblings = (old_root, *proof) if whole else proof
    old, new = _climb_both(first, old_size, new_size, siblings)
    if old != old_root:
        raise Refused(codes.CONSISTENCY_OLD_ROOT_DIFFERS(old=old_size, new=new_size))
    if new != new_root:
        raise Refused(codes.CONSISTENCY_NEW_ROOT_DIFFERS(old=old_size, new=new_size))


def roots_from_consistency(old_size: int, new_size: int, first: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The older and the newer root that a consistency proof leads to, where its first node is given apart: also where the RFC
    leaves it out, because it is the older root itself.

    Raises Refused unless 0 < old_size < new_size and the proof has exactly the number of hashes that the sizes give.
    """
    if not 0 < old_size < new_size:
        raise Refused(codes.CONSISTENCY_SHRINKS(old=old_size, new=new_size))
    _check_hashes(first, *proof)
    _check_consistency_length(proof, _siblings_of_prefix(old_size, new_size))
    return _climb_both(first, old_size, new_size, proof)


def _siblings_of_prefix(old_size: int, new_size: int) -> int:
    """How many siblings lead from the old tree's last perfect subtree to the new root."""
    last = old_size - 1
    height = (last ^ (new_size - 1)).bit_length()  # up to where its path meets the new tree's right edge
    shift = (old_size & -old_size).bit_length() - 1  # its own height
    return height - shift + (last >> height).bit_count()


def _climb_both(first: bytes, old_size: int, new_size: int, siblings: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots of the old and of the new tree, from the old tree's last perfect subtree upwards."""
    last = old_size - 1
    height = (last ^ (new_size - 1)).bit_length()
    old = new = first
    for level, sibling in enumerate(siblings, (old_size & -old_size).bit_length() - 1):
        if level >= height or last >> level & 1:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    return old, new


def _check_consistency_length(proof: Sequence[bytes], expected: int) -> None:
    if len(proof) < expected:
        raise Refused(codes.CONSISTENCY_TOO_SHORT(length=len(proof), expected=expected))
    if len(proof) > expected:
        raise Refused(codes.CONSISTENCY_TOO_LONG(length=len(proof), expected=expected))
