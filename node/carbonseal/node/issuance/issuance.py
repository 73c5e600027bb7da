"""Credentials and passports: issued, revoked, suspended, reinstated.

A credential is signed, then sealed like any record. Its passport can be had at once, and gains anchors by being refreshed.

A passport may be large: what reads, makes or writes one is done at a desk (`issue_desk`), beside which the node answers others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from carbonseal.findings import Finding, Refused
from carbonseal.instants import from_seconds
from carbonseal.node import failpoints
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.visible import VisibleRecords
from carbonseal.node.codes import NODE_UNKNOWN_COMMITMENT
from carbonseal.node.config import SignerConfig
from carbonseal.node.requests.idempotency import NO_KEY, Unkeyed
from carbonseal.node.sealing.logs import SealedRecord
from carbonseal.node.working.work import Desk, Work
from carbonseal.passport.bundles import Disclosed
from carbonseal.passport.credentials import REVOCATION, SUSPENSION, Carried, StatusEntry
from carbonseal.passport.products import (
    PRODUCT,
    Batch,
    Classification,
    Component,
    Facility,
    ListedRecord,
    ProductCredential,
    batch_salt,
    draft_product,
    read_serials,
)
from carbonseal.passport.seals import Seal
from carbonseal.storage.paging import Span
from carbonseal.storage.writer_thread import WriterThread

from . import codes, requests
from .issue_desk import IssueDesk, Made, Request, Reviewing, sendable
from .issued import Issued, IssuedPassports
from .previews import Preview, previewed
from .sealed_credentials import CredentialSealer
from .signers import Signer
from .statuses import carry

Warn = Callable[[Finding], None]

Record = Callable[[Caller, str, Mapping[str, str], str], Awaitable[None]]  # adds an event to the audit chain


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a request asks for, seen to be possible at `now`. Nothing of it is signed. `request` is without its components."""

    request: Mapping[str, Any]
    signer: Signer
    now: int
    until: datetime | None
    components: Sequence[Component]
    records: list[tuple[Mapping[str, Any], SealedRecord]]

    def draft(self, id: str, status: tuple[StatusEntry, ...]) -> Mapping[str, Any]:
        """The unsigned document."""
        return draft_product(
            id=id,
            issuer=self.signer.config.id,
            subject=self.request["subject"],
            name=self.request.get("name", self.request["subject"]),
            records=[_listed(asked, record) for asked, record in self.records],
            components=self.components,
            **_about(self.request, self.signer.batch_key),
            valid_from=from_seconds(self.now),
            valid_until=self.until,
            status=status,
        )

    def disclosed(self) -> dict[bytes, Disclosed]:
        """The records that the passport discloses, by commitment."""
        return {one.receipt.commitment: _disclosed(one) for asked, one in self.records if asked.get("disclose", True)}


def ignore(finding: Finding) -> None:
    """A `Warn` that does nothing."""


class Issuing:
    """Issues in the names of a node's issuers (`signers`, by their names in node.toml), about records in any of its logs."""

    def __init__(
        self,
        issued: IssuedPassports,
        sealer: CredentialSealer,
        signers: Mapping[str, Signer],
        *,
        visible: VisibleRecords,
        record: Record,
        thread: WriterThread,
        work: Work,
    ) -> None:
        self._visible = visible
        self._record_act = record
        self._issued = issued
        self._sealer = sealer
        self._logs = sealer.logs
        self._signers = signers
        self._thread = thread
        self._work = work

    async def issue(
        self,
        request: Request,
        caller: Caller,
        warn: Warn = ignore,
        *,
        reader: Caller | None = None,
        key: Unkeyed = NO_KEY,
    ) -> bytes:
        """Sign, seal and assemble what an issue request asks for (docs/spec.md, "Issue request"): the passport's bytes. The issuer,
        and what is disclosed, has to be the caller's, and what is cited for the caller to read, or for `reader`. `warn` is called
        with what is known to be wrong with it (`warnings`). What was issued under `key` before is handed out again. Raises Refused,
        `Busy`, `Frozen`."""
        _, passport = await self.issue_named(request, caller, warn, reader=reader, key=key)
        return passport

    async def issue_named(
        self,
        request: Request,
        caller: Caller,
        warn: Warn = ignore,
        *,
        reader: Caller | None = None,
        key: Unkeyed = NO_KEY,
    ) -> tuple[bytes, bytes]:
        """As `issue`: the digest of the credential, and the passport's bytes."""
        who = reader or caller
        async with self._work.large(caller.client, IssueDesk, self._logs.consistency) as desk:
            before = None if key.credential is None else await asyncio.to_thread(self._issued.find, key.credential)
            if before is not None:
                made = await desk.call(IssueDesk.made, before)
            else:
                self._sealer.require(key)
                plan = await self._plan(desk, await sendable(request), who)
                made = await self._make(desk, plan, caller, key)
            for finding in [*await desk.call(IssueDesk.warnings), *self._supersedes_unknown(made, who)]:
                warn(finding)
            return made.root, await desk.call(IssueDesk.encoded) if before is None else before

    async def _make(self, desk: Desk[IssueDesk], plan: _Plan, caller: Caller, key: Unkeyed) -> Made:
        signer, now = plan.signer, plan.now
        sealed = await self._sealer.seal(signer, PRODUCT, plan.draft, now, key)
        versions = await self._sealer.renewed(sealed.lists)
        own = [*(record for _, record in plan.records), sealed.record, *versions]
        seals = await asyncio.to_thread(self._sealer.seals, own)
        made = await self._made(desk, plan, sealed.carried, seals, versions)
        encoded = await desk.call(IssueDesk.encoded)
        about = {"credential": made.root.hex(), "issuer": signer.config.name, "tenant": signer.config.tenant}
        await self._record_act(caller, "issue-passport", {**about, **key.about}, "")
        await self._thread.run(self._issued.keep, made, encoded, signer.config.tenant, now, key.kept())
        self._sealer.reached(failpoints.FILE_KEPT)
        return made

    def require_direct(self) -> None:
        """Raise Refused (`issue.needs-draft`) where nothing is signed without a release."""
        self._sealer.require(NO_KEY)

    async def preview(self, request: Request, caller: Caller) -> Preview:
        """What `issue` would sign, refuse and warn of now. Nothing is signed in the issuer's name, and nothing is kept."""

        async def made(warn: Warn) -> tuple[SignerConfig, Mapping[str, Any]]:
            async with self._work.large(caller.client, IssueDesk, self._logs.consistency) as desk:
                plan = await self._plan(desk, await sendable(request), caller)
                carried = self._sealer.preview(PRODUCT, plan.draft, plan.now)
                seals = await asyncio.to_thread(self._sealer.seals_so_far, [record for _, record in plan.records])
                one = await self._made(desk, plan, carried, seals, ())
                for finding in [*await desk.call(IssueDesk.warnings), *self._supersedes_unknown(one, caller)]:
                    warn(finding)
                return plan.signer.config, carried.signed.document

        return await previewed(made)

    async def _plan(self, desk: Desk[IssueDesk], asked: Request, caller: Caller) -> _Plan:
        request = await desk.call(IssueDesk.open, asked)
        signer = self._signer(request["issuer"], caller)
        now = self._sealer.now()
        until = requests.until(request, now)
        own = [request["subject"], *request.get("identifiers", ())]
        components = await desk.call(IssueDesk.components, own, self._reviewing(now))
        records = await asyncio.to_thread(self._records, request["records"], caller)
        return _Plan(request, signer, now, until, components, records)

    async def _made(
        self,
        desk: Desk[IssueDesk],
        plan: _Plan,
        root: Carried[ProductCredential],
        seals: Mapping[bytes, Seal],
        versions: Iterable[SealedRecord],
    ) -> Made:
        """The passport, looked at by the verifier. Raises Refused."""
        disclosed, lists = await asyncio.to_thread(lambda: (plan.disclosed(), [*map(carry, versions)]))
        return await desk.call(IssueDesk.make, root, disclosed, seals, lists, self._reviewing(self._sealer.now()))

    def _reviewing(self, now: int) -> Reviewing:
        return Reviewing(self._sealer.keys(), from_seconds(now))

    def _supersedes_unknown(self, made: Made, caller: Caller) -> list[Finding]:
        if made.supersedes is None or self._is_own(made.supersedes, caller):
            return []
        return [codes.ISSUE_SUPERSEDES_UNKNOWN(digest=made.supersedes.hex())]

    def find(self, credential: bytes, caller: Caller) -> bytes | None:
        """The passport about the credential of this digest, as it was issued; None where it was not issued here for the caller's
        tenant."""
        return self._issued.find(credential) if self._is_own(credential, caller) else None

    def issued(self, caller: Caller, span: Span, subject: str | None = None, issuer: str | None = None) -> list[Issued]:
        """What was issued here for the caller's tenant in a span, in its order; about this subject, by this issuer (both ids),
        where they are given."""
        return self._with_state(self._issued.page(caller.tenant, span, subject, issuer))

    def issued_as(self, credential: bytes) -> Issued | None:
        """The credential of this digest as `issued` lists it; None where it was not issued here."""
        return next(iter(self._with_state(self._issued.row(credential))), None)

    def _with_state(self, rows: Iterable[Mapping[str, Any]]) -> list[Issued]:
        credentials = [row["credential"] for row in rows]
        revoked, suspended = (self._sealer.statuses.among(credentials, purpose) for purpose in (REVOCATION, SUSPENSION))
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

    async def _mark(
        self, credential: bytes, caller: Caller, purpose: str, what: str, why: str, *, is_set: bool
    ) -> bool:
        if not self._is_own(credential, caller):
            raise Refused(codes.NODE_UNKNOWN_CREDENTIAL(digest=credential.hex()))
        await self._record_act(caller, what, {"credential": credential.hex()}, why)
        return await self._sealer.mark(credential, purpose, is_set=is_set)

    def _is_own(self, credential: bytes, caller: Caller) -> bool:
        """Whether the credential of this digest was issued here for the caller's tenant."""
        tenant = self._issued.tenant(credential)
        return tenant is not None and caller.may_see(tenant)

    def _signer(self, name: str, caller: Caller) -> Signer:
        own = {key: one for key, one in self._signers.items() if caller.may_see(one.config.tenant)}
        if name not in own:
            raise Refused(codes.ISSUE_UNKNOWN_ISSUER("/issuer", name=name, known=", ".join(sorted(own)) or "none"))
        return own[name]

    def _records(
        self, listed: Sequence[Mapping[str, Any]], caller: Caller
    ) -> list[tuple[Mapping[str, Any], SealedRecord]]:
        """Each record that a request lists, with what it says of it. Raises Refused. Blocks."""
        commitments = [bytes.fromhex(asked["commitment"]) for asked in listed]
        seen = self._visible.records(commitments, caller)
        for number, (asked, commitment) in enumerate(zip(listed, commitments, strict=True)):
            if commitment not in seen:
                unknown = NODE_UNKNOWN_COMMITMENT("records", str(number), "commitment", commitment=commitment.hex())
                raise Refused(unknown)
            if asked.get("disclose", True) and not caller.may_see(seen[commitment].stored.tenant):
                raise Refused(codes.ISSUE_NOT_TO_DISCLOSE("records", str(number), "disclose"))
        return [(asked, seen[commitment]) for asked, commitment in zip(listed, commitments, strict=True)]


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
        else Batch(**{**batch, "salt": salt, "serials": read_serials(batch.get("serials", ()))}),
    }


def _disclosed(record: SealedRecord) -> Disclosed:
    return Disclosed.of_canonical(record.receipt.profile, record.receipt.salt, record.canonical())
