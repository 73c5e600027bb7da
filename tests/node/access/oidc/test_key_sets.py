"""Key sets of an issuer: which keys count, and for what."""

from __future__ import annotations

import json
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.node.access.oidc.key_sets import MAX_BYTES, KeySet, parse_keys
from tests.node.access.oidc.issuing import jwk

EC = jwk("a", "ES256")


def keys(*listed: Any) -> KeySet:
    return parse_keys(json.dumps({"keys": [*listed, jwk("good", "EdDSA")]}).encode(), "keys")


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "a", "alg": "HS256"},
        {**EC, "use": "enc"},
        {**EC, "use": ["sig"]},
        {**EC, "key_ops": ["sign", "verify"]},
        {**EC, "key_ops": 7},
        {**EC, "crv": "secp256k1"},
        {**EC, "crv": ["P-256"]},
        {**EC, "alg": "ES384"},
        {**EC, "alg": "RSA-OAEP"},
        {**EC, "kid": 7},
        {**EC, "x": 7},
        {**EC, "kty": ["EC"]},
        {name: value for name, value in EC.items() if name != "y"},
        {"kty": "RSA", "kid": "a", "n": "AQAB" * 40, "e": "AQAB"},  # 960 bits
        {"kty": "RSA", "kid": "a", "n": "AQAB" * 1000, "e": "AQAB"},  # 24,000 bits
        {"kty": "RSA", "kid": "a", "n": "AQAB" * 90, "e": "AQAB" * 90},
        {**jwk("a", "EdDSA"), "crv": "X25519"},
        "a",
        None,
    ],
)
def test_a_key_that_does_not_count_leaves_the_others(key: Any) -> None:
    assert [one.kid for one in keys(key).keys] == ["good"]


def test_what_a_key_is_for() -> None:
    found = keys(EC, jwk("b", "RS256", alg="PS256", use="sig"), jwk("c", "RS256"), jwk(None, "ES384"))
    assert [one.kid for one in found.fitting("a", "ES256")] == ["a"]
    assert not found.fitting("a", "ES384") and not found.fitting("a", "RS256") and not found.fitting("b", "RS256")
    assert [one.kid for one in found.fitting("c", "RS512")] == ["c"]
    assert [one.kid for one in found.fitting(None, "ES384")] == [None]  # the only one
    assert [one.kid for one in found.fitting(None, "ES256")] == ["a"]
    assert not keys(EC, jwk("z", "ES256", 1)).fitting(None, "ES256")  # one of two: which one is not said
    assert len(keys(EC, jwk("a", "ES256", 1)).fitting("a", "ES256")) == 2


def test_a_private_key_that_was_published_counts_as_public_alone() -> None:
    (found,) = keys({**EC, "d": "c2VjcmV0"}).fitting("a", "ES256")
    assert set(found.members) == {"kty", "crv", "x", "y"}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b'{"keys":{}}',
        b'{"keys":[]}',
        b'{"keys":[],"keys":[]}',
        json.dumps({"keys": [EC] * 101}).encode(),
        json.dumps({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}).encode(),
        b" " * (MAX_BYTES + 1),
        b"[" * 1000,
    ],
)
def test_what_is_no_key_set(raw: bytes) -> None:
    with pytest.raises(Refused) as refused:
        parse_keys(raw, "https://issuer.example/keys")
    assert refused.value.finding.code.name == "oidc.keys-unusable"
    assert "https://issuer.example/keys" in refused.value.finding.message
