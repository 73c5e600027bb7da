"""Synthetic evidence with proofs as deep as mainnet's, for tests and benchmarks.

The tries are built by py-trie, which shares no code with the verifier, around a key's path: at every level above the
leaf a full branch. Everything follows from the arguments, so that two runs measure the same bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import rlp
from trie.hexary import HexaryTrie

from carbonseal.ledger import Evidence, Statement, TrustItem
from carbonseal_adapters.ethereum.checking.blocks import BLOCK
from carbonseal_adapters.ethereum.checking.evidence import StorageEvidence
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_adapters.ethereum.checking.registry import artifact, slot


@dataclass(frozen=True, slots=True)
class Synthetic:
    """Evidence for a statement, the block it rests on, and the policy options under which it holds."""

    evidence: Evidence
    number: int
    hash: bytes  # of the block, 32 bytes
    timestamp: int
    options: dict[str, str]

    def trust(self, ledger: str) -> list[TrustItem]:
        """What one source says: the block, and block 0, without which the source would not count."""
        blocks = {self.number: "0x" + self.hash.hex(), 0: self.options["genesis"]}
        return [
            TrustItem(ledger, BLOCK, {"number": number, "hash": digest}, "made up", "2026-01-01T00:00:00Z")
            for number, digest in blocks.items()
        ]


def synthesise(
    statement: Statement,
    *,
    publisher: bytes = b"\x11" * 20,
    registry: bytes = b"\x22" * 20,
    digest: bytes | None = None,
    account_nodes: int = 8,
    storage_nodes: int = 4,
    number: int = 23_000_000,
    timestamp: int = 1_790_000_000,
) -> Synthetic:
    """A state in which the registry holds the anchor, with proofs of that many nodes."""
    code = bytes.fromhex(artifact()["code_hash"][2:])
    word = (digest or statement.digest()).lstrip(b"\0")
    storage_root, storage_proof = trie_around(slot(publisher, statement), rlp.encode(word), storage_nodes)
    account = rlp.encode([b"\x01", b"", storage_root, code])
    state_root, account_proof = trie_around(registry, account, account_nodes)
    header = mainnet_header(state_root, number, timestamp)
    return Synthetic(
        StorageEvidence(registry, publisher, header, account_proof, storage_proof).encode(),
        number,
        keccak256(header),
        timestamp,
        {
            "genesis": "0x" + _filler("genesis").hex(),
            "registry": "0x" + registry.hex(),
            "code": artifact()["code_hash"],
            "publisher": "0x" + publisher.hex(),
        },
    )


def trie_around(key: bytes, value: bytes, nodes: int) -> tuple[bytes, tuple[bytes, ...]]:
    """The root of a trie in which keccak256(`key`) lies under `nodes` - 1 full branches, and the proof of it."""
    path = keccak256(key).hex()
    trie = HexaryTrie({})
    trie[bytes.fromhex(path)] = value
    for depth in range(nodes - 1):
        for nibble in set("0123456789abcdef") - {path[depth]}:
            beside = path[:depth] + nibble + _filler(path, depth, nibble).hex()
            trie[bytes.fromhex(beside[:64])] = value
    return trie.root_hash, proof_nodes(trie, bytes.fromhex(path))


def proof_nodes(trie: HexaryTrie, key: bytes) -> tuple[bytes, ...]:
    """A proof as EIP-1186 has it: py-trie also lists the nodes that are embedded in their parent."""
    encoded = [rlp.encode(node) for node in trie.get_proof(key)]  # type: ignore[no-untyped-call]
    return tuple(node for at, node in enumerate(encoded) if at == 0 or len(node) >= 32)


def mainnet_header(state_root: bytes, number: int, timestamp: int) -> bytes:
    """The RLP of a header of Prague's shape (21 fields)."""
    fields: list[bytes | int] = [_filler(name) for name in ("parent", "uncles")]
    fields += [b"\x33" * 20, state_root, _filler("transactions"), _filler("receipts"), bytes(256)]
    fields += [0, number, 36_000_000, 12_000_000, timestamp, b"carbonseal", _filler("mix"), bytes(8)]
    fields += [1_000_000_000, _filler("withdrawals"), 0, 0, _filler("beacon"), _filler("requests")]
    return bytes(rlp.encode(fields))


def _filler(*seed: object) -> bytes:
    return hashlib.sha256(repr(seed).encode()).digest()
