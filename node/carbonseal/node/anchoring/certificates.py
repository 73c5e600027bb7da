"""When what signs on each ledger ends (a certificate), as last seen, so that `carbonseal status` can tell it at any time. Owns
the table `certificates`."""

from __future__ import annotations

from sqlalchemy import delete, select

from carbonseal.instants import format_seconds
from carbonseal.storage.database import Database, insert_rows
from carbonseal.storage.node_tables import CERTIFICATES

EARLY = 30 * 86400.0  # seconds before it ends, it is told


class CertificateExpiry:
    """Ends by ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def warning(self, ledger: str, now: float) -> str:
        """What to do before it ends, where that is soon."""
        with self._database.read() as connection:
            expires = connection.scalar(select(CERTIFICATES.c.expires).where(CERTIFICATES.c.ledger == ledger))
        if expires is None or expires - now > EARLY:
            return ""
        verb = "ended" if expires <= now else "ends"
        told = f"the certificate that anchors here {verb} on {format_seconds(expires)}"
        return f"{told}: have it renewed, then start the node anew"

    def put(self, ledger: str, expires: float | None) -> None:
        """Keep what was seen."""
        with self._database.write() as connection:
            connection.execute(delete(CERTIFICATES).where(CERTIFICATES.c.ledger == ledger))
            if expires is not None:
                insert_rows(connection, CERTIFICATES, [(ledger, expires)])
