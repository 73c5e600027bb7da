"""AnchorRegistry checks RFC 9162 inclusion proofs on chain: just as the Python tree does, and never for more."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.ledger import Statement
from carbonseal.log import tree
from carbonseal_adapters.ethereum.checking import registry
from carbonseal_devnet.ethereum.network import Network
from tests.programs.effort import stride

from . import calls

INCLUDES = "includes(address,bytes32,uint64,uint64,bytes,bytes32[])"
ROOT = "root_from_inclusion(uint64,uint64,bytes,bytes32[])"
ACCOUNT = 4
LOG = hashlib.sha256(b"on chain").digest()
MOST = 100
SIZES = sorted({*range(1, 33), *range(33, MOST, stride(13)), 63, 64, 65, MOST})  # where levels begin, and between
ENTRIES = [b"\x01" + hashlib.sha256(b"entry %d" % n).digest() for n in range(MOST)]
LEAVES = [tree.leaf_hash(entry) for entry in ENTRIES]


def sha(*seed: int | str) -> bytes:
    return hashlib.sha256(repr(seed).encode()).digest()


def split(proof: bytes) -> tuple[bytes, ...]:
    return tuple(proof[at : at + 32] for at in range(0, len(proof), 32))


def python_root(size: int, index: int, entry: bytes, proof: list[bytes]) -> bytes | None:
    """What the Python tree says of the same: a root, or None."""
    try:
        return tree.root_from_inclusion(tree.leaf_hash(entry), index, size, proof)
    except Refused:
        return None


@pytest.fixture(scope="module")
def chain(carbonseal_every_chain: Network) -> Network:
    return carbonseal_every_chain


def anchor(chain: Network, size: int, root: bytes, log: bytes = LOG, account: int = ACCOUNT) -> int:
    receipt = calls.transact(
        chain, chain.deployment.registry, registry.call_anchor(Statement(log, size, root)), account
    )
    assert receipt["status"] == "0x1"
    return int(receipt["gasUsed"], 16)


def includes(
    chain: Network,
    size: int,
    index: int,
    entry: bytes,
    proof: Sequence[bytes],
    log: bytes = LOG,
    account: int = ACCOUNT,
) -> bool:
    publisher = chain.publisher(account)
    return bool(
        calls.ask(chain, chain.deployment.registry, INCLUDES, "bool", publisher, log, size, index, entry, list(proof))
    )


def contract_root(chain: Network, size: int, index: int, entry: bytes, proof: list[bytes]) -> bytes | None:
    """The root that the contract computes, or None where it reverts."""
    try:
        return bytes(calls.ask(chain, chain.deployment.registry, ROOT, "bytes32", size, index, entry, list(proof)))
    except RuntimeError as error:
        assert "no such proof" in str(error)
        return None


# --- as the Python tree does -----------------------------------------------------------------------------------------


def mutated(
    chance: random.Random, size: int, index: int, entry: bytes, proof: tuple[bytes, ...]
) -> tuple[int, int, bytes, list[bytes]]:
    """One thing changed: what an attacker would try, or a client that counts wrongly would send."""
    hashes = list(proof)
    at = chance.randrange(len(hashes) or 1)
    match chance.choice(
        ["bit", "short", "shorter", "long", "longer", "swap", "index", "size", "entry", "other", "twice"]
    ):
        case "bit" if hashes:
            changed = bytearray(hashes[at])
            changed[chance.randrange(32)] ^= 1 << chance.randrange(8)
            hashes[at] = bytes(changed)
        case "short" if hashes:
            hashes.pop()
        case "shorter" if hashes:
            del hashes[at]
        case "longer":
            hashes.insert(0, sha(size, index))
        case "twice" if hashes:
            hashes.insert(at, hashes[at])
        case "swap" if len(hashes) > 1:
            hashes[at - 1], hashes[at] = hashes[at], hashes[at - 1]
        case "index":
            index = chance.choice([index + 1, index ^ 1, size - 1, size, 2**64 - 1])
        case "size":
            size = chance.choice([size + 1, max(1, size - 1), 2 * size, 0])
        case "entry":
            entry = chance.choice([entry[:-1], entry + b"\0", b"", b"\x02" + entry[1:]])
        case "other":
            entry = ENTRIES[(index + 1) % MOST]
        case _:
            hashes.append(sha(size, index))
    return size, index, entry, hashes


def test_every_size_up_to_32_and_some_up_to_100(chain: Network) -> None:
    """Proofs of the Python tree hold; changed ones do exactly where the Python tree says so, which is next to nowhere."""
    chance = random.Random(9162)
    roots, verdicts = {}, []
    for size in SIZES:
        roots[size] = tree.tree_root(LEAVES[:size])
        anchor(chain, size, roots[size])
        proofs = [split(proof) for proof in tree.all_inclusion_proofs(LEAVES[:size])]
        for index in {chance.randrange(size), chance.choice([0, size - 1])}:
            sound = size, index, ENTRIES[index], proofs[index]
            assert includes(chain, *sound)
            changed = mutated(chance, *sound)
            expected = changed[0] in roots and python_root(*changed) == roots[changed[0]]
            assert includes(chain, *changed) is expected, changed
            verdicts.append(expected)
    assert verdicts.count(False) > 0.9 * len(verdicts)


@settings(max_examples=80)
@given(st.data())
def test_the_same_root_at_any_size(chain: Network, data: st.DataObject) -> None:
    """Also at sizes that no test could build, and with proofs of every length around the right one."""
    size = data.draw(st.one_of(st.integers(0, 40), st.integers(0, 2**64 - 1), st.sampled_from([2**63, 2**64 - 1])))
    index = data.draw(st.one_of(st.integers(0, size), st.integers(0, 2**64 - 1)))
    expected = 0
    if index < size:
        inner = (index ^ (size - 1)).bit_length()
        expected = inner + (index >> inner).bit_count()
    length = data.draw(st.sampled_from([expected] * 4 + [max(0, expected - 1), min(64, expected + 1), 0, 64]))
    proof = [sha(size, n) for n in range(length)]
    entry = data.draw(st.binary(max_size=256))
    assert contract_root(chain, size, index, entry, proof) == python_root(size, index, entry, proof)


def test_the_longest_proof(chain: Network) -> None:
    size, index, proof = 2**64 - 1, 0, [sha("long", n) for n in range(64)]
    anchor(chain, size, tree.root_from_inclusion(tree.leaf_hash(ENTRIES[0]), index, size, proof))
    assert includes(chain, size, index, ENTRIES[0], proof)


# --- and never for more ----------------------------------------------------------------------------------------------

FOUR = tree.tree_root(LEAVES[:4])
LEFT, RIGHT = tree.node_hash(*LEAVES[:2]), tree.node_hash(*LEAVES[2:4])


def test_what_was_not_anchored_includes_nothing(chain: Network) -> None:
    log = sha("not anchored")
    proof = [LEAVES[1], RIGHT]
    assert not includes(chain, 4, 0, ENTRIES[0], proof, log=log)
    anchor(chain, 4, FOUR, log)
    assert includes(chain, 4, 0, ENTRIES[0], proof, log=log)
    assert not includes(chain, 4, 0, ENTRIES[0], proof, log=log, account=ACCOUNT + 1)  # another publisher
    assert not includes(chain, 4, 0, ENTRIES[0], proof, log=sha("another log"))
    assert not includes(chain, 3, 0, ENTRIES[0], proof, log=log)  # the same way up, at a size that is not anchored
    assert not includes(chain, 0, 0, ENTRIES[0], [], log=log)


def test_an_inner_node_is_no_entry(chain: Network) -> None:
    """Not even under a publisher who anchors what such a proof would need."""
    log = sha("confusion")
    anchor(chain, 2, FOUR, log)
    anchor(chain, 1, LEFT, log)
    for entry in (LEAVES[0] + LEAVES[1], b"\x01" + LEAVES[0] + LEAVES[1], b"\x00" + ENTRIES[0], LEFT, b""):
        assert not includes(chain, 2, 0, entry, [RIGHT], log=log)
        assert not includes(chain, 1, 0, entry, [], log=log)


def test_a_root_of_zeros_is_no_loophole(chain: Network) -> None:
    """Zero is how the contract marks a proof of a wrong shape."""
    log = sha("zeros")
    anchor(chain, 2, bytes(32), log)
    for index, proof in ((0, []), (0, [LEAVES[1]] * 2), (2, [LEAVES[1]]), (2**64 - 1, [])):
        assert not includes(chain, 2, index, ENTRIES[0], proof, log=log)


# --- call data -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sound(chain: Network) -> bytes:
    """Call data for which `includes` answers yes."""
    log = sha("call data")
    anchor(chain, 4, FOUR, log)
    return calls.words(INCLUDES, chain.publisher(ACCOUNT), log, 4, 0, ENTRIES[0], [LEAVES[1], RIGHT])


def answer(chain: Network, data: bytes | bytearray) -> int | None:
    """1 or 0, or None where it reverts."""
    try:
        return int.from_bytes(calls.call(chain, chain.deployment.registry, bytes(data)), "big")
    except RuntimeError as error:
        assert "revert" in str(error)
        return None


def changed(data: bytes, at: int, value: int) -> bytes:
    """Call data with another word at that place (0 is the first argument's)."""
    start = 4 + 32 * at
    return data[:start] + value.to_bytes(32, "big") + data[start + 32 :]


HEAD = ("publisher", "log id", "size", "index", "entry at", "proof at")
ENTRY_LENGTH, ENTRY_END, PROOF_LENGTH = 6, 8, 9  # words after the head


def test_what_follows_is_not_read(chain: Network, sound: bytes) -> None:
    assert answer(chain, sound) == 1
    assert answer(chain, sound + b"\xff" * 33) == 1
    padded = bytearray(sound)
    padded[4 + 32 * ENTRY_END + 31] = 0xFF  # behind the entry's 33 bytes
    assert answer(chain, padded) == 1


def test_words_that_are_too_wide_revert(chain: Network, sound: bytes) -> None:
    for at, bits in ((0, 160), (2, 64), (3, 64)):
        assert answer(chain, changed(sound, at, 1 << bits)) is None, HEAD[at]
        assert answer(chain, changed(sound, at, (1 << 256) - 1)) is None, HEAD[at]


def test_lengths_that_are_too_long_revert(chain: Network, sound: bytes) -> None:
    for value in (257, 2**32, 2**255):
        assert answer(chain, changed(sound, ENTRY_LENGTH, value)) is None
    for value in (65, 2**32, 2**255):
        assert answer(chain, changed(sound, PROOF_LENGTH, value)) is None


def test_what_is_cut_off_is_never_made_up(chain: Network, sound: bytes) -> None:
    """Bytes that are missing must not be read as zeros that happen to fit."""
    given = calls.call_all(chain, chain.deployment.registry, [sound[:length] for length in range(len(sound))])
    assert set(given) <= {None, bytes(32)}


def test_places_elsewhere_prove_nothing(chain: Network, sound: bytes) -> None:
    for at in (4, 5):
        for value in (0, 32, 2**16, 2**64, 2**256 - 32, 2**256 - 1):
            assert answer(chain, changed(sound, at, value)) in {None, 0}


def test_anchor_reads_its_words_strictly(chain: Network) -> None:
    said = Statement(sha("strictly"), 5, FOUR)
    data = registry.call_anchor(said)
    slot = registry.call_anchors(bytes.fromhex(chain.publisher(ACCOUNT)[2:]), said)
    for wrong in (changed(data, 1, 1 << 64 | 5), changed(data, 1, 1 << 255 | 5), data[:-1], data[:4], data[:3]):
        assert calls.transact(chain, chain.deployment.registry, wrong, ACCOUNT)["status"] == "0x0"
    assert calls.call(chain, chain.deployment.registry, slot) == bytes(32)
    assert calls.transact(chain, chain.deployment.registry, data + b"\xff" * 5, ACCOUNT)["status"] == "0x1"
    assert calls.call(chain, chain.deployment.registry, slot) == said.digest()
    assert answer(chain, changed(slot, 0, 1 << 160)) is None
    assert answer(chain, changed(slot, 2, 1 << 64)) is None


# --- gas -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("height", "most", "with_anchor"), [(10, 37_900, 40_000), (20, 50_700, 52_800)])
def test_gas(chain: Network, height: int, most: int, with_anchor: int) -> None:
    """As transactions. `most` is what a bare verification took where the design was made; nearly all is call data
    (EIP-7623), and so is what `includes` takes beyond it: publisher and log id."""
    size, log = 1 << height, sha("gas", height)
    index = int.from_bytes(log[:8], "big") % size
    proof = [sha("gas", height, level) for level in range(height)]
    anchor(chain, size, tree.root_from_inclusion(tree.leaf_hash(ENTRIES[0]), index, size, proof), log)

    def gas(data: bytes) -> int:
        receipt = calls.transact(chain, chain.deployment.registry, data, ACCOUNT)
        assert receipt["status"] == "0x1"
        return int(receipt["gasUsed"], 16)

    bare = gas(calls.words(ROOT, size, index, ENTRIES[0], proof))
    full = gas(calls.words(INCLUDES, chain.publisher(ACCOUNT), log, size, index, ENTRIES[0], proof))
    print(f"gas at 2^{height}: root_from_inclusion {bare:,}, includes {full:,}")
    assert bare <= most
    assert full <= with_anchor
