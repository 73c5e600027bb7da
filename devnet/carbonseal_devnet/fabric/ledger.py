"""Ledger of one node on disk: blocks, an index of transactions, and the state with its history.

The state keeps every version of every key, so that simulations read it as it was at one height, without locks.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabric_protos.common import common_pb2

from carbonseal_devnet.fabric.wire import FILTER, SIGNATURES, Update, Version, header_hash

SCHEMA = """
create table if not exists blocks (number integer primary key, hash blob unique, raw blob not null);
create table if not exists transactions (id text primary key, block integer not null, position integer not null);
create table if not exists state (
    namespace text, key blob, block integer, position integer, value blob, primary key (namespace, key, block)
) without rowid;
"""


@dataclass(frozen=True, slots=True)
class Committed:
    """Where a transaction is, and what became of it."""

    block: int
    position: int
    code: int
    envelope: bytes


class State:
    """The state after `height` blocks."""

    def __init__(self, database: sqlite3.Connection, height: int) -> None:
        self._database = database
        self.height = height

    def get(self, namespace: str, key: bytes) -> tuple[bytes, Version] | None:
        """A key's value and version; None where it has none."""
        row = self._database.execute(
            "select value, block, position from state where namespace = ? and key = ? and block < ?"
            " order by block desc limit 1",
            (namespace, key, self.height),
        ).fetchone()
        return (row[0], Version(row[1], row[2])) if row and row[0] is not None else None

    def range(self, namespace: str, start: bytes, end: bytes) -> Iterator[tuple[bytes, bytes, Version]]:
        """Key, value and version from `start` to before `end`, in order; no end: all the rest."""
        rows = self._database.execute(
            "select key, value, max(block), position from state where namespace = ? and key >= ? and block < ?"
            + (" and key < ?" if end else "")
            + " group by key order by key",
            (namespace, start, self.height, *([end] if end else [])),
        )
        for key, value, block, position in rows:
            if value is not None:
                yield key, value, Version(block, position)

    def history(self, namespace: str, key: bytes) -> Iterator[tuple[bytes | None, Version]]:
        """Every value it had, latest first."""
        rows = self._database.execute(
            "select value, block, position from state where namespace = ? and key = ? and block < ? order by block desc",
            (namespace, key, self.height),
        )
        for value, block, position in rows:
            yield value, Version(block, position)


class Ledger:
    """One channel's ledger of one node. Belongs to one event loop."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path)
        self._database.execute("pragma journal_mode = wal")
        self._database.execute("pragma synchronous = normal")
        self._database.executescript(SCHEMA)
        self.height: int = self._database.execute("select count(*) from blocks").fetchone()[0]
        self.first: int = self._database.execute("pragma user_version").fetchone()[0]  # the first block that is served
        self._grown = asyncio.Event()

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def withhold(self) -> None:
        """Serve no block that is there now, as a peer does that joined by a snapshot of them."""
        self.first = self.height
        self._database.execute(f"pragma user_version = {self.height}")

    def state(self, height: int | None = None) -> State:
        """The state after `height` blocks; without it, after all."""
        return State(self._database, self.height if height is None else height)

    def append(self, block: Any, transactions: Iterable[tuple[str, int]] = (), updates: Sequence[Update] = ()) -> None:
        """One block with its metadata complete, and what it does to the state; all of it or nothing."""
        number = block.header.number
        if number != self.height:
            raise ValueError(f"block {number} cannot follow {self.height - 1}")
        with self._database as database:
            row = (number, header_hash(block.header), block.SerializeToString())
            database.execute("insert into blocks values (?, ?, ?)", row)
            database.executemany(
                "insert or ignore into transactions values (?, ?, ?)", [(each, number, at) for each, at in transactions]
            )
            database.executemany(
                "insert into state values (?, ?, ?, ?, ?)",
                [(each.namespace, each.key, number, each.version.transaction, each.value) for each in updates],
            )
        self.height = number + 1
        self._grown.set()
        self._grown = asyncio.Event()

    def last_config(self) -> int:
        """The number of the config block that governs the next block."""
        block = self.block(self.height - 1)
        metadata = common_pb2.Metadata.FromString(block.metadata.metadata[SIGNATURES])
        number: int = common_pb2.OrdererBlockMetadata.FromString(metadata.value).last_config.index
        return number

    def raw(self, number: int) -> bytes:
        """Raises LookupError."""
        return self._raw("number", number)

    def block(self, number: int) -> Any:
        """Raises LookupError."""
        return common_pb2.Block.FromString(self.raw(number))

    def block_by_hash(self, digest: bytes) -> bytes:
        """Raises LookupError."""
        return self._raw("hash", digest)

    def transaction(self, identifier: str) -> Committed | None:
        """The transaction of that id; None where no block has it."""
        row = self._database.execute("select block, position from transactions where id = ?", (identifier,)).fetchone()
        if row is None:
            return None
        number, position = row
        block = self.block(number)
        return Committed(number, position, block.metadata.metadata[FILTER][position], block.data.data[position])

    def knows(self, identifier: str) -> bool:
        """Whether a block has a transaction of that id."""
        return self._database.execute("select 1 from transactions where id = ?", (identifier,)).fetchone() is not None

    async def grown(self, height: int) -> None:
        """Wait until there are more than `height` blocks."""
        while self.height <= height:
            await self._grown.wait()

    async def follow(self, number: int) -> AsyncIterator[Any]:
        """The blocks from `number` on, and then each new one."""
        while True:
            await self.grown(number)
            yield self.block(number)
            number += 1

    def overwrite(self, number: int, block: Any) -> None:
        """Change a stored block, as whoever has write access to the node's disk could."""
        with self._database as database:
            database.execute("update blocks set raw = ? where number = ?", (block.SerializeToString(), number))

    def _raw(self, column: str, value: int | bytes) -> bytes:
        row = self._database.execute(f"select raw from blocks where {column} = ?", (value,)).fetchone()
        if row is None:
            raise LookupError("Entry not found in index")
        return bytes(row[0])
