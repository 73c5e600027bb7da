"""Passports that were issued here, as they were then: what a refresh begins with, and what is listed.

Owns the table `passports`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, insert, select

from carbonseal.instants import format_instant, from_seconds, parse_instant
from carbonseal.node.requests.idempotency import Also
from carbonseal.storage.database import Database
from carbonseal.storage.node_tables import PASSPORTS
from carbonseal.storage.paging import Span, equal, read_page, values_of

from .issue_desk import Made

_ROW = select(*(column for column in PASSPORTS.c if column.name != "passport"))


@dataclass(frozen=True, slots=True)
class Issued:
    """One credential that was issued here, by its digest (32 bytes). `number` counts them from 1, `issued` is in seconds since
    1970."""

    number: int
    digest: bytes
    issuer: str
    subject: str
    name: str
    issued: int
    revoked: bool
    suspended: bool

    def to_json(self) -> dict[str, object]:
        """As the service answers: the digest in hexadecimal, the time as RFC 3339 has it."""
        return {
            "number": self.number,
            "credential": self.digest.hex(),
            "issuer": self.issuer,
            "subject": self.subject,
            "name": self.name,
            "issued": format_instant(from_seconds(self.issued)),
            "revoked": self.revoked,
            "suspended": self.suspended,
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Issued:
        """The inverse of `to_json`."""
        return Issued(
            int(value["number"]),
            bytes.fromhex(value["credential"]),
            str(value["issuer"]),
            str(value["subject"]),
            str(value["name"]),
            int(parse_instant(value["issued"]).timestamp()),
            bool(value["revoked"]),
            bool(value["suspended"]),
        )


class IssuedPassports:
    """What was issued. `keep` is called in the thread that writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, made: Made, encoded: bytes, tenant: str, now: int, also: Also) -> None:
        """Keep a passport that was just issued for this tenant, with its bytes; `now` in seconds since 1970. Durable on return,
        with what `also` does in the same transaction."""
        row = {"tenant": tenant, "issuer": made.issuer, "subject": made.subject, "name": made.name, "issued": now}
        with self._database.write() as connection:
            also(connection)
            connection.execute(insert(PASSPORTS).values(credential=made.root, passport=encoded, **row))

    def find(self, credential: bytes) -> bytes | None:
        """The passport about the credential of this digest, as it was issued; None where it was not issued here."""
        chosen = select(PASSPORTS.c.passport).where(PASSPORTS.c.credential == credential)
        with self._database.read() as connection:
            passport = connection.scalar(chosen)
        return None if passport is None else bytes(passport)

    def tenant(self, credential: bytes) -> str | None:
        """For which tenant the credential of this digest was issued; None where it was not issued here."""
        with self._database.read() as connection:
            return connection.scalar(select(PASSPORTS.c.tenant).where(PASSPORTS.c.credential == credential))

    def last(self) -> int:
        """The number of the newest passport; 0 before the first."""
        with self._database.read() as connection:
            return connection.scalar(select(func.max(PASSPORTS.c.number))) or 0

    def page(
        self, tenant: str | None, span: Span, subject: str | None = None, issuer: str | None = None
    ) -> list[Mapping[str, Any]]:
        """The rows of a tenant (None: of all) in a span, without their passports, in the order of their numbers; of this subject
        and this issuer, where they are given."""
        columns = PASSPORTS.c
        with self._database.read() as connection:
            tenants = values_of(connection, columns.tenant) if tenant is None else [tenant]
            if subject is not None:
                groups = [
                    [columns.tenant == one, *equal(columns.subject, subject, (columns.issuer, issuer))]
                    for one in tenants
                ]
            elif issuer is not None:
                groups = [[columns.tenant == one, columns.issuer == issuer] for one in tenants]
            else:
                groups = [[columns.tenant == one] for one in tenants]
            return read_page(connection, _ROW, PASSPORTS, groups, span)

    def row(self, credential: bytes) -> list[Mapping[str, Any]]:
        """The row of the credential of this digest, without its passport, as a page of at most one."""
        return self._rows(_ROW.where(PASSPORTS.c.credential == credential))

    def _rows(self, chosen: Select[Any]) -> list[Mapping[str, Any]]:
        with self._database.read() as connection:
            return [dict(row) for row in connection.execute(chosen).mappings()]
