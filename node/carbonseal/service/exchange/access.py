"""Access of partners: OAuth 2.0 client credentials (RFC 6749, section 4.4) for the principals of a node.

- A client's id is the name of a person or system of the node, its secret one of its tokens; its scope is `exchange`, or
  `read`.
- An access token is a JWT of this process alone (HS256 under a key that is made at the start) and works for `LIFETIME` seconds. It
  names the token that was presented: once that one is revoked or has expired, or the scope is gone, so is the access.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

import jwt
from aiohttp import web
from jwt.types import Options

from carbonseal.findings import Refused
from carbonseal.node.access.access import Access
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.tokens import digest_of
from carbonseal.node.exchange import codes
from carbonseal.node.exchange.basic import decode_basic
from carbonseal.node.exchange.exchange import ASKING

LIFETIME = 900  # seconds
AUDIENCE = "pact"
ALGORITHM = "HS256"
CLAIMS = ["sub", "aud", "exp", "jti"]


class AccessTokens:
    """Gives access tokens, and takes them. Refused logins are counted with those of the node."""

    def __init__(self, access: Access, clock: Callable[[], float]) -> None:
        self._access = access
        self._clock = clock
        self._key = secrets.token_bytes(32)

    def give(self, authorization: str | None) -> str:
        """A token for who comes with this header (HTTP Basic). Raises Refused (`exchange.client-*`)."""
        name, secret = decode_basic(authorization or "") or ("", "")
        try:
            caller = self._access.tokens.admit(secret, int(self._clock()))
            if caller.name != name:
                raise Refused(codes.EXCHANGE_CLIENT_UNKNOWN())
        except Refused as refused:
            self._count(codes.EXCHANGE_CLIENT_UNKNOWN.name)
            raise Refused(codes.EXCHANGE_CLIENT_UNKNOWN()) from refused
        self._check_scope(caller)
        now = int(self._clock())
        digest = digest_of(secret).hex()
        claims = {"sub": caller.name, "aud": AUDIENCE, "iat": now, "exp": now + LIFETIME, "jti": digest}
        return jwt.encode(claims, self._key, ALGORITHM)

    def let_in(self, request: web.Request) -> Caller:
        """Who makes a request. Raises Refused (`exchange.token-*`, `exchange.client-scope`)."""
        values = request.headers.getall("Authorization", [])
        scheme, _, token = values[0].partition(" ") if len(values) == 1 else ("", "", "")
        try:
            if scheme.lower() != "bearer":
                raise Refused(codes.EXCHANGE_TOKEN_UNKNOWN())
            caller = self._caller(token.strip())
        except Refused as refused:
            self._count(refused.finding.code.name)
            raise
        self._check_scope(caller)
        return caller

    def _caller(self, token: str) -> Caller:
        options: Options = {"require": CLAIMS, "verify_exp": False, "verify_iat": False}
        try:
            claims = jwt.decode(token, self._key, [ALGORITHM], options, audience=AUDIENCE)
        except (jwt.PyJWTError, ValueError) as error:  # ValueError: not ASCII
            raise Refused(codes.EXCHANGE_TOKEN_UNKNOWN()) from error
        now = int(self._clock())
        if now >= claims["exp"]:
            raise Refused(codes.EXCHANGE_TOKEN_EXPIRED())
        try:
            return self._access.tokens.admit_digest(bytes.fromhex(claims["jti"]), now)
        except Refused as refused:  # revoked or expired since
            raise Refused(codes.EXCHANGE_TOKEN_UNKNOWN()) from refused

    def _check_scope(self, caller: Caller) -> None:
        if not caller.scopes & ASKING:
            self._count(codes.EXCHANGE_CLIENT_SCOPE.name)
            raise Refused(codes.EXCHANGE_CLIENT_SCOPE(client=caller.name))

    def _count(self, code: str) -> None:
        self._access.tokens.refused[code] += 1
