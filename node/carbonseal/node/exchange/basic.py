"""HTTP Basic (RFC 7617), the way in which clients send id and secret to a token endpoint (RFC 6749, section 2.3.1). Pure."""

from __future__ import annotations

import base64
import binascii


def encode_basic(name: str, password: str) -> str:
    """The header `Authorization`.

    >>> encode_basic("buyer", "secret")
    'Basic YnV5ZXI6c2VjcmV0'
    """
    return f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"


def decode_basic(header: str) -> tuple[str, str] | None:
    """Name and password of such a header; None where it is none.

    >>> decode_basic("basic YnV5ZXI6c2VjcmV0"), decode_basic("Bearer x")
    (('buyer', 'secret'), None)
    """
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (name, password) if colon else None
