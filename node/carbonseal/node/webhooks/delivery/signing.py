"""Signatures of messages: Standard Webhooks 1.0.0, symmetric (HMAC-SHA-256). Pure, but for `new_secret`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable

SECRET_PREFIX = "whsec_"  # noqa: S105 - what a secret begins with
SECRET_BYTES = 32
SHORTEST, LONGEST = 24, 64  # bytes of a secret (Standard Webhooks, "Signature scheme")


def new_secret() -> str:
    """A random secret, as receivers' libraries take it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def decode_secret(text: str) -> bytes | None:
    """The key (24 to 64 bytes) of a secret as text; None where it is none."""
    try:
        key = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if text.startswith(SECRET_PREFIX) and SHORTEST <= len(key) <= LONGEST else None


def signed_headers(id: str, now: int, body: bytes, keys: Iterable[bytes]) -> dict[str, str]:
    """The headers of a message that is sent `now` (seconds since 1970), with a signature by each key."""
    signed = f"{id}.{now}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(now),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
