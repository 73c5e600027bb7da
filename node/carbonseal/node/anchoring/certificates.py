"""When what signs on each ledger ends (a certificate), as last seen, so that `carbonseal status` can tell it at any time. Owns
the table `endings`."""

from __future__ import annotations

from sqlalchemy import Column, Float, String, Table, delete, select

from carbonseal.instants import format_seconds
from carbonseal.storage.database import NODE_TABLES, Database, insert_rows

ENDINGS = Table(
    "endings",
    NODE_TABLES,
    Column("ledger", String, primary_key=True),
    Column("ends", Float),  # in seconds since 1970
)

EARLY = 30 * 86400.0  # seconds before it ends, it is told


class Endings:
    """Ends by ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def warning(self, ledger: str, now: float) -> str:
        """What to do before it ends, where that is soon."""
        with self._database.read() as connection:
            ends = connection.scalar(select(ENDINGS.c.ends).where(ENDINGS.c.ledger == ledger))
        if ends is None or ends - now > EARLY:
            return ""
        verb = "ended" if ends <= now else "ends"
        told = f"the certificate that anchors here {verb} on {format_seconds(ends)}"
        return f"{told}: have it renewed, then start the node anew"

    def put(self, ledger: str, ends: float | None) -> None:
        """Keep what was seen."""
        with self._database.write() as connection:
            connection.execute(delete(ENDINGS).where(ENDINGS.c.ledger == ledger))
            if ends is not None:
                insert_rows(connection, ENDINGS, [(ledger, ends)])
