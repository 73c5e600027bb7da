"""A ledger of our own in one SQLite file: accounts with nonces, a pool, blocks, confirmations. It outlives the node's process,
honours the `Ledger` interface as the conformance kit tests it, and remembers everything that was ever handed to it.

``sim+file:///path/ledger.db``. Every call of `follow` makes a block. The file beside it, named after a fault, brings that
fault: see `FAULTS`. Evidence is the block that holds the anchor; `SimulatedVerifier` checks it.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
from tests.conformance.memory import Block, MemoryVerifier

SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (publisher TEXT, nonce INTEGER, id TEXT, log BLOB, size INTEGER, root BLOB);
CREATE TABLE IF NOT EXISTS pool (publisher TEXT, nonce INTEGER, id TEXT, log BLOB, size INTEGER, root BLOB,
    PRIMARY KEY (publisher, nonce));
CREATE TABLE IF NOT EXISTS chain (publisher TEXT, nonce INTEGER, id TEXT, log BLOB, size INTEGER, root BLOB,
    block INTEGER, failed INTEGER, PRIMARY KEY (publisher, nonce));
CREATE TABLE IF NOT EXISTS blocks (number INTEGER PRIMARY KEY, hash TEXT, data BLOB);
"""
CONFIRMATIONS = 2
FAULTS: Mapping[str, str] = {
    "down": "no call gets through",
    "busy": "every call is put off",
    "deaf": "send takes the transaction and says that it does not know",
    "poor": "nothing is left to pay with",
    "stalled": "blocks are empty",
    "reverting": "what is written is written as a failure, and uses up its nonce",
    "unproved": "there is no evidence to be had",
    "barred": "prepare raises a permanent error",
    "defective": "follow raises a permanent error, which it must not",
}


class SimulatedVerifier(MemoryVerifier):
    """Evidence is a whole block; the trust names its hash."""

    scheme = "sim"


async def connect(uri: str, options: Mapping[str, str], secret: Callable[[str], bytes]) -> SimulatedLedger:
    return SimulatedLedger(Path(uri.removeprefix("sim+file://")), options.get("called", "sim:1"))


class SimulatedLedger:
    """One account on the ledger in the file at `path`."""

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
    irreversible = CONFIRMATIONS  # from so many confirmations on, `reorg` has to leave a block

    def __init__(self, path: Path, name: str = "sim:1", publisher: str | None = None) -> None:
        self.name = name
        self.path = path
        self.publisher = publisher or self.publisher

    def _has(self, fault: str) -> bool:
        return (self.path.parent / fault).exists()

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        if self._has("down"):
            raise UnreachableError("the ledger is down")
        if self._has("busy"):
            raise TransientError("the ledger is busy")
        with self._file() as connection:
            yield connection

    @contextmanager
    def _file(self) -> Iterator[sqlite3.Connection]:
        """What a test reads and changes, whatever the faults."""
        connection = sqlite3.connect(self.path)
        try:
            connection.execute("PRAGMA synchronous = OFF")
            connection.executescript(SCHEMA)
            with connection:
                yield connection
        finally:
            connection.close()

    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        same = [attempt for attempt in earlier if attempt.statement == anchor.statement]
        with self._database() as database:
            if self._has("barred"):
                raise PermanentError("the account is barred", "ask for it back")
            used = self._used(database)
            there = self._root(database, anchor.statement)
            if there is not None and there != anchor.statement.root:
                raise PermanentError("another root is there", "begin a successor")
            lost = bool(same) and self._is_lost(database, same[-1])
            if lost and not self._is_burnt(database, int(same[-1].slot)):
                return same[-1]  # a reorg may still write it: nothing better can be offered
        taken = max([used, *(int(attempt.slot) for attempt in earlier)])
        slot = same[-1].slot if same and not lost else str(taken + 1)
        return Attempt(anchor.statement, secrets.token_hex(8), slot, anchor.checkpoint)

    async def send(self, attempt: Attempt) -> bytes:
        statement, nonce = attempt.statement, int(attempt.slot)
        row = (self.publisher, nonce, attempt.id, statement.log_id, statement.size, statement.root)
        with self._database() as database:
            database.execute("INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?)", row)
            if self._at(database, nonce) is None:
                database.execute("INSERT OR REPLACE INTO pool VALUES (?, ?, ?, ?, ?, ?)", row)
        if self._has("deaf"):
            raise OutcomeUnknownError("no answer came")
        return b""

    async def follow(self, attempts: Sequence[Attempt], _proved: Mapping[str, Any] | None = None, /) -> Observation:
        newest = attempts[0]
        with self._database() as database:
            if self._has("defective"):
                raise PermanentError("a defect", "repair the adapter")
            height = self._mine(database)
            for attempt in attempts:
                written = self._at(database, int(attempt.slot))
                if written is None or written[0] != attempt.id or written[2]:
                    continue
                number, confirmations = written[1], height - written[1]
                (block,) = database.execute("SELECT hash FROM blocks WHERE number = ?", (number,)).fetchone()
                status = AttemptStatus.FINAL if confirmations >= CONFIRMATIONS else AttemptStatus.INCLUDED
                facts = {"number": number, "hash": block}
                return Observation(status, attempt.id, facts, irreversible=confirmations >= self.irreversible)
            if self._is_lost(database, newest):
                burnt = self._is_burnt(database, int(newest.slot))
                status = AttemptStatus.REFUSED if burnt else AttemptStatus.PENDING
                return Observation(status, newest.id, reason="it failed, or its nonce was used")
            pooled = database.execute("SELECT 1 FROM pool WHERE id = ?", (newest.id,)).fetchone()
            return Observation(AttemptStatus.PENDING if pooled else AttemptStatus.MISSING, newest.id)

    async def evidence(self, attempt: Attempt, observation: Observation) -> Evidence:
        facts = observation.facts or {}
        with self._database() as database:
            row = database.execute(
                "SELECT data FROM blocks WHERE number = ? AND hash = ?", (facts.get("number"), facts.get("hash"))
            ).fetchone()
        if row is None or self._has("unproved"):
            raise TransientError("there is no evidence to be had")
        return Evidence("sim", 1, row[0])

    async def latest(self, log: bytes) -> Statement | None:
        with self._database() as database:
            row = database.execute(
                "SELECT size, root FROM chain WHERE publisher = ? AND log = ? AND NOT failed ORDER BY size DESC LIMIT 1",
                (self.publisher, log),
            ).fetchone()
        return Statement(log, row[0], row[1]) if row else None

    async def pins(self) -> Mapping[str, str]:
        return {"publisher": self.publisher}

    async def balance(self) -> Balance | None:
        if self._has("poor"):
            return Balance("SIM", 2, 0, "nothing left: fund it", empty=True)
        return None

    async def close(self) -> None:
        pass

    # --- the chain -------------------------------------------------------------------------------------------------

    def _used(self, database: sqlite3.Connection) -> int:
        """The largest nonce of this account in the chain; -1 where there is none."""
        row = database.execute("SELECT coalesce(max(nonce), -1) FROM chain WHERE publisher = ?", (self.publisher,))
        largest: int = row.fetchone()[0]
        return largest

    def _at(self, database: sqlite3.Connection, nonce: int) -> tuple[str, int, bool] | None:
        """What has used a nonce of this account: its id, its block, and whether it failed."""
        found: tuple[str, int, bool] | None = database.execute(
            "SELECT id, block, failed FROM chain WHERE publisher = ? AND nonce = ?", (self.publisher, nonce)
        ).fetchone()
        return found

    def _root(self, database: sqlite3.Connection, statement: Statement) -> bytes | None:
        row = database.execute(
            "SELECT root FROM chain WHERE publisher = ? AND log = ? AND size = ? AND NOT failed",
            (self.publisher, statement.log_id, statement.size),
        ).fetchone()
        return row[0] if row else None

    def _is_lost(self, database: sqlite3.Connection, attempt: Attempt) -> bool:
        """Whether its nonce was used by a failure, or by what writes another statement."""
        statement = attempt.statement
        row = database.execute(
            "SELECT failed OR log != ? OR size != ? FROM chain WHERE publisher = ? AND nonce = ?",
            (statement.log_id, statement.size, self.publisher, int(attempt.slot)),
        ).fetchone()
        return bool(row and row[0])

    def _is_burnt(self, database: sqlite3.Connection, nonce: int) -> bool:
        """Whether a nonce was used, and no reorg gives it back."""
        written = self._at(database, nonce)
        return written is not None and _height(database) - written[1] >= self.irreversible

    def _mine(self, database: sqlite3.Connection) -> int:
        """One block of everything in the pool that is next in line."""
        block = Block(_height(database) + 1, _tip(database), [])
        pooled = database.execute("SELECT * FROM pool ORDER BY publisher, nonce").fetchall()
        used: dict[str, int] = dict(database.execute("SELECT publisher, max(nonce) FROM chain GROUP BY publisher"))
        failed = self._has("reverting")
        for row in [] if self._has("stalled") else pooled:
            publisher, nonce, _, log, size, root = row
            if nonce == used.get(publisher, -1) + 1:
                used[publisher] = nonce
                database.execute("INSERT INTO chain VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, block.number, failed))
                database.execute("DELETE FROM pool WHERE publisher = ? AND nonce = ?", (publisher, nonce))
                if not failed:
                    block.entries.append((publisher, Statement(log, size, root).encode().hex()))
        _append(database, block)
        return block.number

    # --- what tests do to it and ask of it -------------------------------------------------------------------------

    def mine(self) -> None:
        """Make a block."""
        with self._file() as database:
            self._mine(database)

    def reorg(self, *, drop: bool, depth: int | None = None) -> list[Statement]:
        """Replace the newest `depth` blocks (all without) by empty ones. What was in them goes back to the pool, or is forgotten.
        Gives what was written in them."""
        with self._file() as database:
            height = _height(database)
            base = -1 if depth is None else height - depth
            undone = database.execute("SELECT * FROM chain WHERE block > ? ORDER BY nonce", (base,)).fetchall()
            if not drop:
                database.executemany(
                    "INSERT OR IGNORE INTO pool VALUES (?, ?, ?, ?, ?, ?)", [row[:6] for row in undone]
                )
            database.execute("DELETE FROM chain WHERE block > ?", (base,))
            database.execute("DELETE FROM blocks WHERE number > ?", (base,))
            for number in range(max(base, 0) + 1, height + 1):
                _append(database, Block(number, _tip(database), []))
        return [Statement(*row[3:6]) for row in undone if not row[7]]

    def plant(self, statement: Statement) -> None:
        """Hold an anchor that this node did not send."""
        with self._file() as database:
            row = (secrets.token_hex(8), statement.log_id, statement.size, statement.root)
            database.execute(
                "INSERT INTO chain VALUES (?, ?, ?, ?, ?, ?, 0, 0)", (self.publisher, self._used(database) + 1, *row)
            )

    def included(self) -> list[Statement]:
        """Everything that is written in the chain, and did not fail, in order."""
        with self._file() as database:
            rows = database.execute("SELECT log, size, root FROM chain WHERE NOT failed ORDER BY nonce").fetchall()
        return [Statement(*row) for row in rows]

    def nonces(self) -> list[int]:
        """Of everything in the chain, in order."""
        with self._file() as database:
            return [nonce for (nonce,) in database.execute("SELECT nonce FROM chain ORDER BY nonce")]

    def slots(self) -> dict[tuple[bytes, int], set[int]]:
        """By log and size, the nonces of everything that was ever handed over for it."""
        slots: dict[tuple[bytes, int], set[int]] = {}
        with self._file() as database:
            for log, size, nonce in database.execute("SELECT log, size, nonce FROM seen"):
                slots.setdefault((log, size), set()).add(nonce)
        return slots

    def can_be_written(self, statement: Statement) -> set[int]:
        """The nonces under which what was handed over for a statement is written, or still could be."""
        with self._file() as database:
            rows = database.execute(
                "SELECT nonce, id FROM seen WHERE log = ? AND size = ?", (statement.log_id, statement.size)
            )
            attempts = [Attempt(statement, id_, str(nonce), b"") for nonce, id_ in rows.fetchall()]
            return {
                int(attempt.slot)
                for attempt in attempts
                if not (self._is_lost(database, attempt) and self._is_burnt(database, int(attempt.slot)))
            }

    def blocks(self) -> list[tuple[int, str]]:
        """The number and the hash of every block."""
        with self._file() as database:
            return database.execute("SELECT number, hash FROM blocks ORDER BY number").fetchall()


def _height(database: sqlite3.Connection) -> int:
    height: int = database.execute("SELECT coalesce(max(number), 0) FROM blocks").fetchone()[0]
    return height


def _tip(database: sqlite3.Connection) -> str:
    """The hash of the newest block."""
    row = database.execute("SELECT hash FROM blocks ORDER BY number DESC LIMIT 1").fetchone()
    return row[0] if row else ""


def _append(database: sqlite3.Connection, block: Block) -> None:
    database.execute("INSERT INTO blocks VALUES (?, ?, ?)", (block.number, block.hash, block.encode()))
