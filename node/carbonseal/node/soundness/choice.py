"""Which of several copies of an entry is the right one. Pure.

An entry lies in up to four places: the database, its bundle, the record that its commitment is made of, and, hashed, the tile
above it. Rot changes one of them. What the choice is worth shows at the end alone: the root over all chosen entries is the
guard's, or it is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from carbonseal.findings import Refused
from carbonseal.log.tiles import decode_bundle
from carbonseal.log.tree import leaf_hash, leaf_hashes


def choose(candidates: Iterable[bytes | None], leaf: bytes | None) -> bytes | None:
    """The entry that the tile has the hash of (`leaf`; None: no tile); else one that two places agree about; else the first.
    None where there is no candidate.

    >>> choose([b"a", b"b"], leaf_hash(b"b"))
    b'b'
    >>> choose([b"a", b"b", b"b"], None)
    b'b'
    """
    there = [one for one in candidates if one is not None]
    for one in there:
        if leaf is not None and leaf_hash(one) == leaf:
            return one
    return max(there, key=there.count, default=None)


def choose_all(
    stored: Sequence[bytes | None], bundled: Sequence[bytes | None], made: Sequence[bytes | None], leaves: bytes | None
) -> list[bytes | None]:
    """`choose` for consecutive entries: as the database has them, as their bundle has them, as the records make them (None each
    where one is missing, or `bundled` is shorter), and their tile's hashes."""
    width = len(bundled)
    if list(bundled) == list(stored[:width]) and leaves is not None and None not in stored:
        whole = [entry for entry in stored if entry is not None]
        if b"".join(leaf_hashes(whole[:width])) == leaves and _agree(whole, made):
            return list(stored)
    chosen: list[bytes | None] = []
    for position, entry in enumerate(stored):
        other = bundled[position] if position < width else None
        leaf = None if leaves is None else leaves[32 * position : 32 * position + 32] or None
        chosen.append(choose([entry, other, made[position]], leaf))
    return chosen


def _agree(stored: Sequence[bytes], made: Sequence[bytes | None]) -> bool:
    return all(one is None or one == entry for entry, one in zip(stored, made, strict=True))


def bundle_entries(data: bytes | None, width: int) -> list[bytes | None]:
    """The entries of a bundle's bytes; None for each where they are not a bundle of this width."""
    try:
        return [None] * width if data is None else list(decode_bundle(data, width))
    except Refused:
        return [None] * width


def first_difference(found: bytes, expected: bytes) -> int:
    """The first byte at which they differ."""
    pairs = zip(found, expected, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(found), len(expected)))
