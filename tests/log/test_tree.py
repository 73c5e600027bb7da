"""Hashing, and the growing edge."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from carbonseal.log.tiles import Tile, partial_tiles
from carbonseal.log.tree import EMPTY_ROOT, Edge, leaf_hash, leaf_hashes, node_hash, tree_root
from tests.log.refusals import refusal
from tests.log.trees import Definition, SparseTiles, Tiles, entries, leaves

# The eight leaves and roots that Certificate Transparency's implementations share.
KNOWN_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
KNOWN_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = [0, 1, 2, 255, 256, 257, 511, 512, 513, 1000, 65_535, 65_536, 65_537, 66_000]
LEAVES = leaves(66_000)
TREE = Definition(LEAVES)


def edge_of(size: int) -> Edge:
    edge = Edge()
    edge.extend(LEAVES[:size])
    return edge


def test_known_roots() -> None:
    edge = Edge()
    assert edge.root() == EMPTY_ROOT
    for size, root in enumerate(KNOWN_ROOTS):
        assert edge.size == size
        assert edge.root().hex() == root
        assert tree_root(leaf_hashes(KNOWN_LEAVES[:size])).hex() == root
        if size < len(KNOWN_LEAVES):
            edge.append(leaf_hash(KNOWN_LEAVES[size]))


def test_a_leaf_is_never_a_node() -> None:
    left, right = leaves(2)
    assert leaf_hash(left + right) != node_hash(left, right)
    assert leaf_hash(b"\1" + left + right) != node_hash(left, right)
    assert leaf_hash(b"x") == hashlib.sha256(b"\0x").digest()


def test_appending_one_by_one_agrees_with_the_definition_at_every_size() -> None:
    edge = Edge()
    for size in range(1, 700):
        edge.append(LEAVES[size - 1])
        assert (edge.size, edge.root()) == (size, TREE.root(size))


@pytest.mark.parametrize("size", SIZES)
def test_bulk_agrees_with_the_definition(size: int) -> None:
    assert edge_of(size).root() == tree_root(LEAVES[:size]) == TREE.root(size)


def test_roots_agree_with_pymerkle() -> None:
    other = InmemoryTree(algorithm="sha256")
    edge = Edge()
    for entry in entries(600):
        other.append_entry(entry)
        edge.append(leaf_hash(entry))
        assert edge.root() == other.get_root(edge.size)


@given(st.lists(st.integers(0, 700), max_size=8))
def test_any_batches_give_one_tree(batches: list[int]) -> None:
    edge, size = Edge(), 0
    for batch in batches:
        edge.extend(LEAVES[size : size + batch])
        size += batch
    assert (edge.size, edge.root()) == (size, TREE.root(size))


@pytest.mark.parametrize("size", SIZES)
def test_an_edge_loads_from_tiles_and_goes_on(size: int) -> None:
    reader = Tiles(TREE, size)
    edge = Edge.load(size, reader)
    assert (edge.size, edge.root()) == (size, TREE.root(size))
    assert len(reader.read) <= 3
    assert edge.take_tiles() == []
    edge.extend(LEAVES[size : size + 300])
    assert edge.root() == TREE.root(min(size + 300, len(LEAVES)))


def test_a_log_of_ten_million_loads_in_three_reads() -> None:
    size = 10_000_019
    reader = SparseTiles(size, [0, size - 1])
    assert Edge.load(size, reader).root() == reader.root(size)
    assert reader.reads <= 3


def test_copies_grow_apart() -> None:
    edge = edge_of(300)
    copy = edge.copy()
    copy.extend(LEAVES[300:600])
    assert edge.root() == TREE.root(300)
    assert copy.root() == TREE.root(600)
    assert dict(edge.take_tiles()).keys() <= dict(copy.take_tiles()).keys() | set(partial_tiles(300))
    assert edge.size == 300


@given(st.lists(st.integers(1, 800), min_size=1, max_size=6))
def test_tiles_taken_are_what_a_reader_of_any_published_size_needs(batches: list[int]) -> None:
    stored: dict[Tile, bytes] = {}
    edge = Edge()
    for batch in batches:
        edge.extend(LEAVES[edge.size : edge.size + batch])
        for tile, data in edge.take_tiles():
            assert tile not in stored  # written once
            stored[tile] = data
        assert edge.take_tiles() == []
        expected = Tiles(TREE, edge.size)
        for tile, data in stored.items():
            if tile.width == 256:
                assert data == expected.tile(tile.level, tile.index, 256)
        assert Edge.load(edge.size, Stored(stored)).root() == TREE.root(edge.size)


class Stored:
    def __init__(self, tiles: dict[Tile, bytes]) -> None:
        self.tiles = tiles

    def tile(self, level: int, index: int, width: int) -> bytes:
        return self.tiles[Tile(level, index, width)]

    def entries(self, index: int, width: int) -> bytes:
        raise AssertionError


def test_a_tile_of_the_wrong_length_is_refused() -> None:
    class Short(Tiles):
        def tile(self, level: int, index: int, width: int) -> bytes:
            return super().tile(level, index, width)[:-1]

    assert refusal(Edge.load, 300, Short(TREE, 300)) == "tile.wrong-length"
