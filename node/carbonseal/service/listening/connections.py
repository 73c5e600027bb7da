"""Connections of a listener: so many in total, and so many of one address. Whoever opens all that it can leaves others theirs.

Those beyond are closed at once, without an answer. Of IPv6, an address is the first 64 bits: who has one has all that begin so.
"""

from __future__ import annotations

import ipaddress
import logging
from collections import Counter

LOG = logging.getLogger(__name__)
TOTAL, EACH = 4096, 512
_SITE = 64  # bits of an IPv6 address


class Connections:
    """`most` connections at one time, of which one address has `each`. 0: `each` has no bound, for where a proxy has all."""

    def __init__(self, most: int = TOTAL, each: int = EACH) -> None:
        self._most = most
        self._each = each or most
        self._open: Counter[str] = Counter()
        self._count = 0
        self._told: set[str] = set()  # addresses of which a connection was refused since they had none

    @property
    def count(self) -> int:
        """How many are open."""
        return self._count

    def enter(self, address: str) -> bool:
        """Count one of this address, or say that there is no room for it."""
        where = _site(address)
        if self._count >= self._most or self._open[where] >= self._each:
            if where not in self._told and self._open[where]:
                self._told.add(where)
                LOG.warning("connections refused: address=%s its=%d all=%d", where, self._open[where], self._count)
            self._open += Counter()  # forgets who has none
            return False
        self._open[where] += 1
        self._count += 1
        return True

    def leave(self, address: str) -> None:
        """One of this address, which entered, is closed."""
        where = _site(address)
        self._count -= 1
        self._open[where] -= 1
        if not self._open[where]:
            del self._open[where]
            self._told.discard(where)


def _site(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:  # a socket of this machine has none
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), _SITE), strict=False))
