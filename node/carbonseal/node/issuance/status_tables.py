"""Status of credentials in the node's database: positions in status lists, what is set, versions that were signed.

- Every credential has one position in two lists of its issuer: one for revocation, one for suspension.
- A revocation is for ever; a suspension can be taken back. How many changes a list has had says which bits are set: two
  versions with one number say the same.

Owns the tables `status_lists`, `positions`, `status_versions` and `status_changes`. `allocate`, `assign`, `mark` and
`add_version` are called in the thread that writes, and are durable on return.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, func, insert, or_, select, update

from carbonseal.findings import Refused
from carbonseal.node.requests.idempotency import Also
from carbonseal.passport.credentials import REVOCATION, SUSPENSION, StatusEntry
from carbonseal.passport.status_lists import ENTRIES
from carbonseal.storage.database import Database, Kept
from carbonseal.storage.node_tables import POSITIONS, STATUS_CHANGES, STATUS_LISTS, STATUS_VERSIONS

from .codes import NODE_UNKNOWN_CREDENTIAL

_BIT = {REVOCATION: POSITIONS.c.revoked, SUSPENSION: POSITIONS.c.suspended}
_LIST = {REVOCATION: POSITIONS.c.revocation, SUSPENSION: POSITIONS.c.suspension}
ROUTE = "/v1/status-lists/"  # where the node serves a list, by the UUID at the end of its id


@dataclass(frozen=True, slots=True)
class Version:
    """A signed version of a status list: how many changes to the list it has, the commitment of its document, and its
    `validFrom`, in seconds since 1970."""

    changes: int
    commitment: bytes
    start: int


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A bit of a credential (its digest) was set or cleared, `at` (seconds since 1970). `number` counts such changes."""

    number: int
    credential: bytes
    purpose: str
    is_set: bool
    at: int


@dataclass(frozen=True, slots=True)
class OwnList:
    """One of the node's status lists: its id, its purpose, its issuer's name in node.toml, and how many changes it has had."""

    id: str
    purpose: str
    issuer: str
    changes: int


class StatusTables:
    """The status of every credential that a node issued. `url` is where its service can be reached from everywhere: new lists
    are there; empty: they have URNs."""

    def __init__(self, database: Database, url: str) -> None:
        self._database = database
        self._unsaid: Kept[Sequence[OwnList]] = Kept(database)
        self._prefix = f"{url}{ROUTE}" if url else "urn:uuid:"

    # --- changing --------------------------------------------------------------------------------------------------

    def allocate(self, issuer: str, issuer_id: str, origin: str) -> tuple[int, tuple[StatusEntry, ...]]:
        """A position for a credential of this issuer (its name in node.toml, and its id) that is about to be sealed in the log
        with this origin: the credential's number in this node, and the entries that it names.

        A successor of a log has lists of its own: which positions an old copy of this node gave away, nobody knows."""
        of_issuer = (STATUS_LISTS.c.issuer == issuer, STATUS_LISTS.c.origin == origin)
        newest = select(STATUS_LISTS).where(*of_issuer, STATUS_LISTS.c.purpose == REVOCATION)
        with self._database.write() as connection:
            row = connection.execute(newest.order_by(STATUS_LISTS.c.part.desc()).limit(1)).one_or_none()
            if row is None or row.allocated == ENTRIES or not row.id.startswith(self._prefix):
                part, position = 0 if row is None else row.part + 1, 0
                new = {"issuer": issuer, "origin": origin, "part": part}
                lists = {purpose: self._new_list(connection, purpose, issuer_id, new) for purpose in _BIT}
            else:
                part, position = row.part, row.allocated
                same = select(STATUS_LISTS.c.purpose, STATUS_LISTS.c.id).where(*of_issuer, STATUS_LISTS.c.part == part)
                lists = {row.purpose: row.id for row in connection.execute(same)}
            grown = update(STATUS_LISTS).where(*of_issuer, STATUS_LISTS.c.part == part)
            connection.execute(grown.values(allocated=position + 1))
            values = {**lists, "position": position, "revoked": False, "suspended": False}
            number = connection.execute(insert(POSITIONS).values(values)).inserted_primary_key
            assert number is not None
        return number[0], tuple(StatusEntry(purpose, lists[purpose], position) for purpose in _BIT)

    def assign(self, number: int, credential: bytes, also: Also) -> None:
        """The credential of that number was signed, and has this digest (32 bytes); `also` is done in the same transaction."""
        with self._database.write() as connection:
            also(connection)
            connection.execute(update(POSITIONS).where(POSITIONS.c.number == number).values(credential=credential))

    def mark(self, credential: bytes, purpose: str, now: int, *, is_set: bool) -> tuple[str, bool]:
        """Set or clear the bit of the credential with this digest, for one purpose, `now` (seconds since 1970). Gives the id of the
        list that has to say so, and whether it was otherwise before. Raises Refused where the credential was not issued here."""
        bit: Column[bool] = _BIT[purpose]
        found = select(POSITIONS.c.number, _LIST[purpose], bit).where(POSITIONS.c.credential == credential)
        with self._database.write() as connection:
            row = connection.execute(found).one_or_none()
            if row is None:
                raise Refused(NODE_UNKNOWN_CREDENTIAL(digest=credential.hex()))
            number, list_id, was_set = row
            if was_set != is_set:
                connection.execute(update(POSITIONS).where(POSITIONS.c.number == number).values({bit: is_set}))
                more = update(STATUS_LISTS).where(STATUS_LISTS.c.id == list_id)
                connection.execute(more.values(changes=STATUS_LISTS.c.changes + 1))
                change = {"credential": credential, "purpose": purpose, "set": is_set, "at": now}
                connection.execute(insert(STATUS_CHANGES).values(change))
        return str(list_id), was_set != is_set

    def add_version(self, list_id: str, version: Version) -> None:
        """Keep a version that was signed and stored."""
        values = {"changes": version.changes, "commitment": version.commitment, "start": version.start}
        with self._database.write() as connection:
            connection.execute(insert(STATUS_VERSIONS).values(list=list_id, **values))

    def _new_list(self, connection: Connection, purpose: str, issuer_id: str, new: Mapping[str, Any]) -> str:
        name = f"{new['origin']} {purpose} list of {issuer_id}, {new['part']}"
        list_id = f"{self._prefix}{uuid.uuid5(uuid.NAMESPACE_URL, name)}"
        values = {**new, "purpose": purpose, "allocated": 0, "changes": 0}
        connection.execute(insert(STATUS_LISTS).values(id=list_id, **values))
        return list_id

    # --- reading ---------------------------------------------------------------------------------------------------

    def find(self, list_id: str) -> OwnList | None:
        """The list with this id; None where it is not one of this node's."""
        return self._find(STATUS_LISTS.c.id == list_id)

    def unsaid(self) -> Sequence[OwnList]:
        """The lists that have changes which no version of theirs has."""
        return self._unsaid.get(self._read_unsaid)

    def _read_unsaid(self) -> tuple[OwnList, ...]:
        of_list = select(STATUS_VERSIONS.c.changes).where(STATUS_VERSIONS.c.list == STATUS_LISTS.c.id)
        said = of_list.order_by(STATUS_VERSIONS.c.number.desc()).limit(1).scalar_subquery()
        chosen = select(STATUS_LISTS).where(STATUS_LISTS.c.changes > func.coalesce(said, 0))
        with self._database.read() as connection:
            rows = connection.execute(chosen.order_by(STATUS_LISTS.c.id)).all()
        return tuple(OwnList(row.id, row.purpose, row.issuer, row.changes) for row in rows)

    def find_by_uuid(self, name: uuid.UUID) -> OwnList | None:
        """The list whose id ends with this UUID; None where there is none. The address that an id begins with may have changed
        since."""
        return self._find(or_(STATUS_LISTS.c.id.endswith(f"{ROUTE}{name}"), STATUS_LISTS.c.id == name.urn))

    def _find(self, condition: object) -> OwnList | None:
        with self._database.read() as connection:
            row = connection.execute(select(STATUS_LISTS).where(condition)).one_or_none()  # type: ignore[arg-type]
        return None if row is None else OwnList(row.id, row.purpose, row.issuer, row.changes)

    def positions(self, found: OwnList) -> list[int]:
        """The positions of a list whose bits are set, ascending: at most `ENTRIES`."""
        chosen = select(POSITIONS.c.position).where(_LIST[found.purpose] == found.id, _BIT[found.purpose])
        with self._database.read() as connection:
            return list(connection.scalars(chosen.order_by(POSITIONS.c.position)))

    def among(self, credentials: Collection[bytes], purpose: str) -> set[bytes]:
        """Those of these credentials (digests) that are revoked, or suspended."""
        chosen = select(POSITIONS.c.credential).where(POSITIONS.c.credential.in_(credentials), _BIT[purpose])
        with self._database.read() as connection:
            return set(connection.scalars(chosen))

    def last_change(self) -> int:
        """The number of the newest change of a bit; 0 before the first."""
        with self._database.read() as connection:
            return connection.scalar(select(func.max(STATUS_CHANGES.c.number))) or 0

    def changes(self, after: int, limit: int) -> list[StatusChange]:
        """The changes of bits after this number, in their order."""
        chosen = select(STATUS_CHANGES).where(STATUS_CHANGES.c.number > after).order_by(STATUS_CHANGES.c.number)
        with self._database.read() as connection:
            rows = connection.execute(chosen.limit(limit))
            return [StatusChange(row.number, bytes(row.credential), row.purpose, row.set, row.at) for row in rows]

    def versions(self, list_id: str, limit: int) -> list[Version]:
        """The newest versions of a list, newest first."""
        chosen = select(STATUS_VERSIONS).where(STATUS_VERSIONS.c.list == list_id)
        with self._database.read() as connection:
            rows = connection.execute(chosen.order_by(STATUS_VERSIONS.c.number.desc()).limit(limit))
            return [Version(row.changes, bytes(row.commitment), row.start) for row in rows]
