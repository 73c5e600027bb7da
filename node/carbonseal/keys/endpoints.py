"""Addresses of endpoints without access keys, which may be in the path, in the query, or before the host."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

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


def redirected(address: str, status: int, location: str) -> str:
    """What to say where `address` answers with a redirect that is not followed: a POST would become a GET, or go to a host that
    nobody named. Where it leads is redacted.

    >>> redirected("http://rpc.example/key", 301, "https://rpc.example/key")
    'HTTP 301, a redirect to https://rpc.example, which is not followed: name the address that it leads to'
    """
    try:
        place = redacted(urljoin(address, location))
    except ValueError:
        place = "no address"
    if place == redacted(address):
        place = "another path there"
    return f"HTTP {status}, a redirect to {place}, which is not followed: name the address that it leads to"
