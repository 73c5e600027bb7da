"""Public keys: honest ones pass, and those under which anybody signs, or which name one point twice, never enter."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal import public_keys
from carbonseal.log.notes import Algorithm, VerifierKey, parse_key
from carbonseal.node.secrets import VerifiedSigner
from carbonseal.passport.multibase import decode_key, encode_key
from carbonseal.public_keys import (
    HAS_LIBSODIUM,
    check_ed25519,
    check_ml_dsa_44,
    verifies_ed25519,
    verifies_ml_dsa_44,
)
from carbonseal.verification.policy import parse_policy
from carbonseal_adapters.tlog.checking.evidence import read_key
from tests.log.refusals import refusal

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ORDER = 2**252 + 27742317777372353535851937790883648493
Point = tuple[int, int]
IDENTITY: Point = (0, 1)


# The group by its definition, slow and plain: x and y, and the complete addition law (RFC 8032, section 5.1.4).


def add(one: Point, other: Point) -> Point:
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P)
    return x % P, y % P


def times(scalar: int, point: Point) -> Point:
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def square_root(number: int) -> int | None:
    root = pow(number, (P + 3) // 8, P)
    for candidate in (root, root * pow(2, (P - 1) // 4, P) % P):
        if candidate * candidate % P == number % P:
            return candidate
    return None


def points(y: int) -> list[Point]:
    """The points with this y: none, one (where x is 0) or two."""
    x = square_root((y * y - 1) * pow(D * y * y + 1, -1, P))
    return [] if x is None else sorted({(x, y % P), (-x % P, y % P)})


def written(y: int, sign: int) -> bytes:
    return (y | sign << 255).to_bytes(32, "little")


def encodings(point: Point) -> list[bytes]:
    """Every 32 bytes that a lenient reader takes for the point: y or y + p, and either sign where x is 0."""
    x, y = point
    signs = (x & 1,) if x else (0, 1)
    return [written(value, sign) for value in (y, y + P) if value < 2**255 for sign in signs]


def small_order() -> set[Point]:
    """The 8 points that [8] takes to the identity: the multiples of one of order 8, which is found by clearing the rest."""
    for y in range(2, 40):
        for point in points(y):
            cleared = times(ORDER, point)
            if times(4, cleared) != IDENTITY:
                return {times(count, cleared) for count in range(8)}
    raise AssertionError


SMALL = sorted(small_order())
WEAK = sorted({written_as for point in SMALL for written_as in encodings(point)})
NOT_CANONICAL = sorted(
    {written(y, sign) for y in range(P, 2**255) for sign in (0, 1)} | {written(1, 1), written(P - 1, 1)}
)
REFUSED = sorted({*WEAK, *NOT_CANONICAL})


def test_what_is_tried_is_all_there_is() -> None:
    assert len(SMALL) == 8
    assert {add(one, other) for one in SMALL for other in SMALL} == set(SMALL)
    assert (len(WEAK), len(NOT_CANONICAL), len(REFUSED)) == (14, 40, 48)
    on_the_curve = [raw for raw in NOT_CANONICAL if points(int.from_bytes(raw, "little") % 2**255)]
    assert len(on_the_curve) == 26


@pytest.mark.parametrize("raw", REFUSED, ids=bytes.hex)
def test_no_weak_key_and_no_second_encoding_is_accepted(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"small order|not the canonical"):
        check_ed25519(raw)


def signature_by_nobody(raw: bytes) -> tuple[bytes, bytes] | None:
    """A message and a signature, made without a private key, that verify under `raw` where it is read leniently: S is 0, and
    R is the point of small order that the hash asks for."""
    for count in range(64):
        message = b"%d" % count
        for r in WEAK:
            try:
                Ed25519PublicKey.from_public_bytes(raw).verify(r + bytes(32), message)
            except (InvalidSignature, ValueError):
                continue
            return message, r + bytes(32)
    return None


def test_the_attack_that_they_are_refused_for_is_real() -> None:
    """The library underneath takes most of them for keys, and signatures that nobody made for theirs."""
    forged = {raw: signature_by_nobody(raw) for raw in WEAK}
    assert sum(found is not None for found in forged.values()) >= 8
    identity = written(1, 0)
    assert all(verifies_ed25519(identity, identity + bytes(32), message) for message in (b"", b"any", b"message"))


def vkey(raw: bytes, algorithm: int) -> str:
    material = bytes([algorithm]) + raw
    key_id = hashlib.sha256(b"weak.example\n" + material).hexdigest()[:8]
    return f"weak.example+{key_id}+{base64.b64encode(material).decode()}"


class Token:
    """A signer of some scheme that says that its public key is `raw`."""

    def __init__(self, raw: bytes) -> None:
        self.public_key = raw

    def sign(self, data: bytes, /) -> bytes:
        return self.public_key + bytes(32)


def entrances(raw: bytes) -> Iterator[tuple[str, Callable[..., object], tuple[object, ...]]]:
    log, witness = vkey(raw, 1), vkey(raw, 4)
    yield "key.invalid", VerifierKey, ("weak.example", raw)
    for text in (log, witness):
        yield "key.invalid", VerifierKey.parse, (text,)
        yield "key.invalid", parse_key, (text,)
    yield "key.invalid", parse_policy, (f"carbonseal-policy v1\nlog {log}\n",)
    yield "key.invalid", parse_policy, (f"carbonseal-policy v1\nwitness w {witness}\n",)
    yield "tlog.malformed-key", read_key, ({"key": log},)
    yield "secret.public-key", VerifiedSigner, ("pkcs11:object=log", Token(raw))


@pytest.mark.parametrize("raw", REFUSED, ids=bytes.hex)
def test_they_enter_nowhere(raw: bytes) -> None:
    for code, enter, arguments in entrances(raw):
        assert refusal(enter, *arguments) == code
    with pytest.raises(ValueError, match=encode_key(raw)):
        decode_key(encode_key(raw))


@given(st.binary(min_size=32, max_size=32))
def test_every_honest_key_is_accepted(seed: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    raw = key.public_key().public_bytes_raw()
    check_ed25519(raw)
    assert decode_key(encode_key(raw)) == raw
    assert VerifierKey.parse(VerifierKey("a", raw).encode()).public_key == raw
    assert verifies_ed25519(raw, key.sign(b"message"), b"message")


@given(st.binary(min_size=32, max_size=32))
def test_what_is_accepted_is_one_encoding_of_one_point(raw: bytes) -> None:
    try:
        check_ed25519(raw)
    except ValueError:
        return
    y, sign = int.from_bytes(raw, "little") % 2**255, raw[31] >> 7
    (point,) = [(x, y) for x, y in points(y) if x & 1 == sign]
    assert encodings(point) == [raw]
    assert times(8, point) != IDENTITY


def test_a_point_off_the_curve_is_no_key() -> None:
    off = [written(y, 0) for y in range(2, 40) if not points(y)]
    assert len(off) > 10
    for raw in off:
        with pytest.raises(ValueError, match="not a point of the curve"):
            check_ed25519(raw)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_other_lengths(length: int) -> None:
    with pytest.raises(ValueError, match=f"has {length} bytes; expected 32"):
        check_ed25519(bytes(length))


KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = KEY.public_key().public_bytes_raw()


def test_a_signature_has_one_form() -> None:
    """S + L for S, another length, or R not canonical: each verifies somewhere, and none of them here."""
    signature = KEY.sign(b"message")
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    assert verifies_ed25519(PUBLIC, signature, b"message")
    for other in (
        r + (s + ORDER).to_bytes(32, "little"),
        signature[:-1],
        signature + b"\0",
        b"",
        r,
        *(weak + bytes(32) for weak in REFUSED),
        *(weak + signature[32:] for weak in REFUSED),
    ):
        assert not verifies_ed25519(PUBLIC, other, b"message")


def test_a_key_with_a_part_of_small_order_is_its_owners() -> None:
    """It is accepted, and nobody but who knows the scalar signs under it: the check is without cofactor, so a signature that
    holds with cofactor alone is refused, and only one that was made for this very encoding holds."""
    (torsion, *_) = [point for point in SMALL if point != IDENTITY and times(2, point) == IDENTITY]
    secret = int.from_bytes(hashlib.sha512(b"mixed").digest(), "little") % ORDER
    base = points(4 * pow(5, -1, P) % P)[0]
    base = base if base[0] % 2 == 0 else (-base[0] % P, base[1])
    mixed = add(times(secret, base), torsion)
    raw = written(mixed[1], mixed[0] & 1)
    check_ed25519(raw)
    outcomes = set()
    for nonce in range(1, 24):
        x, y = times(nonce, base)
        r = written(y, x & 1)
        challenge = int.from_bytes(hashlib.sha512(r + raw + b"message").digest(), "little") % ORDER
        s = (nonce + challenge * secret) % ORDER
        outcomes.add(verifies_ed25519(raw, r + s.to_bytes(32, "little"), b"message"))
    assert outcomes == {True, False}  # where the challenge is even, the part of order 2 falls out


# --- Ed25519: libsodium and OpenSSL --------------------------------------------------------------------------------------


def encoded(point: Point) -> bytes:
    x, y = point
    return written(y, x & 1)


def both(key: bytes, signature: bytes, message: bytes = b"message") -> bool:
    """Whether it verifies: here, with libsodium, and by OpenSSL alone."""
    openssl = len(signature) == 64 and public_keys._verifies_by_openssl(key, signature, message)
    assert HAS_LIBSODIUM
    assert verifies_ed25519(key, signature, message) == openssl, (key.hex(), signature.hex())
    return openssl


BASE = next(point for point in points(4 * pow(5, -1, P) % P) if point[0] % 2 == 0)
SECRET = int.from_bytes(hashlib.sha512(b"secret").digest(), "little") % ORDER
POINT = times(SECRET, BASE)
GENERATOR = next(point for point in SMALL if times(4, point) != IDENTITY)  # of the points of small order


@pytest.mark.parametrize("nonce", [0, 1, ORDER - 5])
@pytest.mark.parametrize("in_r", range(8))
def test_points_with_a_part_of_small_order(nonce: int, in_r: int) -> None:
    """A = [secret]B + [i]T and R = [nonce]B + [j]T: with cofactor every such signature would hold. Without, it does where -k i = j
    modulo 8; also where R is of small order (nonce 0), which libsodium by itself refuses."""
    outcomes = set()
    for in_key in range(8):
        key = encoded(add(POINT, times(in_key, GENERATOR)))
        check_ed25519(key)
        r = encoded(add(times(nonce, BASE), times(in_r, GENERATOR)))
        for message in (b"%d" % count for count in range(8)):
            challenge = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % ORDER
            s = (nonce + challenge * SECRET) % ORDER
            holds = both(key, r + s.to_bytes(32, "little"), message)
            assert holds == ((-challenge * in_key - in_r) % 8 == 0)
            outcomes.add(holds)
    assert outcomes == {True, False}


def test_other_encodings_of_a_signature() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    raw, signature = key.public_key().public_bytes_raw(), key.sign(b"message")
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    assert both(raw, signature)
    more = [r + (s + count * ORDER).to_bytes(32, "little") for count in range(1, 15)]
    small = [one + s.to_bytes(32, "little") for one in REFUSED] + [one + bytes(32) for one in REFUSED]
    for other in (*more, *small, b"", r, signature[:-1], signature + b"\0", r + b"\xff" * 32, bytes(64)):
        assert not both(raw, other)


@settings(max_examples=150)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511))
def test_any_key_any_message_any_bit(seed: bytes, message: bytes, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    raw, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert both(raw, signature, message)
    changed = int.from_bytes(signature, "little") ^ 1 << bit
    assert not both(raw, changed.to_bytes(64, "little"), message)


def test_the_table_of_small_order_is_complete() -> None:
    assert {encoded(point) for point in SMALL} == public_keys._SMALL_ORDER


def test_libsodium_alone_would_differ() -> None:
    """So that the tests above are such that can fail: an R of small order, S of the owner's making."""
    from nacl.bindings import crypto_sign_open
    from nacl.exceptions import BadSignatureError

    key, r = encoded(POINT), encoded(IDENTITY)
    challenge = int.from_bytes(hashlib.sha512(r + key + b"message").digest(), "little") % ORDER
    signature = r + (challenge * SECRET % ORDER).to_bytes(32, "little")
    assert both(key, signature)
    with pytest.raises(BadSignatureError):
        crypto_sign_open(signature + b"message", key)


# --- ML-DSA-44 ---------------------------------------------------------------------------------------------------------


def shake(data: bytes, length: int) -> bytes:
    return hashlib.shake_256(data).digest(length)


def forged_ml_dsa_44(public_key: bytes, message: bytes) -> bytes:
    """A signature without a private key (FIPS 204, algorithm 8, backwards): z and the hint are 0, and c is the hash that belongs
    to w1 = 0. It verifies where c x t1 x 2^13 is so short that its high bits are 0."""
    mu = shake(shake(public_key, 64) + b"\0\0" + message, 64)
    zeros = b"".join(sum(2**17 << 18 * at for at in range(256)).to_bytes(576, "little") for _ in range(4))
    return shake(mu + bytes(768), 32) + zeros + bytes(84)


def short_key(*coefficients: int) -> bytes:
    """A key whose t1 repeats these coefficients: 0, and 1023, which is -1."""
    packed = sum(coefficients[at % len(coefficients)] << 10 * at for at in range(256)).to_bytes(320, "little")
    return bytes(32) + packed * 4


@pytest.mark.parametrize("coefficients", [(0,), (1023,), (0, 1023), (1023, *[0] * 30), (1, *[0] * 63)])
def test_a_short_ml_dsa_key_lets_anybody_sign_and_is_refused(coefficients: tuple[int, ...]) -> None:
    raw = short_key(*coefficients)
    forged = [verifies_ml_dsa_44(raw, forged_ml_dsa_44(raw, b"%d" % count), b"%d" % count) for count in range(64)]
    assert any(forged)
    with pytest.raises(ValueError, match="anybody can sign"):
        check_ml_dsa_44(raw)
    assert refusal(VerifierKey, "weak.example", raw, Algorithm.ML_DSA_44) == "key.invalid"


def test_one_short_polynomial_is_enough_to_be_refused() -> None:
    honest = MLDSA44PrivateKey.from_seed_bytes(bytes(32)).public_key().public_bytes_raw()
    for start in range(32, 1312, 320):
        with pytest.raises(ValueError, match="anybody can sign"):
            check_ml_dsa_44(honest[:start] + bytes(320) + honest[start + 320 :])


@given(st.binary(min_size=32, max_size=32))
@settings(max_examples=40)
def test_every_honest_ml_dsa_key_is_accepted(seed: bytes) -> None:
    key = MLDSA44PrivateKey.from_seed_bytes(seed)
    raw = key.public_key().public_bytes_raw()
    check_ml_dsa_44(raw)
    signature = key.sign(b"message")
    assert verifies_ml_dsa_44(raw, signature, b"message")
    assert not verifies_ml_dsa_44(raw, signature, b"another")
    assert not verifies_ml_dsa_44(raw, forged_ml_dsa_44(raw, b"message"), b"message")


@pytest.mark.parametrize("length", [0, 32, 1311, 1313, 1952])
def test_other_lengths_of_ml_dsa(length: int) -> None:
    with pytest.raises(ValueError, match=f"has {length} bytes; expected 1312"):
        check_ml_dsa_44(bytes(length))


@pytest.mark.parametrize("change", [lambda s: s[:-1], lambda s: s + b"\0", lambda s: b"", lambda s: bytes(2420)])
def test_other_forms_of_an_ml_dsa_signature(change: Callable[[bytes], bytes]) -> None:
    key = MLDSA44PrivateKey.from_seed_bytes(bytes(32))
    assert not verifies_ml_dsa_44(key.public_key().public_bytes_raw(), change(key.sign(b"message")), b"message")
