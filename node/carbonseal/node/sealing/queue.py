"""The queue: every entry the log has or will have, in its order, and the records behind them.

An entry's index in the log is given when it is stored, before anything is acknowledged: entry `n` is row `n`, for ever. What
the log will be is therefore decided durably before anything is hashed or signed, and whoever makes a batch again after a
crash makes the same one.

Owns the tables `entries`, `records` and `payloads`. Records are found by their commitments in an index (`known`), which lags
behind: it takes thousands at a time, and what it lacks is remembered in memory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import (
    Connection,
    RowMapping,
    func,
    select,
)

from carbonseal.instants import format_seconds
from carbonseal.log.entries import Entry, RecordEntry
from carbonseal.storage.database import SLICE, Database, insert_rows
from carbonseal.storage.log_tables import ENTRIES, PAYLOADS, RECORDS

from . import known


@dataclass(frozen=True, slots=True)
class Submission:
    """A record that was admitted and committed to, and is not stored yet."""

    tenant: str
    profile: str
    salt: bytes
    commitment: bytes
    canonical: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a submitter gets once a record is durable: all that opens the commitment, and when that was. Immutable."""

    profile: str
    commitment: bytes
    salt: bytes
    acknowledged: int  # seconds since 1970

    def to_json(self) -> dict[str, str]:
        return {
            "profile": self.profile,
            "commitment": self.commitment.hex(),
            "salt": self.salt.hex(),
            "acknowledged": format_seconds(self.acknowledged),
        }


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as it is kept: its entry's index in the log, its tenant, its receipt, its RFC 8785 bytes."""

    index: int
    tenant: str
    receipt: Receipt
    canonical: bytes


class EntryQueue:
    """The queue in the database. One thread writes; `size` and what only reads may be asked from any."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._recent: dict[bytes, list[int]] = defaultdict(list)  # commitment -> numbers that `known` lacks
        with database.write() as connection:
            self.size: int = 1 + (connection.scalar(select(func.max(ENTRIES.c.number))) or 0)
            if not connection.scalar(select(func.count()).select_from(select(ENTRIES.c.number).limit(1).subquery())):
                self.size = 0
            self._load_recent(connection)

    # --- in --------------------------------------------------------------------------------------------------------

    def put(self, submissions: Sequence[Submission], now: int) -> list[Receipt]:
        """Store records in one transaction, and give their receipts in the same order. Durable on return. A record that
        its tenant submitted before, or twice in one call, is kept once and gives its first receipt again."""
        receipts: list[Receipt] = []
        fresh: dict[tuple[str, bytes], Receipt] = {}
        new: list[Submission] = []
        with self._database.write() as connection:
            before = self._stored(connection, submissions)
            for submission in submissions:
                key = (submission.tenant, submission.commitment)
                receipt = before.get(key) or fresh.get(key)
                if receipt is None:
                    receipt = Receipt(submission.profile, submission.commitment, submission.salt, now)
                    fresh[key] = receipt
                    new.append(submission)
                receipts.append(receipt)
            first = self.size
            numbered = list(enumerate(new, first))
            insert_rows(
                connection, ENTRIES, [(number, RecordEntry(item.commitment).encode()) for number, item in numbered]
            )
            insert_rows(
                connection, RECORDS, [(number, item.tenant, item.profile, item.salt, now) for number, item in numbered]
            )
            insert_rows(connection, PAYLOADS, [(number, item.canonical) for number, item in numbered])
        self.size += len(new)
        for number, item in numbered:
            self._recent[item.commitment].append(number)
        if len(self._recent) >= known.RUN:
            self.catch_up()
        return receipts

    @contextmanager
    def appending(self, entries: Sequence[Entry]) -> Iterator[tuple[Connection, int]]:
        """Append entries of other kinds. Gives the transaction, for what must be stored with them, and the first's index."""
        with self._database.write() as connection:
            insert_rows(
                connection, ENTRIES, [(number, entry.encode()) for number, entry in enumerate(entries, self.size)]
            )
            yield connection, self.size
        self.size += len(entries)

    # --- out -------------------------------------------------------------------------------------------------------

    def entries(self, start: int, end: int) -> list[bytes]:
        """The entries start..end-1."""
        chosen = select(ENTRIES.c.entry).where(ENTRIES.c.number >= start, ENTRIES.c.number < end)
        with self._database.read() as connection:
            return [bytes(entry) for entry in connection.scalars(chosen.order_by(ENTRIES.c.number))]

    def record(self, commitment: bytes) -> StoredRecord | None:
        """The record with this commitment, or None."""
        with self._database.read() as connection:
            for row in self._rows(connection, [commitment]):
                chosen = select(PAYLOADS.c.canonical).where(PAYLOADS.c.number == row["number"])
                canonical = connection.execute(chosen).scalar_one()
                return StoredRecord(row["number"], row["tenant"], _receipt(row), bytes(canonical))
        return None

    # --- which records are known -----------------------------------------------------------------------------------

    def _stored(self, connection: Connection, submissions: Sequence[Submission]) -> dict[tuple[str, bytes], Receipt]:
        """The receipts of those among `submissions` that are stored already."""
        wanted = [submission.commitment for submission in submissions]
        return {(row["tenant"], row["entry"][1:]): _receipt(row) for row in self._rows(connection, wanted)}

    def _rows(self, connection: Connection, commitments: Sequence[bytes]) -> list[RowMapping]:
        """The rows of the records with these commitments."""
        numbers = [number for commitment in commitments for number in self._recent.get(commitment, ())]
        numbers += known.find(connection, commitments)
        wanted = set(commitments)
        rows: list[RowMapping] = []
        for start in range(0, len(numbers), SLICE):
            chosen = select(RECORDS, ENTRIES.c.entry).join(ENTRIES, ENTRIES.c.number == RECORDS.c.number)
            chosen = chosen.where(RECORDS.c.number.in_(numbers[start : start + SLICE]))
            rows += connection.execute(chosen.order_by(RECORDS.c.number)).mappings()
        return [row for row in rows if row["entry"][1:] in wanted]

    def catch_up(self) -> None:
        """Bring the index of commitments up to date."""
        recent = [(commitment, number) for commitment, numbers in self._recent.items() for number in numbers]
        with self._database.write() as connection:
            known.add(connection, recent, self.size)
        self._recent.clear()

    def _load_recent(self, connection: Connection) -> None:
        """Remember the records that the index of commitments lacks."""
        chosen = select(ENTRIES).where(ENTRIES.c.number >= known.reaches(connection))
        for number, entry in connection.execute(chosen):
            if entry[0] == RecordEntry.kind:
                self._recent[bytes(entry[1:])].append(number)


def _receipt(row: RowMapping) -> Receipt:
    return Receipt(row["profile"], row["entry"][1:], row["salt"], row["acknowledged"])
