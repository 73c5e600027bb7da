"""An OpenID Connect issuer: its keys, the tokens that it signs, and what it answers over HTTP."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import get_default_algorithms

NOW = 1_800_000_000
AUDIENCE, SUBJECT = "carbonseal", "248289761001"


def key_for(algorithm: str, which: int = 0) -> Any:
    """A signing key, made once."""
    return _key(algorithm, which)


@cache
def _key(algorithm: str, _which: int) -> Any:
    match algorithm[:2], algorithm:
        case (("RS" | "PS"), _):
            return rsa.generate_private_key(65537, 2048)
        case _, "ES384":
            return ec.generate_private_key(ec.SECP384R1())
        case "ES", _:
            return ec.generate_private_key(ec.SECP256R1())
        case _:
            return Ed25519PrivateKey.generate()


def jwk(kid: str | None, algorithm: str, which: int = 0, **more: Any) -> dict[str, Any]:
    """The public key as a JSON Web Key."""
    members = get_default_algorithms()[algorithm].to_jwk(key_for(algorithm, which).public_key(), as_dict=True)
    return {**members, **({} if kid is None else {"kid": kid}), **more}


def claims(issuer: str, **more: Any) -> dict[str, Any]:
    """What a good token says; None takes a claim out."""
    said = {"iss": issuer, "aud": AUDIENCE, "sub": SUBJECT, "iat": NOW - 10, "exp": NOW + 300, **more}
    return {name: value for name, value in said.items() if value is not None}


def signed(said: dict[str, Any], algorithm: str = "ES256", which: int = 0, **header: Any) -> str:
    """A token with these claims."""
    return jwt.encode(said, key_for(algorithm, which), algorithm, {"kid": algorithm, "typ": "at+jwt", **header})


def part(value: object) -> str:
    """One part of a token, made by hand."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class IssuerServer:
    """What an issuer answers; a test changes it. `asked` counts requests by path."""

    keys: list[dict[str, Any]]
    url: str = ""
    discovery: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        """The discovery document, or the keys."""
        self.asked.append(request.path)
        told: dict[str, Any] = {"keys": self.keys}
        if request.path == "/.well-known/openid-configuration":
            told = {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **self.discovery}
        headers = {"Location": f"{self.url}/elsewhere"} if self.status == 302 else {}
        return web.json_response(told, status=self.status, headers=headers)


@asynccontextmanager
async def answering(server: IssuerServer, tls: ssl.SSLContext | None = None) -> AsyncIterator[IssuerServer]:
    """The issuer, at an address of this machine."""
    app = web.Application()
    app.router.add_get("/{path:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "localhost", 0, ssl_context=tls).start()
        server.url = f"{'https' if tls else 'http'}://localhost:{runner.addresses[0][1]}"
        yield server
    finally:
        await runner.cleanup()
