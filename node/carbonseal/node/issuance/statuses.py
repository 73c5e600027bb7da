"""Which credentials are revoked, and the signed lists that say so.

Every credential has a position in one of its issuer's lists. A list is signed anew when it says something new or half its time
is over, and sealed like any record. A passport gets a newer list once that is anchored everywhere, and at once where it revokes
more than the one before: until then its holder keeps a list that is still valid.

Owns the tables `positions` and `status_lists`. What writes, `allocate`, `assign` and `revoke`, is called in the thread for that.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select, update

from carbonseal.findings import Refused
from carbonseal.instants import from_seconds
from carbonseal.log.notes import SigningKey
from carbonseal.node.config import IssuerConfig
from carbonseal.node.sealing.queue import Receipt, StoredRecord
from carbonseal.passport.credentials import Carried, StatusEntry, sign_document
from carbonseal.passport.passports import carry_status_list
from carbonseal.passport.status_lists import ENTRIES, STATUS_LIST_PROFILE, StatusList, draft_status_list
from carbonseal.records.admission import Record, own_record
from carbonseal.records.strict import parse
from carbonseal.storage.database import Database
from carbonseal.storage.node_tables import POSITIONS, STATUS_LISTS
from carbonseal.storage.writer_thread import WriterThread

from . import codes

LIFE = timedelta(days=7)  # for which a list speaks


@dataclass(frozen=True, slots=True)
class Signer:
    """One issuer of `node.toml`, with its key."""

    config: IssuerConfig
    key: SigningKey

    async def sign(self, document: Mapping[str, Any], now: int) -> dict[str, Any]:
        """The signed document. In a thread: a token takes its time. Raises Refused where it does not sign."""
        public_key = self.key.public_key().public_bytes_raw()
        return await asyncio.to_thread(sign_document, document, self.key.sign, public_key, from_seconds(now))


class Statuses:
    """The status of every credential that this node issued. `submit` stores and seals for a tenant, `record` finds
    what was stored."""

    def __init__(
        self,
        database: Database,
        signers: Mapping[str, Signer],
        *,
        submit: Callable[[Record, str], Awaitable[Receipt]],
        record: Callable[[bytes], StoredRecord],
        now: Callable[[], int],
        writer: WriterThread,
    ) -> None:
        self._database = database
        self._signers = signers
        self._submit = submit
        self._record = record
        self._now = now
        self._writer = writer

    def allocate(self, issuer: str, origin: str) -> tuple[int, StatusEntry]:
        """A position for a credential that is about to be signed and sealed in the log with this origin: its number in this
        node, and what the credential says. A successor of a log has lists of its own: which positions an old copy forgot,
        nobody knows."""
        name = f"{origin} status list of {self._signers[issuer].config.id}"
        with self._database.write() as connection:
            mine = select(func.count()).select_from(POSITIONS)
            mine = mine.where(POSITIONS.c.issuer == issuer, POSITIONS.c.origin == origin)
            part, position = divmod(connection.scalar(mine) or 0, ENTRIES)
            list_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{name}, {part}").urn
            row = {"issuer": issuer, "origin": origin, "list": list_id, "position": position, "revoked": False}
            number = connection.execute(insert(POSITIONS).values(row)).inserted_primary_key
            assert number is not None
        return number[0], StatusEntry(list_id, position)

    def assign(self, number: int, credential: bytes) -> None:
        """The credential of that number was signed, and has this digest."""
        with self._database.write() as connection:
            connection.execute(update(POSITIONS).where(POSITIONS.c.number == number).values(credential=credential))

    def revoke(self, credential: bytes) -> tuple[str, bool]:
        """Revoke a credential, for ever. Gives the id of the list that will say so, and whether it did not say so before.
        Raises Refused where it is not known."""
        chosen = POSITIONS.c.credential == credential
        with self._database.write() as connection:
            row = connection.execute(select(POSITIONS.c.list, POSITIONS.c.revoked).where(chosen)).one_or_none()
            if row is None:
                raise Refused(codes.NODE_UNKNOWN_CREDENTIAL(digest=credential.hex()))
            connection.execute(update(POSITIONS).where(chosen).values(revoked=True))
        return str(row.list), not row.revoked

    def revoked(self, credentials: Collection[bytes]) -> set[bytes]:
        """Those of these credentials that are revoked."""
        chosen = select(POSITIONS.c.credential).where(POSITIONS.c.credential.in_(credentials), POSITIONS.c.revoked)
        with self._database.read() as connection:
            return set(connection.scalars(chosen))

    def signer_of(self, list_id: str) -> Signer | None:
        """Whose list that is, if it is one of this node's."""
        with self._database.read() as connection:
            issuer = connection.scalar(select(POSITIONS.c.issuer).where(POSITIONS.c.list == list_id).limit(1))
        return self._signers.get(issuer) if issuer is not None else None

    async def current(self, list_id: str, signer: Signer) -> Carried[StatusList]:
        """The list as it has to be now: the newest, or a new one, which is stored and waits to join the log."""
        revoked, now = self._revoked(list_id), self._now()
        rows = self._versions(list_id)
        if rows and rows[0].revoked == revoked and now - rows[0].signed < LIFE.total_seconds() / 2:
            return self._stored(rows[0].commitment)
        draft = draft_status_list(
            id=list_id,
            issuer=signer.config.id,
            revoked=json.loads(revoked),
            valid_from=from_seconds(now),
            valid_until=from_seconds(now) + LIFE,
        )
        made = own_record(await signer.sign(draft, now), STATUS_LIST_PROFILE)
        receipt = await self._submit(made, signer.config.tenant)
        row = {"list": list_id, "revoked": revoked, "commitment": receipt.commitment, "signed": now}
        await self._writer.run(self._keep, row)
        return self._stored(receipt.commitment)

    def _keep(self, row: dict[str, Any]) -> None:
        with self._database.write() as connection:
            connection.execute(insert(STATUS_LISTS).values(row))

    def best(self, list_id: str, anchored: Callable[[bytes], bool]) -> Carried[StatusList] | None:
        """The version that a passport should carry now. `anchored` tells whether a commitment is, on every ledger."""
        rows = self._versions(list_id)
        for row, older in zip(rows, [*rows[1:], None], strict=True):
            if older is None or row.revoked != older.revoked or anchored(row.commitment):
                return self._stored(row.commitment)
        return None

    def _revoked(self, list_id: str) -> str:
        chosen = select(POSITIONS.c.position).where(POSITIONS.c.list == list_id, POSITIONS.c.revoked)
        with self._database.read() as connection:
            return json.dumps(list(connection.scalars(chosen.order_by(POSITIONS.c.position))))

    def _versions(self, list_id: str) -> list[Any]:
        chosen = select(STATUS_LISTS).where(STATUS_LISTS.c.list == list_id)
        with self._database.read() as connection:
            return list(connection.execute(chosen.order_by(STATUS_LISTS.c.number.desc()).limit(16)))

    def _stored(self, commitment: bytes) -> Carried[StatusList]:
        stored = self._record(bytes(commitment))
        return carry_status_list(parse(stored.canonical), stored.receipt.salt)
