"""What a log's database and folder hold, read as it is: what rotted has another type, is missing, or cannot be read at all.

The one module beside the tables' owners that reads their rows, and that writes them where they are repaired.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, LargeBinary, Select, cast, delete, func, select, update

from carbonseal.findings import BrokenOff, Refused
from carbonseal.ledger import Statement
from carbonseal.log.entries import ForeignAnchor, RecordEntry
from carbonseal.log.tiles import bundle_path
from carbonseal.node.sealing import known
from carbonseal.node.sealing.files import LogFiles
from carbonseal.passport.credentials import REVOCATION, SUSPENSION
from carbonseal.records.commitments import commit
from carbonseal.storage.codes import NODE_DATABASE_DAMAGED
from carbonseal.storage.database import Database, insert_rows
from carbonseal.storage.log_tables import ENTRIES, FOREIGN, HEADS, KNOWN, KNOWN_RUNS, PAYLOADS, RECORDS
from carbonseal.storage.node_tables import DRAFTS, PASSPORTS, POSITIONS, STATUS_LISTS, STATUS_VERSIONS

BUNDLES = -1  # the level under which `listing` has entry bundles
Listing = dict[tuple[int, int], set[int]]  # level and index of a tile -> the widths that have a file


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """The record behind an entry, as the database has it; None for what is not of its type any more."""

    tenant: str
    profile: str
    salt: bytes | None
    canonical: bytes | None

    def entry(self, salt: bytes | None = None) -> bytes | None:
        """The entry that commits to it (under another salt, where one is given), or None where it has none."""
        salt = salt or self.salt
        if salt is None or self.canonical is None:
            return None
        try:
            return RecordEntry(commit(self.profile, salt, self.canonical)).encode()
        except (Refused, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of consecutive entries. `made` is what the record, or the foreign anchor, behind each entry makes of it. `problem`
    says why the rows cannot be read, where they cannot."""

    entries: list[bytes | None]
    made: list[bytes | None]
    records: dict[int, StoredRecord] = field(default_factory=dict)
    bytes: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class StoredHead:
    """A row of the table `heads`."""

    size: int
    root: bytes
    note: bytes


class StoredLog:
    """One log's database and files. `name` is its name in node.toml."""

    def __init__(self, database: Database, files: LogFiles, name: str) -> None:
        self.database = database
        self.files = files
        self.name = name
        self.path = f"logs/{name}.db"

    # --- the database ----------------------------------------------------------------------------------------------

    def size(self) -> int:
        """How many entries the database has."""
        with self.database.read() as connection:
            last: int | None = connection.scalar(select(func.max(ENTRIES.c.number)))
            return 0 if last is None else last + 1

    def entries(self, start: int, end: int) -> list[bytes | None]:
        """The rows of the entries alone; None for each where they cannot be read."""
        entries: list[bytes | None] = [None] * (end - start)
        with suppress(BrokenOff), self.database.read() as connection:
            for number, entry in _plain(connection, _between(start, end)):
                entries[number - start] = _bytes(entry)
        return entries

    def rows(self, start: int, end: int) -> Rows:
        """The rows of the entries from `start` to before `end`."""
        try:
            return self._rows(start, end)
        except BrokenOff as broken:
            if broken.finding.code is not NODE_DATABASE_DAMAGED:
                raise
            nothing: list[bytes | None] = [None] * (end - start)
            return Rows(nothing, nothing, problem=broken.finding.facts["reason"])

    def _rows(self, start: int, end: int) -> Rows:
        entries: list[bytes | None] = [None] * (end - start)
        made: list[bytes | None] = [None] * (end - start)
        records: dict[int, StoredRecord] = {}
        tenant, profile = (cast(column, LargeBinary) for column in (RECORDS.c.tenant, RECORDS.c.profile))
        chosen = select(RECORDS.c.number, tenant, profile, RECORDS.c.salt, PAYLOADS.c.canonical)
        chosen = chosen.join(PAYLOADS, PAYLOADS.c.number == RECORDS.c.number, isouter=True)
        size = 0
        with self.database.read() as connection:
            for number, entry in _plain(connection, _between(start, end)):
                entries[number - start] = _bytes(entry)
            chosen = chosen.where(RECORDS.c.number >= start, RECORDS.c.number < end)
            for number, *values in _plain(connection, chosen):
                whose, kind, salt, canonical = map(_bytes, values)
                record = StoredRecord(_text(whose), _text(kind), salt, canonical)
                records[number], made[number - start] = record, record.entry()
                size += len(canonical or b"")
            foreign = select(FOREIGN.c.number, FOREIGN.c.log_id, FOREIGN.c.size, FOREIGN.c.root).where(
                FOREIGN.c.number >= start, FOREIGN.c.number < end
            )
            for number, log, size_of, root in _plain(connection, foreign):
                made[number - start] = _foreign_entry(log, size_of, root)
        return Rows(entries, made, records, size + sum(len(entry or b"") for entry in entries))

    def heads(self, start: int, end: int) -> list[StoredHead]:
        """The heads of more than `start` and up to `end` entries, by size."""
        chosen = select(HEADS.c.size, HEADS.c.root, HEADS.c.note).where(HEADS.c.size > start, HEADS.c.size <= end)
        return self._heads(chosen.order_by(HEADS.c.size))

    def newest_head(self) -> StoredHead | None:
        """The head of the largest size, or None."""
        chosen = select(HEADS.c.size, HEADS.c.root, HEADS.c.note).order_by(HEADS.c.size.desc()).limit(1)
        return next(iter(self._heads(chosen)), None)

    def _heads(self, chosen: Select[Any]) -> list[StoredHead]:
        with self.database.read() as connection:
            rows = _plain(connection, chosen)
        return [StoredHead(size, _bytes(root) or b"", _bytes(note) or b"") for size, root, note in rows]

    def index(self) -> tuple[int, IndexSum]:
        """How far the index of commitments reaches, and the sum of its rows."""
        total = IndexSum()
        with self.database.read() as connection:
            rows = select(KNOWN.c.prefix, KNOWN.c.number).where(KNOWN.c.run.in_(select(KNOWN_RUNS.c.run)))
            for prefix, number in connection.execute(rows):
                total.add(prefix, number)
            return known.reaches(connection), total

    # --- the files -------------------------------------------------------------------------------------------------

    def listing(self) -> Listing:
        """The tiles and bundles that have files, whole or partial."""
        found: Listing = defaultdict(set)
        root = self.files.root / "tile"
        for folder, _, names in os.walk(root):
            for name in names:
                if place := _place(Path(folder, name).relative_to(root).parts):
                    level, index, width = place
                    found[level, index].add(width)
        return found

    def read(self, path: str) -> bytes | None:
        """The bytes of this very file below the log's folder, or None."""
        try:
            return (self.files.root / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def bundle(self, index: int, width: int) -> bytes | None:
        """The bundle's bytes, from whichever file has them; None where none has."""
        try:
            return self.files.entries(index, width)
        except Refused:
            return self.read(bundle_path(index, width))

    def leaves(self, index: int, width: int) -> bytes | None:
        """The hashes of a level-0 tile, from whichever file has them; None where none has."""
        try:
            return self.files.tile(0, index, width)
        except Refused:
            return None

    # --- repairing -------------------------------------------------------------------------------------------------

    def put_entry(self, number: int, entry: bytes) -> None:
        """Write an entry's row anew."""
        with self.database.write() as connection:
            connection.execute(delete(ENTRIES).where(ENTRIES.c.number == number))
            insert_rows(connection, ENTRIES, [(number, entry)])

    def put_salt(self, number: int, salt: bytes) -> None:
        """Write a record's salt anew."""
        with self.database.write() as connection:
            connection.execute(update(RECORDS).where(RECORDS.c.number == number).values(salt=salt))

    def put_head(self, size: int, root: bytes, note: bytes) -> None:
        """Write a head's root and note anew."""
        with self.database.write() as connection:
            connection.execute(update(HEADS).where(HEADS.c.size == size).values(root=root, note=note))

    def rebuild_index(self) -> None:
        """Make the index of commitments anew from the entries, a run at a time. Where this ends half-way, the next start of the
        node makes the rest."""
        with self.database.write() as connection:
            connection.execute(delete(KNOWN))
            connection.execute(delete(KNOWN_RUNS))
        size = self.size()
        for start in range(0, size, known.RUN):
            end = min(start + known.RUN, size)
            with self.database.write() as connection:
                rows = _plain(connection, _between(start, end))
                records = [(bytes(entry[1:]), number) for number, entry in rows if entry[0] == RecordEntry.kind]
                known.add(connection, records, end)


def passports(database: Database, after: int) -> list[tuple[int, bytes, list[str], bytes]]:
    """The passport of the next number after this one: its number, its credential's digest, what its row says of issuer, subject and
    name, and its bytes. At most one: each may have many MiB."""
    texts = (cast(column, LargeBinary) for column in (PASSPORTS.c.issuer, PASSPORTS.c.subject, PASSPORTS.c.name))
    chosen = select(PASSPORTS.c.number, PASSPORTS.c.credential, *texts, PASSPORTS.c.passport)
    chosen = chosen.where(PASSPORTS.c.number > after).order_by(PASSPORTS.c.number).limit(1)
    with database.read() as connection:
        rows = _plain(connection, chosen)
    return [
        (number, _bytes(credential) or b"", [_text(_bytes(one)) for one in about], _bytes(passport) or b"")
        for number, credential, *about, passport in rows
    ]


def drafts(database: Database, after: int) -> list[tuple[int, bytes, bytes]]:
    """The open draft of the next number after this one: its number, its content (SHA-256), and what it asks for. At most one."""
    chosen = select(DRAFTS.c.number, DRAFTS.c.content, DRAFTS.c.request).where(DRAFTS.c.open.is_(True))
    with database.read() as connection:
        rows = _plain(connection, chosen.where(DRAFTS.c.number > after).order_by(DRAFTS.c.number).limit(1))
    return [(number, _bytes(content) or b"", _bytes(request) or b"") for number, content, request in rows]


@dataclass(frozen=True, slots=True)
class StoredList:
    """A status list, and its newest version: the commitment of that (None: there is none), and how many changes it has."""

    id: str
    purpose: str
    allocated: int  # positions
    changes: int
    signed: int
    commitment: bytes | None


def status_lists(database: Database) -> list[StoredList]:
    """All status lists of the node."""
    found: list[StoredList] = []
    newest = select(STATUS_VERSIONS.c.changes, STATUS_VERSIONS.c.commitment).order_by(STATUS_VERSIONS.c.number.desc())
    chosen = select(STATUS_LISTS.c.id, STATUS_LISTS.c.purpose, STATUS_LISTS.c.allocated, STATUS_LISTS.c.changes)
    with database.read() as connection:
        for list_id, purpose, allocated, changes in _plain(connection, chosen):
            versions = _plain(connection, newest.where(STATUS_VERSIONS.c.list == list_id).limit(1))
            signed, commitment = versions[0] if versions else (0, None)
            found.append(StoredList(str(list_id), str(purpose), allocated, changes, signed, _bytes(commitment)))
    return found


def status_positions(database: Database, list_id: str, purpose: str) -> dict[int, bool]:
    """The positions of a list that credentials have, and whether the bit of each is set."""
    in_list, bit = _STATUS[purpose]
    with database.read() as connection:
        rows = _plain(connection, select(POSITIONS.c.position, bit).where(in_list == list_id))
    return {position: bool(is_set) for position, is_set in rows}


def put_status(database: Database, list_id: str, purpose: str, position: int, *, is_set: bool) -> None:
    """Set or clear the bit of a position."""
    in_list, bit = _STATUS[purpose]
    with database.write() as connection:
        chosen = update(POSITIONS).where(in_list == list_id, POSITIONS.c.position == position)
        connection.execute(chosen.values({bit: is_set}))


def position_of(database: Database, credential: bytes) -> dict[str, tuple[str, int]] | None:
    """The list and the position that a credential has for each purpose; None where it has none."""
    chosen = select(POSITIONS.c.position, POSITIONS.c.revocation, POSITIONS.c.suspension)
    with database.read() as connection:
        rows = _plain(connection, chosen.where(POSITIONS.c.credential == credential))
    if len(rows) != 1:
        return None
    ((position, revocation, suspension),) = rows
    return {REVOCATION: (str(revocation), position), SUSPENSION: (str(suspension), position)}


_STATUS = {
    REVOCATION: (POSITIONS.c.revocation, POSITIONS.c.revoked),
    SUSPENSION: (POSITIONS.c.suspension, POSITIONS.c.suspended),
}


class IndexSum:
    """A sum over (prefix, number) pairs in any order: equal for two sets of pairs where they are the same set."""

    def __init__(self) -> None:
        self.value = 0

    def add(self, prefix: int, number: int) -> None:
        """Add one pair."""
        digest = hashlib.blake2b(f"{prefix} {number}".encode(), digest_size=16).digest()
        self.value += int.from_bytes(digest, "big")


def _between(start: int, end: int) -> Select[Any]:
    chosen = select(ENTRIES.c.number, ENTRIES.c.entry)
    return chosen.where(ENTRIES.c.number >= start, ENTRIES.c.number < end).order_by(ENTRIES.c.number)


def _plain(connection: Connection, chosen: Select[Any]) -> list[Any]:
    """Rows as they are: what rotted is of another type than its column."""
    return [tuple(row) for row in connection.execute(chosen)]


def _bytes(value: object) -> bytes | None:
    """What a column of bytes gives: a flipped bit can make it a text, a number or nothing."""
    return value if isinstance(value, bytes) else None


def _text(value: bytes | None) -> str:
    return "" if value is None else value.decode(errors="backslashreplace")


def _foreign_entry(log: object, size: object, root: object) -> bytes | None:
    if not (isinstance(log, bytes) and isinstance(root, bytes) and isinstance(size, int)):
        return None
    if len(log) != 32 or len(root) != 32 or not 0 < size < 1 << 63:
        return None
    return ForeignAnchor(Statement(log, size, root)).encode()


def _place(parts: tuple[str, ...]) -> tuple[int, int, int] | None:
    """Level, index and width that a path below `tile/` names: ``0/x001/234.p/7``; None where it is none of a tile."""
    level, *groups = parts
    width = 256
    if len(groups) > 1 and groups[-2].endswith(".p"):
        if not groups[-1].isdigit():
            return None
        width, groups = int(groups[-1]), [*groups[:-2], groups[-2].removesuffix(".p")]
    digits = "".join(groups).replace("x", "")
    if not digits.isdigit() or not (level.isdigit() or level == "entries") or not 0 < width <= 256:
        return None
    return (BUNDLES if level == "entries" else int(level)), int(digits), width
