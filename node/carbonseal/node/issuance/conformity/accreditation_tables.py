"""Accreditations that were issued here, and those that bodies of this node were given by their accreditors.

Owns the tables `accreditations` and `held_accreditations`. `keep` and `hold` are called in the thread that writes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Select, delete, func, insert, select

from carbonseal.node.requests.idempotency import Also
from carbonseal.passport.conformity.accreditations import Accreditation
from carbonseal.storage.database import Database
from carbonseal.storage.node_tables import ACCREDITATIONS, HELD_ACCREDITATIONS
from carbonseal.storage.paging import Span, read_page

_ROW = select(*(column for column in ACCREDITATIONS.c if column.name != "file"))


class AccreditationTables:
    """What was accredited."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, root: Accreditation, encoded: bytes, accreditor: str, now: int, also: Also) -> None:
        """Keep an accreditation that `accreditor` (its name in node.toml) just issued, as a file; `now` in seconds since 1970.
        Durable on return, with what `also` does in the same transaction."""
        row = {
            "accreditation": root.digest,
            "accreditor": accreditor,
            "body": root.body,
            "name": root.name,
            "issued": now,
        }
        with self._database.write() as connection:
            also(connection)
            connection.execute(insert(ACCREDITATIONS).values(**row, file=encoded))

    def find(self, accreditation: bytes) -> Mapping[str, Any] | None:
        """The row of the accreditation with this digest, without its file; None where it was not issued here."""
        return next(iter(self._rows(_ROW.where(ACCREDITATIONS.c.accreditation == accreditation))), None)

    def file(self, accreditation: bytes) -> bytes:
        """The file of an accreditation that was issued here, as it was issued."""
        with self._database.read() as connection:
            chosen = select(ACCREDITATIONS.c.file).where(ACCREDITATIONS.c.accreditation == accreditation)
            return bytes(connection.scalars(chosen).one())

    def last(self) -> int:
        """The number of the newest accreditation; 0 before the first."""
        with self._database.read() as connection:
            return connection.scalar(select(func.max(ACCREDITATIONS.c.number))) or 0

    def page(self, accreditors: Collection[str], span: Span, body: str | None = None) -> list[Mapping[str, Any]]:
        """The rows of these accreditors in a span, without their files, in the order of their numbers; of this body (its id), where
        it is given."""
        columns = ACCREDITATIONS.c
        chosen = [] if body is None else [columns.body == body]
        with self._database.read() as connection:
            return read_page(
                connection, _ROW, ACCREDITATIONS, [[columns.accreditor == one, *chosen] for one in accreditors], span
            )

    def hold(self, body: str, files: Mapping[bytes, bytes]) -> None:
        """Keep the accreditations that a body of this node (its name in node.toml) was given: their files, by their digests, with
        what was known of them. Durable on return."""
        with self._database.write() as connection:
            for accreditation, file in files.items():
                here = (HELD_ACCREDITATIONS.c.body == body, HELD_ACCREDITATIONS.c.accreditation == accreditation)
                connection.execute(delete(HELD_ACCREDITATIONS).where(*here))
                row = {"body": body, "accreditation": accreditation, "file": file}
                connection.execute(insert(HELD_ACCREDITATIONS).values(row))

    def held(self, body: str) -> list[bytes]:
        """The files of the accreditations that a body of this node was given."""
        chosen = select(HELD_ACCREDITATIONS.c.file).where(HELD_ACCREDITATIONS.c.body == body)
        with self._database.read() as connection:
            return [*map(bytes, connection.scalars(chosen))]

    def _rows(self, chosen: Select[Any]) -> list[Mapping[str, Any]]:
        with self._database.read() as connection:
            return [dict(row) for row in connection.execute(chosen).mappings()]
