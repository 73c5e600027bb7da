"""Addresses of JSON-RPC endpoints, which often carry an access key in their path."""

from __future__ import annotations

from urllib.parse import urlsplit

from carbonseal.findings import Refused
from carbonseal_adapters.ethereum import codes

PORTS = {"http": 80, "https": 443}


def origin(endpoint: str) -> str:
    """Scheme, host and port, in one spelling: what may be shown and stored. Raises `Refused` (ethereum.endpoint-malformed)."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
        host = (parts.hostname or "").removesuffix(".").encode("idna").decode()
    except ValueError:  # UnicodeError among them
        raise Refused(codes.ENDPOINT_MALFORMED()) from None
    if parts.scheme not in PORTS or not host or ("%" in host and ":" not in host):  # %3a and %31: another spelling
        raise Refused(codes.ENDPOINT_MALFORMED())
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in {None, PORTS[parts.scheme]} else f":{port}")
