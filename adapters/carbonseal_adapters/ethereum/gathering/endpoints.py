"""Addresses of JSON-RPC endpoints, which often carry an access key in their path."""

from __future__ import annotations

from carbonseal.findings import Refused
from carbonseal.keys import endpoints
from carbonseal_adapters.ethereum.checking import codes


def origin(endpoint: str) -> str:
    """Scheme, host and port, in one spelling, without what may be an access key. Raises `Refused` (ethereum.endpoint-malformed)."""
    try:
        found = endpoints.origin(endpoint)
    except ValueError:  # UnicodeError among them
        raise Refused(codes.ENDPOINT_MALFORMED()) from None
    if found.partition("://")[0] not in endpoints.PORTS:
        raise Refused(codes.ENDPOINT_MALFORMED())
    return found
