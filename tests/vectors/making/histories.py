"""Vectors of what proofs show of a tree, of observations and of fraud proofs. Trees and signatures are made here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tests.vectors.cases import Case, case, octets, refused, undetermined
from tests.vectors.making import batch_proofs
from tests.vectors.making.documents.consignments import KEY, MRN, presented
from tests.vectors.making.log import ORIGIN, b64, example_leaves, path, root_of, sha, split, subproof
from tests.vectors.making.notes import LOG_VKEY, OWNER, STRANGER, WITNESS_VKEY, line, text_of, vkey

OTHER_KEY = bytes(32)
HEADER = '{"carbonseal":"observations/1"}\n'


def entry(number: int) -> bytes:
    return b"\1" + sha(str(number).encode())


ENTRIES = [entry(number) for number in range(16)]
FORK = [*ENTRIES[:3], entry(999), *ENTRIES[4:]]
ONE, OTHER = ([sha(b"\0" + one) for one in entries] for entries in (ENTRIES, FORK))


# --- subtrees ------------------------------------------------------------------------------------------------------


def known(leaves: Sequence[bytes], start: int, end: int, index: int) -> set[tuple[int, int]]:
    """What an inclusion proof of entry `index` shows, by the recursion of RFC 9162: what its nodes cover."""
    if end - start == 1:
        return {(start, end)}
    middle = start + split(end - start)
    halves = [(start, middle), (middle, end)]
    if index >= middle:
        halves.reverse()
    return {(start, end), halves[1]} | known(leaves, *halves[0], index)


def known_of_consistency(start: int, end: int, old: int) -> set[tuple[int, int]]:
    """The same of a consistency proof from `old`, by SUBPROOF."""
    if old == end:
        return {(start, end)}
    middle = start + split(end - start)
    halves = [(start, middle), (middle, end)]
    if old > middle:
        halves.reverse()
    return {(start, end), halves[1]} | known_of_consistency(*halves[0], old)


def complete(spans: set[tuple[int, int]], leaves: Sequence[bytes]) -> list[list[Any]]:
    """Of those, the complete subtrees: level, index, hash."""
    found = []
    for start, end in spans:
        level = (end - start).bit_length() - 1
        if end - start == 1 << level and start % (1 << level) == 0:
            found.append([level, start >> level, root_of(leaves[start:end]).hex()])
    return sorted(found)


def subtrees() -> list[Case]:
    leaves = example_leaves(300)
    found = []
    for index, size in (
        (0, 1),
        (0, 2),
        (0, 3),
        (2, 3),
        (3, 7),
        (4, 7),
        (6, 7),
        (0, 8),
        (5, 11),
        (255, 300),
        (299, 300),
    ):
        expect = {"subtrees": complete(known(leaves, 0, size, index), leaves)}
        proof = [one.hex() for one in path(index, leaves[:size])]
        root = root_of(leaves[:size]).hex()
        given = {"index": index, "size": size, "leaf": leaves[index].hex(), "proof": proof, "root": root}
        found.append(case(f"inclusion of {index} in {size}", "subtrees", expect, **given))
    for old, new in ((1, 2), (2, 3), (3, 7), (4, 7), (6, 7), (6, 8), (7, 8), (8, 11), (255, 300), (256, 300)):
        expect = {"subtrees": complete(known_of_consistency(0, new, old), leaves)}
        found.append(case(f"consistency of {old} and {new}", "subtrees", expect, **_consistency(leaves, old, new)))
    root = root_of(leaves[:7]).hex()
    sound = {"level": 1, "index": 1, "size": 7, "hash": root_of(leaves[2:4]).hex(), "root": root}
    siblings = [root_of(leaves[0:2]).hex(), root_of(leaves[4:7]).hex()]
    found.append(case("a subtree by itself", "subtree", {"holds": True}, siblings=siblings, **sound))
    for name, code, change in (
        ("another hash", "tree.subtree-root-differs", {"hash": "00" * 32}),
        ("a subtree that is not complete", "tree.subtree-incomplete", {"level": 2}),
        ("beyond the size", "tree.subtree-incomplete", {"index": 3}),
        ("a sibling too few", "inclusion.too-short", {"siblings": siblings[:1]}),
        ("a sibling too many", "inclusion.too-long", {"siblings": [*siblings, root]}),
    ):
        found.append(case(name, "subtree", refused(code), **{**sound, "siblings": siblings, **change}))
    return found


def _consistency(leaves: Sequence[bytes], old: int, new: int) -> dict[str, Any]:
    return {
        "oldSize": old,
        "oldRoot": root_of(leaves[:old]).hex(),
        "newSize": new,
        "newRoot": root_of(leaves[:new]).hex(),
        "proof": [one.hex() for one in subproof(old, leaves[:new])],
    }


# --- observations --------------------------------------------------------------------------------------------------


def observation(place: list[str], shows: str, source: str, **more: Any) -> str:
    value = {"place": place, "shows": shows, **more, "source": {"file": sha(source.encode()).hex(), "name": source}}
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False) + "\n"


def observations() -> list[Case]:
    a = observation(["subtree", ORIGIN, "2", "0"], root_of(ONE[:4]).hex(), "a.json")
    also = observation(["subtree", ORIGIN, "2", "0"], root_of(ONE[:4]).hex(), "b.json")
    fork = observation(["subtree", ORIGIN, "2", "0"], root_of(OTHER[:4]).hex(), "c.json")
    head = observation(["head", ORIGIN, "7"], root_of(ONE[:7]).hex(), "a.json", signed=note(ONE, 7))
    unsigned = observation(["head", ORIGIN, "7"], root_of(ONE[:7]).hex(), "b.json", signed=note(ONE, 7, STRANGER))
    least, greatest = sorted((a, also))
    found = []

    def merged(
        name: str, files: list[list[str]], lines: list[str], contradict: Sequence[str] = (), claims: Sequence[str] = ()
    ) -> None:
        given = [octets("".join((HEADER, *sorted(file))).encode()) for file in files]
        expect: dict[str, Any] = {
            "merged": octets("".join((HEADER, *sorted(lines))).encode()),
            "contradictions": [*contradict],
        }
        if claims:
            expect["claims"] = [*claims]
        found.append(case(name, "merge", expect, files=given))

    merged("two that say the same", [[a], [a]], [a])
    merged("one value from two files: the least line stays", [[least], [greatest]], [least])
    merged("in the other order", [[greatest], [least]], [least])
    merged("a head and a subtree", [[head], [a]], [head, a])
    merged("two values at one place", [[a, head], [fork]], [a, head, fork], [f"subtree {ORIGIN} 2 0"])
    merged("one head with two notes", [[head], [unsigned]], [head, unsigned])
    merged("nothing", [[], []], [])
    lot, other = (
        ["did:web:mine.example", "urn:example:ore", "11" * 32],
        ["did:web:mill.example", "urn:example:bar", "22" * 32],
    )
    yielded = observation(["yield", *lot, "33" * 32], "1000 kilogram 2026-01-01T00:00:00Z -", "a.json")
    taken = observation(["take", *lot, *other, "44" * 32], "1801/3 mass 2026-03-01T00:00:00Z " + "55" * 32, "b.json")
    merged("what a lot yielded, and what was taken of it", [[yielded], [taken, yielded]], [taken, yielded])
    more = taken.replace("44" * 32, "66" * 32).replace("1801/3", "401").replace("22" * 32, "77" * 32)
    merged(
        "more was taken than it yielded", [[taken, yielded], [more]], [taken, more, yielded], claims=["batch.claimed"]
    )
    whole, part = (presented(item, 1, quantity) for item, quantity in ((1, "60"), (2, "41")))
    merged("goods that were presented", [[whole], [part, whole]], [whole, part], claims=["consignment.over-presented"])
    amended, gone = presented(1, 2, "59"), presented(1, 3, "")
    merged("an amended item", [[amended], [part], [whole]], [whole, part, amended])
    merged("an item that is gone", [[amended, part], [gone, whole]], [whole, part, amended, gone])
    covered = presented(1, 1, "60", key=KEY)
    expect = refused("observations.other-key")
    for name, lines in (
        ("in clear and under a key", (whole, covered)),
        ("two keys", (covered, presented(1, 1, "60", key=OTHER_KEY))),
    ):
        found.append(case(name, "merge", expect, files=[octets((HEADER + line).encode()) for line in lines]))

    def bad(name: str, expect: dict[str, Any], text: str) -> None:
        found.append(case(name, "merge", expect, files=[octets(text.encode())]))

    malformed, unsorted = refused("observations.malformed"), refused("observations.unsorted")
    bad("an empty file", malformed, "")
    bad("no header", malformed, a)
    bad("another version", undetermined("observations.unknown-version"), HEADER.replace("/1", "/2"))
    bad("another kind", undetermined("observations.unknown-kind"), HEADER + a.replace('"subtree"', '"later"'))
    for name, old, new in (
        ("an item without its number", f"{MRN} 1", MRN),
        ("a version 0", '"1","did', '"0","did'),
        ("a lot that is none", "did:web:maker.example urn", "urn"),
        ("a quantity that is not in lowest terms", "60 100", "120/2 100"),
        ("a unit by another word", "piece", "H87"),
        ("a yield of nothing", "60 100", "60 0"),
        ("a lot under a key in clear", '"-"', f'"{"ab" * 8}"'),
    ):
        assert old in whole
        bad(f"goods that were presented: {name}", malformed, HEADER + whole.replace(old, new, 1))
    bad("white space", malformed, HEADER + a.replace(":", ": ", 1))
    bad("a member too many", malformed, HEADER + a.replace('"source"', '"seen":1,"source"'))
    bad("a head without its note", malformed, HEADER + a.replace('"subtree"', '"head"'))
    bad(
        "a text that is not a note",
        malformed,
        HEADER + observation(["head", ORIGIN, "7"], "00" * 32, "a.json", signed="x"),
    )
    for what, text in (
        ("log", head.replace(ORIGIN, "honest.example/log", 1)),
        ("size", head.replace('"7"', '"8"')),
        ("root", head.replace(root_of(ONE[:7]).hex(), "00" * 32)),
    ):
        bad(f"a note of another {what}", malformed, HEADER + text)
    bad("a number with a leading zero", malformed, HEADER + a.replace('"2"', '"02"'))
    for what, old, new in (
        ("a fraction that is not in lowest terms", "1801/3", "3602/6"),
        ("a negative amount", "1801/3", "-1801/3"),
        ("another measure", "mass", "weight"),
        ("a digest in capitals", "55" * 32, "AA" * 32),
        ("another word of a unit", "kilogram", "kg"),
        ("a lot too many", '"did:web:mine.example",', '"did:web:mine.example","more",'),
    ):
        bad(what, malformed, HEADER + (taken if old in taken else yielded).replace(old, new, 1))
    bad("a line twice", unsorted, HEADER + a + a)
    bad("one value twice", unsorted, HEADER + least + greatest)
    bad("not sorted", unsorted, HEADER + a + head)
    bad("a member twice", refused("json.duplicate-key"), HEADER + a.replace('"source"', '"shows":"00","source"'))
    return found


# --- fraud proofs --------------------------------------------------------------------------------------------------


def note(leaves: Sequence[bytes], size: int, key: Any = OWNER, origin: str = ORIGIN) -> str:
    text = text_of(size, root_of(leaves[:size]), origin)
    return f"{text}\n{line(origin, key, text)}"


def joined(hashes: Sequence[bytes]) -> str:
    return b64(b"".join(hashes))


def fraud(kind: str, checkpoints: list[str], **members: Any) -> dict[str, Any]:
    return {"carbonseal": "fraud-proof/1", "kind": kind, "checkpoints": checkpoints, **members}


def roots() -> dict[str, Any]:
    pair = sorted(((root_of(leaves[:7]), note(leaves, 7)) for leaves in (ONE, OTHER)), key=lambda one: one[0])
    return fraud("roots", [text for _, text in pair])


def entries(index: int = 3) -> dict[str, Any]:
    proofs = [joined(path(index, ONE[:9])), joined(path(index, OTHER[:13]))]
    pair = [b64(ENTRIES[index]), b64(FORK[index])]
    return fraud("entries", [note(ONE, 9), note(OTHER, 13)], index=index, entries=pair, proofs=proofs)


def two_subtrees() -> dict[str, Any]:
    hashes = [root_of(ONE[:4]).hex(), root_of(OTHER[:4]).hex()]
    proofs = [joined([root_of(ONE[4:8]), ONE[8]]), joined([root_of(OTHER[4:8]), root_of(OTHER[8:13])])]
    return fraud("subtrees", [note(ONE, 9), note(OTHER, 13)], level=2, index=0, hashes=hashes, proofs=proofs)


def consistency(leaves: Sequence[bytes] = OTHER, old: int = 6, new: int = 13) -> dict[str, Any]:
    first, *rest = subproof(old, leaves[:new], whole=False)
    return fraud("consistency", [note(ONE, old), note(leaves, new)], first=first.hex(), proof=joined(rest))


def fraud_proofs() -> dict[str, Any]:
    batches = batch_proofs.batch_proofs()
    return {**batches, "cases": [*_of_logs(), *batches["cases"]]}


def _of_logs() -> list[Case]:
    found: list[Case] = []

    def add(name: str, expect: dict[str, Any], proof: dict[str, Any], /, *keys: str, **changes: Any) -> None:
        text = json.dumps({**proof, **changes}, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        found.append(case(name, "fraud", expect, proof=octets(text.encode()), keys=[*keys] or [LOG_VKEY]))

    holds = refused("fraud-proof.holds")
    for proof in (roots(), entries(), two_subtrees(), consistency(), consistency(old=8), consistency(old=12)):
        sizes = " and ".join(text.split("\n")[1] for text in proof["checkpoints"])
        add(f"{proof['kind']}, sizes {sizes}", holds, proof)
    stranger = vkey(ORIGIN, b"\1" + STRANGER.public_key().public_bytes_raw())
    not_listed = undetermined("fraud-proof.log-not-listed")
    add("another key of the log is listed", not_listed, roots(), stranger)
    add("another key beside it", holds, roots(), stranger, LOG_VKEY)
    add("a witness is listed", not_listed, roots(), WITNESS_VKEY)
    _attacks(add)
    _malformed(add)
    return found


def _attacks(add: Any) -> None:
    nothing = refused("fraud-proof.shows-nothing")
    public = [note(ONE, 6), note(ONE, 13)]
    add("a public head and a wrong proof", refused("consistency.new-root-differs"), consistency(), checkpoints=public)
    add("an honest consistency proof", nothing, consistency(ONE))
    add("checkpoints exchanged", refused("fraud-proof.unsorted"), roots(), checkpoints=roots()["checkpoints"][::-1])
    add("one checkpoint twice", nothing, roots(), checkpoints=[note(ONE, 7)] * 2)
    add("two sizes", nothing, roots(), checkpoints=[note(ONE, 7), note(ONE, 8)])
    others = [note(ONE, 7), note(OTHER, 8, origin="other.example/log")]
    add("two logs", refused("fraud-proof.two-logs"), roots(), checkpoints=others)
    add("one entry twice", nothing, entries(2))
    made_up = [b64(entry(7)), entries()["entries"][1]]
    add("an entry that is not there", refused("tree.subtree-root-differs"), entries(), entries=made_up)
    larger = [note(ONE, 9), note(OTHER, 16)]
    add("proofs over another size", refused("tree.subtree-root-differs"), entries(), checkpoints=larger)
    longer = [entries()["proofs"][0], joined([*path(3, OTHER[:13]), bytes(32)])]
    add("a hash too many", refused("inclusion.too-long"), entries(), proofs=longer)
    add("a hash too few", refused("inclusion.too-short"), entries(), proofs=["", entries()["proofs"][1]])
    add("a consistency proof too short", refused("consistency.too-short"), consistency(), proof="")
    fork = joined(subproof(6, OTHER[:13], whole=False))
    add("a consistency proof too long", refused("consistency.too-long"), consistency(), proof=fork)
    same = {"first": root_of(ONE[:7]).hex(), "proof": ""}
    add(
        "a consistency proof of one size",
        refused("consistency.shrinks"),
        fraud("consistency", roots()["checkpoints"], **same),
    )
    add("a subtree that is not complete", refused("tree.subtree-incomplete"), two_subtrees(), level=3, index=1)
    forged = note(OTHER, 8).replace(text_of(8, root_of(OTHER[:8])), text_of(8, bytes(32)))
    zeros = fraud("roots", sorted([forged, note(ONE, 8)], key=lambda text: text != forged))
    add("a signature that does not hold", refused("note.signature-fails"), zeros)


def _malformed(add: Any) -> None:
    malformed = refused("fraud-proof.malformed")
    add("another document", malformed, roots(), carbonseal="passport/1")
    add("another version", undetermined("fraud-proof.unknown-version"), roots(), carbonseal="fraud-proof/2")
    add("another kind", undetermined("fraud-proof.unknown-kind"), roots(), kind="bunch")
    add("a kind that is not a text", malformed, roots(), kind=1)
    add("another member", malformed, roots(), index=3)
    add("three checkpoints", malformed, roots(), checkpoints=[*roots()["checkpoints"], note(ONE, 8)])
    add("an index that is not a number", malformed, entries(), index="3")
    add("base64 with bits to spare", malformed, entries(), entries=["AB==", entries()["entries"][1]])
    add("a proof of half a hash", malformed, entries(), proofs=[b64(bytes(16)), entries()["proofs"][1]])
    add("capital hexadecimal", malformed, consistency(), first=consistency()["first"].upper())
