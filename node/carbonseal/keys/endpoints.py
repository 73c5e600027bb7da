"""Addresses of endpoints, which often carry an access key: in their path, in their query, or before the host."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,31}(?=://)")


def origin(address: str) -> str:
    """Scheme, host and port, in one spelling: what may be stored. Raises ValueError where `address` is none."""
    parts = urlsplit(address)
    port = parts.port
    host = (parts.hostname or "").removesuffix(".").encode("idna").decode()
    if not parts.scheme or not host or ("%" in host and ":" not in host):  # %3a and %31: another spelling
        raise ValueError("an address is scheme://host")
    shown = f"[{host}]" if ":" in host else host
    usual = PORTS.get(parts.scheme.rpartition("+")[2])
    return f"{parts.scheme}://{shown}" + ("" if port in {None, usual} else f":{port}")


def redacted(address: str) -> str:
    """What of an address may be shown, in a message or in a node's state: its origin, or its scheme where it has none."""
    try:
        return origin(address)
    except ValueError:  # UnicodeError among them
        scheme = _SCHEME.match(address)
        return f"{scheme[0]}://…" if scheme else "…"
