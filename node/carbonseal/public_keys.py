"""Public keys: which bytes are accepted as one, and whether a signature verifies under it (docs/spec.md, section 6.3).

Every public key that enters goes through `check_ed25519`: a key of a note, a multikey, a token's public half.

- 32 bytes, the canonical encoding of a point of edwards25519 (RFC 8032, section 5.1.3): so two keys are two points.
- Not one of the 8 points of small order: under those, one signature verifies over very many messages, or over all.
- A point with a component of small order is accepted: only its owner can make one, and only its owner signs under it.

A signature is checked by `verifies_ed25519` alone, without cofactor: R and S are canonical, and no second S verifies.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P


@lru_cache(maxsize=4096)
def check_ed25519(public_key: bytes) -> None:
    """Raise ValueError, with the reason, unless `public_key` is accepted as an Ed25519 public key."""
    if len(public_key) != 32:
        raise ValueError(f"it has {len(public_key)} bytes; expected 32")
    y = int.from_bytes(public_key, "little") & (1 << 255) - 1  # the top bit is the sign of x
    if y >= _P:
        raise ValueError("it is not the canonical encoding of a point")
    y2 = y * y % _P
    u, v = (y2 - 1) % _P, (_D * y2 + 1) % _P  # x² = u / v
    if y == 0 or u == 0 or (u + v * y2) % _P == 0:  # order 4; 1 and 2, where x is 0; 8, where x² = -y²
        raise ValueError("it is a point of small order, under which anybody can sign")
    if pow(u * v, (_P - 1) // 2, _P) != 1:
        raise ValueError("it is not a point of the curve")


def verifies_ed25519(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether `signature` is by `public_key` (32 bytes, accepted by `check_ed25519`) over `message`; False for any that is not
    64 bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True
