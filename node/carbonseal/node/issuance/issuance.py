"""Credentials and passports: issued, refreshed, revoked.

A credential is signed, then sealed like any record. Its passport can be had at once, and gains anchors by being refreshed.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from carbonseal.findings import Refused
from carbonseal.instants import from_seconds, parse_instant
from carbonseal.node.sealing.queue import Receipt, StoredRecord
from carbonseal.passport.assembly import assemble, refresh
from carbonseal.passport.credentials import CREDENTIAL_PROFILE, Component, ListedRecord, draft_credential
from carbonseal.passport.passports import Disclosed, Passport, carry_credential, parse, parse_value
from carbonseal.passport.schemas import ISSUE_SHAPE
from carbonseal.passport.seals import Seal
from carbonseal.records.admission import Record, own_record
from carbonseal.records.strict import parse as parse_json
from carbonseal.storage.database import Database
from carbonseal.storage.writer_thread import WriterThread

from . import codes
from .issued import Issued, IssuedPassports
from .statuses import Signer, Statuses


class Sealing(Protocol):
    """What issuing needs of the node."""

    async def submit_record(self, record: Record, tenant: str) -> Receipt: ...
    async def sequence(self) -> Mapping[str, bytes]: ...
    def record(self, commitment: bytes) -> StoredRecord: ...
    def knows(self, commitment: bytes) -> bool: ...
    def seal(self, commitment: bytes) -> Seal: ...
    def is_final(self, commitment: bytes) -> bool: ...
    def origin_of(self, tenant: str) -> str: ...
    def consistency(self, origin: str, old_size: int, new_size: int) -> tuple[bytes, ...] | None: ...


class Issuing:
    """Issues in the names of a node's issuers, about records in any of its logs."""

    def __init__(
        self,
        database: Database,
        node: Sealing,
        statuses: Statuses,
        signers: Mapping[str, Signer],
        *,
        now: Callable[[], int],
        writer: WriterThread,
    ) -> None:
        self._issued = IssuedPassports(database)
        self._node = node
        self._statuses = statuses
        self._signers = signers
        self._now = now
        self._writer = writer

    async def issue(self, request: Mapping[str, Any]) -> bytes:
        """Sign, seal and assemble what an issue request asks for (docs/spec.md, "Issue request"). Raises Refused."""
        ISSUE_SHAPE.check(request, codes.ISSUE_MALFORMED)
        signer = self._signer(request["issuer"])
        tenant = signer.config.tenant
        origin = self._node.origin_of(tenant)
        parts = [_component(number, part) for number, part in enumerate(request.get("components", ()))]
        records = [(asked, self._sealed(number, asked)) for number, asked in enumerate(request["records"])]
        until = _instant(request["validUntil"]) if "validUntil" in request else None
        number, status = await self._writer.run(self._statuses.allocate, signer.config.name, origin)
        now = self._now()
        draft = draft_credential(
            id=uuid.uuid5(uuid.NAMESPACE_URL, f"{origin} credential {number}").urn,
            issuer=signer.config.id,
            subject=request["subject"],
            name=request.get("name", request["subject"]),
            records=[ListedRecord(a["role"], r.receipt.profile, r.receipt.commitment) for a, r in records],
            components=[component for component, _ in parts],
            valid_from=from_seconds(now),
            valid_until=until,
            status=status,
        )
        document = await signer.sign(draft, now)
        receipt = await self._node.submit_record(own_record(document, CREDENTIAL_PROFILE), tenant)
        credential = carry_credential(document, receipt.salt)
        await self._writer.run(self._statuses.assign, number, credential.signed.digest)
        status_list = await self._statuses.current(status.list_id, signer)
        await self._node.sequence()
        disclosed = [_disclosed(record) for asked, record in records if asked.get("disclose", True)]
        commitments = {record.receipt.commitment for _, record in records}
        passport = assemble(
            credential,
            records={record.commitment(): record for record in disclosed},
            seals=self._seals({*commitments, credential.commitment, status_list.commitment}),
            status_lists=[status_list],
            components=[component for _, component in parts],
            link=self._node.consistency,
        )
        encoded = passport.encode()
        await self._writer.run(self._issued.keep, passport, encoded, now)
        return encoded

    async def refresh(self, raw: bytes) -> bytes:
        """The same passport with newer heads and anchors of this node's logs, and its issuers' newest status. Raises Refused,
        also where nothing in it is of this node."""
        passport = parse(raw)
        entries = (carried.signed.status for carried in passport.credentials.values())
        lists = {status.list_id for status in entries if status is not None}
        signers = {list_id: self._statuses.signer_of(list_id) for list_id in sorted(lists)}
        if not any(signers.values()) and not any(map(self._node.knows, passport.commitments())):
            raise Refused(codes.NODE_UNRELATED_PASSPORT())
        for list_id, signer in signers.items():
            if signer is not None:
                await self._statuses.current(list_id, signer)
        await self._node.sequence()
        best = [self._statuses.best(list_id, self._node.is_final) for list_id, signer in signers.items() if signer]
        status_lists = [one for one in best if one is not None]
        commitments = passport.commitments() | {one.commitment for one in status_lists}
        return refresh(
            passport, seals=self._seals(commitments), status_lists=status_lists, link=self._node.consistency
        ).encode()

    async def passport(self, credential: bytes) -> bytes | None:
        """The refreshed passport about the credential of this digest, if it was issued here."""
        issued = self._issued.find(credential)
        return None if issued is None else await self.refresh(issued)

    def issued(self, after: int = 0) -> list[Issued]:
        """What was issued here, in its order: the page that begins after this number, empty once there is no more."""
        rows = self._issued.page(after)
        revoked = self._statuses.revoked([row["credential"] for row in rows])
        return [
            Issued(
                number=row["number"],
                digest=row["credential"],
                issuer=row["issuer"],
                subject=row["subject"],
                name=row["name"],
                issued=row["issued"],
                revoked=row["credential"] in revoked,
            )
            for row in rows
        ]

    async def revoke(self, credential: bytes) -> bool:
        """Revoke a credential that was issued here, for ever. Refreshed passports say so from now on. Gives whether it was not
        revoked before. Raises Refused."""
        list_id, is_new = await self._writer.run(self._statuses.revoke, credential)
        signer = self._statuses.signer_of(list_id)
        assert signer is not None
        await self._statuses.current(list_id, signer)
        await self._node.sequence()
        return bool(is_new)

    def _signer(self, name: str) -> Signer:
        signer = self._signers.get(name)
        if signer is None:
            raise Refused(codes.ISSUE_UNKNOWN_ISSUER("/issuer", name=name, known=", ".join(sorted(self._signers))))
        return signer

    def _sealed(self, number: int, asked: Mapping[str, Any]) -> StoredRecord:
        try:
            return self._node.record(bytes.fromhex(asked["commitment"]))
        except Refused as refused:
            raise refused.under("records", str(number), "commitment") from refused

    def _seals(self, commitments: Iterable[bytes]) -> dict[bytes, Seal]:
        """The seals of those that are in this node's logs; a component may be from elsewhere."""
        return {commitment: self._node.seal(commitment) for commitment in commitments if self._node.knows(commitment)}


def _component(number: int, part: Mapping[str, Any]) -> tuple[Component, Passport]:
    try:
        passport = parse_value(part["passport"])
    except Refused as refused:
        raise refused.under("components", str(number), "passport") from refused
    return Component(passport.root, part["quantity"], part["unit"]), passport


def _disclosed(record: StoredRecord) -> Disclosed:
    return Disclosed(record.receipt.profile, record.receipt.salt, parse_json(record.canonical))


def _instant(text: str) -> Any:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise Refused(codes.ISSUE_MALFORMED("/validUntil", problem=error)) from error
