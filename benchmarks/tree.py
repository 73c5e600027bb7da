"""The tree against plain hashing, and beside other implementations on the same leaves."""

from __future__ import annotations

import binascii
import hashlib
import importlib.util
import warnings
from collections.abc import Callable

from carbonseal.log.tree import Edge, all_inclusion_proofs, leaf_hash, leaf_hashes

from .measure import Row, Rows, Times, cold, side_by_side

COUNT = 100_000
SLICE = 1024
ENTRIES = [b"\1" + hashlib.sha256(b"%d" % number).digest() for number in range(COUNT)]
LEAVES = leaf_hashes(ENTRIES)
NODES = [b"\1" + hashlib.sha512(b"%d" % number).digest() for number in range(2 * COUNT - 1)]  # 65 bytes each


def raw() -> None:
    """The lower bound: as many calls of hashlib as the tree has nodes, on prepared inputs."""
    sha256 = hashlib.sha256
    for node in NODES:
        sha256(node).digest()


def one_by_one() -> bytes:
    edge = Edge()
    for entry in ENTRIES:
        edge.append(leaf_hash(entry))
    edge.take_tiles()
    return edge.root()


def in_bulk() -> bytes:
    edge = Edge()
    for start in range(0, COUNT, SLICE):
        edge.extend(leaf_hashes(ENTRIES[start : start + SLICE]))
        edge.take_tiles()
    return edge.root()


def proofs_as_bytes() -> int:
    return sum(map(len, all_inclusion_proofs(leaf_hashes(ENTRIES))))


def proofs_as_text() -> int:
    return sum(map(len, all_inclusion_proofs(leaf_hashes(ENTRIES), binascii.b2a_base64)))


def rows() -> Rows:
    times = side_by_side(7, raw=raw, one_by_one=one_by_one, in_bulk=in_bulk, bytes=proofs_as_bytes, text=proofs_as_text)
    floor = f"hashlib: {times.each('raw', len(NODES))} a call"
    yield Row("tree", "append one by one: raw hashing / it", times.ratio("raw", "one_by_one"), ">=", 0.6, floor)
    yield Row(
        "tree", "append in bulk: raw hashing / it", times.ratio("raw", "in_bulk"), ">=", 0.8, _each(times, "in_bulk")
    )
    yield Row("tree", "all proofs, as bytes: it / raw", times.ratio("bytes", "raw"), "<=", 2.0, _each(times, "bytes"))
    yield Row("tree", "all proofs, as text: it / raw", times.ratio("text", "raw"), "<=", 3.0, _each(times, "text"))
    yield from peers()


def _each(times: Times, name: str) -> str:
    return f"{times.each(name, COUNT)} an entry"


# --- peers, in the benchmark's own environment ---------------------------------------------------------------------


def peers() -> Rows:
    """Tree and all proofs, serialised, by others. Each runs once, right after the floor: they take seconds, not moments."""
    for package, run in (("merkletools", merkletools), ("opentimestamps", opentimestamps), ("pymerkle", pymerkle)):
        if importlib.util.find_spec(package) is None:
            yield Row("tree", f"all proofs by {package}", "not here", note="make bench installs it")
            continue
        work = run()
        floor = cold(raw)
        ratio = cold(work) / floor
        yield Row(
            "tree", f"all proofs by {package}: it / raw", ratio, note=f"{ratio * floor / COUNT * 1e6:,.1f} us an entry"
        )


def merkletools() -> Callable[[], object]:
    """Hex in dictionaries, no separation of leaves and nodes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it misses a SHA-3 package that Python has had for long
        from merkletools import MerkleTools
    import orjson

    def work() -> int:
        tree = MerkleTools()
        tree.add_leaf([leaf.hex() for leaf in LEAVES])
        tree.make_tree()
        return sum(len(orjson.dumps(tree.get_proof(index))) for index in range(COUNT))

    return work


def opentimestamps() -> Callable[[], object]:
    """Operations from each leaf to the tip, which carries one pending attestation."""
    from opentimestamps.core.notary import PendingAttestation
    from opentimestamps.core.serialize import BytesSerializationContext
    from opentimestamps.core.timestamp import Timestamp, make_merkle_tree

    def work() -> int:
        stamps = [Timestamp(leaf) for leaf in LEAVES]
        make_merkle_tree(stamps).attestations.add(PendingAttestation("https://calendar.example"))
        total = 0
        for stamp in stamps:
            context = BytesSerializationContext()
            stamp.serialize(context)
            total += len(context.getbytes())
        return total

    return work


def pymerkle() -> Callable[[], object]:
    """In memory; its proofs are dictionaries of hex."""
    import orjson
    from pymerkle import InmemoryTree

    def work() -> int:
        tree = InmemoryTree(algorithm="sha256")
        for entry in ENTRIES:
            tree.append_entry(entry)
        return sum(len(orjson.dumps(tree.prove_inclusion(i, COUNT).serialize())) for i in range(1, COUNT + 1))

    return work
