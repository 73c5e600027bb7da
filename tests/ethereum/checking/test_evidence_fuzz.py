"""Evidence taken apart and put together wrongly: whatever is not exactly the proof proves nothing, and breaks nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

import pytest
from eth_utils import keccak
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from trie.hexary import HexaryTrie

from carbonseal.findings import Outcome, Refused
from carbonseal.gathering import GatherRequest
from carbonseal.ledger import Evidence, Statement, TrustItem
from carbonseal_adapters.ethereum.checking import codes, rlp
from carbonseal_adapters.ethereum.checking.eas import EasEvidence
from carbonseal_adapters.ethereum.checking.evidence import VERIFIER, StorageEvidence
from carbonseal_adapters.ethereum.checking.headers import read_header
from carbonseal_adapters.ethereum.checking.registry import slot
from carbonseal_adapters.ethereum.checking.trie import prove
from carbonseal_adapters.ethereum.gathering.trust import Gatherer
from carbonseal_devnet.ethereum.evidence import proof_nodes, synthesise
from carbonseal_devnet.ethereum.network import Network
from tests.ethereum.networks import anchor, connected, statement
from tests.programs.effort import examples

NAME = "eip155:1337"
STATEMENT = Statement(b"\x01" * 32, 42, b"\x02" * 32)
MADE = synthesise(STATEMENT, account_nodes=3, storage_nodes=2)
PINS, TRUST = VERIFIER.pin(NAME, MADE.options), MADE.trust(NAME)


def check(data: bytes) -> bool:
    checked = VERIFIER.check(Evidence("ethereum-storage", 1, data), STATEMENT, PINS, TRUST)
    assert all(str(finding) for finding in checked.findings)
    outcomes = {finding.code.outcome for finding in checked.findings}
    assert outcomes <= {Outcome.SHOWN} if checked.proved else outcomes <= {Outcome.NOTED, Outcome.REJECTED}
    return checked.proved is not None


# Lists stay lists; a byte string that is RLP of a list is ("packed", that list).
Tree: TypeAlias = "bytes | list[Tree] | tuple[str, Tree]"
Change = Callable[[list[Tree], int], object]


def opened(item: rlp.Item) -> Tree:
    """Evidence as a tree, also below byte strings that are lists of RLP themselves."""
    if isinstance(item, list):
        return [opened(one) for one in item]
    try:
        inner = rlp.decode(item)
    except Refused:
        return item
    return ("packed", opened(inner)) if isinstance(inner, list) else item


def closed(tree: Tree) -> rlp.Item:
    if isinstance(tree, tuple):
        return rlp.encode(closed(tree[1]))
    return [closed(one) for one in tree] if isinstance(tree, list) else tree


TREE = opened(rlp.decode(MADE.evidence.data))


def paths(tree: Tree, here: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    yield here
    inner = tree[1] if isinstance(tree, tuple) else tree
    if isinstance(inner, list):
        for at, one in enumerate(inner):
            yield from paths(one, (*here, at))


PATHS = [path for path in paths(TREE) if path]
SOME: list[Tree] = [b"", b"\0", b"\x80", b"\xaa" * 32, b"\xbb" * 33, [], [b""], [b""] * 17, rlp.encode([b""] * 17)]


def changed(tree: Tree, path: Sequence[int], change: Change) -> Tree:
    """The tree with `change(items, at)` made to the list that the path leads to."""
    if isinstance(tree, tuple):
        return ("packed", changed(tree[1], path, change))
    if not isinstance(tree, list):
        raise TypeError("nothing is below a byte string")
    at, *rest = path
    items = list(tree)
    if rest:
        items[at] = changed(items[at], rest, change)
    else:
        change(items, at)
    return items


def _flip(items: list[Tree], at: int) -> None:
    one = items[at]
    if isinstance(one, bytes) and one:
        items[at] = bytes([one[0] ^ 1]) + one[1:]
    else:
        items[at] = b"\x01"


def _put(one: Tree) -> Change:
    return lambda items, at: items.__setitem__(at, one)


def _add(one: Tree) -> Change:
    return lambda items, at: items.insert(at, one)


CHANGES: dict[str, Change] = {
    "drop": lambda items, at: items.pop(at),
    "repeat": lambda items, at: items.insert(at, items[at]),
    "wrap": lambda items, at: items.__setitem__(at, [items[at]]),
    "pack": lambda items, at: items.__setitem__(at, ("packed", [items[at]])),
    "turn": lambda items, at: items.reverse(),
    "shift": lambda items, at: items.append(items.pop(at)),
    "end": lambda items, at: items.__delitem__(slice(at + 1, None)),
    "flip": _flip,
    **{f"put {number}": _put(one) for number, one in enumerate(SOME)},
    **{f"add {number}": _add(one) for number, one in enumerate(SOME)},
}


def test_the_tree_is_the_evidence() -> None:
    assert rlp.encode(closed(TREE)) == MADE.evidence.data
    assert check(MADE.evidence.data)
    assert len(PATHS) > 80


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_structure_is_refused(change: str) -> None:
    """Each change at each place: in the list, in the header, in every node of both proofs."""
    for path in PATHS:
        data = rlp.encode(closed(changed(TREE, path, CHANGES[change])))
        assert data == MADE.evidence.data or not check(data), (change, path)


@settings(max_examples=examples(100))
@given(st.lists(st.tuples(st.sampled_from(sorted(CHANGES)), st.sampled_from(PATHS)), min_size=1, max_size=4))
def test_no_mixture_of_changes_proves(changes: list[tuple[str, tuple[int, ...]]]) -> None:
    tree = TREE
    for change, path in changes:
        try:
            tree = changed(tree, path, CHANGES[change])
        except (IndexError, TypeError):
            continue  # an earlier change took that place away
    data = rlp.encode(closed(tree))
    assume(data != MADE.evidence.data)
    assert not check(data)


@settings(max_examples=examples(100))
@given(st.integers(0, len(MADE.evidence.data)), st.integers(0, 400), st.binary(max_size=40))
def test_no_spliced_bytes_prove(start: int, length: int, put: bytes) -> None:
    data = MADE.evidence.data[:start] + put + MADE.evidence.data[start + length :]
    assert data == MADE.evidence.data or not check(data)


@settings(max_examples=examples(100))
@given(st.data())
def test_only_the_exact_path_is_a_proof(data: st.DataObject) -> None:
    """Nodes of two keys' proofs in any order, any number: accepted is one sequence alone."""
    values = data.draw(
        st.dictionaries(st.binary(min_size=1, max_size=2), st.binary(min_size=1, max_size=40), min_size=2, max_size=30)
    )
    trie = HexaryTrie({})
    for key, value in values.items():
        trie[keccak(key)] = value
    one, two = sorted(values)[:2]
    proof = proof_nodes(trie, keccak(one))
    nodes = [*proof, *proof_nodes(trie, keccak(two)), b"", b"\xc0"]
    given_nodes = tuple(data.draw(st.lists(st.sampled_from(nodes), max_size=len(proof) + 2)))
    try:
        found = prove(trie.root_hash, one, given_nodes)
    except Refused:
        assert given_nodes != tuple(proof)
    else:
        assert (given_nodes, found) == (tuple(proof), values[one])


@settings(max_examples=100)
@given(st.sets(st.integers(1, 10_000), min_size=1, max_size=40), st.integers(1, 10_000))
def test_absence_is_refused_as_absence(sizes: set[int], asked: int) -> None:
    """The honest proof that another anchor is not there, among as many as may be."""
    assume(asked not in sizes)
    storage = HexaryTrie({})
    parts = StorageEvidence.decode(MADE.evidence.data)
    for size in sizes:
        one = replace(STATEMENT, size=size)
        storage[keccak(slot(parts.publisher, one))] = rlp.encode(one.digest().lstrip(b"\0"))
    state = HexaryTrie({})
    state[keccak(parts.registry)] = rlp.encode([b"\x01", b"", storage.root_hash, PINS.code])
    fields = rlp.decode(parts.header)
    assert isinstance(fields, list)
    fields[3] = state.root_hash
    header = rlp.encode(fields)

    def evidence(size: int) -> Evidence:
        place = keccak(slot(parts.publisher, replace(STATEMENT, size=size)))
        return replace(
            parts,
            header=header,
            account_proof=proof_nodes(state, keccak(parts.registry)),
            storage_proof=proof_nodes(storage, place),
        ).encode()

    block = replace(TRUST[0], value={"number": read_header(header).number, "hash": "0x" + keccak(header).hex()})
    for size in (asked, min(sizes)):
        checked = VERIFIER.check(evidence(size), replace(STATEMENT, size=size), PINS, [block, TRUST[1]])
        assert (checked.proved is not None) == (size in sizes)
        if size == asked:
            assert [finding.code for finding in checked.findings] == [codes.ANCHOR_ABSENT]


@given(st.binary(max_size=300))
def test_junk_is_no_evidence_of_either_kind(junk: bytes) -> None:
    for decode in (StorageEvidence.decode, EasEvidence.decode):
        with pytest.raises(Refused):
            decode(junk)
        with pytest.raises(Refused):
            decode(MADE.evidence.data + junk + b"\0")


# --- from blocks long past -----------------------------------------------------------------------------------------


def test_evidence_from_historical_blocks(carbonseal_every_fresh_chain: Network) -> None:
    """Taken long after, of the block that first held the anchor, when the same trie holds more: on every engine."""
    chain = carbonseal_every_fresh_chain

    async def scenario() -> list[Evidence]:
        async with connected(chain) as ledger:
            seen = []
            for size in (1, 2, 3):
                attempt = await ledger.prepare(anchor(size), [])
                await ledger.send(attempt)
                seen.append((attempt, await ledger.follow([attempt])))
                await asyncio.to_thread(chain.mine, 3)
            await asyncio.to_thread(chain.mine, 20)
            return [await ledger.evidence(attempt, observation) for attempt, observation in seen]

    found = asyncio.run(scenario())
    numbers = [read_header(StorageEvidence.decode(one.data).header).number for one in found]
    assert numbers == sorted(set(numbers))
    assert numbers[0] < chain.height - 25
    trust: list[TrustItem] = []
    for endpoint in (chain.endpoint, chain.another().endpoint):
        asked = GatherRequest("2026-01-01T00:00:00Z", found, trust, confirmations=20)
        trust += Gatherer().gather(chain.ledger, asked, endpoint).items
    pins = VERIFIER.pin(chain.ledger, {**chain.options(chain.publisher(0)), "agree": "2"})
    for size, one in enumerate(found, start=1):
        assert VERIFIER.check(one, statement(size), pins, trust).proved
        assert not VERIFIER.check(one, statement(size % 3 + 1), pins, trust).proved
