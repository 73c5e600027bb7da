"""Balances: the last known balance of each ledger, for `carbonseal status`. Owns the table `balances`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import delete, select

from carbonseal.ledger import Balance
from carbonseal.storage.database import Database, insert_rows
from carbonseal.storage.node_tables import BALANCES


@dataclass(frozen=True, slots=True)
class KnownBalance(Balance):
    """A balance, and when it was queried (seconds since 1970)."""

    asked: float = 0.0

    def format(self, smallest: int) -> str:
        """An amount of the `smallest` unit as a decimal number of `unit`, in text."""
        return f"{Decimal(smallest).scaleb(-self.decimals).normalize():f}"


class Balances:
    """Balances by ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, ledger: str) -> KnownBalance | None:
        """The last known balance, or None."""
        with self._database.read() as connection:
            row = connection.execute(select(BALANCES).where(BALANCES.c.ledger == ledger)).one_or_none()
        if row is None:
            return None
        return KnownBalance(row.unit, row.decimals, int(row.amount), row.warning, row.empty, row.asked)

    def put(self, ledger: str, balance: Balance, now: float) -> None:
        """Store a balance. `now` in seconds since 1970."""
        values = (ledger, balance.unit, balance.decimals, str(balance.amount), balance.warning, balance.empty, now)
        with self._database.write() as connection:
            connection.execute(delete(BALANCES).where(BALANCES.c.ledger == ledger))
            insert_rows(connection, BALANCES, [values])
