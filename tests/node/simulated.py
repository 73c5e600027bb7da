"""A ledger of our own in one SQLite file: nonces, a pool, blocks, confirmations. It outlives the node's process, honours the
`Ledger` interface, and remembers everything that was ever handed to it.

``sim+file:///path/ledger.db``. Every call of `follow` makes a block. The file beside it, named after a fault, brings that
fault: ``down`` (no call gets through), ``busy`` (every call is put off), ``deaf`` (send takes the transaction and says that it
does not know), ``poor`` (nothing is left to pay with).
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from carbonseal.ledger import (
    Anchor,
    Attempt,
    AttemptStatus,
    Balance,
    Capabilities,
    Evidence,
    Observation,
    OutcomeUnknownError,
    PermanentError,
    Statement,
    TransientError,
    UnreachableError,
)

SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (id TEXT, nonce INTEGER, log BLOB, size INTEGER, root BLOB);
CREATE TABLE IF NOT EXISTS pool (nonce INTEGER PRIMARY KEY, id TEXT, log BLOB, size INTEGER, root BLOB);
CREATE TABLE IF NOT EXISTS chain (nonce INTEGER PRIMARY KEY, id TEXT, log BLOB, size INTEGER, root BLOB, block INTEGER);
CREATE TABLE IF NOT EXISTS height (blocks INTEGER);
"""
CONFIRMATIONS = 2


async def connect(uri: str, options: Mapping[str, str], secret: Callable[[str], bytes]) -> SimulatedLedger:
    return SimulatedLedger(Path(uri.removeprefix("sim+file://")), options.get("called", "sim:1"))


class SimulatedLedger:
    publisher = "sim-publisher"
    capabilities = Capabilities(
        tells_publisher=True,
        refuses_second_root=True,
        knows_latest=True,
        needs_money=False,
        can_be_asked_later=True,
        gives_time=True,
    )
    replace_after: float | None = None
    expires: float | None = None

    def __init__(self, path: Path, name: str = "sim:1") -> None:
        self.name = name
        self.path = path

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        if (self.path.parent / "down").exists():
            raise UnreachableError("the ledger is down")
        if (self.path.parent / "busy").exists():
            raise TransientError("the ledger is busy")
        connection = sqlite3.connect(self.path)
        try:
            connection.executescript(SCHEMA)
            with connection:
                yield connection
        finally:
            connection.close()

    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        same = [attempt.slot for attempt in earlier if attempt.statement == anchor.statement]
        with self._database() as database:
            used = database.execute("SELECT coalesce(max(nonce), -1) FROM chain").fetchone()[0]
            there = _there(database, anchor.statement)
        if there is not None and there != anchor.statement.root:
            raise PermanentError("another root is there", "begin a successor")
        taken = max([used, *(int(attempt.slot) for attempt in earlier)])
        slot = same[-1] if same else str(taken + 1)
        return Attempt(anchor.statement, secrets.token_hex(8), slot, anchor.checkpoint)

    async def send(self, attempt: Attempt) -> bytes:
        statement, nonce = attempt.statement, int(attempt.slot)
        row = (attempt.id, nonce, statement.log_id, statement.size, statement.root)
        with self._database() as database:
            database.execute("INSERT INTO seen VALUES (?, ?, ?, ?, ?)", row)
            if database.execute("SELECT 1 FROM chain WHERE nonce = ?", (nonce,)).fetchone() is None:
                database.execute("INSERT OR REPLACE INTO pool (id, nonce, log, size, root) VALUES (?, ?, ?, ?, ?)", row)
        if (self.path.parent / "deaf").exists():
            raise OutcomeUnknownError("no answer came")
        return b""

    async def follow(self, attempts: Sequence[Attempt]) -> Observation:
        with self._database() as database:
            height = self._mine(database)
            for attempt in attempts:
                found = database.execute("SELECT block FROM chain WHERE id = ?", (attempt.id,)).fetchone()
                if found:
                    final = height - found[0] >= CONFIRMATIONS
                    facts = {"block": found[0], "statement": attempt.statement.encode().hex()}
                    return Observation(AttemptStatus.FINAL if final else AttemptStatus.INCLUDED, attempt.id, facts)
            pooled = database.execute("SELECT 1 FROM pool WHERE id = ?", (attempts[0].id,)).fetchone()
            return Observation(AttemptStatus.PENDING if pooled else AttemptStatus.MISSING, attempts[0].id)

    async def evidence(self, attempt: Attempt, observation: Observation) -> Evidence:
        return Evidence("sim", 1, json.dumps(dict(observation.facts or {})).encode())

    async def latest(self, log: bytes) -> Statement | None:
        with self._database() as database:
            row = database.execute(
                "SELECT size, root FROM chain WHERE log = ? ORDER BY size DESC LIMIT 1", (log,)
            ).fetchone()
        return Statement(log, row[0], row[1]) if row else None

    async def pins(self) -> Mapping[str, str]:
        return {"called": self.name}

    async def balance(self) -> Balance | None:
        poor = (self.path.parent / "poor").exists()
        return Balance("SIM", 2, 0, "nothing left: fund it", empty=True) if poor else None

    async def close(self) -> None:
        pass

    # --- what tests do to it and ask of it -------------------------------------------------------------------------

    def _mine(self, database: sqlite3.Connection) -> int:
        """One block of everything in the pool that is next in line."""
        row = database.execute("SELECT max(blocks) FROM height").fetchone()
        height = (row[0] or 0) + 1
        database.execute("INSERT INTO height VALUES (?)", (height,))
        used = database.execute("SELECT coalesce(max(nonce), -1) FROM chain").fetchone()[0]
        for nonce, *rest in database.execute("SELECT nonce, id, log, size, root FROM pool ORDER BY nonce").fetchall():
            if nonce == used + 1:
                used = nonce
                database.execute("INSERT INTO chain VALUES (?, ?, ?, ?, ?, ?)", (nonce, *rest, height))
                database.execute("DELETE FROM pool WHERE nonce = ?", (nonce,))
        return height

    def reorg(self, *, drop: bool) -> None:
        """Undo every block. What was in them goes back to the pool, or is forgotten."""
        with self._database() as database:
            if not drop:
                database.execute("INSERT INTO pool SELECT nonce, id, log, size, root FROM chain")
            database.execute("DELETE FROM chain")

    def plant(self, statement: Statement) -> None:
        """Hold an anchor that this node did not send."""
        with self._database() as database:
            nonce = database.execute("SELECT coalesce(max(nonce), -1) + 1 FROM chain").fetchone()[0]
            row = (nonce, secrets.token_hex(8), statement.log_id, statement.size, statement.root)
            database.execute("INSERT INTO chain VALUES (?, ?, ?, ?, ?, 0)", row)

    def included(self) -> list[Statement]:
        with self._database() as database:
            rows = database.execute("SELECT log, size, root FROM chain ORDER BY nonce").fetchall()
        return [Statement(*row) for row in rows]

    def nonces(self) -> list[int]:
        """Of everything in the chain, in order."""
        with self._database() as database:
            return [nonce for (nonce,) in database.execute("SELECT nonce FROM chain ORDER BY nonce")]

    def slots(self) -> dict[tuple[bytes, int], set[int]]:
        """By log and size, the nonces of everything that was ever handed over for it."""
        slots: dict[tuple[bytes, int], set[int]] = {}
        with self._database() as database:
            for log, size, nonce in database.execute("SELECT log, size, nonce FROM seen"):
                slots.setdefault((log, size), set()).add(nonce)
        return slots


def _there(database: sqlite3.Connection, statement: Statement) -> bytes | None:
    row = database.execute(
        "SELECT root FROM chain WHERE log = ? AND size = ?", (statement.log_id, statement.size)
    ).fetchone()
    return row[0] if row else None
