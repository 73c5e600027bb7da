"""Addresses of endpoints without access keys, which may be in the path, in the query, or before the host."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,31}(?=://)")


def origin(address: str) -> str:
    """Scheme, host and port of `address`, in one spelling: the part that may be stored and printed. Raises ValueError where
    `address` is not scheme://host.

    >>> origin("https://RPC.example.:443/v3/access-key")
    'https://rpc.example'
    """
    parts = urlsplit(address)
    port = parts.port
    host = (parts.hostname or "").removesuffix(".").encode("idna").decode()
    if (
        not parts.scheme or not host or ("%" in host and ":" not in host)
    ):  # such as %3a and %31: another spelling of a host
        raise ValueError("an address is scheme://host")
    bracketed = f"[{host}]" if ":" in host else host
    usual = PORTS.get(parts.scheme.rpartition("+")[2])
    return f"{parts.scheme}://{bracketed}" + ("" if port in {None, usual} else f":{port}")


def redacted(address: str) -> str:
    """The part of `address` that may be printed: its origin, or only its scheme where it has no valid origin. Never raises.

    >>> redacted("https://user:word@rpc.example/key?k=1")
    'https://rpc.example'
    """
    try:
        return origin(address)
    except ValueError:  # UnicodeError among them
        scheme = _SCHEME.match(address)
        return f"{scheme[0]}://…" if scheme else "…"
