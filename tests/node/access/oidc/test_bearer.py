"""Tokens of an issuer: what lets somebody in, and everything that has to be refused."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from carbonseal.findings import Refused
from carbonseal.node.access.oidc.bearer import LEEWAY, MAX_TOKEN, Identity, identify, is_jwt, read_header
from carbonseal.node.access.oidc.config import ALGORITHMS, OidcConfig
from carbonseal.node.access.oidc.key_sets import parse_keys
from tests.node.access.oidc.issuing import AUDIENCE, NOW, SUBJECT, claims, jwk, key_for, part, signed

ISSUER = "https://login.example.org/realms/acme"
SETTINGS = OidcConfig(ISSUER, AUDIENCE, ALGORITHMS)
KEYS = [jwk(one, one) for one in ("RS256", "PS256", "ES256", "ES384", "EdDSA")]
GOOD = claims(ISSUER)
TWO_ALGORITHMS = b'{"alg":"none","alg":"ES256"}'


def look(token: str, keys: list[dict[str, Any]] = KEYS, settings: OidcConfig = SETTINGS, now: int = NOW) -> Identity:
    header = read_header(token, settings)
    found = parse_keys(json.dumps({"keys": keys}).encode(), "keys").fitting(header.kid, header.algorithm)
    return identify(token, header, found, settings, now)


def code(token: str, **given: Any) -> str:
    with pytest.raises(Refused) as refused:
        look(token, **given)
    finding = refused.value.finding
    assert token[:40] not in f"{finding.message}{finding.remedy}" or len(token) < 10
    return finding.code.name


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "ES384", "EdDSA"])
def test_whose_a_token_is(algorithm: str) -> None:
    assert look(signed(GOOD, algorithm)) == Identity(ISSUER, SUBJECT)


@pytest.mark.parametrize(
    ("said", "header"),
    [
        ({"aud": ["account", AUDIENCE]}, {}),
        ({"iat": None, "nbf": NOW}, {"typ": "JWT"}),
        ({"scope": "admin", "tenant": "other", "roles": ["admin"], "typ": "Bearer", "nonce": "n"}, {}),
        ({"iat": NOW + LEEWAY, "nbf": NOW + LEEWAY}, {"typ": "application/AT+JWT"}),
        ({"exp": NOW - LEEWAY + 1}, {"typ": None}),
        ({"exp": NOW + 0.5, "iat": NOW - 0.25}, {}),
        ({"sub": "auth0|anna@example.org"}, {}),
        # others' keys in the header: not looked at, and no reason to refuse what the issuer signed
        ({}, {"jwk": jwk("ES256", "ES256", 1), "jku": "https://evil.example/keys", "x5u": "https://evil.example/x"}),
        ({}, {"x5c": ["MIIB"]}),
    ],
)
def test_honest_oddities_let_in(said: dict[str, Any], header: dict[str, Any]) -> None:
    assert look(signed({**claims(ISSUER, **said)}, **header)).issuer == ISSUER


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"iss": "https://login.example.org/realms/other"}, "oidc.not-for-here"),
        ({"iss": ISSUER + "/"}, "oidc.not-for-here"),
        ({"iss": ISSUER.upper()}, "oidc.not-for-here"),
        ({"iss": [ISSUER]}, "oidc.not-for-here"),
        ({"iss": None}, "oidc.not-for-here"),
        ({"aud": "other"}, "oidc.not-for-here"),
        ({"aud": AUDIENCE + "-admin"}, "oidc.not-for-here"),
        ({"aud": AUDIENCE.upper()}, "oidc.not-for-here"),
        ({"aud": None}, "oidc.not-for-here"),
        ({"aud": []}, "oidc.not-for-here"),
        ({"aud": [[AUDIENCE]]}, "oidc.not-for-here"),
        ({"aud": {AUDIENCE: 1}}, "oidc.not-for-here"),
        ({"aud": "web-app", "azp": AUDIENCE, "nonce": "n"}, "oidc.not-for-here"),  # an ID token for another audience
        ({"at_hash": "x"}, "oidc.not-for-here"),  # an ID token for this one
        ({"typ": "ID"}, "oidc.not-for-here"),
        ({"typ": "Refresh"}, "oidc.not-for-here"),
        ({"typ": 1}, "oidc.not-for-here"),
        ({"exp": NOW - LEEWAY}, "oidc.expired"),
        ({"exp": 0}, "oidc.expired"),
        ({"exp": None}, "oidc.malformed"),
        ({"exp": str(NOW + 300)}, "oidc.malformed"),
        ({"exp": True}, "oidc.malformed"),
        ({"exp": 10**15}, "oidc.malformed"),
        ({"exp": -1}, "oidc.malformed"),
        ({"nbf": NOW + LEEWAY + 1}, "oidc.not-yet"),
        ({"iat": NOW + LEEWAY + 1}, "oidc.not-yet"),
        ({"iat": "now"}, "oidc.malformed"),
        ({"sub": None}, "oidc.malformed"),
        ({"sub": ""}, "oidc.malformed"),
        ({"sub": 7}, "oidc.malformed"),
        ({"sub": "a" * 256}, "oidc.malformed"),
        ({"sub": "an\nna"}, "oidc.malformed"),
        ({"sub": "anna\u202e"}, "oidc.malformed"),
    ],
)
def test_what_a_signed_token_must_not_say(said: dict[str, Any], expected: str) -> None:
    # by hand: the library refuses to sign some of these
    unsigned = f"{part({'alg': 'EdDSA', 'kid': 'EdDSA', 'typ': 'at+jwt'})}.{part(claims(ISSUER, **said))}"
    assert code(f"{unsigned}.{part(key_for('EdDSA').sign(unsigned.encode()))}") == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"typ": "logout+jwt"}, "oidc.malformed"),
        ({"typ": "dpop+jwt"}, "oidc.malformed"),
        ({"typ": ["at+jwt"]}, "oidc.malformed"),
        ({"crit": ["exp"]}, "oidc.malformed"),
        ({"crit": ["b64"], "b64": False}, "oidc.malformed"),
        ({"kid": 7}, "oidc.malformed"),
        ({"kid": "k" * 300}, "oidc.malformed"),
        ({"kid": "../../etc/passwd"}, "oidc.signature"),
        ({"kid": "https://evil.example/keys"}, "oidc.signature"),
        ({"kid": "' OR 1=1 --"}, "oidc.signature"),
        ({"kid": "RS256"}, "oidc.signature"),  # of another kind: not for this algorithm
        ({"alg": "RS256", "kid": "ES256"}, "oidc.signature"),
        ({"alg": "none"}, "oidc.algorithm"),
        ({"alg": "NONE"}, "oidc.algorithm"),
        ({"alg": None}, "oidc.algorithm"),
        ({"alg": ["ES256"]}, "oidc.algorithm"),
        ({"alg": "HS256"}, "oidc.algorithm"),
        ({"alg": "ES256K"}, "oidc.algorithm"),
        ({"alg": "dir", "enc": "A128GCM"}, "oidc.algorithm"),
    ],
)
def test_headers_that_are_refused(header: dict[str, Any], expected: str) -> None:
    unsigned = f"{part({'alg': 'EdDSA', 'kid': 'EdDSA', 'typ': 'at+jwt', **header})}.{part(GOOD)}"
    assert code(f"{unsigned}.{part(key_for('EdDSA').sign(unsigned.encode()))}") == expected


def test_signatures_that_are_not_the_issuers() -> None:
    head, payload, signature = signed(GOOD).split(".")
    other = signed(claims(ISSUER, sub="the operator"))
    assert code(f"{head}.{other.split('.')[1]}.{signature}") == "oidc.signature"
    assert code(f"{head}.{payload}.") == "oidc.signature"
    assert code(f"{head}.{payload}.{signature[:-4]}") == "oidc.signature"
    assert code(f"{head}.{payload}.{part(bytes(64))}") == "oidc.signature"  # r = s = 0
    assert code(signed(GOOD, which=1)) == "oidc.signature"  # another key by the same name
    own = jwk("ES256", "ES256", 1)
    assert code(signed(GOOD, which=1, jwk=own)) == "oidc.signature"  # and brings it along
    assert (
        code(signed(GOOD, which=1, jku="https://evil.example/keys", x5u="https://evil.example/x")) == "oidc.signature"
    )


@pytest.mark.parametrize("allowed", [ALGORITHMS, ("RS256",)])
def test_a_public_key_is_no_secret(allowed: tuple[str, ...]) -> None:
    """HS256 with the public key as the secret, in each form that a program might take for it."""
    public = key_for("RS256").public_key()
    forms = [
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(jwk("RS256", "RS256")).encode(),
        b"",
    ]
    for secret in forms:
        for algorithm in ("HS256", "RS256"):
            unsigned = f"{part({'alg': algorithm, 'kid': 'RS256'})}.{part(GOOD)}"
            forged = hmac.digest(secret, unsigned.encode(), hashlib.sha256)
            settings = OidcConfig(ISSUER, AUDIENCE, allowed)
            assert code(f"{unsigned}.{part(forged)}", settings=settings) in ("oidc.algorithm", "oidc.signature")


@pytest.mark.parametrize(
    "token",
    [
        "a.b",
        "a.b.c",
        "..",
        f"{part(b'[]')}.{part(GOOD)}.x",
        f"{part(b'{')}.{part(GOOD)}.x",
        f"{part({'alg': 'ES256'})}.{part(GOOD)}.a b",
        f"{part({'alg': 'ES256'})}.{part(GOOD)}.a+b/",
        f"{part({'alg': 'ES256'})}=.{part(GOOD)}.x",
        f"{part(GOOD)}.{part(GOOD)}.x.y.z",
        f"{part(TWO_ALGORITHMS)}.{part(GOOD)}.x",
        f"{part(b'[' * 3000)}.{part(GOOD)}.x",
        "A" * MAX_TOKEN + ".b.c",
    ],
    ids=range(12),
)
def test_what_is_no_token_at_all(token: str) -> None:
    assert code(token) == "oidc.malformed"


def test_claims_that_are_there_twice_or_are_none() -> None:
    for payload in (b'{"sub":"a","sub":"b"}', b"[]", b"nothing", b"\xff", b'{"sub":"\\ud800"}'):
        unsigned = f"{part({'alg': 'EdDSA', 'kid': 'EdDSA'})}.{part(payload)}"
        assert code(f"{unsigned}.{part(key_for('EdDSA').sign(unsigned.encode()))}") == "oidc.malformed"


def test_no_token_of_the_nodes_own_is_taken_for_one() -> None:
    assert is_jwt(signed(GOOD)) and not is_jwt("carbonseal_9Qy-_x") and not is_jwt("a.b") and not is_jwt("a.b.c.d")
