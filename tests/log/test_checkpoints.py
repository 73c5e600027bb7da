"""Checkpoints, as C2SP tlog-checkpoint has them."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.ledger import Statement
from carbonseal.log.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from carbonseal.log.notes import Note, NoteSigner
from tests.log.refusals import refusal

ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
TEXT = f"example.com/behind-the-sofa\n20852163\n{ROOT}\n"
SIGNER = NoteSigner("example.com/behind-the-sofa", Ed25519PrivateKey.from_private_bytes(bytes(32)))
OTHER = NoteSigner("example.com/behind-the-sofa", Ed25519PrivateKey.from_private_bytes(b"\1" * 32))


def test_the_specifications_example() -> None:
    checkpoint = Checkpoint.parse(TEXT)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    assert checkpoint.encode() == TEXT


@given(
    st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1), st.integers(0, 2**63 - 1)
)
def test_every_checkpoint_reads_back(origin: str, size: int) -> None:
    checkpoint = Checkpoint(origin, size, hashlib.sha256().digest())
    assert Checkpoint.parse(checkpoint.encode()) == checkpoint


def test_what_an_anchor_of_it_says() -> None:
    checkpoint = Checkpoint.parse(TEXT)
    log = hashlib.sha256(b"example.com/behind-the-sofa").digest()
    assert checkpoint.statement() == Statement(log, 20852163, checkpoint.root)
    assert refusal(Checkpoint("a", 0, checkpoint.root).statement) == "checkpoint.empty"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "checkpoint.truncated"),
        ("a\n1\n", "checkpoint.truncated"),
        (TEXT[:-1], "checkpoint.truncated"),
        (TEXT + "extension\n", "checkpoint.extension"),
        (TEXT + "\n", "checkpoint.extension"),
        (TEXT.replace("example.com/behind-the-sofa", ""), "checkpoint.origin"),
        (TEXT.replace("20852163", "020852163"), "checkpoint.size"),
        (TEXT.replace("20852163", "00"), "checkpoint.size"),
        (TEXT.replace("20852163", "+1"), "checkpoint.size"),
        (TEXT.replace("20852163", "-1"), "checkpoint.size"),
        (TEXT.replace("20852163", " 1"), "checkpoint.size"),
        (TEXT.replace("20852163", "1_0"), "checkpoint.size"),
        (TEXT.replace("20852163", "0x1"), "checkpoint.size"),
        (TEXT.replace("20852163", "1e3"), "checkpoint.size"),
        (TEXT.replace("20852163", ""), "checkpoint.size"),
        (TEXT.replace("20852163", "١"), "checkpoint.size"),
        (TEXT.replace("20852163", "1" * 5000), "checkpoint.size"),
        (TEXT.replace("20852163", str(2**63)), "checkpoint.size-too-large"),
        (TEXT.replace(ROOT, ROOT[:-1]), "checkpoint.root"),
        (TEXT.replace(ROOT, ROOT[:-2] + "J="), "checkpoint.root"),
        (TEXT.replace(ROOT, "AAAA"), "checkpoint.root"),
        (TEXT.replace(ROOT, ROOT.replace("/", "_")), "checkpoint.root"),
        (TEXT.replace(ROOT, " " + ROOT), "checkpoint.root"),
        (TEXT.replace(ROOT, ""), "checkpoint.root"),
    ],
)
def test_what_is_not_a_checkpoint(text: str, code: str) -> None:
    assert refusal(Checkpoint.parse, text) == code


def test_signed_heads() -> None:
    checkpoint = Checkpoint.parse(TEXT)
    signed = sign_checkpoint(checkpoint, SIGNER)
    assert signed.startswith(TEXT.encode() + b"\n\xe2\x80\x94 example.com/behind-the-sofa ")
    assert open_checkpoint(signed, SIGNER.verifier) == checkpoint


def test_unsigned_heads_are_refused() -> None:
    checkpoint = Checkpoint.parse(TEXT)
    assert refusal(open_checkpoint, sign_checkpoint(checkpoint, OTHER), SIGNER.verifier) == "checkpoint.unsigned"
    moved = sign_checkpoint(checkpoint, SIGNER).replace(b"20852163", b"20852164")
    assert refusal(open_checkpoint, moved, SIGNER.verifier) == "note.signature-fails"
    assert refusal(open_checkpoint, TEXT.encode(), SIGNER.verifier) == "note.without-signatures"


def test_a_log_key_speaks_for_its_own_log_only() -> None:
    elsewhere = sign_checkpoint(Checkpoint("example.com/other", 1, bytes(32)), SIGNER)
    assert refusal(open_checkpoint, elsewhere, SIGNER.verifier) == "checkpoint.other-origin"


def test_what_was_signed_must_still_be_a_checkpoint() -> None:
    text = "example.com/behind-the-sofa\n1\n"
    note = Note(text, (SIGNER.sign(text),)).encode()
    assert refusal(open_checkpoint, note, SIGNER.verifier) == "checkpoint.truncated"
