"""Vectors of the log: entries, tree, tiles, notes, checkpoints, proofs, anchors.

Expected bytes are computed here, from the specification's words: trees by the recursive definition of RFC 9162, signatures by
`cryptography`. The implementation is asked for nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.vectors.cases import Case, case, hexes, octets, refused, repeated, undetermined

ORIGIN = "certifier.example/log"
RULE = "entry i is 01 and the SHA-256 of i in ASCII decimal"


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def private_key(name: str) -> Ed25519PrivateKey:
    """The Ed25519 key whose seed is the SHA-256 of `name`."""
    return Ed25519PrivateKey.from_private_bytes(sha(name.encode()))


# --- entries -------------------------------------------------------------------------------------------------------


def entries() -> list[Case]:
    ones, size, root = b"\x11" * 32, (258).to_bytes(8, "big"), b"\x22" * 32
    plain = '{"origin":"certifier.example/log","publishers":{},"version":1}'
    named = (
        '{"origin":"certifier.example/log","predecessor":"old.example/log\\n7\\n' + b64(root) + '\\n",'
        '"publishers":{"eip155:1":"0x1111111111111111111111111111111111111111"},"version":1}'
    )
    good: dict[str, tuple[bytes, dict[str, Any]]] = {
        "genesis": (b"\0" + plain.encode(), {"kind": 0, "origin": ORIGIN, "publishers": {}}),
        "genesis of a successor": (
            b"\0" + named.encode(),
            {
                "kind": 0,
                "origin": ORIGIN,
                "publishers": {"eip155:1": "0x" + "11" * 20},
                "predecessor": {"origin": "old.example/log", "size": 7, "root": root.hex()},
            },
        ),
        "record": (b"\1" + ones, {"kind": 1, "commitment": ones.hex()}),
        "foreign anchor": (
            b"\3" + ones + size + root,
            {"kind": 3, "logId": ones.hex(), "size": 258, "root": root.hex()},
        ),
        "evidence digest": (b"\5" + ones, {"kind": 5, "digest": ones.hex()}),
        "heartbeat": (b"\6" + (1_795_000_000).to_bytes(8, "big"), {"kind": 6, "time": 1_795_000_000}),
    }
    found = [
        case(name, "decode", {**value, "leafHash": sha(b"\0" + raw).hex()}, entry=raw.hex())
        for name, (raw, value) in good.items()
    ]

    def bad(name: str, expect: dict[str, Any], raw: bytes) -> None:
        found.append(case(name, "decode", expect, entry=raw.hex()))

    bad("nothing", refused("entry.empty"), b"")
    bad("a record too short", refused("entry.wrong-length"), b"\1" + ones[1:])
    bad("a record too long", refused("entry.wrong-length"), b"\1" + ones + b"\0")
    bad("a heartbeat too long", refused("entry.wrong-length"), b"\6" + bytes(9))
    bad("a foreign anchor of size 0", refused("entry.anchors-nothing"), b"\3" + ones + bytes(8) + root)
    bad("kind 2", undetermined("entry.reserved-kind"), b"\2" + ones)
    bad("kind 4", undetermined("entry.reserved-kind"), b"\4" + ones)
    bad("kind 7", undetermined("entry.unknown-kind"), b"\7" + ones)
    bad("kind 255", undetermined("entry.unknown-kind"), b"\xff")
    long = repeated(("x", 65_536))
    found.append(case("65,536 bytes", "decode", refused("entry.too-long"), entry=long))
    bad("genesis without JSON", refused("genesis.not-json"), b"\0{")
    bad("genesis with white space", refused("genesis.not-canonical"), b"\0" + plain.replace(":", ": ").encode())
    doubled = plain.replace('"version":1', '"version":1,"version":1')
    bad("genesis with a repeated key", refused("genesis.not-canonical"), b"\0" + doubled.encode())
    bad("genesis of version 2", undetermined("genesis.unknown-version"), b"\0" + plain.replace("1}", "2}").encode())
    bad("genesis without publishers", refused("genesis.malformed"), b'\0{"origin":"a","version":1}')
    more = plain.replace("{", '{"more":1,', 1)
    bad("genesis with another member", refused("genesis.malformed"), b"\0" + more.encode())
    spaced = plain.replace("certifier.example/log", "a log")
    bad("genesis with a space in its origin", refused("genesis.malformed"), b"\0" + spaced.encode())
    broken = named.replace("\\n7\\n", "\\n07\\n")
    bad("genesis with a broken predecessor", refused("checkpoint.size"), b"\0" + broken.encode())
    return found


# --- tree ----------------------------------------------------------------------------------------------------------


def example_leaves(count: int) -> list[bytes]:
    return [sha(b"\0\1" + sha(str(number).encode())) for number in range(count)]


def root_of(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162, section 2.1.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha(b"")
    k = split(len(leaves))
    return sha(b"\1" + root_of(leaves[:k]) + root_of(leaves[k:]))


def split(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 9162, section 2.1.3.1."""
    if len(leaves) < 2:
        return []
    k = split(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), root_of(leaves[k:])]
    return [*path(index - k, leaves[k:]), root_of(leaves[:k])]


def subproof(old: int, leaves: Sequence[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 9162, section 2.1.4.1."""
    if old == len(leaves):
        return [] if whole else [root_of(leaves)]
    k = split(len(leaves))
    if old <= k:
        return [*subproof(old, leaves[:k], whole), root_of(leaves[k:])]
    return [*subproof(old - k, leaves[k:], False), root_of(leaves[:k])]


def tree() -> list[Case]:
    leaves = example_leaves(70_000)
    roots = {size: root_of(leaves[:size]) for size in (*range(18), 255, 256, 257, 65_536, 65_537, 70_000)}
    found = [
        case(f"root of {size}", "root", {"root": root.hex()}, count=size, entries=RULE) for size, root in roots.items()
    ]
    for index, size in [(i, n) for n in range(1, 10) for i in range(n)] + [(0, 257), (256, 257), (65_535, 70_000)]:
        proof = hexes(path(index, leaves[:size]))
        given = {"index": index, "size": size, "leaf": leaves[index].hex(), "root": root_of(leaves[:size]).hex()}
        found.append(case(f"entry {index} of {size}", "inclusion", {"holds": True}, proof=proof, **given))
    pairs = [(old, new) for new in range(1, 10) for old in range(1, new + 1)]
    for old, new in [(0, 0), (0, 5), *pairs, (255, 257), (256, 512), (65_536, 70_000), (65_537, 70_000)]:
        proof = hexes(subproof(old, leaves[:new])) if old else []
        found.append(_consistency(f"from {old} to {new}", {"holds": True}, leaves, old, new, proof=proof))
    return found + _bad_inclusion(leaves) + _bad_consistency(leaves)


def _bad_inclusion(leaves: Sequence[bytes]) -> list[Case]:
    five = leaves[:5]
    sound = {
        "index": 2,
        "size": 5,
        "leaf": five[2].hex(),
        "proof": hexes(path(2, five)),
        "root": root_of(five).hex(),
    }
    proof: list[str] = sound["proof"]  # type: ignore[assignment]
    differs = refused("inclusion.root-differs")
    inner = sha(b"\1" + leaves[0] + leaves[1])
    changes: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "another leaf": (differs, {"leaf": five[3].hex()}),
        "another index": (differs, {"index": 3}),
        "an index of another depth": (refused("inclusion.too-long"), {"index": 4}),
        "an index on the other side": (differs, {"index": 1}),
        "a smaller size": (refused("inclusion.too-long"), {"size": 4}),
        "index = size": (refused("inclusion.index-beyond-size"), {"index": 5}),
        "an empty log": (refused("inclusion.index-beyond-size"), {"index": 0, "size": 0, "proof": []}),
        "a hash too few": (refused("inclusion.too-short"), {"proof": proof[:-1]}),
        "a hash too many": (refused("inclusion.too-long"), {"proof": [*proof, proof[0]]}),
        "hashes swapped": (differs, {"proof": [proof[1], proof[0], proof[2]]}),
        "another root": (differs, {"root": root_of(leaves[:6]).hex()}),
        "a node taken for a leaf": (
            differs,
            {
                "index": 0,
                "size": 2,
                "leaf": inner.hex(),
                "proof": [sha(b"\1" + five[2] + five[3]).hex()],
                "root": "00" * 32,
            },
        ),
        "a node taken for a leaf, in a shorter tree": (
            refused("inclusion.too-short"),
            {"index": 0, "leaf": inner.hex(), "proof": proof[1:], "size": 5},
        ),
        "a hash of 31 bytes": (refused("tree.hash-length"), {"proof": [proof[0][2:], *proof[1:]]}),
    }
    return [case(name, "inclusion", expect, **{**sound, **change}) for name, (expect, change) in changes.items()]


def _consistency(
    name: str, expect: dict[str, Any], leaves: Sequence[bytes], old: int, new: int, **changes: Any
) -> Case:
    given = {
        "oldSize": old,
        "oldRoot": root_of(leaves[:old]).hex(),
        "newSize": new,
        "newRoot": root_of(leaves[:new]).hex(),
    }
    return case(name, "consistency", expect, **{**given, **changes})


def _bad_consistency(leaves: Sequence[bytes]) -> list[Case]:
    proof = hexes(subproof(3, leaves[:7]))
    old_differs, new_differs = refused("consistency.old-root-differs"), refused("consistency.new-root-differs")
    other = sha(b"another").hex()

    def bad(name: str, expect: dict[str, Any], old: int = 3, new: int = 7, **changes: Any) -> Case:
        return _consistency(name, expect, leaves, old, new, **{"proof": proof, **changes})

    return [
        bad("another old root", old_differs, oldRoot=other),
        bad("another new root", new_differs, newRoot=other),
        bad("a hash too few", refused("consistency.too-short"), proof=proof[:-1]),
        bad("a hash too many", refused("consistency.too-long"), proof=[*proof, proof[0]]),
        bad("a shrinking log", refused("consistency.shrinks"), old=7, new=3),
        bad("one size, two roots", refused("consistency.fork"), old=7, new=7, newRoot=other, proof=[]),
        bad("one size, with a proof", refused("consistency.too-long"), old=7, new=7, proof=proof[:1]),
        bad("from nothing, with a proof", refused("consistency.too-long"), old=0, new=7, proof=proof[:1]),
        bad("from nothing, with a root", refused("consistency.empty-root-differs"), old=0, oldRoot=other, proof=[]),
        bad("a hash of 33 bytes", refused("tree.hash-length"), proof=[proof[0] + "00", *proof[1:]]),
    ]


def tiles() -> list[Case]:
    leaves = example_leaves(70_000)
    found = []
    for level, index, width, written in (
        (0, 0, 256, "tile/0/000"),
        (0, 273, 112, "tile/0/273.p/112"),
        (1, 1, 17, "tile/1/001.p/17"),
        (2, 0, 1, "tile/2/000.p/1"),
    ):
        span = 256**level
        first = index * 256
        data = b"".join(root_of(leaves[i * span : (i + 1) * span]) for i in range(first, first + width))
        expect = {"path": written, "sha256": sha(data).hex(), "length": len(data)}
        found.append(case(written, "tile", expect, level=level, index=index, width=width, logSize=70_000, entries=RULE))
    paths: tuple[tuple[int | str, int, int, str], ...] = (
        (3, 1_234_067, 256, "tile/3/x001/x234/067"),
        (0, 1_000, 7, "tile/0/x001/000.p/7"),
        ("entries", 999, 256, "tile/entries/999"),
        ("entries", 1_234_067, 255, "tile/entries/x001/x234/067.p/255"),
    )
    for of, index, width, written in paths:
        found.append(case(written, "path", {"path": written}, level=of, index=index, width=width))
    two = [b"\1" + bytes(32), b"\6" + bytes(8)]
    bundle = b"".join(len(one).to_bytes(2, "big") + one for one in two)
    found.append(case("a bundle", "bundle", {"entries": hexes(two)}, data=bundle.hex(), width=2))
    for name, code, data in (
        ("a bundle cut off", "bundle.truncated", bundle[:-1]),
        ("a bundle cut off in a length", "bundle.truncated", bundle[:36]),
        ("a bundle with more", "bundle.too-long", bundle + b"\0\0"),
    ):
        found.append(case(name, "bundle", refused(code), data=data.hex(), width=2))
    return found


# --- anchors -------------------------------------------------------------------------------------------------------


def anchors() -> list[Case]:
    found = []
    for origin, size, root in (
        (ORIGIN, 1, sha(b"one")),
        (ORIGIN, 258, sha(b"two")),
        ("日本.example/log", 2**63 - 1, sha(b"three")),
    ):
        log_id = sha(origin.encode())
        statement = log_id + size.to_bytes(8, "big") + root
        expect = {
            "logId": log_id.hex(),
            "statement": statement.hex(),
            "digest": sha(b"carbonseal/anchor/v1\0" + statement).hex(),
            "foreignEntry": (b"\3" + statement).hex(),
        }
        text = f"{origin}\n{size}\n{b64(root)}\n"
        found.append(case(f"size {size} of {origin}", "anchor", expect, checkpoint=octets(text.encode())))
    empty = f"{ORIGIN}\n0\n{b64(sha(b''))}\n"
    found.append(case("an empty log", "anchor", refused("checkpoint.empty"), checkpoint=empty))
    return found
