"""Accreditations: issued in the names of a node's accreditors, handed out again, suspended, withdrawn; never reinstated."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from carbonseal.findings import Refused
from carbonseal.instants import from_seconds
from carbonseal.node import failpoints
from carbonseal.node.access.callers import Caller
from carbonseal.node.config import SignerConfig
from carbonseal.node.issuance import codes
from carbonseal.node.issuance.issuance import Warn, ignore
from carbonseal.node.issuance.issue_desk import Request, Reviewing, sendable
from carbonseal.node.issuance.previews import Preview, previewed
from carbonseal.node.issuance.sealed_credentials import CredentialSealer
from carbonseal.node.issuance.signers import Signer
from carbonseal.node.issuance.statuses import carry
from carbonseal.node.requests.idempotency import NO_KEY, Unkeyed
from carbonseal.node.working.work import Desk, Work
from carbonseal.passport.conformity.accreditations import ACCREDITATION, draft_accreditation
from carbonseal.passport.credentials import StatusEntry
from carbonseal.storage.paging import EVERYTHING, Span
from carbonseal.storage.writer_thread import WriterThread

from . import requests
from .accreditation_tables import AccreditationTables
from .acts import ACCREDITATION_KIND, REINSTATE, Acts
from .desks import AccreditationDesk
from .signing import Signers


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a request grants, seen to be possible at `now`. Nothing of it is signed."""

    accreditor: Signer
    granted: requests.Granted
    now: int

    def draft(self, id: str, status: tuple[StatusEntry, ...]) -> Mapping[str, Any]:
        """The unsigned document."""
        return draft_accreditation(
            id=id,
            issuer=self.accreditor.config.id,
            body=self.granted.body,
            name=self.granted.name,
            number=self.granted.number,
            keys=self.granted.keys,
            scope=self.granted.scope,
            valid_from=self.granted.since,
            valid_until=self.granted.until,
            status=status,
        )


class Accreditations:
    """The accreditations of a node's accreditors. Methods raise Refused; those that write `Busy` and `Frozen` too."""

    def __init__(
        self,
        tables: AccreditationTables,
        sealer: CredentialSealer,
        acts: Acts,
        accreditors: Signers,
        *,
        thread: WriterThread,
        work: Work,
    ) -> None:
        self._tables = tables
        self._sealer = sealer
        self._acts = acts
        self._accreditors = accreditors
        self._thread = thread
        self._work = work

    async def issue(
        self,
        request: Request,
        caller: Caller,
        warn: Warn = ignore,  # noqa: ARG002 - as the other documents are issued: there is nothing to warn of
        *,
        reader: Caller | None = None,
        key: Unkeyed = NO_KEY,
    ) -> bytes:
        """Sign and seal what an accreditation request asks for (docs/spec.md, section 18): the accreditation file's bytes. What was
        issued under `key` before is handed out again."""
        if key.credential is not None and self._tables.find(key.credential) is not None:
            return self._tables.file(key.credential)
        self._sealer.require(key)
        async with self._work.large(caller.client, AccreditationDesk) as desk:
            plan = await self._plan(desk, request, reader or caller)
            sealed = await self._sealer.seal(plan.accreditor, ACCREDITATION, plan.draft, plan.now, key)
            versions = await self._sealer.renewed(sealed.lists)
            seals = await asyncio.to_thread(self._sealer.seals, [sealed.record, *versions])
            lists = await asyncio.to_thread(lambda: [*map(carry, versions)])
            root, reviewing = sealed.carried, Reviewing(self._sealer.keys(), from_seconds(self._sealer.now()))
            encoded = await desk.call(AccreditationDesk.make, root, seals, lists, reviewing)
        await self._acts.issued(ACCREDITATION_KIND, root.signed.digest, plan.accreditor, caller, key)
        name = plan.accreditor.config.name
        await self._thread.run(self._tables.keep, root.signed, encoded, name, plan.now, key.kept())
        self._sealer.reached(failpoints.FILE_KEPT)
        return encoded

    async def preview(self, request: Request, caller: Caller) -> Preview:
        """What `issue` would sign and refuse now. Nothing is signed in the accreditor's name, and nothing is kept."""

        async def made(_warn: Warn) -> tuple[SignerConfig, Mapping[str, Any]]:
            async with self._work.large(caller.client, AccreditationDesk) as desk:
                plan = await self._plan(desk, request, caller)
                carried = self._sealer.preview(ACCREDITATION, plan.draft, plan.now)
                reviewing = Reviewing(self._sealer.keys(), from_seconds(self._sealer.now()))
                await desk.call(AccreditationDesk.make, carried, {}, (), reviewing)
                return plan.accreditor.config, carried.signed.document

        return await previewed(made)

    async def _plan(self, desk: Desk[AccreditationDesk], request: Request, caller: Caller) -> _Plan:
        now = self._sealer.now()
        asked = await desk.call(AccreditationDesk.open, await sendable(request), now)
        granted, accreditor = asked.granted, self._accreditors.named(asked.accreditor, caller, "/accreditor")
        own = accreditor.key.public_key().public_bytes_raw()
        if granted.body == accreditor.config.id or own in granted.keys:
            raise Refused(codes.ISSUE_SELF_ACCREDITATION("/credentialSubject", accreditor=accreditor.config.id))
        return _Plan(accreditor, granted, now)

    def file(self, accreditation: bytes, caller: Caller) -> bytes:
        """The file of an accreditation of here (its digest), as it was issued."""
        return self._tables.file(self._row(accreditation, caller)["accreditation"])

    def listed(self, caller: Caller, span: Span = EVERYTHING, body: str | None = None) -> list[dict[str, Any]]:
        """What was accredited here in a span, in its order; of this body (its id), where it is given."""
        return self._acts.with_state(self._tables.page(self._accreditors.names(caller), span, body), "accreditation")

    async def act(self, act: str, accreditation: bytes, reason: str, caller: Caller) -> bool:
        """Withdraw an accreditation of here (its digest) or suspend it (`acts`). Whether that is new."""
        if act == REINSTATE:
            raise Refused(codes.ISSUE_NO_REINSTATEMENT())
        digest = self._row(accreditation, caller)["accreditation"]
        return await self._acts.do(act, ACCREDITATION_KIND, digest, reason, caller)

    def _row(self, accreditation: bytes, caller: Caller) -> Mapping[str, Any]:
        row = self._tables.find(accreditation)
        if row is None or row["accreditor"] not in self._accreditors.names(caller):
            raise Refused(codes.NODE_UNKNOWN_ACCREDITATION(digest=accreditation.hex()))
        return row
