"""Signatures of ML-DSA-44 for the vectors. `cryptography` signs with fresh randomness, and vectors are made again to the byte:
so they are kept in ml_dsa_44.json, as @noble/post-quantum makes them without any (tests/interop/noble), and verified here.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from tests.vectors.making.log import sha

KEPT = Path(__file__).with_suffix(".json")


def post_quantum_key(name: str) -> MLDSA44PrivateKey:
    """The ML-DSA-44 key whose seed is the SHA-256 of `name`."""
    return MLDSA44PrivateKey.from_seed_bytes(sha(name.encode()))


@cache
def _kept() -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(KEPT.read_text())
    return found


def signature(name: str, message: bytes) -> bytes:
    """The kept signature over `message` by the key `name`."""
    wanted = {"seed": sha(name.encode()).hex(), "message": message.hex()}
    (kept,) = [bytes.fromhex(one["signature"]) for one in _kept() if wanted.items() <= one.items()]
    post_quantum_key(name).public_key().verify(kept, message)
    return kept
