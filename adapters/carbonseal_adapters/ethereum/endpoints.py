"""Addresses of JSON-RPC endpoints, which often carry an access key in their path."""

from __future__ import annotations

from urllib.parse import urlsplit

from carbonseal.findings import Refused
from carbonseal_adapters.ethereum import codes


def origin(endpoint: str) -> str:
    """Scheme, host and port: what may be shown and stored. Raises `Refused` (ethereum.endpoint-malformed)."""
    parts = urlsplit(endpoint)
    try:
        port = parts.port
    except ValueError:
        raise Refused(codes.ENDPOINT_MALFORMED()) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Refused(codes.ENDPOINT_MALFORMED())
    return f"{parts.scheme}://{parts.hostname}" + (f":{port}" if port else "")
