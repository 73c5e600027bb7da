"""Inclusion and consistency proofs: made as RFC 9162 defines them, and refused when anything about them is changed."""

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from carbonseal.log.tree import (
    EMPTY_ROOT,
    all_inclusion_proofs,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_from_inclusion,
    verify_consistency,
    verify_inclusion,
)
from tests.log.refusals import refusal
from tests.log.trees import Definition, SparseTiles, Tiles, entries, leaves

LEAVES = leaves(1100)
TREE = Definition(LEAVES)
UP_TO = 300
OTHER = leaf_hash(b"something else")


# --- inclusion -----------------------------------------------------------------------------------------------------


def test_every_inclusion_proof_of_every_small_tree() -> None:
    for size in range(1, UP_TO + 1):
        proofs = list(all_inclusion_proofs(LEAVES[:size]))
        assert len(proofs) == size
        for index, proof in enumerate(proofs):
            expected = TREE.inclusion(index, size)
            assert proof == b"".join(expected)
            assert root_from_inclusion(LEAVES[index], index, size, expected) == TREE.root(size)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100, 255, 256, 257, 511, 512, 513, 1023, 1024, 1100])
def test_inclusion_proofs_from_tiles(size: int) -> None:
    for index in {*range(0, size, 17), size // 2, size - 1}:
        reader = Tiles(TREE, size)
        proof = inclusion_proof(index, size, reader)
        assert proof == TREE.inclusion(index, size)
        assert len(set(reader.read)) == len(reader.read) <= 4
        verify_inclusion(LEAVES[index], index, size, proof, TREE.root(size))


def test_inclusion_proofs_agree_with_pymerkle() -> None:
    other = InmemoryTree(algorithm="sha256")
    for entry in entries(100):
        other.append_entry(entry)
    for size in (1, 2, 31, 64, 77, 100):
        for index in range(size):
            path = other.prove_inclusion(index + 1, size).serialize()["path"]
            assert [node.hex() for node in TREE.inclusion(index, size)] == path[1:]


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 259, 511, 512, 600, 1100])
def test_all_proofs_in_bulk(size: int) -> None:
    assert list(all_inclusion_proofs(LEAVES[:size])) == [b"".join(TREE.inclusion(i, size)) for i in range(size)]


def test_all_proofs_in_bulk_as_the_lines_of_a_tlog_proof() -> None:
    for index, text in enumerate(all_inclusion_proofs(LEAVES[:777], binascii.b2a_base64)):
        assert text.decode() == "".join(base64.b64encode(node).decode() + "\n" for node in TREE.inclusion(index, 777))


@given(st.data())
def test_a_handful_of_reads_proves_an_entry_in_ten_million(data: st.DataObject) -> None:
    size = data.draw(st.integers(9_000_000, 12_000_000))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    reader = SparseTiles(size, [index, size - 1])
    proof = inclusion_proof(index, size, reader)
    assert reader.reads <= 6
    verify_inclusion(reader.leaf(index), index, size, proof, reader.root(size))
    reader.reads = 0
    proof = consistency_proof(old, size, reader)
    assert reader.reads <= 6
    verify_consistency(old, reader.root(old), size, reader.root(size), proof)


def test_an_index_beyond_the_size_is_refused() -> None:
    for index, size in ((0, 0), (5, 5), (6, 5), (-1, 5)):
        assert refusal(root_from_inclusion, LEAVES[0], index, size, ()) == "inclusion.index-beyond-size"
        assert refusal(inclusion_proof, index, size, Tiles(TREE, size)) == "inclusion.index-beyond-size"


def test_a_changed_inclusion_proof_is_refused() -> None:
    for size in (1, 2, 3, 8, 13, 64, 100):
        root = TREE.root(size)
        for index in range(size):
            proof = TREE.inclusion(index, size)
            leaf = LEAVES[index]
            assert refusal(verify_inclusion, OTHER, index, size, proof, root) == "inclusion.root-differs"
            assert refusal(verify_inclusion, leaf, index, size, (*proof, OTHER), root) == "inclusion.too-long"
            for at in range(len(proof)):
                without = proof[:at] + proof[at + 1 :]
                changed = (*proof[:at], OTHER, *proof[at + 1 :])
                cut = (*proof[:at], proof[at][:-1], *proof[at + 1 :])
                assert refusal(verify_inclusion, leaf, index, size, without, root) == "inclusion.too-short"
                assert refusal(verify_inclusion, leaf, index, size, changed, root) == "inclusion.root-differs"
                assert refusal(verify_inclusion, leaf, index, size, cut, root) == "tree.hash-length"


def test_another_index_or_another_trees_path_is_refused() -> None:
    for size in (2, 3, 8, 13, 33):
        root = TREE.root(size)
        for index in range(size):
            for other in range(size):
                if other != index:
                    proof = TREE.inclusion(index, size)
                    assert refusal(verify_inclusion, LEAVES[index], other, size, proof, root).startswith("inclusion.")
                    proof = TREE.inclusion(other, size)
                    assert refusal(verify_inclusion, LEAVES[index], index, size, proof, root).startswith("inclusion.")


def test_a_node_is_not_taken_for_a_leaf() -> None:
    """The classic second preimage: the children of a node, joined, as if they were an entry of a tree half as high."""
    joined = LEAVES[0] + LEAVES[1]
    proof = (node_hash(LEAVES[2], LEAVES[3]),)
    for entry in (joined, b"\1" + joined):
        assert refusal(verify_inclusion, leaf_hash(entry), 0, 2, proof, TREE.root(4)) == "inclusion.root-differs"


# --- consistency ---------------------------------------------------------------------------------------------------


def test_every_consistency_proof_of_every_small_tree() -> None:
    for new in range(1, UP_TO + 1):
        for old in range(new + 1):
            verify_consistency(old, TREE.root(old), new, TREE.root(new), TREE.consistency(old, new))


@pytest.mark.parametrize("new", [1, 2, 3, 7, 64, 100, 255, 256, 257, 511, 512, 513, 1023, 1024, 1100])
def test_consistency_proofs_from_tiles(new: int) -> None:
    for old in {*range(0, new, 17), new // 2, new - 1, new} | {1 << i for i in range(new.bit_length())}:
        assert consistency_proof(old, new, Tiles(TREE, new)) == TREE.consistency(old, new)


def test_every_change_to_a_consistency_proof_is_refused() -> None:
    for new in (2, 3, 8, 13, 33, 64):
        for old in range(1, new):
            proof = TREE.consistency(old, new)
            roots = (old, TREE.root(old), new, TREE.root(new))
            assert refusal(verify_consistency, *roots, (*proof, OTHER)) == "consistency.too-long"
            assert refusal(verify_consistency, *roots, proof[:-1]) == "consistency.too-short"
            assert refusal(verify_consistency, *roots, ()) == "consistency.too-short"
            for at in range(len(proof)):
                changed = (*proof[:at], OTHER, *proof[at + 1 :])
                assert refusal(verify_consistency, *roots, changed) in (
                    "consistency.old-root-differs",
                    "consistency.new-root-differs",
                )
            both = ("consistency.old-root-differs", "consistency.new-root-differs")
            assert refusal(verify_consistency, old, OTHER, new, TREE.root(new), proof) in both
            assert refusal(verify_consistency, old, TREE.root(old), new, OTHER, proof) == "consistency.new-root-differs"


def test_from_nothing_is_a_branch_of_its_own() -> None:
    root = TREE.root(5)
    verify_consistency(0, EMPTY_ROOT, 5, root, ())
    verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, ())
    assert consistency_proof(0, 5, Tiles(TREE, 5)) == ()
    assert refusal(verify_consistency, 0, OTHER, 5, root, ()) == "consistency.empty-root-differs"
    assert refusal(verify_consistency, 0, EMPTY_ROOT, 5, root, (root,)) == "consistency.too-long"


def test_equal_sizes_need_equal_roots() -> None:
    root = TREE.root(5)
    verify_consistency(5, root, 5, root, ())
    assert refusal(verify_consistency, 5, root, 5, OTHER, ()) == "consistency.fork"
    assert refusal(verify_consistency, 5, root, 5, root, (root,)) == "consistency.too-long"


def test_a_log_never_shrinks() -> None:
    assert refusal(verify_consistency, 6, TREE.root(6), 5, TREE.root(5), ()) == "consistency.shrinks"
    assert refusal(verify_consistency, -1, EMPTY_ROOT, 5, TREE.root(5), ()) == "consistency.shrinks"
    assert refusal(consistency_proof, 6, 5, Tiles(TREE, 5)) == "consistency.shrinks"


def test_roots_of_other_lengths_are_refused() -> None:
    assert refusal(verify_consistency, 5, b"", 5, b"", ()) == "tree.hash-length"
    assert refusal(verify_inclusion, b"", 0, 1, (), b"") == "tree.hash-length"


@given(st.integers(0, 2**63), st.integers(0, 2**63), st.lists(st.binary(min_size=32, max_size=32), max_size=70))
def test_nothing_invented_is_consistent(old: int, new: int, proof: list[bytes]) -> None:
    assert refusal(verify_consistency, old, OTHER, new, LEAVES[0], proof).startswith("consistency.")
