"""Proofs that stand alone, as C2SP tlog-proof has them."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.notes import NoteSigner
from carbonseal.log.proofs import MAX_PROOF, TlogProof
from tests.log.refusals import refusal
from tests.log.trees import Definition, entries, leaves

SIZE = 23
TREE = Definition(leaves(SIZE))
SIGNER = NoteSigner("example.com/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
HEAD = Checkpoint("example.com/log", SIZE, TREE.root(SIZE))
NOTE = sign_checkpoint(HEAD, SIGNER)
PROOF = TlogProof(7, TREE.inclusion(7, SIZE), NOTE)
TEXT = PROOF.encode()


@pytest.mark.parametrize("extra", [None, b"extra"])
def test_every_entry_proves_itself(extra: bytes | None) -> None:
    for index, entry in enumerate(entries(SIZE)):
        proof = TlogProof(index, TREE.inclusion(index, SIZE), NOTE, extra)
        again = TlogProof.parse(proof.encode())
        assert again == proof
        assert again.verify(entry, SIGNER.verifier) == HEAD


def test_a_proof_to_the_byte() -> None:
    proof = TlogProof(5, (bytes(32), b"\xff" * 32), b"checkpoint", b"more")
    assert proof.encode() == (
        b"c2sp.org/tlog-proof@v1\nextra bW9yZQ==\nindex 5\n"
        b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n//////////////////////////////////////////8=\n\ncheckpoint"
    )


def test_a_log_of_one_entry() -> None:
    tree = Definition(leaves(1))
    proof = TlogProof(0, (), sign_checkpoint(Checkpoint("example.com/log", 1, tree.root(1)), SIGNER))
    assert b"\nindex 0\n\nexample.com/log\n1\n" in proof.encode()
    TlogProof.parse(proof.encode()).verify(entries(1)[0], SIGNER.verifier)


HASHES = b"\n" + b"A" * 43 + b"="


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "tlog-proof.truncated"),
        (TEXT[: TEXT.index(b"\n\n")], "tlog-proof.truncated"),
        (TEXT[: TEXT.index(b"\n\n") + 2], "tlog-proof.truncated"),
        (TEXT.replace(b"@v1", b"@v2"), "tlog-proof.unknown-version"),
        (b"\n" + TEXT, "tlog-proof.unknown-version"),
        (TEXT.replace(b"@v1\n", b"@v1\r\n"), "tlog-proof.unknown-version"),
        (TEXT.replace(b"index 7", b"index 07"), "tlog-proof.index"),
        (TEXT.replace(b"index 7", b"index -7"), "tlog-proof.index"),
        (TEXT.replace(b"index 7", b"index  7"), "tlog-proof.index"),
        (TEXT.replace(b"index 7", b"index"), "tlog-proof.index"),
        (TEXT.replace(b"index 7", b"Index 7"), "tlog-proof.index"),
        (TEXT.replace(b"index 7", b"index \xb2"), "tlog-proof.index"),
        (TEXT.replace(b"index 7", b"index %d" % 2**63), "tlog-proof.index"),
        (TEXT.replace(b"index 7\n", b""), "tlog-proof.index"),
        (b"c2sp.org/tlog-proof@v1\n\n" + NOTE, "tlog-proof.index"),
        (b"c2sp.org/tlog-proof@v1\nextra AAAA\n\n" + NOTE, "tlog-proof.index"),
        (TEXT.replace(b"index", b"extra AAAA\nextra AAAA\nindex"), "tlog-proof.index"),
        (TEXT.replace(b"index", b"extra \nindex"), "tlog-proof.extra"),
        (TEXT.replace(b"index", b"extra AB==\nindex"), "tlog-proof.extra"),
        (TEXT.replace(b"index", b"extra AAAA \nindex"), "tlog-proof.extra"),
        (TEXT.replace(b"index 7", b"index 7\nAAAA"), "tlog-proof.hash"),
        (TEXT.replace(b"index 7", b"index 7\n\xff"), "tlog-proof.hash"),
        (TEXT.replace(b"index 7", b"index 7" + HASHES * 60), "tlog-proof.too-many-hashes"),
        (bytes(MAX_PROOF + 1), "tlog-proof.too-large"),
    ],
)
def test_what_is_not_a_proof(data: bytes, code: str) -> None:
    assert refusal(TlogProof.parse, data) == code


def test_proofs_that_prove_something_else() -> None:
    entry, other = entries(SIZE)[7:9]
    key = SIGNER.verifier
    assert refusal(PROOF.verify, other, key) == "inclusion.root-differs"
    assert refusal(TlogProof(8, PROOF.hashes, NOTE).verify, entry, key) == "inclusion.root-differs"
    assert refusal(TlogProof(23, PROOF.hashes, NOTE).verify, entry, key) == "inclusion.index-beyond-size"
    assert refusal(TlogProof(7, PROOF.hashes[1:], NOTE).verify, entry, key) == "inclusion.too-short"
    stranger = NoteSigner("example.com/log", Ed25519PrivateKey.from_private_bytes(b"\1" * 32))
    forged = TlogProof(7, PROOF.hashes, sign_checkpoint(HEAD, stranger))
    assert refusal(forged.verify, entry, key) == "checkpoint.unsigned"


@given(st.integers(0, len(TEXT) - 1), st.integers(0, 255))
def test_no_changed_byte_still_proves(at: int, byte: int) -> None:
    changed = TEXT[:at] + bytes([byte]) + TEXT[at + 1 :]
    if changed == TEXT:
        return
    with pytest.raises(Refused):
        TlogProof.parse(changed).verify(entries(SIZE)[7], SIGNER.verifier)
