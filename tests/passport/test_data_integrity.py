"""eddsa-jcs-2022: W3C's vectors where they are, ours always, and an independent implementation beside it."""

from __future__ import annotations

import copy
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jcs as independent
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.instants import parse_instant
from carbonseal.passport.data_integrity import add_proof, check_proof, signed_bytes
from carbonseal.passport.multibase import decode_key, decode_multibase, encode_key
from tests.world import SIGNED, key

PUBLISHED = Path(__file__).parents[2].parent / "shared/data/vectors/eddsa-jcs-2022"
published = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="W3C's vectors are not here")

KEY = key("vector")
PUBLIC = KEY.public_key().public_bytes_raw()
METHOD = f"did:web:maker.example#{encode_key(PUBLIC)}"
DOCUMENT = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "urn:example:1",
    "issuer": "did:web:maker.example",
    "name": "Türleser 🔑",
    "n": [1, -5, 1e21, 0.5],
}
COVERED = (
    "63bee37e334c438a2e041582dd5a1fb0b25f87ebf6ba4268a8f1ac7ce1c4b18a"
    "5a21ad0764ab5f43b14f620f39918f3ccfec75ed4ebda5047bee37210193ac37"
)
VALUE = "z241qbmxFxGYsqpijMp1g6TrWu5Fba853pS8Rz5yTNwyipq79LGxkEUJt9ggsRQsbWpgWdVUpF9R9UrRQgPxSPdM9"


def read(name: str) -> Any:
    text = (PUBLISHED / name).read_text()
    return json.loads(text) if name.endswith(".json") else text


@published
class TestPublished:
    def test_what_is_signed(self) -> None:
        proof, document = read("proofHashJCS.txt"), read("docHashJCS.txt")
        assert signed_bytes(read("signedJCS.json")).hex() == proof + document == read("combinedHashJCS.txt")

    def test_the_signature_holds(self) -> None:
        signed = read("signedJCS.json")
        assert decode_multibase(signed["proof"]["proofValue"]).hex() == read("sigHexJCS.txt")
        check_proof(signed, decode_key(read("keyPair.json")["publicKeyMultibase"]))

    def test_signing_gives_it_again(self) -> None:
        secret = decode_multibase(read("keyPair.json")["privateKeyMultibase"])[2:]
        options = read("proofConfigJCS.json")
        signed = add_proof(
            read("unsigned.json"),
            Ed25519PrivateKey.from_private_bytes(secret).sign,
            options["verificationMethod"],
            parse_instant(options["created"]),
        )
        assert signed == read("signedJCS.json")


def test_our_own_vector() -> None:
    signed = add_proof(DOCUMENT, KEY.sign, METHOD, SIGNED)
    assert signed_bytes(signed).hex() == COVERED
    assert signed["proof"]["proofValue"] == VALUE
    check_proof(signed, PUBLIC)


def test_an_independent_implementation_hashes_the_same() -> None:
    signed = add_proof(DOCUMENT, KEY.sign, METHOD, SIGNED)
    options = {name: value for name, value in signed["proof"].items() if name != "proofValue"}
    covered = hashlib.sha256(independent.canonicalize(options)).digest()
    covered += hashlib.sha256(independent.canonicalize(DOCUMENT)).digest()
    assert covered.hex() == COVERED
    KEY.public_key().verify(decode_multibase(VALUE), covered)


def refuses(document: Any, public: bytes = PUBLIC) -> None:
    with pytest.raises(Refused, match=r"credential\.bad-signature"):
        check_proof(document, public)


@pytest.mark.parametrize("member", ["@context", "id", "issuer", "name", "n"])
def test_every_member_is_covered(member: str) -> None:
    signed = add_proof(DOCUMENT, KEY.sign, METHOD, SIGNED)
    refuses({**signed, member: "other"})
    refuses({name: value for name, value in signed.items() if name != member})
    refuses({**signed, "more": 1})


@pytest.mark.parametrize(
    "member", ["type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "@context", "more"]
)
def test_every_member_of_the_proof_is_covered(member: str) -> None:
    signed = add_proof(DOCUMENT, KEY.sign, METHOD, SIGNED)
    refuses({**signed, "proof": {**signed["proof"], member: "other"}})


@pytest.mark.parametrize(
    "value", ["", "z", "z1", VALUE[1:], VALUE + "1", VALUE[:-1], "u" + VALUE[1:], "z" + "1" * 64, "z0"]
)
def test_other_signatures(value: str) -> None:
    signed = add_proof(DOCUMENT, KEY.sign, METHOD, SIGNED)
    refuses({**signed, "proof": {**signed["proof"], "proofValue": value}})


def test_a_signature_has_one_form() -> None:
    """s + L would satisfy the equation as well; RFC 8032 forbids it, or two passports would have one meaning."""
    order = 2**252 + 27742317777372353535851937790883648493
    raw = decode_multibase(VALUE)
    s = int.from_bytes(raw[32:], "little") + order
    from carbonseal.passport.multibase import encode_multibase

    other = encode_multibase(raw[:32] + s.to_bytes(32, "little"))
    signed = add_proof(DOCUMENT, KEY.sign, METHOD, SIGNED)
    refuses({**signed, "proof": {**signed["proof"], "proofValue": other}})


@pytest.mark.parametrize("public", [key("other").public_key().public_bytes_raw(), bytes(32), b"\xff" * 32])
def test_other_keys(public: bytes) -> None:
    refuses(add_proof(DOCUMENT, KEY.sign, METHOD, SIGNED), public)


@given(st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", max_size=128))
def test_base58_is_a_number(digits: str) -> None:
    """Digit by digit, as draft-msporny-base58 has it; leading ones are bytes."""
    alphabet, number = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", 0
    for letter in digits:
        number = number * 58 + alphabet.index(letter)
    ones = len(digits) - len(digits.lstrip("1"))
    assert decode_multibase("z" + digits) == bytes(ones) + number.to_bytes((number.bit_length() + 7) // 8, "big")


@pytest.mark.parametrize("letter", ["0", "O", "I", "l", "?", " ", "é", "ÿ", "€", "\ud800", "😀"])
def test_no_base58_letter(letter: str) -> None:
    with pytest.raises(ValueError, match=r"is not a base58 letter") as error:
        decode_multibase(f"z2{letter}0")
    assert repr(letter) in str(error.value)


def test_signing_changes_nothing_in_its_hands() -> None:
    document = copy.deepcopy(DOCUMENT)
    add_proof(document, KEY.sign, METHOD, datetime(2026, 1, 1, tzinfo=UTC))
    assert document == DOCUMENT


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(codec="utf-8"), max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8).filter(lambda name: name != "proof"), VALUES))
def test_any_document(document: dict[str, Any]) -> None:
    check_proof(add_proof(document, KEY.sign, METHOD, SIGNED), PUBLIC)
