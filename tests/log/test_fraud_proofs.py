"""Fraud proofs: the four forms hold, and nothing else accuses a log."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Finding, Outcome, Refused
from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.fraud_proofs import (
    FraudProof,
    OtherPrefix,
    TwoEntries,
    TwoRoots,
    TwoSubtrees,
    fraud_proof,
    of_roots,
    parse,
)
from carbonseal.log.notes import Note, NoteSigner, VerifierKey
from carbonseal.log.subtrees import split_consistency
from carbonseal.log.tree import leaf_hash
from tests.log.refusals import refusal
from tests.log.trees import Definition, entries
from tests.world import key

ORIGIN = "log.example/1"
SIGNER = NoteSigner(ORIGIN, key("log"))
FORGER = NoteSigner(ORIGIN, key("forger"))
KEYS = {ORIGIN: [SIGNER.verifier]}
ENTRIES = entries(20)
OTHERS = [*ENTRIES[:3], b"another", *ENTRIES[4:]]  # a second history, which parts at entry 3


def tree_of(held: Sequence[bytes]) -> Definition:
    return Definition([leaf_hash(entry) for entry in held])


ONE, OTHER = tree_of(ENTRIES), tree_of(OTHERS)


def note(tree: Definition, size: int, signer: NoteSigner = SIGNER) -> bytes:
    return sign_checkpoint(Checkpoint(signer.name, size, tree.root(size)), signer)


def roots() -> FraudProof:
    return of_roots(note(ONE, 7), note(OTHER, 7))


def two_entries(index: int = 3) -> FraudProof:
    pair = [(note(tree, size), (held[index], tree.inclusion(index, size))) for tree, held, size in _both()]
    return fraud_proof(pair, lambda one, other: TwoEntries(index, (one[0], other[0]), (one[1], other[1])))


def subtrees() -> FraudProof:
    """The subtree of entries 0 to 3, under entry 5's proof in one tree and entry 7's in the other."""
    pair = [(note(tree, size), (tree.mth(0, 4), (tree.mth(4, 8), *rest))) for (tree, _, size), rest in _with_rest()]
    return fraud_proof(pair, lambda one, other: TwoSubtrees(2, 0, (one[0], other[0]), (one[1], other[1])))


def _with_rest() -> list[Any]:
    return [(one, (one[0].mth(8, one[2]),)) for one in _both()]


def _both() -> list[tuple[Definition, list[bytes], int]]:
    return [(ONE, ENTRIES, 9), (OTHER, OTHERS, 13)]


def prefix(old: int = 6, new: int = 13) -> FraudProof:
    proof = split_consistency(old, OTHER.root(old), OTHER.consistency(old, new))
    return FraudProof((note(ONE, old), note(OTHER, new)), OtherPrefix(*proof))


FORMS = {"roots": roots, "entries": two_entries, "subtrees": subtrees, "consistency": prefix}


def checked(proof: FraudProof) -> str:
    """The code of what comes of a proof, after it was written and read."""
    try:
        return parse(proof.encode()).check(KEYS).code.name
    except Refused as refused:
        return refused.finding.code.name


@pytest.mark.parametrize("form", FORMS)
def test_each_form_holds(form: str) -> None:
    proof = FORMS[form]()
    assert parse(proof.encode()) == proof
    assert json.loads(proof.encode())["kind"] == form
    found = proof.check(KEYS)
    assert found.code.outcome is Outcome.REJECTED
    assert found.code.name == "fraud-proof.holds"
    assert ORIGIN in found.message
    assert proof.origin == ORIGIN


@pytest.mark.parametrize("form", FORMS)
def test_without_the_logs_key_it_is_undetermined(form: str) -> None:
    proof = FORMS[form]()
    unlisted: list[dict[str, list[VerifierKey]]] = [
        {},
        {ORIGIN: []},
        {ORIGIN: [FORGER.verifier]},
        {"log.example/2": [SIGNER.verifier]},
    ]
    for keys in unlisted:
        found = proof.check(keys)
        assert (found.code.name, found.code.outcome) == ("fraud-proof.log-not-listed", Outcome.UNDETERMINED)


def test_several_keys_of_one_log() -> None:
    proof = of_roots(note(ONE, 7), note(OTHER, 7, FORGER))
    assert checked(proof) == "fraud-proof.log-not-listed"
    assert proof.check({ORIGIN: [SIGNER.verifier, FORGER.verifier]}).code.name == "fraud-proof.holds"


def test_any_prefix_of_another_tree() -> None:
    for new in range(5, 20):
        for old in range(4, new):
            assert checked(prefix(old, new)) == "fraud-proof.holds"


# --- attacks: none of these accuses the log -------------------------------------------------------------------------


def attack(name: str, code: str) -> Callable[[Callable[[], FraudProof]], Callable[[], FraudProof]]:
    def add(make: Callable[[], FraudProof]) -> Callable[[], FraudProof]:
        ATTACKS[name] = make, code
        return make

    return add


ATTACKS: dict[str, tuple[Callable[[], FraudProof], str]] = {}


@attack("a public head and a wrong proof", "consistency.new-root-differs")
def _() -> FraudProof:
    proof = split_consistency(6, ONE.root(6), ONE.consistency(6, 13))
    return FraudProof((note(ONE, 6), note(ONE, 13)), OtherPrefix(bytes(32), proof[1]))


@attack("an honest consistency proof", "fraud-proof.shows-nothing")
def _() -> FraudProof:
    proof = split_consistency(6, ONE.root(6), ONE.consistency(6, 13))
    return FraudProof((note(ONE, 6), note(ONE, 13)), OtherPrefix(*proof))


@attack("notes exchanged, one size", "fraud-proof.unsorted")
def _() -> FraudProof:
    return replace(roots(), notes=roots().notes[::-1])


@attack("notes exchanged, two sizes", "fraud-proof.unsorted")
def _() -> FraudProof:
    return replace(prefix(), notes=prefix().notes[::-1])


@attack("one note twice", "fraud-proof.shows-nothing")
def _() -> FraudProof:
    return FraudProof((note(ONE, 7), note(ONE, 7)), TwoRoots())


@attack("one head, signed by two keys", "fraud-proof.shows-nothing")
def _() -> FraudProof:
    return FraudProof((note(ONE, 7), note(ONE, 7, FORGER)), TwoRoots())


@attack("two honest sizes", "fraud-proof.shows-nothing")
def _() -> FraudProof:
    return FraudProof((note(ONE, 7), note(ONE, 8)), TwoRoots())


@attack("two logs", "fraud-proof.two-logs")
def _() -> FraudProof:
    second = NoteSigner("log.example/2", key("log"))
    return FraudProof((note(ONE, 7), note(OTHER, 7, second)), TwoRoots())


@attack("one entry twice", "fraud-proof.shows-nothing")
def _() -> FraudProof:
    return two_entries(2)


@attack("an entry that is not the one at that index", "tree.subtree-root-differs")
def _() -> FraudProof:
    proof = two_entries()
    contradiction = proof.contradiction
    assert isinstance(contradiction, TwoEntries)
    return replace(proof, contradiction=replace(contradiction, entries=(b"made up", contradiction.entries[1])))


@attack("proofs exchanged", "tree.subtree-root-differs")
def _() -> FraudProof:
    proof = two_entries()
    contradiction = proof.contradiction
    assert isinstance(contradiction, TwoEntries)
    return replace(proof, contradiction=replace(contradiction, proofs=contradiction.proofs[::-1]))


@attack("proofs over other sizes", "inclusion.too-short")
def _() -> FraudProof:
    made = two_entries()
    return replace(made, notes=(note(ONE, 9), note(OTHER, 20)))


@attack("a consistency proof over other sizes", "consistency.too-long")
def _() -> FraudProof:
    return replace(prefix(), notes=(note(ONE, 8), note(OTHER, 13)))


@attack("a consistency proof between equal sizes", "consistency.shrinks")
def _() -> FraudProof:
    return replace(roots(), contradiction=OtherPrefix(ONE.root(7), ()))


@attack("a subtree that is not complete", "tree.subtree-incomplete")
def _() -> FraudProof:
    """Entries 8 to 11, of which the smaller tree has only the first: its last sibling is not a subtree of level 2."""
    proofs = ((ONE.mth(0, 8),), (OTHER.mth(12, 13), OTHER.mth(0, 8)))
    return FraudProof((note(ONE, 9), note(OTHER, 13)), TwoSubtrees(2, 2, (ONE.mth(8, 9), OTHER.mth(8, 12)), proofs))


@attack("a node taken for an entry", "inclusion.too-short")
def _() -> FraudProof:
    """The two children of a node as if they were an entry."""
    joined = b"\1" + ONE.hashes[0] + ONE.hashes[1]
    proofs = (ONE.inclusion(0, 9)[1:], OTHER.inclusion(0, 13))
    return FraudProof((note(ONE, 9), note(OTHER, 13)), TwoEntries(0, (joined, OTHERS[0]), proofs))


@attack("a signature that does not hold", "note.signature-fails")
def _() -> FraudProof:
    forged = Note.parse(note(OTHER, 7))
    line = replace(forged.signatures[0], data=bytes(64))
    return of_roots(note(ONE, 7), replace(forged, signatures=(line,)).encode())


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks(name: str) -> None:
    make, code = ATTACKS[name]
    assert checked(make()) == code


@given(st.integers(1, 19), st.integers(2, 20), st.lists(st.binary(min_size=32, max_size=32), max_size=8))
def test_nothing_invented_accuses_an_honest_log(old: int, new: int, hashes: list[bytes]) -> None:
    old, new = sorted((old, new))
    heads = (note(ONE, old), note(ONE, new))
    first, *siblings = hashes or [bytes(32)]
    assert checked(FraudProof(heads, OtherPrefix(first, tuple(siblings)))) != "fraud-proof.holds"
    pair = (tuple(siblings), tuple(hashes))
    assert checked(FraudProof(heads, TwoSubtrees(0, 0, (first, ONE.hashes[0]), pair))) != "fraud-proof.holds"
    assert checked(FraudProof(heads, TwoRoots())) != "fraud-proof.holds"


# --- the file ------------------------------------------------------------------------------------------------------


def written(form: str, **changes: Any) -> bytes:
    value = {**json.loads(FORMS[form]().encode()), **changes}
    return json.dumps({name: member for name, member in value.items() if member is not None}).encode()


MALFORMED = {
    "another document": b'{"carbonseal":"passport/1"}',
    "no object": b"[]",
    "another member": written("roots", more=1),
    "a member of another kind": written("roots", index=1),
    "a member is missing": written("entries", index=None),
    "one checkpoint": written("roots", checkpoints=[""]),
    "three checkpoints": written("roots", checkpoints=["", "", ""]),
    "no kind": written("roots", kind=None),
    "an index in words": written("entries", index="3"),
    "an index that is true": written("entries", index=True),
    "an index with a fraction": written("entries", index=3.5),
    "an index below 0": written("entries", index=-1),
    "one entry": written("entries", entries=["AA=="]),
    "an empty entry": written("entries", entries=["", "AA=="]),
    "base64 with bits to spare": written("entries", entries=["AB==", "AA=="]),
    "base64 without padding": written("entries", entries=["AA", "AA=="]),
    "a proof of half a hash": written("entries", proofs=["AA==", ""]),
    "a proof of 65 hashes": written("consistency", proof="A" * 2772 + "AAA="),
    "capital hexadecimal": written("consistency", first="AB" * 32),
    "a short hash": written("consistency", first="ab"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_files(name: str) -> None:
    assert refusal(parse, MALFORMED[name]) == "fraud-proof.malformed"


def test_a_member_twice_is_refused() -> None:
    raw = roots().encode()
    assert refusal(parse, raw.replace(b'"kind"', b'"kind":"roots","kind"')) == "json.duplicate-key"


def test_unknown_kinds_and_versions_are_undetermined() -> None:
    for changes, code in (
        ({"kind": "batch"}, "fraud-proof.unknown-kind"),
        ({"kind": "more"}, "fraud-proof.unknown-kind"),
        ({"carbonseal": "fraud-proof/2"}, "fraud-proof.unknown-version"),
    ):
        finding = _refused(written("roots", **changes))
        assert (finding.code.name, finding.code.outcome) == (code, Outcome.UNDETERMINED)


def _refused(raw: bytes) -> Finding:
    with pytest.raises(Refused) as caught:
        parse(raw)
    return caught.value.finding
