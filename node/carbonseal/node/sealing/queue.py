"""Queue of entries: every entry that the log has or will have, in its order, and the records behind them.

- An entry's index in the log is its number here, given when it is stored and before anything is acknowledged. What the log will
  be is decided durably before anything is hashed or signed, so a batch that is made again after a crash is the same batch.
- A record is stored once for each tenant: submitted again, it gives its first receipt.
- Records are found by their commitments in an index (`known`), which lags behind: what it lacks is remembered in memory, and
  read again from the entries on start.

Owns the tables `entries`, `records` and `payloads`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, bindparam, func, select

from carbonseal.instants import format_seconds
from carbonseal.log.entries import NO_CAUSES, Entry, RecordEntry, makes_due
from carbonseal.storage.database import SLICE, Database, insert_rows, insert_values, select_rows
from carbonseal.storage.log_tables import ENTRIES, PAYLOADS, RECORDS
from carbonseal.values import dataclass

from . import known


class Submission(NamedTuple):
    """A record that was admitted and committed to, and is not stored yet."""

    tenant: str
    profile: str
    salt: bytes  # 32 bytes
    commitment: bytes  # 32 bytes
    canonical: bytes  # RFC 8785

    def receipt(self, acknowledged: int) -> Receipt:
        """Its receipt, once it is durable since then (seconds since 1970)."""
        return Receipt(self.profile, self.commitment, self.salt, acknowledged)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a submitter gets once a record is durable: all that opens the commitment, and when that was. Immutable."""

    profile: str
    commitment: bytes  # 32 bytes
    salt: bytes  # 32 bytes
    acknowledged: int  # seconds since 1970

    def to_json(self) -> dict[str, str]:
        """Bytes as hexadecimal digits, the time as RFC 3339 has it."""
        return {
            "profile": self.profile,
            "commitment": self.commitment.hex(),
            "salt": self.salt.hex(),
            "acknowledged": format_seconds(self.acknowledged),
        }


@dataclass(frozen=True, slots=True)
class Stored:
    """A record that is durable: its entry's index in the log, its tenant and its receipt."""

    index: int
    tenant: str
    receipt: Receipt


class Placed(NamedTuple):
    """Where a record is that is durable: its entry's index in the log, and when it was acknowledged first (seconds since 1970)."""

    number: int
    acknowledged: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A record by its entry's index in the log, with commitment (32 bytes) and profile."""

    index: int
    commitment: bytes
    profile: str


_RECORD = bytes([RecordEntry.kind])  # before a commitment: the entry's bytes
_BETWEEN = (
    select(ENTRIES.c.entry)
    .where(ENTRIES.c.number >= bindparam("start"), ENTRIES.c.number < bindparam("end"))
    .order_by(ENTRIES.c.number)
)
_OF_TENANT = (  # built once: it is said for each batch and receiver
    select(RECORDS.c.number, RECORDS.c.profile, ENTRIES.c.entry)
    .join(ENTRIES, ENTRIES.c.number == RECORDS.c.number)
    .where(RECORDS.c.number >= bindparam("start"), RECORDS.c.number < bindparam("end"))
    .where(RECORDS.c.tenant == bindparam("tenant"))
    .order_by(RECORDS.c.number)
    .limit(bindparam("most"))
)


class EntryQueue:
    """The queue in a log's database. One thread writes; `size` and what only reads may be asked from any."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._recent: dict[bytes, int] = {}  # commitment -> number, of records that the index lacks
        self._recent_too: list[tuple[bytes, int]] = []  # of other tenants' with the same commitments
        with database.read() as connection:
            last: int | None = connection.scalar(select(func.max(ENTRIES.c.number)))
            self.size = 0 if last is None else last + 1
            self._opened_at = self.size
            self._last_cause = -1  # the newest entry since then that makes an anchor due: set by the thread that writes
            self._cause_before: int | None = None  # the newest such entry before, once somebody asked
            self._load_recent(connection)

    # --- in --------------------------------------------------------------------------------------------------------

    def put(self, submissions: Sequence[Submission], now: int) -> list[Placed]:
        """Store records in one transaction: where each is, in their order. Durable on return. A record that its tenant submitted
        before, or twice in one call, is stored once."""
        results: list[Placed] = []
        new: list[bytes] = []  # commitments
        with self._database.write() as connection:
            found = self._find_stored(connection, [submission.commitment for submission in submissions])
            known_here = {key: Placed(one.index, one.receipt.acknowledged) for key, one in found.items()}
            entries: list[Any] = []  # values of one row after the other
            records: list[Any] = []
            payloads: list[Any] = []
            for tenant, profile, salt, commitment, canonical in submissions:
                key = tenant, commitment
                placed = known_here.get(key)
                if placed is None:
                    number = self.size + len(new)
                    placed = known_here[key] = Placed(number, now)
                    new.append(commitment)
                    entries += number, _RECORD + commitment
                    records += number, tenant, profile, salt, now
                    payloads += number, canonical
                results.append(placed)
            insert_values(connection, ENTRIES, entries)
            insert_values(connection, RECORDS, records)
            insert_values(connection, PAYLOADS, payloads)
        # Durable from here on. Without what follows a restart finds the records by reading the newest entries.
        first, self.size = self.size, self.size + len(new)
        if new:
            self._last_cause = self.size - 1
        for number, commitment in enumerate(new, first):
            self._remember(commitment, number)
        if len(self._recent) >= known.RUN:
            self.catch_up()
        return results

    @contextmanager
    def appending(self, entries: Sequence[Entry]) -> Iterator[tuple[Connection, int]]:
        """Append entries of other kinds. Gives the transaction, for what must be stored with them, and the first's index."""
        with self._database.write() as connection:
            insert_rows(
                connection, ENTRIES, [(number, entry.encode()) for number, entry in enumerate(entries, self.size)]
            )
            yield connection, self.size
        self.size += len(entries)
        causes = [number for number, entry in enumerate(entries, self.size - len(entries)) if entry.makes_due]
        if causes:
            self._last_cause = causes[-1]

    def append(self, entry: Entry) -> int:
        """Append one entry of another kind. Gives its index; durable on return."""
        with self.appending([entry]) as (_, index):
            return index

    def catch_up(self) -> None:
        """Bring the index of commitments up to date. Durable on return; a crash before only leaves more to read on start."""
        with self._database.write() as connection:
            known.add(connection, chain(self._recent.items(), self._recent_too), self.size)
        self._recent.clear()  # only now: whoever looks here first, and in the index then, finds each record
        self._recent_too.clear()

    # --- out -------------------------------------------------------------------------------------------------------

    def entries(self, start: int, end: int) -> list[bytes]:
        """The entries start..end-1."""
        with self._database.read() as connection:
            return [entry for (entry,) in select_rows(connection, _BETWEEN, start, end)]

    def count_causes(self, start: int, end: int) -> int:
        """How many of the entries start..end-1 make an anchor due."""
        chosen = select(func.count()).where(ENTRIES.c.number >= start, ENTRIES.c.number < end)
        kinds = [bytes([kind]) for kind in NO_CAUSES]
        with self._database.read() as connection:
            return connection.scalar(chosen.where(func.substr(ENTRIES.c.entry, 1, 1).not_in(kinds))) or 0

    def of_kind(self, kind: int) -> Iterator[tuple[int, bytes]]:
        """Every entry of this kind, with its index. Reads all entries, a slice at a time."""
        for start in range(0, self.size, SLICE):
            for index, entry in enumerate(self.entries(start, start + SLICE), start):
                if entry[0] == kind:
                    yield index, entry

    def has_cause(self, start: int) -> bool:
        """Whether an entry from `start` on makes an anchor due. After a start the entries that wait are read once."""
        if self._last_cause >= start:
            return True
        if self._cause_before is None:
            waiting = enumerate(self.entries(start, self._opened_at), start)
            self._cause_before = max((number for number, entry in waiting if makes_due(entry)), default=-1)
        return self._cause_before >= start

    def find(self, *commitments: bytes) -> list[Stored]:
        """The records with these commitments, one a tenant, in the order in which they came."""
        with self._database.read() as connection:
            return [*self._find_stored(connection, commitments).values()]

    def first_since(self, time: int) -> int:
        """The index of the first record that was acknowledged at this time or later, in seconds since 1970; `size` where none was.
        Records lie in the order of these times while the clock is not set back."""
        low, high, first = 0, self.size, self.size
        with self._database.read() as connection:
            while low < high:
                middle = (low + high) // 2
                chosen = select(RECORDS.c.number, RECORDS.c.acknowledged).where(RECORDS.c.number >= middle)
                row = connection.execute(chosen.order_by(RECORDS.c.number).limit(1)).one_or_none()
                if row is None or row.acknowledged >= time:
                    high, first = middle, first if row is None else row.number
                else:
                    low = row.number + 1
        return first

    def of_tenant(self, tenant: str, start: int, end: int, limit: int) -> list[Listed]:
        """A tenant's records among the entries start..end-1, in their order, at most `limit`. Reads that range, and no index."""
        parameters = {"tenant": tenant, "start": start, "end": end, "most": limit}
        with self._database.read() as connection:
            rows = connection.execute(_OF_TENANT, parameters).all()
        return [Listed(number, entry[1:], profile) for number, profile, entry in rows]

    def payload(self, index: int) -> bytes:
        """The RFC 8785 bytes of the record that is stored as this entry."""
        with self._database.read() as connection:
            chosen = select(PAYLOADS.c.canonical).where(PAYLOADS.c.number == index)
            return bytes(connection.execute(chosen).scalar_one())

    def records(self, start: int, end: int) -> list[tuple[Stored, bytes]]:
        """The records among the entries start..end-1, each with its RFC 8785 bytes."""
        chosen = select(RECORDS, ENTRIES.c.entry, PAYLOADS.c.canonical).join(
            ENTRIES, ENTRIES.c.number == RECORDS.c.number
        )
        chosen = chosen.join(PAYLOADS, PAYLOADS.c.number == RECORDS.c.number)
        chosen = chosen.where(RECORDS.c.number >= start, RECORDS.c.number < end).order_by(RECORDS.c.number)
        with self._database.read() as connection:
            return [(_stored(row), bytes(row["canonical"])) for row in connection.execute(chosen).mappings()]

    # --- which records are known -----------------------------------------------------------------------------------

    def _find_stored(self, connection: Connection, commitments: Sequence[bytes]) -> dict[tuple[str, bytes], Stored]:
        """The stored records with these commitments, by tenant and commitment, in the order of their numbers."""
        wanted = set(commitments)
        numbers = [self._recent[commitment] for commitment in wanted if commitment in self._recent]
        numbers += (number for commitment, number in self._recent_too if commitment in wanted)
        numbers += known.find(connection, commitments)
        found: dict[tuple[str, bytes], Stored] = {}
        numbers.sort()
        for start in range(0, len(numbers), SLICE):
            chosen = select(RECORDS, ENTRIES.c.entry).join(ENTRIES, ENTRIES.c.number == RECORDS.c.number)
            chosen = chosen.where(RECORDS.c.number.in_(numbers[start : start + SLICE])).order_by(RECORDS.c.number)
            for row in connection.execute(chosen).mappings():
                stored = _stored(row)
                if stored.receipt.commitment in wanted:  # the index compares 8 bytes of it
                    found[stored.tenant, stored.receipt.commitment] = stored
        return found

    def _load_recent(self, connection: Connection) -> None:
        """Remember the records that the index of commitments lacks."""
        chosen = select(ENTRIES).where(ENTRIES.c.number >= known.reaches(connection))
        for number, entry in connection.execute(chosen):
            if entry[0] == RecordEntry.kind:
                self._remember(bytes(entry[1:]), number)

    def _remember(self, commitment: bytes, number: int) -> None:
        if self._recent.setdefault(commitment, number) != number:
            self._recent_too.append((commitment, number))


def _stored(row: RowMapping) -> Stored:
    receipt = Receipt(row["profile"], bytes(row["entry"][1:]), bytes(row["salt"]), row["acknowledged"])
    return Stored(row["number"], row["tenant"], receipt)
