"""Addresses of JSON-RPC endpoints, which often carry an access key in their path."""

from __future__ import annotations

from urllib.parse import urljoin

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


def redirected(endpoint: str, status: int, location: str) -> str:
    """What to say of an endpoint that answers with a redirect, which nobody follows: a POST would become a GET, or go to a
    host that nobody named. Where it leads is said without what may be an access key."""
    try:
        place = endpoints.redacted(urljoin(endpoint, location))
    except ValueError:
        place = "no address"
    if place == endpoints.redacted(endpoint):
        place = "another path there"
    return f"HTTP {status}, a redirect to {place}, which is not followed: name the address that it leads to"
