"""Bytes as text: base58 with its multikeys, and base64. Every value has one spelling."""

from __future__ import annotations

import base64
import binascii

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.log import text as texts
from carbonseal.passport.base64 import decode_base64, decode_hashes, encode_base64
from carbonseal.passport.multibase import decode_key, decode_multibase, encode_key, encode_multibase

# draft-msporny-base58-03, section 5, and the W3C key of the eddsa-jcs-2022 vectors
BASE58 = [
    (b"", "z"),
    (b"\0", "z1"),
    (b"Hello World!", "z2NEpo7TZRRrLZSi2U"),
    (b"The quick brown fox jumps over the lazy dog.", "zUSm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z"),
    (bytes.fromhex("0000287fb4cd"), "z11233QC4"),
]


@pytest.mark.parametrize(("data", "text"), BASE58)
def test_base58_vectors(data: bytes, text: str) -> None:
    assert encode_multibase(data) == text
    assert decode_multibase(text) == data


@given(st.binary(max_size=93))
def test_base58_round_trip(data: bytes) -> None:
    assert decode_multibase(encode_multibase(data)) == data


@given(st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", max_size=90))
def test_base58_has_one_spelling(letters: str) -> None:
    assert encode_multibase(decode_multibase("z" + letters)) == "z" + letters


@pytest.mark.parametrize(
    "text", ["", "1", "u1", "m1", "Z1", "z0", "zO", "zI", "zl", "z 1", "z1\n", "zé", "z" + "1" * 129]
)
def test_base58_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"base58"):
        decode_multibase(text)


@given(st.text())
def test_base58_of_any_text(text: str) -> None:
    try:
        assert encode_multibase(decode_multibase(text)) == text
    except ValueError as error:
        assert str(error)


@given(st.binary(min_size=32, max_size=32))
def test_keys_round_trip(seed: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    text = encode_key(key)
    assert text.startswith("z6Mk")
    assert decode_key(text) == key


@pytest.mark.parametrize(
    "data",
    [
        b"\xed\x01" + bytes(31),
        b"\xed\x01" + bytes(33),
        b"\xec\x01" + bytes(32),  # X25519
        b"\xe7\x01" + bytes(33),  # secp256k1
        b"\x80\x24" + bytes(33),  # P-256
        b"\x80\x26" + bytes(32),  # an Ed25519 private key
        b"",
    ],
)
def test_other_keys(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"Ed25519"):
        decode_key(encode_multibase(data))


@given(st.binary())
def test_base64_round_trip(data: bytes) -> None:
    assert decode_base64(encode_base64(data)) == data
    assert encode_base64(data) == base64.b64encode(data).decode()


@pytest.mark.parametrize(
    "text",
    [
        "A",
        "AA",
        "AAA",
        "AB==",
        "AAB=",
        "AA=",
        "=",
        "====",
        "AA==AA==",
        "AAA=A",
        "AAAA=",
        "AA==\n",
        " AAA",
        "A-_A",
        "AAé=",
        "AA\0A",
    ],
)
def test_base64_refuses(text: str) -> None:
    with pytest.raises(Refused, match=r"passport\.malformed"):
        decode_base64(text, "here")


@given(st.text("ABCDwxyz0189+/=-_ \n", max_size=12) | st.text(max_size=12))
def test_base64_has_one_spelling(text: str) -> None:
    try:
        assert encode_base64(decode_base64(text)) == text
    except Refused as refused:
        assert refused.finding.code.name == "passport.malformed"
        with pytest.raises((binascii.Error, ValueError, AssertionError)):
            assert base64.b64encode(base64.b64decode(text, validate=True)).decode() == text


@pytest.mark.parametrize("has_pybase64", [True, False])
@given(data=st.binary(max_size=1000), at=st.integers(0, 1400), instead=st.sampled_from(["", *"Aw+/=-_ \n\0é\ud800"]))
def test_base64_is_the_same_by_both_libraries(has_pybase64: bool, data: bytes, at: int, instead: str) -> None:
    """With the extra `fast` and without: of a text that was changed in one place, as of any other."""
    text = encode_base64(data)
    changed = text[:at] + instead + text[at + 1 :]
    try:
        data = base64.b64decode(changed, validate=True)
        expected = data if encode_base64(data) == changed else None
    except ValueError:
        expected = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "HAS_PYBASE64", has_pybase64)
        assert texts.decode_base64(text) is not None
        assert texts.decode_base64(changed) == expected


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=128))
def test_hashes_round_trip(hashes: list[bytes]) -> None:
    assert decode_hashes(encode_base64(b"".join(hashes))) == tuple(hashes)


@pytest.mark.parametrize("length", [1, 31, 33, 129 * 32])
def test_no_whole_number_of_hashes(length: int) -> None:
    with pytest.raises(Refused, match=r"32-byte hashes"):
        decode_hashes(encode_base64(bytes(length)))
