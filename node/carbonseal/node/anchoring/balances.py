"""What each ledger's purse held when it was last asked, so that `carbonseal status` can tell it at any time. Owns the table
`purses`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Boolean, Column, Float, Integer, String, Table, delete, select

from carbonseal.ledger import Purse
from carbonseal.storage.database import NODE_TABLES, Database, insert_rows

PURSES = Table(
    "purses",
    NODE_TABLES,
    Column("ledger", String, primary_key=True),
    Column("unit", String),
    Column("decimals", Integer),
    Column("balance", String),  # in the smallest unit: more than SQLite's integers hold
    Column("warning", String),
    Column("empty", Boolean),
    Column("asked", Float),  # when, in seconds since 1970
)


@dataclass(frozen=True, slots=True)
class KnownPurse(Purse):
    """A purse, and when it was asked about."""

    asked: float = 0.0

    def amount(self, smallest: int) -> str:
        """A decimal number of its unit."""
        return f"{Decimal(smallest).scaleb(-self.decimals).normalize():f}"


class Purses:
    """Purses by ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, ledger: str) -> KnownPurse | None:
        """What was last seen, or None."""
        with self._database.read() as connection:
            row = connection.execute(select(PURSES).where(PURSES.c.ledger == ledger)).one_or_none()
        if row is None:
            return None
        return KnownPurse(row.unit, row.decimals, int(row.balance), row.warning, row.empty, row.asked)

    def put(self, ledger: str, purse: Purse, now: float) -> None:
        """Keep what was seen."""
        values = (ledger, purse.unit, purse.decimals, str(purse.balance), purse.warning, purse.empty, now)
        with self._database.write() as connection:
            connection.execute(delete(PURSES).where(PURSES.c.ledger == ledger))
            insert_rows(connection, PURSES, [values])
