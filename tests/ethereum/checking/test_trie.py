"""Proofs from py-trie, which shares no code with the verifier."""

from __future__ import annotations

import rlp as reference
from eth_utils import keccak
from hypothesis import given, settings
from hypothesis import strategies as st
from trie.hexary import HexaryTrie

from carbonseal.findings import Refused
from carbonseal_adapters.ethereum.checking.trie import EMPTY_ROOT, Absent, prove
from carbonseal_devnet.ethereum.evidence import proof_nodes, trie_around

KEYS = [bytes([n]) for n in range(256)]


def trie_of(values: dict[bytes, bytes]) -> HexaryTrie:
    trie = HexaryTrie({})
    for key, value in values.items():
        trie[keccak(key)] = value
    return trie


def code_of(root: bytes, key: bytes, proof: tuple[bytes, ...]) -> str:
    try:
        prove(root, key, proof)
    except Refused as refused:
        return refused.finding.code.name
    return "proved"


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(KEYS), st.binary(min_size=1, max_size=60), min_size=1, max_size=60))
def test_agrees_with_py_trie_on_presence_and_absence(values: dict[bytes, bytes]) -> None:
    trie = trie_of(values)
    for key in KEYS[:40] + list(values)[:10]:
        proof = proof_nodes(trie, keccak(key))
        assert prove(trie.root_hash, key, proof) == values.get(key, Absent())


def test_small_values_stand_inside_their_parents() -> None:
    """Two keys with a long common path and one-byte values: their leaves are embedded."""
    trie = HexaryTrie({})
    path = keccak(b"key").hex()
    near = bytes.fromhex(path[:-1] + f"{int(path[-1], 16) ^ 1:x}")
    trie[bytes.fromhex(path)], trie[near] = b"\x01", b"\x02"
    proof = proof_nodes(trie, bytes.fromhex(path))
    assert len(proof) < len(trie.get_proof(bytes.fromhex(path)))  # type: ignore[no-untyped-call]
    assert prove(trie.root_hash, b"key", proof) == b"\x01"


def test_an_empty_trie_holds_nothing() -> None:
    assert prove(EMPTY_ROOT, b"key", ()) == Absent()


def test_each_way_to_spoil_a_proof_has_a_code() -> None:
    root, proof = trie_around(b"key", b"v" * 40, 5)
    assert code_of(root, b"key", proof) == "proved"
    assert code_of(root, b"key", ()) == "ethereum.node-missing"
    assert code_of(root, b"key", proof[:-1]) == "ethereum.node-missing"
    assert code_of(root, b"key", (*proof, proof[-1])) == "ethereum.node-extra"
    assert code_of(root, b"key", (*proof, b"junk")) == "ethereum.node-extra"
    assert code_of(root, b"key", (proof[1], proof[0], *proof[2:])) == "ethereum.node-hash"
    assert code_of(root, b"key", (proof[0], proof[0], *proof[1:])) == "ethereum.node-hash"
    assert code_of(root, b"key", (*proof[:-1], proof[-1][:-1] + b"w")) == "ethereum.node-hash"
    assert code_of(keccak(b"other"), b"key", proof) == "ethereum.node-hash"
    other = next(key for key in KEYS if keccak(key).hex()[0] != keccak(b"key").hex()[0])
    assert code_of(root, other, proof) == "ethereum.proof-strays"


def test_nodes_that_no_trie_has_are_refused() -> None:
    def code(*items: bytes | list[bytes]) -> str:
        node = reference.encode(list(items))
        return code_of(keccak(node), b"key", (node,))

    assert code(b"", b"", b"") == "ethereum.node-malformed"
    assert code(b"\x40", b"v") == "ethereum.node-malformed"  # no such flag
    assert code(b"\x0f", b"v") == "ethereum.node-malformed"  # padding that is not zero
    assert code(b"\x00", b"\xaa" * 32) == "ethereum.node-malformed"  # an extension by nothing
    assert code(b"\x20" + keccak(b"key"), b"") == "ethereum.node-malformed"  # a leaf of nothing
    assert code(b"\x20" + keccak(b"key"), [b"v"]) == "ethereum.node-malformed"
    path = keccak(b"key").hex()
    assert code(bytes.fromhex("1" + path[0]), b"\xaa" * 31) == "ethereum.node-malformed"  # neither hash nor node
    assert code(bytes.fromhex("1" + path[0]), [b"\x20", b"v" * 40]) == "ethereum.node-malformed"  # too long to embed
    string = reference.encode(b"v" * 40)
    assert code_of(keccak(string), b"key", (string,)) == "ethereum.node-malformed"
    trailing = reference.encode([b"\x20" + keccak(b"key"), b"v"]) + b"\0"
    assert code_of(keccak(trailing), b"key", (trailing,)) == "ethereum.rlp-malformed"


def test_a_key_cannot_end_early() -> None:
    """A leaf in the middle of the path, or a branch after its end, never proves."""
    path = keccak(b"key").hex()
    short = reference.encode([bytes.fromhex("20" + path[:62]), b"v"])
    assert prove(keccak(short), b"key", (short,)) == Absent()
    branch = reference.encode([b""] * 16 + [b"v"])
    whole = reference.encode([bytes.fromhex("00" + path), [b""] * 16 + [b"v"]])
    assert code_of(keccak(whole), b"key", (whole,)) == "ethereum.node-malformed"
    assert prove(keccak(branch), b"key", (branch,)) == Absent()
