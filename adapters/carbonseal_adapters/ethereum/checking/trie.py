"""Merkle-Patricia proofs as EIP-1186 gives them, verified strictly (yellow paper, appendix D).

A proof is the list of trie nodes from the root down to a key's value. Every node must have the hash that its parent
names, in order, with nothing left over. Nodes shorter than 32 bytes are embedded in their parent and are not listed.
"""

from __future__ import annotations

from collections.abc import Sequence

from carbonseal.findings import Refused
from carbonseal.values import dataclass
from carbonseal_adapters.ethereum.checking import codes, rlp
from carbonseal_adapters.ethereum.checking.keccak import keccak256

MAX_NODES = 65  # 64 nibbles of a hashed key, and the root


@dataclass(frozen=True, slots=True)
class Absent:
    """The proof is sound and shows that the key has no value."""


EMPTY_ROOT = keccak256(b"\x80")


def prove(root: bytes, key: bytes, proof: Sequence[bytes]) -> bytes | Absent:
    """The value under keccak(`key`) in the trie with this 32-byte root, or `Absent`.

    Raises `Refused` (ethereum.node-…, ethereum.proof-strays, ethereum.rlp-…) unless the proof is exactly the path.
    """
    if root == EMPTY_ROOT and not proof:
        return Absent()
    path = keccak256(key).hex()  # one character is one nibble
    at, digest, above = 0, root, b""
    for full, nibble in zip(proof, path, strict=False):
        child_hash = rlp.child_hash(full, int(nibble, 16))
        if child_hash is None:
            break
        if keccak256(full) != digest:
            raise _other_hash(full, at, above)
        digest, above, at = child_hash, full, at + 1
    node, used = _opened(digest, proof, at, above), at + 1
    while True:
        if len(node) == 17:
            if at == len(path):
                raise _malformed(used - 1, "a branch is where the key has ended")
            child = node[int(path[at], 16)]
            at += 1
        else:
            nibbles, is_leaf = _compact(node[0], used - 1)
            fits = path.startswith(nibbles, at)
            at += len(nibbles)
            if is_leaf:
                _all_used(proof, used)
                return _value(node[1], used - 1) if fits and at == len(path) else Absent()
            child = node[1] if fits else b""
        if child == b"":
            _all_used(proof, used)
            return Absent()
        if isinstance(child, list):
            node = _embedded(child, used - 1)
        elif len(child) == 32:
            node, used = _opened(child, proof, used, node), used + 1
        else:
            raise _malformed(used - 1, "a reference is neither a hash nor a node")


def _opened(digest: bytes, proof: Sequence[bytes], index: int, above: rlp.Item) -> list[rlp.Item]:
    """Proof node `index`, which must have this hash."""
    if index == len(proof):
        raise Refused(codes.NODE_MISSING(count=index))
    if keccak256(proof[index]) != digest:
        raise _other_hash(proof[index], index, above)
    return _node(rlp.decode(proof[index]), index)


def _other_hash(node: bytes, index: int, above: rlp.Item) -> Refused:
    """Why proof node `index` is not the one that `above` names, which is read or not, and empty for a root."""
    siblings = rlp.decode(above) if isinstance(above, bytes) and above else above
    return Refused((codes.PROOF_STRAYS if keccak256(node) in siblings else codes.NODE_HASH)(index=index))


def _embedded(child: list[rlp.Item], index: int) -> list[rlp.Item]:
    if len(rlp.encode(child)) >= 32:
        raise _malformed(index, "a node inside another has 32 bytes or more")
    return _node(child, index)


def _node(item: rlp.Item, index: int) -> list[rlp.Item]:
    if not isinstance(item, list) or len(item) not in {2, 17}:
        raise _malformed(index, "it is not a list of 2 or 17 items")
    return item


def _compact(item: rlp.Item, index: int) -> tuple[str, bool]:
    """The nibbles of a hex-prefix encoded path (yellow paper, appendix C), and whether it ends in a leaf."""
    if not isinstance(item, bytes) or not item or item[0] >= 0x40:
        raise _malformed(index, "its path has no valid flag")
    text = item.hex()
    odd, is_leaf = bool(item[0] & 0x10), bool(item[0] & 0x20)
    if not odd and text[1] != "0":
        raise _malformed(index, "its path is padded with something")
    nibbles = text[1:] if odd else text[2:]
    if not nibbles and not is_leaf:
        raise _malformed(index, "an extension extends by nothing")
    return nibbles, is_leaf


def _value(item: rlp.Item, index: int) -> bytes:
    if not isinstance(item, bytes) or not item:
        raise _malformed(index, "a leaf holds no value")
    return item


def _all_used(proof: Sequence[bytes], used: int) -> None:
    if used != len(proof):
        raise Refused(codes.NODE_EXTRA(index=used - 1, count=len(proof) - 1))


def _malformed(index: int, problem: str) -> Refused:
    return Refused(codes.NODE_MALFORMED(index=index, problem=problem))
