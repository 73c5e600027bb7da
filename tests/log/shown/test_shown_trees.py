"""Trees that proofs have shown: whatever came before, a proof is accepted and refused as if nothing had."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.log.shown_trees import MOST_TREES, ShownTrees
from carbonseal.log.tree import all_inclusion_proofs, leaf_hash, node_hash, tree_root, verify_inclusion

Proof = tuple[bytes, int, int, tuple[bytes, ...], bytes]  # as `verify_inclusion` takes it

LARGEST = 40
LEAVES = [leaf_hash(bytes([number])) for number in range(LARGEST)]
OTHERS = [
    *LEAVES[:5],
    *(leaf_hash(bytes([number, 0])) for number in range(5, LARGEST)),
]  # another tree that begins alike
TREES = {
    (size, side): (tree_root(leaves[:size]), [*all_inclusion_proofs(leaves[:size])])
    for size in range(1, LARGEST + 1)
    for side, leaves in enumerate((LEAVES, OTHERS))
}


def honest(size: int, side: int, index: int) -> Proof:
    root, proofs = TREES[size, side]
    raw = proofs[index]
    hashes = tuple(raw[at : at + 32] for at in range(0, len(raw), 32))
    return (LEAVES, OTHERS)[side][index], index, size, hashes, root


def forged(size: int, side: int, index: int) -> Iterator[Proof]:
    """A proof with one thing changed in every way: each hash, the leaf, the index, the size, parts of every other proof."""
    leaf, _, _, hashes, root = honest(size, side, index)
    for at, one in enumerate(hashes):
        yield leaf, index, size, (*hashes[:at], bytes([one[0] ^ 1]) + one[1:], *hashes[at + 1 :]), root
        yield leaf, index, size, hashes[:at], root
        yield leaf, index, size, (*hashes[:at], one[:-1], *hashes[at + 1 :]), root
    if len(hashes) > 1:  # the same bytes, cut elsewhere
        yield leaf, index, size, (hashes[0] + hashes[1][:1], hashes[1][1:], *hashes[2:]), root
    yield leaf, index, size, (*hashes, leaf), root
    width = 1 << (size - 1).bit_length()
    yield from ((leaf, index + far, size, hashes, root) for far in (-width, -1, 1, width, 2 * width))
    yield from ((leaf, index, other, hashes, root) for other in (size - 1, size + 1, 2 * size))
    node, number = leaf, width + index
    for at, sibling in enumerate(hashes):  # an inner node as if it were a leaf
        node = node_hash(sibling, node) if number & 1 else node_hash(node, sibling)
        number >>= 1
        yield from ((node, place, size, hashes[at + 1 :], root) for place in (number - width, number, index >> at + 1))
    for other in range(size):
        theirs = honest(size, 1 - side, other)[3]
        yield LEAVES[other], index, size, hashes, root
        yield leaf, other, size, hashes, root
        yield from ((leaf, index, size, (*hashes[:at], *theirs[at:]), root) for at in range(len(hashes)))


@st.composite
def proofs(draw: st.DrawFn) -> Proof:
    """A proof in one of a few trees, honest or forged."""
    size, side = draw(st.sampled_from([7, 13])), draw(st.integers(0, 1))
    index = draw(st.integers(0, size - 1))
    if draw(st.booleans()):
        return honest(size, side, index)
    return draw(st.sampled_from([*forged(size, side, index)]))


def outcome(verify: Any, proof: Proof) -> str:
    try:
        verify(*proof)
    except Refused as refused:
        return repr(refused.finding)
    return "holds"


@settings(max_examples=60, deadline=None)
@given(st.lists(proofs(), min_size=10, max_size=60), st.sampled_from([0, 1, 2, 5, 1000]), st.integers(0, 3))
def test_every_proof_comes_out_as_if_it_were_alone(given_: list[Proof], most: int, first: int) -> None:
    trees = ShownTrees(most, first)
    for proof in given_:
        assert outcome(trees.verify_inclusion, proof) == outcome(verify_inclusion, proof)
        assert len(trees) <= most


@pytest.mark.parametrize(("size", "most"), [(8, 1000), (13, 1000), (13, 6), (33, 1000), (40, 15)])
def test_no_forgery_passes_where_all_is_shown(size: int, most: int) -> None:
    trees = ShownTrees(most, first=0)
    for side in (0, 1):
        for index in range(size):
            trees.verify_inclusion(*honest(size, side, index))
    for index in range(size):
        for proof in forged(size, 0, index):
            assert outcome(trees.verify_inclusion, proof) == outcome(verify_inclusion, proof)


def test_what_is_shown_is_not_hashed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    trees = ShownTrees(first=1)
    for index in range(32):
        trees.verify_inclusion(*honest(32, 0, index))
    monkeypatch.setattr("carbonseal.log.shown_trees.verify_inclusion", None)  # in full: would raise
    for index in range(16):  # away from the right edge
        trees.verify_inclusion(*honest(32, 0, index))


def test_nodes_and_trees_are_bounded() -> None:
    trees = ShownTrees(most=20, first=0)
    for size in range(1, LARGEST + 1):
        for index in range(size):
            trees.verify_inclusion(*honest(size, 0, index))
            assert len(trees) <= 20
    leaf = LEAVES[0]
    for number in range(3 * MOST_TREES):
        root = tree_root([leaf, leaf_hash(number.to_bytes(2, "big"))])
        trees.verify_inclusion(leaf, 0, 2, (leaf_hash(number.to_bytes(2, "big")),), root)
    assert len(trees._trees) <= MOST_TREES
