"""JSON Web Key Sets (RFC 7517) of an issuer: its public keys, each for the algorithms that it is for. Pure.

- A key counts with its public members alone. One without a signature's use, of another kind or of a size outside the bounds is
  left out: issuers publish keys for other purposes beside. A set without any that counts is refused.
- A key is for one algorithm where it says so (`alg`), else for all of its kind. A secret (`oct`) is for none.
- `kid` is compared with the token's, and used for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from carbonseal.findings import Refused
from carbonseal.records.strict import Limits, parse

from .codes import OIDC_KEYS_UNUSABLE

MAX_BYTES = 256 * 1024  # of a document
LIMITS = Limits(MAX_BYTES, max_depth=8, max_values=20_000)
MOST_KEYS = 100
RSA_BITS = range(2048, 8193)  # a larger one would make each look at a token slow
LONGEST_EXPONENT = 8  # characters; as above
PUBLIC = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
CURVES = {("EC", "P-256"): ("ES256",), ("EC", "P-384"): ("ES384",), ("EC", "P-521"): ("ES512",)}
CURVES[("OKP", "Ed25519")] = ("EdDSA",)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """`kid` None: it has no name. `members` are those of the JSON Web Key that are public."""

    kid: str | None
    algorithms: tuple[str, ...]
    members: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of an issuer at one time."""

    keys: tuple[PublicKey, ...]

    def fitting(self, kid: str | None, algorithm: str) -> tuple[PublicKey, ...]:
        """The keys that a token with this header may be signed with. Without a name in it: the one that is for the algorithm,
        if it is one."""
        found = tuple(key for key in self.keys if algorithm in key.algorithms and (kid is None or key.kid == kid))
        return found if kid is not None or len(found) == 1 else ()


def parse_json(raw: bytes, place: str) -> dict[str, Any]:
    """The object that an issuer answered with. Raises Refused (`oidc.keys-unusable`)."""
    try:
        value = parse(raw, LIMITS)
    except Refused as refused:
        raise Refused(OIDC_KEYS_UNUSABLE(place=place, problem=refused.finding.message)) from refused
    if not isinstance(value, dict):
        raise Refused(OIDC_KEYS_UNUSABLE(place=place, problem="it is no JSON object"))
    return value


def parse_keys(raw: bytes, place: str) -> KeySet:
    """The keys in a set that comes from `place`. Raises Refused (`oidc.keys-unusable`)."""
    listed = parse_json(raw, place).get("keys")
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise Refused(OIDC_KEYS_UNUSABLE(place=place, problem=f"it has no list of at most {MOST_KEYS} keys"))
    keys = tuple(_keys(listed))
    if not keys:
        raise Refused(OIDC_KEYS_UNUSABLE(place=place, problem="none of its keys is for signatures"))
    return KeySet(keys)


def _keys(listed: Iterable[Any]) -> Iterable[PublicKey]:
    for one in listed:
        if isinstance(one, dict) and one.get("use", "sig") == "sig" and one.get("key_ops", ["verify"]) == ["verify"]:
            algorithms = tuple(alg for alg in _algorithms(one) if one.get("alg", alg) == alg)
            kid = one.get("kid")
            if algorithms and (kid is None or isinstance(kid, str)):
                members = {name: one[name] for name in PUBLIC[one["kty"]]}
                yield PublicKey(kid, algorithms, {"kty": one["kty"], **members})


def _algorithms(key: Mapping[str, Any]) -> tuple[str, ...]:
    """What a key can be used for, by its kind; nothing where it is not whole."""
    kind = key.get("kty")
    names = PUBLIC.get(kind, ()) if isinstance(kind, str) else ()
    if not names or not all(isinstance(key.get(name), str) for name in names):
        return ()
    if kind == "RSA":
        return RSA if len(key["n"]) * 6 // 8 * 8 in RSA_BITS and len(key["e"]) <= LONGEST_EXPONENT else ()
    return CURVES.get((str(kind), key["crv"]), ())
