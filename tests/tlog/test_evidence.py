"""Every way in which evidence from another log can be wrong has a code of its own, and only the right one counts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Outcome, Refused
from carbonseal.ledger import Evidence, Proved, Statement, log_id
from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.entries import ForeignAnchor, RecordEntry
from carbonseal.log.notes import Cosigner, Note, NoteSigner
from carbonseal.log.proofs import TlogProof
from carbonseal.log.tree import all_inclusion_proofs, leaf_hash, node_hash, tree_root
from carbonseal_adapters.tlog.checking.evidence import MAX_BYTES, VERIFIER, TlogPins

ORIGIN = "other.example/log"
OURS = "sealing.example/log"


def private_key(seed: int = 1) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


def signer(name: str = ORIGIN, seed: int = 1) -> NoteSigner:
    return NoteSigner(name, private_key(seed))


KEY = signer().verifier
PINS = TlogPins(KEY)
STATEMENT = Statement(log_id(OURS), 9, hashlib.sha256(b"our head").digest())
INDEX = 5
ENTRIES = [RecordEntry(bytes([n]) * 32).encode() for n in range(11)]
ENTRIES[INDEX] = ForeignAnchor(STATEMENT).encode()


def proof_of(
    index: int, entries: Sequence[bytes] = ENTRIES, by: NoteSigner | None = None, origin: str = ORIGIN
) -> TlogProof:
    leaves = [leaf_hash(entry) for entry in entries]
    path = list(all_inclusion_proofs(leaves))[index]
    hashes = tuple(path[start : start + 32] for start in range(0, len(path), 32))
    note = sign_checkpoint(Checkpoint(origin, len(entries), tree_root(leaves)), by or signer())
    return TlogProof(index, hashes, note)


PROOF = proof_of(INDEX)


def evidence(proof: TlogProof | bytes) -> Evidence:
    return Evidence("tlog-proof", 1, proof if isinstance(proof, bytes) else proof.encode())


def code_of(given_evidence: Evidence, statement: Statement = STATEMENT) -> str:
    """The one code of evidence that does not count."""
    checked = VERIFIER.check(given_evidence, statement, PINS, ())
    assert checked.proved is None
    (finding,) = checked.findings
    assert finding.code.outcome in (Outcome.REJECTED, Outcome.NOTED)
    assert finding.message  # the facts fit the text
    return finding.code.name


def test_an_anchor_in_the_log_counts_without_a_time() -> None:
    checked = VERIFIER.check(evidence(PROOF), STATEMENT, PINS, ())
    assert checked.proved == Proved(
        log_id(OURS).hex(), None, (), frozenset({f"tlog-key:{KEY.public_key.hex()}"}), PROOF.checkpoint_note
    )
    assert [finding.code.name for finding in checked.findings] == ["tlog.included"]
    assert "index 5" in checked.findings[0].message


def test_a_log_of_one_entry_has_an_empty_path() -> None:
    proof = proof_of(0, [ForeignAnchor(STATEMENT).encode()])
    assert VERIFIER.check(evidence(proof), STATEMENT, PINS, ()).proved


def test_signatures_by_others_are_no_hindrance() -> None:
    note = Note.parse(PROOF.checkpoint_note)
    witness = Cosigner("witness.example", Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32))
    more = Note(
        note.text, (witness.sign(note.text, 1), *note.signatures, signer("stranger.example", 8).sign(note.text))
    )
    assert VERIFIER.check(evidence(replace(PROOF, checkpoint_note=more.encode())), STATEMENT, PINS, ()).proved


@pytest.mark.parametrize(
    "statement",
    [
        Statement(log_id("third.example/log"), STATEMENT.size, STATEMENT.root),
        Statement(STATEMENT.log_id, 10, STATEMENT.root),
        Statement(STATEMENT.log_id, STATEMENT.size, bytes(32)),
    ],
    ids=["another log", "another size", "another root"],
)
def test_evidence_of_another_statement(statement: Statement) -> None:
    assert code_of(evidence(PROOF), statement) == "tlog.not-included"


def test_another_entry_of_the_same_log() -> None:
    assert code_of(evidence(proof_of(4))) == "tlog.not-included"


def test_a_record_is_not_taken_for_an_anchor() -> None:
    """An entry of kind 1 whose body is all of the statement's bytes: the kind byte tells them apart."""
    entries = [*ENTRIES[:INDEX], b"\1" + STATEMENT.encode(), *ENTRIES[INDEX + 1 :]]
    assert code_of(evidence(proof_of(INDEX, entries))) == "tlog.not-included"


def test_a_leaf_is_not_taken_for_a_node() -> None:
    """A tree whose inner node is the hash of our entry, were leaves and nodes hashed alike."""
    inside = hashlib.sha256(ForeignAnchor(STATEMENT).encode()).digest()
    root = node_hash(inside, leaf_hash(ENTRIES[0]))
    note = sign_checkpoint(Checkpoint(ORIGIN, 2, root), signer())
    assert code_of(evidence(TlogProof(0, (leaf_hash(ENTRIES[0]),), note))) == "tlog.not-included"


@pytest.mark.parametrize("index", [0, 4, 6, 10])
def test_a_wrong_index_never_fits(index: int) -> None:
    assert code_of(evidence(replace(PROOF, index=index))) in ("tlog.not-included", "tlog.wrong-path")


@pytest.mark.parametrize(
    "hashes",
    [PROOF.hashes[:-1], (*PROOF.hashes, bytes(32)), ()],
    ids=["too short", "too long", "none"],
)
def test_a_path_of_the_wrong_length(hashes: tuple[bytes, ...]) -> None:
    assert code_of(evidence(replace(PROOF, hashes=hashes))) == "tlog.wrong-path"


def test_an_index_beyond_the_tree() -> None:
    assert code_of(evidence(replace(PROOF, index=11))) == "tlog.wrong-path"


def test_another_trees_path() -> None:
    other = proof_of(INDEX, [*ENTRIES[:-1], RecordEntry(bytes(32)).encode()])
    assert code_of(evidence(replace(PROOF, hashes=other.hashes))) == "tlog.not-included"
    assert code_of(evidence(replace(other, hashes=PROOF.hashes))) == "tlog.not-included"


def test_a_checkpoint_by_a_key_that_is_not_pinned() -> None:
    assert code_of(evidence(proof_of(INDEX, by=signer(seed=2)))) == "tlog.unknown-key"


def test_a_checkpoint_by_a_key_with_another_name() -> None:
    assert code_of(evidence(proof_of(INDEX, by=signer("attacker.example")))) == "tlog.unknown-key"


def test_a_witness_does_not_sign_in_the_logs_place() -> None:
    """The same key bytes, as a witness's: its cosignature is not the log's signature."""
    note = Note.parse(PROOF.checkpoint_note)
    cosigner = Cosigner(ORIGIN, private_key())
    cosigned = Note(note.text, (cosigner.sign(note.text, 1),))
    assert code_of(evidence(replace(PROOF, checkpoint_note=cosigned.encode()))) == "tlog.unknown-key"


def test_the_pinned_key_under_a_signature_that_fails() -> None:
    note = PROOF.checkpoint_note.replace(b"\n11\n", b"\n12\n")
    assert code_of(evidence(replace(PROOF, checkpoint_note=note))) == "tlog.bad-signature"


def test_another_logs_checkpoint() -> None:
    other = proof_of(INDEX, origin="third.example/log", by=signer("third.example/log"))
    assert code_of(evidence(other)) == "tlog.other-origin"


def test_another_origin_signed_by_the_pinned_key() -> None:
    assert code_of(evidence(proof_of(INDEX, origin="third.example/log"))) == "tlog.other-origin"


def test_no_log_is_its_own_ledger() -> None:
    own = Statement(log_id(ORIGIN), 3, bytes(32))
    proof = proof_of(0, [ForeignAnchor(own).encode()])
    assert code_of(evidence(proof), own) == "tlog.own-log"


@pytest.mark.parametrize(("kind", "version"), [("tlog-proof", 2), ("tlog-proof", 0), ("ethereum-storage", 1), ("", 1)])
def test_evidence_of_an_unknown_kind_counts_for_nothing_and_accuses_nobody(kind: str, version: int) -> None:
    checked = VERIFIER.check(Evidence(kind, version, PROOF.encode()), STATEMENT, PINS, ())
    assert checked.proved is None
    assert [(f.code.name, f.code.outcome) for f in checked.findings] == [("tlog.unknown-evidence", Outcome.NOTED)]


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", PROOF.encode().replace(b"index 5", b"index 05"),
     PROOF.encode().replace(b"\n", b"\r\n"), PROOF.encode().split(b"\n\n")[0]],
    ids=["nothing", "not text", "leading zero", "CRLF", "no checkpoint"],
)  # fmt: skip
def test_malformed(data: bytes) -> None:
    assert code_of(evidence(data)) == "tlog.malformed"


@pytest.mark.parametrize("data", [b"c2sp.org/tlog-proof@v2" + PROOF.encode()[22:], b" " + PROOF.encode()])
def test_a_form_that_is_not_known_accuses_nobody(data: bytes) -> None:
    (finding,) = VERIFIER.check(evidence(data), STATEMENT, PINS, ()).findings
    assert (finding.code.name, finding.code.outcome) == ("tlog.unknown-proof", Outcome.NOTED)


@pytest.mark.parametrize("data", [PROOF.encode() + b"\n", PROOF.encode()[:-1], PROOF.encode() + b"x"])
def test_malformed_checkpoint(data: bytes) -> None:
    assert code_of(evidence(data)) == "tlog.malformed-checkpoint"


def test_extra_data_is_refused() -> None:
    assert code_of(evidence(replace(PROOF, extra=b"more"))) == "tlog.extra"


def test_too_large() -> None:
    assert code_of(evidence(PROOF.encode() + b"x" * MAX_BYTES)) == "tlog.too-large"


@given(st.integers(0, len(PROOF.encode()) - 1), st.integers(1, 255))
def test_no_changed_byte_passes(position: int, change: int) -> None:
    data = bytearray(PROOF.encode())
    data[position] ^= change
    code_of(evidence(bytes(data)))


@given(st.binary(max_size=400))
def test_nothing_raises(data: bytes) -> None:
    code_of(evidence(data))
    code_of(evidence(PROOF.encode()[: len(data)] + data))


# --- the policy's line ---------------------------------------------------------------------------------------------


def refused_pin(name: str, **options: str) -> str:
    with pytest.raises(Refused) as refused:
        VERIFIER.pin(name, options)
    assert refused.value.finding.message
    return refused.value.finding.code.name


def test_the_line_pins_a_key() -> None:
    assert VERIFIER.pin(f"tlog:{ORIGIN}", {"key": KEY.encode()}) == PINS
    assert PINS.keys == {KEY.public_key}


def test_a_line_that_pins_nothing_or_something_else() -> None:
    name, vkey = f"tlog:{ORIGIN}", KEY.encode()
    assert refused_pin(name) == "tlog.missing-key"
    assert refused_pin(name, key=vkey, publisher="0x00") == "tlog.unknown-option"
    assert refused_pin("tlog:third.example/log", key=vkey) == "tlog.key-of-another-log"
    assert refused_pin("tlog:", key=vkey) == "tlog.key-of-another-log"
    assert refused_pin(ORIGIN, key=vkey) == "tlog.key-of-another-log"
    assert refused_pin(name, key="") == "tlog.malformed-key"
    assert refused_pin(name, key=vkey[:-4]) == "tlog.malformed-key"
    assert refused_pin(name, key=vkey.replace("+", "+0", 1)) == "tlog.malformed-key"


def test_a_witness_key_is_no_log_key() -> None:
    witness = Cosigner(ORIGIN, private_key()).verifier
    assert refused_pin(f"tlog:{ORIGIN}", key=witness.encode()) == "tlog.not-a-log-key"


def test_the_evidence_is_a_proof_that_stock_tools_read() -> None:
    lines = evidence(PROOF).data.decode().split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 5"]
    assert base64.b64decode(lines[2]) == PROOF.hashes[0]
