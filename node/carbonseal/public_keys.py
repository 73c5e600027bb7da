"""Public keys: which bytes are accepted as one, and whether a signature verifies under it (docs/spec.md, section 6.3).

Every public key that enters goes through one of two checks: a key of a note, a multikey, a token's public half.

`check_ed25519`:

- 32 bytes, the canonical encoding of a point of edwards25519 (RFC 8032, section 5.1.3): so two keys are two points.
- Not one of the 8 points of small order: under those, one signature verifies over very many messages, or over all.
- A point with a component of small order is accepted: only its owner can make one, and only its owner signs under it.

A signature is checked by `verifies_ed25519` alone, without cofactor: R and S are canonical, and no second S verifies. It asks
libsodium where PyNaCl is installed (extra `fast`), which takes half of OpenSSL's time. The two differ in one thing: libsodium
refuses an R of small order. Such signatures are OpenSSL's to judge, always, so that a verdict depends on no installation.

`check_ml_dsa_44` (FIPS 204): 1312 bytes, seed ‖ t1; every value of them is one key. A t1 that is short, such as 0, is
refused: under it, too, anybody can sign. An honest t1 looks random, and is refused with a probability below 2^-100.
"""

from __future__ import annotations

from functools import lru_cache

try:
    from nacl.bindings import crypto_sign_open
    from nacl.exceptions import BadSignatureError
except ImportError:  # the extra `fast` is not installed
    HAS_LIBSODIUM = False
else:
    HAS_LIBSODIUM = True

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493  # the order of the group that the base point generates
ML_DSA_44_LENGTH = 1312
_D = -121665 * pow(121666, -1, _P) % _P
_Y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7  # of the points of order 8; the others' is its negative
_SMALL_ORDER = {
    (y | sign << 255).to_bytes(32, "little")
    for y, signs in ((1, (0,)), (_P - 1, (0,)), (0, (0, 1)), (_Y8, (0, 1)), (_P - _Y8, (0, 1)))
    for sign in signs
}


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
    if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= _L:
        return False
    if not HAS_LIBSODIUM or signature[:32] in _SMALL_ORDER:
        return _verifies_by_openssl(public_key, signature, message)
    try:
        crypto_sign_open(signature + message, public_key)
    except BadSignatureError:
        return False
    return True


def _verifies_by_openssl(public_key: bytes, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=1024)
def check_ml_dsa_44(public_key: bytes) -> None:
    """Raise ValueError, with the reason, unless `public_key` is accepted as an ML-DSA-44 public key."""
    if len(public_key) != ML_DSA_44_LENGTH:
        raise ValueError(f"it has {len(public_key)} bytes; expected {ML_DSA_44_LENGTH}")
    for start in range(
        32, ML_DSA_44_LENGTH, 320
    ):  # 4 polynomials of 256 coefficients of 10 bits (FIPS 204, algorithm 23)
        packed = int.from_bytes(public_key[start : start + 320], "little")
        coefficients = [packed >> 10 * at & 1023 for at in range(256)]
        # t1 represents t1 x 2^13 modulo q = 1023 x 2^13 + 1, so 1023 is -1. Of honest ones, a quarter is within q / 8 of 0.
        if sum(coefficient < 128 or coefficient >= 896 for coefficient in coefficients) > 160:
            raise ValueError("its polynomials are short, and anybody can sign under it")
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

    try:
        MLDSA44PublicKey.from_public_bytes(public_key)
    except UnsupportedAlgorithm as error:
        raise ValueError(
            "ML-DSA-44 is not in the OpenSSL of this installation; install cryptography's wheel"
        ) from error


def verifies_ml_dsa_44(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether `signature` is by `public_key` (1312 bytes, accepted by `check_ml_dsa_44`) over `message`, with an empty context;
    False for any that is not 2420 bytes."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

    try:
        MLDSA44PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True
