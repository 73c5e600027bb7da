"""Storage of the embedded chain over restarts: one SQLite file of keys and values."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from eth.db.backends.base import BaseDB


class Storage(BaseDB):
    """What is written counts from `commit` on, so that a chain that is killed comes back as it was between two blocks."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.execute("CREATE TABLE IF NOT EXISTS data (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")

    def commit(self) -> None:
        """Make everything that was written durable."""
        self._connection.commit()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __getitem__(self, key: bytes) -> bytes:
        found = self._connection.execute("SELECT value FROM data WHERE key = ?", (key,)).fetchone()
        if found is None:
            raise KeyError(key)
        return bytes(found[0])

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._connection.execute("INSERT OR REPLACE INTO data VALUES (?, ?)", (key, value))

    def __delitem__(self, key: bytes) -> None:
        if not self._connection.execute("DELETE FROM data WHERE key = ?", (key,)).rowcount:
            raise KeyError(key)

    def _exists(self, key: bytes) -> bool:
        return self._connection.execute("SELECT 1 FROM data WHERE key = ?", (key,)).fetchone() is not None
