"""ML-DSA-44 keys of logs and witnesses (C2SP tlog-cosignature v1.1.0-rc.1, type 0x06)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.log.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from carbonseal.log.cosignatures import subtree_message
from carbonseal.log.notes import (
    MAX_NOTE,
    Algorithm,
    Cosigner,
    Note,
    NoteSigner,
    Signature,
    SubtreeSigner,
    VerifierKey,
)
from tests.log.refusals import refusal

ORIGIN = "example.com/log"
CLASSICAL = NoteSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32)))
LOG = SubtreeSigner(ORIGIN, MLDSA44PrivateKey.from_seed_bytes(bytes(32)))
WITNESS = SubtreeSigner("witness.example/w1", MLDSA44PrivateKey.from_seed_bytes(b"\2" * 32))
HEAD = Checkpoint(ORIGIN, 3, bytes(range(32)))
TEXT = HEAD.encode()
NOW = 1_679_315_147


def note(*signatures: Signature, text: str = TEXT) -> Note:
    return Note.parse(Note(text, signatures).encode())


def test_a_key_to_the_byte() -> None:
    key = WITNESS.verifier
    assert len(key.public_key) == 1312
    assert key.key_id == hashlib.sha256(b"witness.example/w1\n\6" + key.public_key).digest()[:4]
    assert key.encode() == f"{key.name}+{key.key_id.hex()}+{base64.b64encode(bytes([6]) + key.public_key).decode()}"
    assert VerifierKey.parse(key.encode()) == key
    assert (key.algorithm.signs_logs, key.algorithm.cosigns) == (True, True)
    assert (Algorithm.ED25519.signs_logs, Algorithm.ED25519.cosigns) == (True, False)
    assert (Algorithm.COSIGNATURE.signs_logs, Algorithm.COSIGNATURE.cosigns) == (False, True)


def test_a_signature_to_the_byte() -> None:
    """The message is put together here as the specification writes it: a label of 12 bytes, and lengths of one."""
    signature = WITNESS.sign(TEXT, NOW)
    assert len(signature.data) == 8 + 2420
    assert signature.data[:8] == NOW.to_bytes(8, "big")
    message = (
        b"subtree/v1\n\0"
        + bytes([18]) + b"witness.example/w1"
        + NOW.to_bytes(8, "big")
        + bytes([15]) + b"example.com/log"
        + bytes(8)
        + (3).to_bytes(8, "big")
        + bytes(range(32))
    )  # fmt: skip
    assert len(message) == 12 + 19 + 8 + 16 + 8 + 8 + 32
    WITNESS.private_key.public_key().verify(signature.data[8:], message)
    assert subtree_message("witness.example/w1", NOW, TEXT) == message


def test_a_log_signs_with_both_keys_and_either_is_enough() -> None:
    both = sign_checkpoint(HEAD, CLASSICAL, LOG)
    for key in (CLASSICAL.verifier, LOG.verifier):
        assert open_checkpoint(both, key) == HEAD
    assert Note.parse(both).cosigned_at(LOG.verifier) is None  # a log states no time
    assert refusal(open_checkpoint, sign_checkpoint(HEAD, CLASSICAL), LOG.verifier) == "checkpoint.unsigned"


def test_a_witness_says_when() -> None:
    signed = note(LOG.sign(TEXT), WITNESS.sign(TEXT, NOW + 1), WITNESS.sign(TEXT, NOW))
    assert signed.cosigned_at(WITNESS.verifier) == NOW
    assert signed.signed_by(WITNESS.verifier)
    assert signed.signed_by(LOG.verifier)
    timeless = note(WITNESS.sign(TEXT))
    assert timeless.signed_by(WITNESS.verifier)
    assert timeless.cosigned_at(WITNESS.verifier) is None


def test_a_signature_holds_for_its_name_log_size_root_and_time_alone() -> None:
    honest = WITNESS.sign(TEXT, NOW)
    other_name = SubtreeSigner("witness.example/w2", WITNESS.private_key)
    forged = [
        replace(honest, data=(NOW + 1).to_bytes(8, "big") + honest.data[8:]),
        replace(honest, data=bytes(8) + honest.data[8:]),
        replace(honest, data=honest.data[:-1]),
        replace(honest, data=honest.data + b"\0"),
        replace(honest, data=b"\0"),
        replace(honest, data=honest.data[:8] + bytes(2420)),
        replace(honest, data=WITNESS.sign(replace(HEAD, size=4).encode(), NOW).data),
        replace(honest, data=WITNESS.sign(replace(HEAD, root=bytes(32)).encode(), NOW).data),
        replace(honest, data=WITNESS.sign(replace(HEAD, origin="example.com/other").encode(), NOW).data),
        replace(honest, data=other_name.sign(TEXT, NOW).data),
        replace(honest, data=(1 << 63).to_bytes(8, "big") + honest.data[8:]),
    ]
    for signature in forged:
        assert refusal(note(signature).signed_by, WITNESS.verifier) == "note.signature-fails"
        assert refusal(note(honest, signature).cosigned_at, WITNESS.verifier) == "note.signature-fails"
    assert not note(honest).signed_by(other_name.verifier)


def test_the_ed25519_types_do_not_count_for_it() -> None:
    classical = Cosigner("witness.example/w1", Ed25519PrivateKey.from_private_bytes(bytes(32)))
    assert not note(classical.sign(TEXT, NOW)).signed_by(WITNESS.verifier)
    assert not note(WITNESS.sign(TEXT, NOW)).signed_by(classical.verifier)


@pytest.mark.parametrize(
    "text",
    [
        "a text\n",
        "",
        "example.com/log\n3\n",
        TEXT[:-1],
        TEXT.replace("\n3\n", "\n03\n"),
        TEXT.replace("\n3\n", f"\n{2**63}\n"),
        TEXT.replace("example.com/log", ""),
        TEXT.replace("example.com/log", "n" * 256),
        TEXT.replace("=", ""),
    ],
)
def test_it_signs_checkpoints_alone(text: str) -> None:
    assert subtree_message("a", 0, text) is None
    assert refusal(LOG.sign, text) == "note.not-a-checkpoint"
    forged = Note(text, (LOG.sign(TEXT),))
    assert refusal(forged.signed_by, LOG.verifier) == "note.signature-fails"


def test_extension_lines_are_outside_of_what_it_signs() -> None:
    """C2SP leaves them out; a checkpoint of ours has none, so nothing unsigned is ever read."""
    extended = TEXT + "an extension line\n"
    assert note(LOG.sign(TEXT), text=extended).signed_by(LOG.verifier)
    forged = Note(extended, (LOG.sign(TEXT),)).encode()
    assert refusal(open_checkpoint, forged, LOG.verifier) == "checkpoint.extension"


@pytest.mark.parametrize(
    ("name", "fits"), [("n" * 255, True), ("n" * 256, False), ("é" * 127, True), ("é" * 128, False)]
)
def test_names_have_room_for_255_bytes(name: str, fits: bool) -> None:
    signer = SubtreeSigner(name, WITNESS.private_key)
    if fits:
        assert note(signer.sign(TEXT, NOW)).cosigned_at(signer.verifier) == NOW
    else:
        assert refusal(lambda: signer.verifier) == "key.invalid"


@settings(max_examples=30)
@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_every_checkpoint_is_signed_and_read_back(size: int, time: int, root: bytes) -> None:
    text = Checkpoint("見証人 & co", size, root).encode()
    signed = note(WITNESS.sign(text, time), text=text)
    assert signed.signed_by(WITNESS.verifier)
    assert signed.cosigned_at(WITNESS.verifier) == (time or None)


def test_32_signatures_fit_into_a_note() -> None:
    signers = [SubtreeSigner("w" * 255, WITNESS.private_key)] * 32
    raw = Note(TEXT, tuple(signer.sign(TEXT, NOW) for signer in signers)).encode()
    assert len(raw) < MAX_NOTE
    assert Note.parse(raw).signed_by(signers[0].verifier)
