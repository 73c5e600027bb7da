"""Credentials and passports: issued, refreshed, revoked, suspended, reinstated.

A credential is signed, then sealed like any record. Its passport can be had at once, and gains anchors by being refreshed.

A passport may be large: what reads, makes or writes one runs in a thread, beside which the service answers others.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from carbonseal.findings import Code, Finding, Refused
from carbonseal.instants import format_seconds, from_seconds, parse_instant
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.visible import VisibleRecords
from carbonseal.node.sealing.codes import NODE_QUORUM_UNMET
from carbonseal.node.sealing.logs import Logs, SealedRecord
from carbonseal.node.seals import Seals
from carbonseal.passport.assembly import assemble, refresh
from carbonseal.passport.bundles import Disclosed
from carbonseal.passport.credentials import REVOCATION, SUSPENSION
from carbonseal.passport.passports import PASSPORT_LIMITS, Passport, parse, parse_value
from carbonseal.passport.products import (
    PRODUCT,
    Batch,
    Classification,
    Component,
    Facility,
    ListedRecord,
    batch_salt,
    draft_product,
)
from carbonseal.passport.seals import Seal
from carbonseal.records.admission import own_record
from carbonseal.storage.writer_thread import WriterThread
from carbonseal.verification.review import AT_ISSUE, AT_REFRESH, objections

from . import codes, requests
from .issued import Issued, IssuedPassports
from .signers import Signer
from .statuses import Statuses, carry
from .warnings import warnings

MAX_PASSPORT = PASSPORT_LIMITS.max_bytes
Warn = Callable[[Finding], None]

Record = Callable[[Caller, str, Mapping[str, str], str], Awaitable[None]]  # adds an event to the audit chain

_Part = tuple[Component, Passport]


def ignore(finding: Finding) -> None:
    """A `Warn` that does nothing."""


class Issuing:
    """Issues in the names of a node's issuers (`signers`, by their names in node.toml), about records in any of its logs."""

    def __init__(
        self,
        issued: IssuedPassports,
        logs: Logs,
        seals: Seals,
        statuses: Statuses,
        signers: Mapping[str, Signer],
        *,
        visible: VisibleRecords,
        record: Record,
        thread: WriterThread,
        clock: Callable[[], float],
    ) -> None:
        self._visible = visible
        self._record_act = record
        self._issued = issued
        self._logs = logs
        self._seals = seals
        self._statuses = statuses
        self._signers = signers
        self._thread = thread
        self._clock = clock

    async def issue(self, request: Mapping[str, Any], caller: Caller, warn: Warn = ignore) -> bytes:
        """Sign, seal and assemble what an issue request asks for (docs/spec.md, "Issue request"): the passport's bytes. The issuer,
        and what is disclosed, has to be the caller's, and what is cited the caller's to read. `warn` is called with what is known
        to be wrong with it (`warnings`). Raises Refused, `Busy`, `Frozen`."""
        requests.check(request)
        signer = self._signer(request["issuer"], caller)
        tenant = signer.config.tenant
        origin = self._logs.of_tenant(tenant).origin
        now = int(self._clock())
        until = _until(request, now)
        parts = [
            await self._component(number, part, request) for number, part in enumerate(request.get("components", ()))
        ]
        components = requests.add_up(component for component, _ in parts)
        records = [(asked, self._record(number, asked, caller)) for number, asked in enumerate(request["records"])]
        number, status = await self._statuses.allocate(signer, origin)
        # Durable: the position. A crash before the passport is kept leaves a position that no credential has, or a credential
        # that is sealed and in no passport: nobody has seen either, and issuing again makes another.
        draft = draft_product(
            id=uuid.uuid5(uuid.NAMESPACE_URL, f"{origin} credential {number}").urn,
            issuer=signer.config.id,
            subject=request["subject"],
            name=request.get("name", request["subject"]),
            records=[_listed(asked, record) for asked, record in records],
            components=components,
            **_about(request, signer.batch_key),
            valid_from=from_seconds(now),
            valid_until=until,
            status=status,
        )
        document = await signer.sign(draft, now)
        PRODUCT.parse(document)  # whatever is wrong with it, nothing of it is sealed
        sealed = await self._logs.submit(own_record(document, PRODUCT.profile), tenant)
        credential = PRODUCT.carry(document, sealed.receipt.salt)
        await self._statuses.assign(number, credential.signed.digest)
        lists = [entry.list_id for entry in status]
        versions = await self._renewed(lists)
        passport = await asyncio.to_thread(
            lambda: assemble(
                credential,
                records={
                    record.receipt.commitment: _disclosed(record) for a, record in records if a.get("disclose", True)
                },
                seals=self._seal([*(record for _, record in records), sealed, *versions]),
                status_lists=map(carry, versions),
                components=[part for _, part in parts],
                link=self._logs.consistency,
            )
        )
        await self._review(passport, AT_ISSUE)
        encoded = await asyncio.to_thread(passport.encode)
        if len(encoded) > MAX_PASSPORT:  # its credential is sealed, and in no passport
            raise Refused(codes.ISSUE_TOO_LARGE(size=len(encoded), limit=MAX_PASSPORT))
        about = {"credential": passport.root.hex(), "issuer": signer.config.name, "tenant": tenant}
        await self._record_act(caller, "issue-passport", about, "")
        await self._thread.run(self._issued.keep, passport, encoded, tenant, now)
        for finding in await asyncio.to_thread(self._warnings, passport, from_seconds(now), caller):
            warn(finding)
        return encoded

    def _warnings(self, passport: Passport, at: datetime, caller: Caller) -> list[Finding]:
        superseded = passport.credential.supersedes
        if superseded is None or self._is_own(superseded, caller):
            return warnings(passport, at)
        return [*warnings(passport, at), codes.ISSUE_SUPERSEDES_UNKNOWN(digest=superseded.hex())]

    async def refresh(self, raw: bytes) -> bytes:
        """The same passport with newer heads and anchors of this node's logs, and its issuers' newest status. Raises Refused,
        also where no credential in it was sealed here; `Busy`, `Frozen`.

        Whoever presents a credential with the salt that opens its commitment may have this, without an account: so it is
        answered for what such credentials cite, and for nothing else that the passport lists.

        While a log waits for its witnesses, what is published is given; but not where a change of status waits to be published."""
        passport, lists, cited = await asyncio.to_thread(self._presented, raw)
        try:
            versions = await self._renewed(lists)
        except Refused as refused:
            if refused.finding.code != NODE_QUORUM_UNMET or not all(map(self._statuses.says_all, lists)):
                raise
            versions = self._versions(lists, published=True)
        refreshed = await asyncio.to_thread(
            lambda: refresh(
                passport,
                seals=self._seal([*cited, *versions]),
                status_lists=map(carry, versions),
                link=self._logs.consistency,
            )
        )
        await self._review(refreshed, AT_REFRESH)
        return await asyncio.to_thread(refreshed.encode)

    def _presented(self, raw: bytes) -> tuple[Passport, list[str], list[SealedRecord]]:
        """A presented passport, the own status lists that its credentials name, and what they cite here. Raises Refused."""
        passport = parse(raw)
        own = {key: one for key, one in passport.credentials.items() if self._logs.find(one.commitment) is not None}
        if not own:
            raise Refused(codes.NODE_UNRELATED_PASSPORT())
        named = sorted({entry.list_id for one in own.values() for entry in one.signed.status})
        lists = [list_id for list_id in named if self._statuses.is_own(list_id)]
        carried = [one for one in passport.status_lists.values() if one.signed.id in lists]
        cited = {one.commitment for one in own.values()} | {one.commitment for one in carried}
        cited |= {record.commitment for one in own.values() for record in one.signed.records}
        return passport, lists, [record for record in map(self._logs.find, sorted(cited)) if record is not None]

    async def _component(self, number: int, part: Mapping[str, Any], request: Mapping[str, Any]) -> _Part:
        """A component with its passport, looked at by the verifier before anything is made of it. Raises Refused."""
        try:
            passport = await asyncio.to_thread(parse_value, part["passport"])
            inside = frozenset[str]().union(*(one.signed.identities for one in passport.credentials.values()))
            for own in sorted(requests.identities(request) & inside):
                raise Refused(codes.ISSUE_OWN_COMPONENT(subject=request["subject"], identifier=own))
            await self._review(passport, AT_ISSUE)
        except Refused as refused:
            raise refused.under("components", str(number), "passport") from refused
        return requests.component(part, passport.root), passport

    async def _review(self, passport: Passport, accepted: Collection[Code]) -> None:
        """Raise Refused with what our own verifier has against handing this passport out (`carbonseal.verification.review`)."""
        logs = {log.origin: log.verifier for log in self._logs.values()}
        at = from_seconds(int(self._clock()))
        against = await asyncio.to_thread(objections, passport, logs, at=at, accepted=accepted)
        if against:
            raise Refused(against[0])

    async def _renewed(self, lists: Iterable[str]) -> list[SealedRecord]:
        """Let everything that waits join its log, new versions of these lists too, and give the versions that a passport should
        have. Raises Refused, `Busy`, `Frozen`."""
        for list_id in lists:
            await self._statuses.renew(list_id)
        await self._logs.sequence()
        return self._versions(lists)

    def _versions(self, lists: Iterable[str], *, published: bool = False) -> list[SealedRecord]:
        found = (self._statuses.versions(one, self._seals.is_final, published=published) for one in lists)
        return [record for versions in found for record in versions]

    async def passport(self, credential: bytes, caller: Caller) -> bytes | None:
        """The refreshed passport about the credential of this digest, if it was issued here for the caller's tenant."""
        issued = self._issued.find(credential) if self._is_own(credential, caller) else None
        return None if issued is None else await self.refresh(issued)

    def issued(self, caller: Caller, after: int = 0) -> list[Issued]:
        """What was issued here for the caller's tenant, in its order: the page that begins after this number, empty once there is
        no more."""
        return self._with_state(self._issued.page(caller.tenant, after))

    def issued_as(self, credential: bytes) -> Issued | None:
        """The credential of this digest as `issued` lists it; None where it was not issued here."""
        return next(iter(self._with_state(self._issued.row(credential))), None)

    def _with_state(self, rows: Iterable[Mapping[str, Any]]) -> list[Issued]:
        credentials = [row["credential"] for row in rows]
        revoked, suspended = (self._statuses.among(credentials, purpose) for purpose in (REVOCATION, SUSPENSION))
        return [
            Issued(
                number=row["number"],
                digest=row["credential"],
                issuer=row["issuer"],
                subject=row["subject"],
                name=row["name"],
                issued=row["issued"],
                revoked=row["credential"] in revoked,
                suspended=row["credential"] in suspended,
            )
            for row in rows
        ]

    async def revoke(self, credential: bytes, caller: Caller, why: str) -> bool:
        """Revoke a credential that was issued here, for ever. Refreshed passports say so from now on. Gives whether it was not
        revoked before. Raises Refused, `Busy`, `Frozen`."""
        return await self._mark(credential, caller, REVOCATION, "revoke-passport", why, is_set=True)

    async def suspend(self, credential: bytes, caller: Caller, why: str) -> bool:
        """Suspend a credential that was issued here, until it is reinstated. As `revoke`."""
        return await self._mark(credential, caller, SUSPENSION, "suspend-passport", why, is_set=True)

    async def reinstate(self, credential: bytes, caller: Caller, why: str) -> bool:
        """Take back the suspension of a credential that was issued here. Gives whether it was suspended. As `revoke`."""
        return await self._mark(credential, caller, SUSPENSION, "reinstate-passport", why, is_set=False)

    async def newest_status_list(self, name: uuid.UUID) -> bytes | None:
        """The newest version of the own status list whose id ends with that UUID, as JSON; None where there is none."""
        return await self._statuses.newest(name)

    async def _mark(
        self, credential: bytes, caller: Caller, purpose: str, what: str, why: str, *, is_set: bool
    ) -> bool:
        if not self._is_own(credential, caller):
            raise Refused(codes.NODE_UNKNOWN_CREDENTIAL(digest=credential.hex()))
        await self._record_act(caller, what, {"credential": credential.hex()}, why)
        is_new = await self._statuses.mark(credential, purpose, is_set=is_set)
        await self._logs.sequence()
        return is_new

    def _is_own(self, credential: bytes, caller: Caller) -> bool:
        """Whether the credential of this digest was issued here for the caller's tenant."""
        tenant = self._issued.tenant(credential)
        return tenant is not None and caller.may_see(tenant)

    def _signer(self, name: str, caller: Caller) -> Signer:
        own = {key: one for key, one in self._signers.items() if caller.may_see(one.config.tenant)}
        if name not in own:
            raise Refused(codes.ISSUE_UNKNOWN_ISSUER("/issuer", name=name, known=", ".join(sorted(own)) or "none"))
        return own[name]

    def _record(self, number: int, asked: Mapping[str, Any], caller: Caller) -> SealedRecord:
        try:
            record = self._visible.record(bytes.fromhex(asked["commitment"]), caller)
        except Refused as refused:
            raise refused.under("records", str(number), "commitment") from refused
        if asked.get("disclose", True) and not caller.may_see(record.stored.tenant):
            raise Refused(codes.ISSUE_NOT_TO_DISCLOSE("records", str(number), "disclose"))
        return record

    def _seal(self, records: Iterable[SealedRecord]) -> dict[bytes, Seal]:
        """The seals of these records, by commitment."""
        return {record.receipt.commitment: self._seals.seal(record) for record in records}


def _listed(asked: Mapping[str, Any], record: SealedRecord) -> ListedRecord:
    about = {member: asked[member] for member in ("stage", "quantity", "unit") if member in asked}
    return ListedRecord(asked["role"], record.receipt.profile, record.receipt.commitment, **about)


def _about(request: Mapping[str, Any], batch_key: bytes) -> dict[str, Any]:
    """What a request says about the product itself, as `draft_product` takes it."""
    batch, facility, supersedes = (request.get(member) for member in ("batch", "facility", "supersedes"))
    salt = None if batch is None else batch_salt(batch_key, request["subject"], batch["number"])
    return {
        "identifiers": tuple(request.get("identifiers", ())),
        "classifications": [Classification(**one) for one in request.get("classifications", ())],
        "facility": None if facility is None else Facility(**facility),
        "supersedes": None if supersedes is None else bytes.fromhex(supersedes),
        "batch": None
        if batch is None
        else Batch(**{**batch, "salt": salt, "serials": tuple(batch.get("serials", ()))}),
    }


def _disclosed(record: SealedRecord) -> Disclosed:
    return Disclosed.of_canonical(record.receipt.profile, record.receipt.salt, record.canonical())


def _until(request: Mapping[str, Any], now: int) -> datetime | None:
    """When the credential is to end. Raises Refused where that is not an instant, or not after `now`."""
    text = request.get("validUntil")
    if text is None:
        return None
    try:
        until = parse_instant(text)
    except ValueError as error:
        raise Refused(codes.ISSUE_MALFORMED("/validUntil", problem=error)) from error
    if until <= from_seconds(now):
        raise Refused(codes.ISSUE_ENDED("/validUntil", until=text, now=format_seconds(now)))
    return until
