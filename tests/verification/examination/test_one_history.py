"""`require history`: every signed head of a log leads to the largest, by proofs in passports or by the log's tiles."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.fraud_proofs import OtherPrefix
from carbonseal.log.notes import NoteSigner
from carbonseal.log.tree import leaf_hash
from carbonseal.verification.observing.log_facts import SignedHead
from carbonseal.verification.one_history import History, HistoryFinding
from tests.log.trees import Definition, Tiles, leaves
from tests.world import key

ORIGIN = "log.example/1"
SIGNER = NoteSigner(ORIGIN, key("log"))
KEYS = {ORIGIN: [SIGNER.verifier]}
TREE = Definition(leaves(300))
FORK = Definition([*leaves(300)[:7], leaf_hash(b"another"), *leaves(300)[8:]])


def head(size: int, tree: Definition = TREE) -> SignedHead:
    checkpoint = Checkpoint(ORIGIN, size, tree.root(size))
    return SignedHead(checkpoint, sign_checkpoint(checkpoint, SIGNER))


class Wider(Tiles):
    """Tiles of a log that has grown since: callers ask for the width of the size that they look at."""

    def tile(self, level: int, index: int, width: int) -> bytes:
        return super().tile(level, index, min(256, self.size // 256**level - 256 * index))[: 32 * width]


def found(history: History, tiles: Tiles | None = None) -> HistoryFinding:
    (only,) = history.findings(KEYS, {} if tiles is None else {ORIGIN: tiles})
    return only


def test_one_head_is_one_history() -> None:
    history = History()
    history.add([head(7)])
    assert found(history).finding.code.name == "history.shown"
    assert not [*History().findings(KEYS, {})]


@given(st.sets(st.integers(1, 60), min_size=2, max_size=8), st.data())
def test_heads_lead_to_the_largest_step_by_step(sizes: set[int], data: st.DataObject) -> None:
    """Linked in order it is shown, whatever is added twice; without any one of the links it is not."""
    heads = [head(size) for size in sorted(sizes)]
    links = [*pairwise(heads)]
    history = History()
    for link in data.draw(st.permutations(links)):
        history.add(link, [link])
    history.add(heads)
    assert found(history).finding.code.name == "history.shown"
    lacking = History()
    gone = data.draw(st.sampled_from(links))
    lacking.add(heads, [link for link in links if link != gone])
    finding = found(lacking).finding
    assert finding.code.name == "history.unlinked"
    assert finding.facts["first"] == str(heads[0].checkpoint.size)


def test_a_link_from_large_to_small_leads_nowhere() -> None:
    history = History()
    history.add([head(3), head(9)], [(head(9), head(3))])
    assert found(history).finding.code.name == "history.unlinked"


def test_tiles_lead_every_head() -> None:
    history = History()
    chance = random.Random(3)
    history.add(head(size) for size in chance.sample(range(1, 301), 40))
    assert found(history).finding.code.name == "history.unlinked"
    assert found(history, Wider(TREE, 300)).finding.code.name == "history.shown"
    assert found(history).finding.code.name == "history.shown"  # what was shown stays


@pytest.mark.parametrize("older", [8, 9, 12, 16, 100])
def test_tiles_show_the_fork(older: int) -> None:
    history = History()
    history.add([head(older, FORK), head(200)])
    result = found(history, Wider(TREE, 300))
    assert result.finding.code.name == "fraud-proof.holds"
    assert result.proof is not None
    assert isinstance(result.proof.contradiction, OtherPrefix)


def test_tiles_that_do_not_lead_to_a_signed_head_accuse_nobody() -> None:
    """The tiles are those of the fork, and the heads are honest: or they are cut, or not there."""
    for tiles in (Wider(FORK, 300), Wider(TREE, 5), _NoTiles(TREE, 0)):
        history = History()
        history.add([head(9), head(200)])
        result = found(history, tiles)
        assert (result.finding.code.name, result.proof) == ("history.unlinked", None)


class _NoTiles(Tiles):
    """Tiles that are not there, or too short."""

    def tile(self, level: int, index: int, width: int) -> bytes:
        return b""


def test_two_largest_heads_of_one_size_are_not_one_history() -> None:
    history = History()
    history.add([head(200), head(200, FORK)])
    assert found(history).finding.code.name == "history.unlinked"


def test_a_head_that_is_signed_twice_is_one_head() -> None:
    one = head(9)
    history = History()
    history.add([one, SignedHead(one.checkpoint, one.note + b"\n"), head(20)], [(one, head(20))])
    assert found(history).finding.code.name == "history.shown"
