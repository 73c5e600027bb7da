"""ML-DSA-44 beside @noble/post-quantum: one public key of a seed, and each verifies what the other signs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from carbonseal.log.cosignatures import subtree_message
from carbonseal.log.notes import Note, Signature, SubtreeSigner
from carbonseal.public_keys import check_ml_dsa_44, verifies_ml_dsa_44
from tests.interop.parts import needed, run
from tests.vectors.making import ml_dsa_44

PROGRAM = Path(__file__).with_name("noble") / "ml_dsa_44.mjs"
TEXT = "example.com/log\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"


def noble(asked: list[dict[str, str]], folder: Path) -> list[dict[str, Any]]:
    request = folder / "request.json"
    request.write_text(json.dumps(asked))
    answers: list[dict[str, Any]] = json.loads(run("node", PROGRAM, needed("CARBONSEAL_NOBLE"), request))
    return answers


def test_each_verifies_what_the_other_signs(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    seeds = [bytes([number]) * 32 for number in range(16)]
    signers = [SubtreeSigner("witness.example/é", MLDSA44PrivateKey.from_seed_bytes(seed)) for seed in seeds]
    message = subtree_message("witness.example/é", 7, TEXT)
    assert message is not None
    theirs = noble([{"seed": seed.hex(), "message": message.hex()} for seed in seeds], tmp_path)
    asked = []
    for signer, made in zip(signers, theirs, strict=True):
        key, signature = bytes.fromhex(made["key"]), bytes.fromhex(made["signature"])
        assert key == signer.verifier.public_key
        check_ml_dsa_44(key)
        assert verifies_ml_dsa_44(key, signature, message)
        line = Signature(signer.name, signer.verifier.key_id, (7).to_bytes(8, "big") + signature)
        assert Note(TEXT, (line,)).cosigned_at(signer.verifier) == 7
        ours = signer.sign(TEXT, 7).data[8:]
        asked.append({"key": key.hex(), "message": message.hex(), "signature": ours.hex()})
        asked.append({"key": key.hex(), "message": (message + b"x").hex(), "signature": ours.hex()})
    assert [one["verified"] for one in noble(asked, tmp_path)] == [True, False] * len(seeds)
    record_property("counted", f"@noble/post-quantum: {len(seeds)} keys, {len(seeds)} signatures each way")


def test_the_vectors_are_its_signatures_to_the_byte(tmp_path: Path) -> None:
    kept = json.loads(ml_dsa_44.KEPT.read_text())
    made = noble([{"seed": one["seed"], "message": one["message"]} for one in kept], tmp_path)
    assert [one["signature"] for one in made] == [one["signature"] for one in kept]
