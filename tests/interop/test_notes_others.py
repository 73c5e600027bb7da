"""Signed notes beside x/mod, transparency-dev/formats and torchwood: each reads what the other signs."""

from __future__ import annotations

import base64
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from carbonseal.log.checkpoints import Checkpoint, checkpoint_of, sign_checkpoint
from carbonseal.log.notes import Cosigner, Note, NoteSigner, SubtreeSigner, VerifierKey
from tests.interop.parts import ask

NAMES = ["example.com/log", "operator@example.com/a/b", "見証人.example/é", "n" * 200]
SIZES = (0, 1, 2**53, 2**63 - 1)
SEED = bytes(range(32))
NOW = 1_795_000_000


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_they_read_our_notes(record_property: Callable[[str, object], None]) -> None:
    """Signatures of types 1, 4 and 6 by keys of many names; and one byte changed, which they refuse."""
    classical = Ed25519PrivateKey.from_private_bytes(SEED)
    post_quantum = MLDSA44PrivateKey.from_seed_bytes(SEED)
    asked: list[dict[str, str]] = []
    expected: list[tuple[bool, int]] = []
    for name in NAMES:
        log, quantum_log = NoteSigner(name, classical), SubtreeSigner(name, post_quantum)
        witness = Cosigner(f"witness.{name}", classical)
        quantum_witness = SubtreeSigner(f"witness.{name}", post_quantum)
        for size in SIZES:
            text = Checkpoint(name, size, SEED).encode()
            lines = (
                log.sign(text),
                quantum_log.sign(text),
                witness.sign(text, NOW),
                quantum_witness.sign(text, NOW + 1),
            )
            raw = Note(text, lines).encode()
            changed = raw.replace(b"\n" + b64(SEED).encode(), b"\n" + b64(bytes(32)).encode())
            for key, time in ((log, None), (quantum_log, 0), (witness, NOW), (quantum_witness, NOW + 1)):
                asked += [{"note": b64(note), "key": key.verifier.encode()} for note in (raw, changed)]
                expected += [(True, time or 0), (False, 0)]
    answers = ask("CARBONSEAL_FORMATS", asked)
    for one, answer, (signed, time) in zip(asked, answers, expected, strict=True):
        assert answer["signed"] == signed, (one, answer)
        if signed:
            assert answer["time"] == time or ("+AV" not in one["key"] and time == 0)
    record_property("counted", f"x/mod, formats: {len(asked) // 2} of our signatures read, as many refused")


def test_torchwood_reads_our_checkpoints(record_property: Callable[[str, object], None]) -> None:
    """Each as it is; and with its root cut short, which is refused."""
    texts = [Checkpoint(name, size, SEED).encode() for name in NAMES for size in SIZES]
    answers = ask("CARBONSEAL_TORCHWOOD", [{"text": text} for text in texts])
    assert [answer["checkpoint"] for answer in answers] == texts
    cut = [{"text": text.replace(b64(SEED), b64(SEED[1:]))} for text in texts]
    assert all(answer["why"] and not answer["checkpoint"] for answer in ask("CARBONSEAL_TORCHWOOD", cut))
    record_property("counted", f"torchwood: {len(texts)} of our checkpoints read, as many cut ones refused")


def test_we_read_torchwoods_cosignatures(record_property: Callable[[str, object], None]) -> None:
    asked = []
    for name in NAMES:
        text = Checkpoint("example.com/log", 7, SEED).encode()
        asked.append({"text": text, "name": name, "seed": b64(SEED)})
    log = NoteSigner("example.com/log", Ed25519PrivateKey.from_private_bytes(SEED))
    for one, answer in zip(asked, ask("CARBONSEAL_TORCHWOOD", asked), strict=True):
        key = VerifierKey.parse(answer["key"])
        witness = Cosigner(one["name"], Ed25519PrivateKey.from_private_bytes(SEED))
        assert key == witness.verifier
        theirs = Note.parse(base64.b64decode(answer["note"]))
        time = theirs.cosigned_at(key)
        assert time is not None
        assert theirs.signatures == (witness.sign(one["text"], time),)  # Ed25519 signs deterministically
        ours = Note.parse(sign_checkpoint(Checkpoint.parse(one["text"]), log))
        both = Note(ours.text, ours.signatures + theirs.signatures)
        assert both.cosigned_at(key) == time
        assert checkpoint_of(both, log.verifier).size == 7
    record_property("counted", f"torchwood: {len(asked)} cosignatures read, equal to ours to the byte")
