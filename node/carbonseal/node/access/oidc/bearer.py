"""Bearer tokens of an issuer (JWT, RFC 7519, as RFC 9068 and OpenID Connect have them): whose they are. Pure.

A token is refused unless, in this order:

1. it is three parts in base64url, of at most `MAX_TOKEN` characters, whose first two are JSON objects without a name twice;
2. its header's `alg` is one that `[oidc]` allows, all of which are signatures; there is no `crit`; its `typ` is that of an access
   token, or none. What else the header says (`jwk`, `jku`, `x5u`, `x5c`) is not looked at;
3. a key of the issuer that is for this algorithm verifies it;
4. `iss` is the issuer; `aud` is the audience, or a list with it; it is no ID token, and none of another kind;
5. `exp`, which it has to have, is not over; `nbf` and `iat` are; with `LEEWAY`.

Claims about what somebody may do are not looked at: the node's own entry has tenant and scopes.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from carbonseal.findings import Refused
from carbonseal.instants import format_seconds
from carbonseal.records.strict import Limits, parse

from . import codes
from .config import OidcConfig
from .key_sets import PublicKey

MAX_TOKEN = 8192  # characters: what aiohttp takes as one header field
MAX_SUBJECT = 255  # characters (OpenID Connect Core 1.0, section 2)
MAX_KID = 256
LEEWAY = 30  # seconds between this node's clock and the issuer's
LATEST = 253_402_300_799  # the end of the year 9999
LIMITS = Limits(MAX_TOKEN, max_depth=16, max_values=1000)
FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", re.ASCII)
TYPES = ("at+jwt", "jwt")  # lower case, without application/; an access token of RFC 9068, and what older issuers write
OF_ID_TOKENS = ("at_hash", "c_hash", "s_hash")  # OpenID Connect Core 1.0, sections 3.1.3.6 and 3.3.2.11; FAPI


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is for an issuer (OpenID Connect Core 1.0, section 2): the subject is the issuer's to choose, and never used
    again for another."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class Header:
    """What of a token's header counts."""

    algorithm: str
    kid: str | None


def is_jwt(secret: str) -> bool:
    """Whether a bearer token has the form of a JWT, which no token of this node's has."""
    return secret.count(".") == 2


def read_header(token: str, settings: OidcConfig) -> Header:
    """The header of a token, which is not verified yet. Raises Refused (``oidc.*``)."""
    if len(token) > MAX_TOKEN:
        raise _malformed(f"it has more than {MAX_TOKEN} characters")
    if not FORM.fullmatch(token):
        raise _malformed("it is not three parts in base64url")
    header = _object(token.split(".", maxsplit=1)[0], "header")
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if algorithm not in settings.algorithms:
        found = algorithm[:20] if isinstance(algorithm, str) else "nothing"
        raise Refused(codes.OIDC_ALGORITHM(algorithm=found, allowed=", ".join(settings.algorithms)))
    if "crit" in header:
        raise _malformed("its header has crit, and nothing that it may demand is known here")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in TYPES:
        raise _malformed("its typ is not that of an access token (at+jwt, JWT)")
    if kid is not None and (not isinstance(kid, str) or len(kid) > MAX_KID):
        raise _malformed("its kid is no text of a sensible length")
    return Header(algorithm, kid)


def identify(token: str, header: Header, keys: Iterable[PublicKey], settings: OidcConfig, now: int) -> Identity:
    """Whose token this is: its signature is verified, and what it says. Raises Refused (``oidc.*``)."""
    if not any(_verifies(token, header, key) for key in keys):
        raise Refused(codes.OIDC_SIGNATURE())
    claims = _object(token.split(".")[1], "payload")
    _check_recipient(claims, settings)
    _check_times(claims, now)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT or not subject.isprintable():
        raise _malformed(f"its sub is no text of 1 to {MAX_SUBJECT} characters")
    return Identity(settings.issuer, subject)


def _verifies(token: str, header: Header, key: PublicKey) -> bool:
    try:
        public = jwt.PyJWK({**key.members}, algorithm=header.algorithm)
        jwt.PyJWS().decode_complete(token, public, [header.algorithm])
    except (jwt.PyJWTError, ValueError):
        return False
    return True


def _check_recipient(claims: Mapping[str, Any], settings: OidcConfig) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != settings.issuer:
        raise Refused(codes.OIDC_NOT_FOR_HERE(problem="it has another issuer"))
    if settings.audience not in audiences:
        raise Refused(codes.OIDC_NOT_FOR_HERE(problem="it has another audience"))
    kind = claims.get("typ", "Bearer")  # of Keycloak
    if any(name in claims for name in OF_ID_TOKENS) or not isinstance(kind, str) or kind.lower() != "bearer":
        raise Refused(codes.OIDC_NOT_FOR_HERE(problem="it is an ID token, or one of another kind, and no access token"))


def _check_times(claims: Mapping[str, Any], now: int) -> None:
    expires = _time(claims, "exp", None)
    if now >= expires + LEEWAY:
        raise Refused(codes.OIDC_EXPIRED(expired=format_seconds(int(expires))))
    for name in ("nbf", "iat"):
        begin = _time(claims, name, 0)
        if begin > now + LEEWAY:
            raise Refused(codes.OIDC_NOT_YET(begin=format_seconds(int(begin))))


def _time(claims: Mapping[str, Any], name: str, missing: int | None) -> float:
    """A NumericDate (RFC 7519, section 2)."""
    value = claims.get(name, missing)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _malformed(f"its {name} is not a time")
    if not 0 <= value <= LATEST:
        raise _malformed(f"its {name} is not a time that there is")
    return value


def _object(part: str, what: str) -> dict[str, Any]:
    try:
        value = parse(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)), LIMITS)
    except (binascii.Error, Refused) as error:
        raise _malformed(f"its {what} is not JSON in base64url") from error
    if not isinstance(value, dict):
        raise _malformed(f"its {what} is no JSON object")
    return value


def _malformed(problem: str) -> Refused:
    return Refused(codes.OIDC_MALFORMED(problem=problem))
