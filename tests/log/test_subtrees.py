"""Complete subtrees that proofs show: none contradicts another in an honest tree, and forks are distinguished."""

from __future__ import annotations

import random
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from carbonseal.log.subtrees import SubtreeProof, from_consistency, split_consistency
from carbonseal.log.tree import leaf_hash
from tests.log.refusals import refusal
from tests.log.trees import Definition, leaves

LEAVES = leaves(400)
TREE = Definition(LEAVES)
OTHER = leaf_hash(b"something else")


def of_inclusion(tree: Definition, index: int, size: int) -> SubtreeProof:
    return SubtreeProof(0, index, tree.hashes[index], size, tree.inclusion(index, size))


def of_consistency(tree: Definition, old: int, new: int) -> SubtreeProof:
    return from_consistency(old, new, *split_consistency(old, tree.root(old), tree.consistency(old, new)))


def all_proofs(tree: Definition, size: int) -> Iterator[SubtreeProof]:
    yield from (of_inclusion(tree, index, size) for index in range(size))
    yield from (of_consistency(tree, old, size) for old in range(1, size))


def places(proof: SubtreeProof) -> dict[tuple[int, int], bytes]:
    return {(one.level, one.index): one.hash for one in proof.subtrees()}


def test_no_honest_tree_contradicts_itself() -> None:
    """All proofs in all sizes up to 140 at once, and in some larger sizes: each place has the hash of the entries it covers."""
    for size in (*range(1, 141), 255, 256, 257, 300, 399, 400):
        for proof in all_proofs(TREE, size):
            for (level, index), found in places(proof).items():
                assert (index + 1) << level <= size
                assert found == TREE.mth(index << level, (index + 1) << level)


@given(st.data())
def test_every_subtree_that_is_shown_has_a_proof(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 400))
    if data.draw(st.booleans()):
        proof = of_inclusion(TREE, data.draw(st.integers(0, size - 1)), size)
    else:
        proof = of_consistency(TREE, data.draw(st.integers(1, size - 1)), size)
    subtrees = list(proof.subtrees())
    assert subtrees[0] == proof
    assert len({(one.level, one.index) for one in subtrees}) == len(subtrees)
    for one in subtrees:
        one.verify(TREE.root(size))


def test_siblings_and_computed_nodes_are_shown() -> None:
    """Entry 0 of three: the last sibling is entry 2, a leaf, though it is the second step."""
    assert set(places(of_inclusion(TREE, 0, 3))) == {(0, 0), (0, 1), (1, 0), (0, 2)}
    assert set(places(of_inclusion(TREE, 2, 4))) == {(0, 2), (0, 3), (1, 1), (1, 0), (2, 0)}
    assert set(places(of_consistency(TREE, 6, 7))) == {(1, 2), (0, 6), (2, 0)}
    assert set(places(of_inclusion(TREE, 0, 1))) == {(0, 0)}


def test_two_forks_contradict_by_one_proof_of_each_in_two_of_three_cases() -> None:
    """DESIGN.md measured 64 of 100, and 22 without the computed nodes: two logs, one inclusion proof of each."""
    with_computed = without = 0
    cases = 2000
    chance = random.Random(10)
    fork = Definition([leaf_hash(b"fork %d" % at) for at in range(70)])
    for _ in range(cases):
        sizes = chance.randrange(2, 71), chance.randrange(2, 71)
        one = of_inclusion(TREE, chance.randrange(sizes[0]), sizes[0])
        other = of_inclusion(fork, chance.randrange(sizes[1]), sizes[1])
        with_computed += _contradict(places(one), places(other))
        without += _contradict(_given(one), _given(other))
    assert 0.6 < with_computed / cases < 0.75
    assert 0.15 < without / cases < 0.3


def _contradict(one: dict[tuple[int, int], bytes], other: dict[tuple[int, int], bytes]) -> bool:
    return any(one[place] != other[place] for place in one.keys() & other.keys())


def _given(proof: SubtreeProof) -> dict[tuple[int, int], bytes]:
    """The places of the hashes that the proof is given with, without those that are computed."""
    given = {proof.hash, *proof.siblings}
    return {place: found for place, found in places(proof).items() if found in given}


def test_changed_proofs_are_refused() -> None:
    for size in (2, 3, 8, 13, 64, 100):
        root = TREE.root(size)
        for proof in [of_inclusion(TREE, size // 2, size), of_consistency(TREE, size // 2, size)]:
            for one in proof.subtrees():
                facts = one.level, one.index
                assert (
                    refusal(SubtreeProof(*facts, OTHER, size, one.siblings).verify, root) == "tree.subtree-root-differs"
                )
                longer = SubtreeProof(*facts, one.hash, size, (*one.siblings, OTHER))
                assert refusal(longer.verify, root) == "inclusion.too-long"
                if one.siblings:
                    shorter = SubtreeProof(*facts, one.hash, size, one.siblings[1:])
                    assert refusal(shorter.verify, root) == "inclusion.too-short"


def test_a_subtree_that_is_not_complete_is_refused() -> None:
    """The last sibling of entry 0 of seven covers entries 4 to 6: no subtree of level 2 has that hash in a larger tree."""
    proof = TREE.inclusion(0, 7)
    computed = TREE.mth(0, 4)
    wrong = SubtreeProof(2, 1, proof[-1], 7, (computed,))
    assert refusal(wrong.verify, TREE.root(7)) == "tree.subtree-incomplete"
    assert (2, 1) not in places(of_inclusion(TREE, 0, 7))
    for level, index in ((0, 7), (64, 0), (-1, 0), (0, -1)):
        assert refusal(SubtreeProof(level, index, OTHER, 7, ()).verify, OTHER) == "tree.subtree-incomplete"
