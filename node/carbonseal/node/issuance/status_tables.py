"""Status of credentials in the node's database: positions in status lists, what is revoked, versions that were signed.

A revocation is for ever, so how many positions of a list are revoked says which: two versions with one number say the same.

Owns the tables `status_lists`, `positions` and `status_versions`. `allocate`, `assign`, `revoke` and `add_version` are called in
the thread that writes, and are durable on return.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from carbonseal.findings import Refused
from carbonseal.passport.credentials import REVOCATION, StatusEntry
from carbonseal.passport.status_lists import ENTRIES
from carbonseal.storage.database import Database
from carbonseal.storage.node_tables import POSITIONS, STATUS_LISTS, STATUS_VERSIONS

from .codes import NODE_UNKNOWN_CREDENTIAL


@dataclass(frozen=True, slots=True)
class Version:
    """A signed version of a status list: how many positions it says are revoked, the commitment of its document, and when it was
    signed, in seconds since 1970."""

    revoked: int
    commitment: bytes
    signed: int


class StatusTables:
    """The status of every credential that a node issued."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- changing --------------------------------------------------------------------------------------------------

    def allocate(self, issuer: str, issuer_id: str, origin: str) -> tuple[int, StatusEntry]:
        """A position for a credential of this issuer (its name in node.toml, and its id) that is about to be sealed in the log
        with this origin: the credential's number in this node, and the entry that it names.

        A successor of a log has lists of its own: which positions an old copy of this node gave away, nobody knows."""
        with self._database.write() as connection:
            newest = select(STATUS_LISTS).where(STATUS_LISTS.c.issuer == issuer, STATUS_LISTS.c.origin == origin)
            row = connection.execute(newest.order_by(STATUS_LISTS.c.part.desc()).limit(1)).one_or_none()
            if row is None or row.allocated == ENTRIES:
                part, position = 0 if row is None else row.part + 1, 0
                list_id = _new_list(connection, issuer, issuer_id, origin, part)
            else:
                list_id, position = row.id, row.allocated
            grown = update(STATUS_LISTS).where(STATUS_LISTS.c.id == list_id)
            connection.execute(grown.values(allocated=position + 1))
            values = {"list": list_id, "position": position, "revoked": False}
            number = connection.execute(insert(POSITIONS).values(values)).inserted_primary_key
            assert number is not None
        return number[0], StatusEntry(REVOCATION, list_id, position)

    def assign(self, number: int, credential: bytes) -> None:
        """The credential of that number was signed, and has this digest (32 bytes)."""
        with self._database.write() as connection:
            connection.execute(update(POSITIONS).where(POSITIONS.c.number == number).values(credential=credential))

    def revoke(self, credential: bytes) -> tuple[str, bool]:
        """Revoke the credential with this digest, for ever. Gives the id of the list that has to say so, and whether it was not
        revoked before. Raises Refused where it was not issued here."""
        with self._database.write() as connection:
            row = connection.execute(select(POSITIONS).where(POSITIONS.c.credential == credential)).one_or_none()
            if row is None:
                raise Refused(NODE_UNKNOWN_CREDENTIAL(digest=credential.hex()))
            if not row.revoked:
                connection.execute(update(POSITIONS).where(POSITIONS.c.number == row.number).values(revoked=True))
                more = update(STATUS_LISTS).where(STATUS_LISTS.c.id == row.list)
                connection.execute(more.values(revoked=STATUS_LISTS.c.revoked + 1))
        return str(row.list), not row.revoked

    def add_version(self, list_id: str, version: Version) -> None:
        """Keep a version that was signed and stored."""
        values = {"revoked": version.revoked, "commitment": version.commitment, "signed": version.signed}
        with self._database.write() as connection:
            connection.execute(insert(STATUS_VERSIONS).values(list=list_id, **values))

    # --- reading ---------------------------------------------------------------------------------------------------

    def issuer_of(self, list_id: str) -> str | None:
        """The name of the issuer whose list that is; None where it is not one of this node's."""
        with self._database.read() as connection:
            return connection.scalar(select(STATUS_LISTS.c.issuer).where(STATUS_LISTS.c.id == list_id))

    def count_revoked(self, list_id: str) -> int:
        """How many positions of a list are revoked."""
        with self._database.read() as connection:
            return connection.scalar(select(STATUS_LISTS.c.revoked).where(STATUS_LISTS.c.id == list_id)) or 0

    def revoked_positions(self, list_id: str) -> list[int]:
        """The positions of a list that are revoked, ascending: at most `ENTRIES`."""
        chosen = select(POSITIONS.c.position).where(POSITIONS.c.list == list_id, POSITIONS.c.revoked)
        with self._database.read() as connection:
            return list(connection.scalars(chosen.order_by(POSITIONS.c.position)))

    def revoked_among(self, credentials: Collection[bytes]) -> set[bytes]:
        """Those of these credentials (digests) that are revoked."""
        chosen = select(POSITIONS.c.credential).where(POSITIONS.c.credential.in_(credentials), POSITIONS.c.revoked)
        with self._database.read() as connection:
            return set(connection.scalars(chosen))

    def versions(self, list_id: str, limit: int) -> list[Version]:
        """The newest versions of a list, newest first."""
        chosen = select(STATUS_VERSIONS).where(STATUS_VERSIONS.c.list == list_id)
        with self._database.read() as connection:
            rows = connection.execute(chosen.order_by(STATUS_VERSIONS.c.number.desc()).limit(limit))
            return [Version(row.revoked, bytes(row.commitment), row.signed) for row in rows]


def _new_list(connection: Connection, issuer: str, issuer_id: str, origin: str, part: int) -> str:
    list_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{origin} status list of {issuer_id}, {part}").urn
    values = {"issuer": issuer, "origin": origin, "part": part, "allocated": 0, "revoked": 0}
    connection.execute(insert(STATUS_LISTS).values(id=list_id, **values))
    return list_id
