"""Certificate expiry: until when the certificate that signs on each ledger is valid, as last seen, for `carbonseal status`.

Owns the table `certificates`.
"""

from __future__ import annotations

from sqlalchemy import delete, select

from carbonseal.instants import format_seconds
from carbonseal.storage.database import Database, insert_rows
from carbonseal.storage.node_tables import CERTIFICATES

EARLY = 30 * 86400.0  # seconds before the expiry from which a warning is given


class CertificateExpiry:
    """Expiry dates, by ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def warning(self, ledger: str, now: float) -> str:
        """What to do about a certificate that expires soon or has expired; "" where there is none. `now` in seconds since 1970."""
        with self._database.read() as connection:
            expires = connection.scalar(select(CERTIFICATES.c.expires).where(CERTIFICATES.c.ledger == ledger))
        if expires is None or expires - now > EARLY:
            return ""
        verb = "expired" if expires <= now else "expires"
        return (
            f"the certificate that signs anchors {verb} on {format_seconds(expires)}: renew it, then restart the node"
        )

    def put(self, ledger: str, expires: float | None) -> None:
        """Store the expiry (seconds since 1970) of a ledger's certificate; None: it has none."""
        with self._database.write() as connection:
            connection.execute(delete(CERTIFICATES).where(CERTIFICATES.c.ledger == ledger))
            if expires is not None:
                insert_rows(connection, CERTIFICATES, [(ledger, expires)])
