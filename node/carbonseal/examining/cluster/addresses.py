"""Addresses of schedulers, and the certificates that they are spoken to with.

- Pickles run code, so a scheduler is reached over TLS with certificates on both sides (``tls://``), or on this machine alone
  (``tcp://127.0.0.1:8786``).
- Where certificates are says dask's own configuration, `distributed.comm.tls`: the file or the environment that scheduler and
  workers read, too.

Private.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import dask.config
from distributed.security import Security

from carbonseal.examining.cluster.codes import CLUSTER_ADDRESS, CLUSTER_NO_CERTIFICATES, CLUSTER_NOT_ENCRYPTED
from carbonseal.findings import Refused

TLS = "distributed.comm.tls"
NEEDED = ("ca-file", "client.cert", "client.key")


def check_address(address: str) -> None:
    """Raise Refused unless `address` is one that work may be sent to: `cluster.address`, `cluster.not-encrypted`."""
    try:
        parts = urlsplit(address)
        is_whole = bool(parts.hostname and parts.port) and "@" not in parts.netloc
    except ValueError:  # of a port, or of brackets
        is_whole = False
    # dask reads an address by other rules: nothing else may be in it
    if not is_whole or parts.scheme not in ("tls", "tcp") or address != f"{parts.scheme}://{parts.netloc}":
        raise Refused(CLUSTER_ADDRESS(address=address))
    if parts.scheme == "tcp" and not _is_loopback(parts.hostname or ""):
        raise Refused(CLUSTER_NOT_ENCRYPTED(address=address))


def security_for(address: str) -> Security:
    """How the client shows itself to the scheduler, and what it demands of it. Raises Refused (`cluster.no-certificates`)."""
    if not address.startswith("tls:"):
        return Security(require_encryption=False)
    missing = [f"{TLS}.{name}" for name in NEEDED if not dask.config.get(f"{TLS}.{name}", None)]
    if missing:
        raise Refused(CLUSTER_NO_CERTIFICATES(address=address, missing=", ".join(missing)))
    return Security(require_encryption=True)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
