"""What each ledger's balance held when it was last asked, so that `carbonseal status` can tell it at any time. Owns the table
`balances`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import delete, select

from carbonseal.ledger import Balance
from carbonseal.storage.database import Database, insert_rows
from carbonseal.storage.node_tables import BALANCES


@dataclass(frozen=True, slots=True)
class KnownBalance(Balance):
    """A balance, and when it was asked about."""

    asked: float = 0.0

    def format(self, smallest: int) -> str:
        """A decimal number of its unit."""
        return f"{Decimal(smallest).scaleb(-self.decimals).normalize():f}"


class Balances:
    """Balances by ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, ledger: str) -> KnownBalance | None:
        """What was last seen, or None."""
        with self._database.read() as connection:
            row = connection.execute(select(BALANCES).where(BALANCES.c.ledger == ledger)).one_or_none()
        if row is None:
            return None
        return KnownBalance(row.unit, row.decimals, int(row.amount), row.warning, row.empty, row.asked)

    def put(self, ledger: str, balance: Balance, now: float) -> None:
        """Keep what was seen."""
        values = (ledger, balance.unit, balance.decimals, str(balance.amount), balance.warning, balance.empty, now)
        with self._database.write() as connection:
            connection.execute(delete(BALANCES).where(BALANCES.c.ledger == ledger))
            insert_rows(connection, BALANCES, [values])
