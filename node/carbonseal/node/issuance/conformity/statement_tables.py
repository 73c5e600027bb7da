"""Statements that were issued here, as they were then, and which footprints and organisations they are about.

Owns the tables `statements` and `stated_footprints`. `keep` is called in the thread that writes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from sqlalchemy import Select, func, insert, select

from carbonseal.node.requests.idempotency import Also
from carbonseal.passport.conformity.statements import Opinion, Statement
from carbonseal.passport.conformity.words import MODEL, PRODUCT, PROGRAM
from carbonseal.storage.database import Database
from carbonseal.storage.node_tables import STATED_FOOTPRINTS, STATEMENTS
from carbonseal.storage.paging import Span, read_page

MOST_JOINING = 256  # statements that join one passport at one time, the newest first
AT_ONCE = 500  # values in one query
T = TypeVar("T", str, bytes)
_ROW = select(*(column for column in STATEMENTS.c if column.name != "file"))


class StatementTables:
    """What was stated."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, root: Statement, encoded: bytes, body: str, now: int, also: Also, *, attach: bool) -> None:
        """Keep a statement that `body` (its name in node.toml) just issued, as a file; `now` in seconds since 1970; `attach`:
        whether it joins passports that are refreshed. Durable on return, with what `also` does in the same transaction."""
        opinion = root.opinion
        row = {
            "statement": root.digest,
            "body": body,
            "organisation": opinion.organisation,
            "name": opinion.name,
            "covers": opinion.covers,
            "issued": now,
            "replaces": root.replaces,
            "attach": attach,
            "file": encoded,
        }
        with self._database.write() as connection:
            also(connection)
            number = connection.execute(insert(STATEMENTS).values(row)).inserted_primary_key
            assert number is not None
            stated = [{"commitment": one, "statement": number[0]} for one in opinion.footprints]
            if stated:
                connection.execute(insert(STATED_FOOTPRINTS), stated)

    def find(self, statement: bytes) -> Mapping[str, Any] | None:
        """The row of the statement with this digest, without its file; None where it was not issued here."""
        return next(iter(self._rows(_ROW.where(STATEMENTS.c.statement == statement))), None)

    def file(self, statement: bytes) -> bytes:
        """The file of a statement that was issued here, as it was issued."""
        with self._database.read() as connection:
            found = connection.scalars(select(STATEMENTS.c.file).where(STATEMENTS.c.statement == statement))
            return bytes(found.one())

    def last(self) -> int:
        """The number of the newest statement; 0 before the first."""
        with self._database.read() as connection:
            return connection.scalar(select(func.max(STATEMENTS.c.number))) or 0

    def page(self, bodies: Collection[str], span: Span, organisation: str | None = None) -> list[Mapping[str, Any]]:
        """The rows of these bodies in a span, without their files, in the order of their numbers; of this organisation (its id),
        where it is given."""
        columns = STATEMENTS.c
        chosen = [] if organisation is None else [columns.organisation == organisation]
        with self._database.read() as connection:
            return read_page(connection, _ROW, STATEMENTS, [[columns.body == one, *chosen] for one in bodies], span)

    def replaced(self, statement: bytes) -> bool:
        """Whether another statement of here supersedes or corrects this one."""
        return bool(self._rows(_ROW.where(STATEMENTS.c.replaces == statement).limit(1)))

    def alike(self, body: str, opinion: Opinion) -> list[Mapping[str, Any]]:
        """The rows of statements of this body that may be about what the opinion is about."""
        if opinion.covers == PRODUCT:
            rows = self._about_footprints(opinion.footprints)
        else:
            rows = self._about_organisations([opinion.organisation], [opinion.covers])
        return [row for row in rows if row["body"] == body]

    def about(self, footprints: Iterable[bytes], organisations: Iterable[str]) -> list[Mapping[str, Any]]:
        """The rows of statements that join a passport which lists these footprints (commitments), and whose credentials these
        organisations issued: those that were released for it, the newest first, at most `MOST_JOINING`."""
        found = {
            row["number"]: row
            for row in (
                *self._about_footprints(footprints),
                *self._about_organisations(organisations, [PROGRAM, MODEL]),
            )
            if row["attach"]
        }
        return [found[number] for number in sorted(found, reverse=True)][:MOST_JOINING]

    def _about_footprints(self, footprints: Iterable[bytes]) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        for some in _some(footprints):
            numbers = select(STATED_FOOTPRINTS.c.statement).where(STATED_FOOTPRINTS.c.commitment.in_(some))
            found += self._rows(_ROW.where(STATEMENTS.c.number.in_(numbers)))
        return found

    def _about_organisations(self, organisations: Iterable[str], covers: Collection[str]) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        for some in _some(organisations):
            chosen = _ROW.where(STATEMENTS.c.organisation.in_(some), STATEMENTS.c.covers.in_(covers))
            found += self._rows(chosen)
        return found

    def _rows(self, chosen: Select[Any]) -> list[Mapping[str, Any]]:
        with self._database.read() as connection:
            return [dict(row) for row in connection.execute(chosen).mappings()]


def _some(values: Iterable[T]) -> Iterator[list[T]]:
    """The values, each once, as many together as one query takes."""
    ordered = sorted(set(values))
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]
