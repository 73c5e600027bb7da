"""Addresses of nodes, and how a client knows that it speaks to the node: a scheme, a host, and a certificate that is trusted."""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from carbonseal.findings import Refused
from carbonseal.inputs.regular_files import check_regular
from carbonseal.node.listen_config import Address
from carbonseal.service import codes


def check_url(url: str) -> str:
    """The address of a node: ``https://node.example.org``, perhaps with a path before its routes. Raises Refused
    (`client.malformed-address`): it holds no password and no query, and is never repeated with one."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise Refused(codes.MALFORMED_ADDRESS()) from None
    if not good or parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise Refused(codes.MALFORMED_ADDRESS())
    return url


def refuse_clear(url: str) -> None:
    """Raise Refused (`client.token-in-clear`) where a token would travel over a network that others may read."""
    parts = urlsplit(url)
    if parts.scheme == "http" and not Address(parts.hostname or "", 0).is_loopback:
        raise Refused(codes.TOKEN_IN_CLEAR(url=url))


def tls_to(pin: bytes, authorities: Path | None) -> ssl.SSLContext | aiohttp.Fingerprint | bool:
    """What a node's certificate is compared with: the SHA-256 `pin`, or this machine's authorities and those in a file of PEM.
    Raises Refused (`client.authorities-unusable`)."""
    if pin:
        return aiohttp.Fingerprint(pin)
    if authorities is None:
        return True
    try:
        check_regular(authorities)
        context = ssl.create_default_context()
        context.load_verify_locations(cafile=authorities)
    except (OSError, ValueError) as error:
        raise Refused(codes.AUTHORITIES_UNUSABLE(path=authorities, reason=error)) from error
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # the node's own certificate is enough
    return context
