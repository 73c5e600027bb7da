"""Tiles and entry bundles (C2SP tlog-tiles v0.1.0): the tree as static files, their names and bytes, how they are read.

- A tile of level L has up to 256 consecutive hashes of 32 bytes, each the root of 256^L entries: ``tile/1/x001/234``.
- A bundle has the up to 256 entries below a level-0 tile, each after its length (u16 big-endian): ``tile/entries/017``.
- A partial tile or bundle has its width in its name: ``tile/0/003.p/17``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from carbonseal.findings import Refused
from carbonseal.values import dataclass

from . import codes

WIDTH = 256
MAX_ENTRY = 65_535  # bytes: what a u16 can say


class TileReader(Protocol):
    """Where tiles come from. Callers ask for exactly the width that a tile has at the tree size in question.

    - Hashes and entries never change: the tile of a smaller tree is the beginning of the same tile of any larger one.
    - A log may delete a partial tile once the full one exists. So a reader that lacks width W MUST look for a wider one, up to
      the full one, and answer with its first W hashes (`cut_bundle` for entries).
    - An answer is a claim: callers MUST compare the root that they compute from it with a signed one.
    """

    def tile(self, level: int, index: int, width: int) -> bytes:
        """The first `width` (1 to 256) hashes of a tile: exactly 32 * `width` bytes."""
        ...

    def entries(self, index: int, width: int) -> bytes:
        """The bundle of the first `width` (1 to 256) entries from entry 256 * `index` on, and no byte more."""
        ...


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile's coordinates: level 0 to 63, index from the left, and how many hashes it holds (256 when full)."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """The tile's name below a log's prefix: ``tile/1/x001/234.p/17``."""
        return f"tile/{self.level}/{_index_path(self.index, self.width)}"


def bundle_path(index: int, width: int = WIDTH) -> str:
    """The name of an entry bundle below a log's prefix: ``tile/entries/x001/234.p/17``."""
    return f"tile/entries/{_index_path(index, width)}"


def _index_path(index: int, width: int) -> str:
    groups = f"{index:,}".split(",")
    groups = [group.zfill(3) for group in groups]
    path = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
    return path if width == WIDTH else f"{path}.p/{width}"


def partial_tiles(size: int) -> Iterator[Tile]:
    """The partial tiles of the tree of `size` entries, lowest level first; together they make its right edge."""
    level = 0
    while count := size >> 8 * level:
        if width := count % WIDTH:
            yield Tile(level, count // WIDTH, width)
        level += 1


def bundles_between(old_size: int, new_size: int) -> Iterator[Tile]:
    """The level-0 tiles, and so the bundles, that a log writes when it grows from `old_size` to `new_size` entries."""
    for index in range(old_size // WIDTH, -(-new_size // WIDTH)):
        width = min(WIDTH, new_size - index * WIDTH)
        if index * WIDTH + width > old_size:
            yield Tile(0, index, width)


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """The bytes of the bundle of these entries. Raises Refused on an entry of more than 65,535 bytes."""
    entries = list(entries)
    lengths = {*map(len, entries)}  # there are few: records have one
    if lengths and max(lengths) > MAX_ENTRY:
        raise Refused(codes.ENTRY_TOO_LONG(length=max(lengths), limit=MAX_ENTRY))
    heads = {length: length.to_bytes(2, "big") for length in lengths}
    return b"".join([part for entry in entries for part in (heads[len(entry)], entry)])


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """The inverse of `encode_bundle`. Raises Refused unless there are exactly `width` entries and nothing after them."""
    entries, end = _walk(data, width)
    if end != len(data):
        raise Refused(codes.BUNDLE_TOO_LONG(width=width, rest=len(data) - end))
    return entries


def cut_bundle(data: bytes, width: int) -> bytes:
    """The bundle of the first `width` entries of a wider one. Raises Refused where it has fewer."""
    return data[: _walk(data, width)[1]]


def _walk(data: bytes, width: int) -> tuple[list[bytes], int]:
    entries: list[bytes] = []
    start = 0
    for _ in range(width):
        end = start + 2 + int.from_bytes(data[start : start + 2], "big")
        if len(data) < max(end, start + 2):
            raise Refused(codes.BUNDLE_TRUNCATED(width=width, whole=len(entries)))
        entries.append(data[start + 2 : end])
        start = end
    return entries, start
