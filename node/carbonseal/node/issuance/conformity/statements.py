"""Statements: issued in the names of a node's certification bodies, handed out again, withdrawn, suspended, reinstated.

A statement is signed and sealed like a passport's credential, and travels in a file of its own with the accreditations that its
body was given. Where the request says so it joins, at a refresh, the passports that it is about.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from carbonseal.findings import Finding, Refused
from carbonseal.instants import from_seconds
from carbonseal.node import failpoints
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.visible import VisibleRecords
from carbonseal.node.config import SignerConfig
from carbonseal.node.issuance import codes
from carbonseal.node.issuance.issuance import Warn, ignore
from carbonseal.node.issuance.issue_desk import Request, Reviewing, sendable
from carbonseal.node.issuance.previews import Preview, previewed
from carbonseal.node.issuance.refreshing import Joinable
from carbonseal.node.issuance.sealed_credentials import CredentialSealer
from carbonseal.node.issuance.signers import Signer
from carbonseal.node.issuance.statuses import carry
from carbonseal.node.requests.idempotency import NO_KEY, Unkeyed
from carbonseal.node.sealing.logs import SealedRecord
from carbonseal.node.working.work import Desk, Work
from carbonseal.passport.bundles import Disclosed
from carbonseal.passport.conformity.statements import STATEMENT, Opinion, Statement, draft_statement
from carbonseal.passport.credentials import Carried, StatusEntry
from carbonseal.passport.seals import Seal
from carbonseal.records.admission import Record
from carbonseal.storage.paging import EVERYTHING, Span
from carbonseal.storage.writer_thread import WriterThread

from .accreditation_tables import AccreditationTables
from .acts import STATEMENT_KIND, Acts
from .desks import StatementDesk
from .signing import Signers
from .statement_tables import StatementTables


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a request asks for, seen to be possible at `now`. Nothing of it is signed or sealed."""

    body: Signer
    opinion: Opinion
    now: int
    ends: datetime | None
    original: Record | None
    attach: bool
    disclosed: Mapping[bytes, Disclosed]

    def draft(self, id: str, status: tuple[StatusEntry, ...]) -> Mapping[str, Any]:
        """The unsigned document."""
        return draft_statement(
            self.opinion,
            id=id,
            issuer=self.body.config.id,
            valid_from=from_seconds(self.now),
            valid_until=self.ends,
            status=status,
        )


class Statements:
    """The statements of a node's bodies. Methods raise Refused; those that write `Busy` and `Frozen` too."""

    def __init__(
        self,
        tables: StatementTables,
        accreditations: AccreditationTables,
        sealer: CredentialSealer,
        acts: Acts,
        bodies: Signers,
        *,
        visible: VisibleRecords,
        thread: WriterThread,
        work: Work,
    ) -> None:
        self._tables = tables
        self._accreditations = accreditations
        self._sealer = sealer
        self._acts = acts
        self._bodies = bodies
        self._visible = visible
        self._thread = thread
        self._work = work
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # by body: one statement at a time

    # --- issuing ----------------------------------------------------------------------------------------------------

    async def issue(
        self,
        request: Request,
        caller: Caller,
        warn: Warn = ignore,
        *,
        reader: Caller | None = None,
        key: Unkeyed = NO_KEY,
    ) -> bytes:
        """Sign and seal what a statement request asks for (docs/spec.md, section 18): the statement file's bytes. `warn` is called
        with what is known to be wrong with it, for the caller or for `reader`. What was issued under `key` before is handed out
        again."""
        async with self._work.large(caller.client, StatementDesk, self._sealer.logs.consistency) as desk:
            plan = await self._plan(desk, request, reader or caller)
            if key.credential is not None and self._tables.find(key.credential) is not None:
                encoded = self._tables.file(key.credential)
            else:
                self._sealer.require(key)
                encoded = await self._make(desk, plan, caller, key)
            for finding in await self._warnings(desk, plan, reader or caller):
                warn(finding)
        return encoded

    async def _make(self, desk: Desk[StatementDesk], plan: _Plan, caller: Caller, key: Unkeyed) -> bytes:
        body, name = plan.body, plan.body.config.name
        async with self._turns[name]:
            if key.credential is None:
                await self._refuse_second(desk, body, plan.opinion)
            await self._thread.run(self._accreditations.hold, name, await self._joined(desk, body))
            if plan.original is not None:
                await self._sealer.logs.submit(plan.original, body.config.tenant)
            sealed = await self._sealer.seal(body, STATEMENT, plan.draft, plan.now, key)
            versions = await self._sealer.renewed(sealed.lists)
            own = [*self._own_original(plan.opinion), sealed.record, *versions]
            seals = await asyncio.to_thread(self._sealer.seals, own)
            encoded = await self._assembled(desk, plan, sealed.carried, seals, versions)
            root, also = sealed.carried.signed, key.kept()
            await self._acts.issued(STATEMENT_KIND, root.digest, body, caller, key)
            await self._thread.run(lambda: self._tables.keep(root, encoded, name, plan.now, also, attach=plan.attach))
            self._sealer.reached(failpoints.FILE_KEPT)
        return encoded

    async def preview(self, request: Request, caller: Caller) -> Preview:
        """What `issue` would sign, refuse and warn of now. Nothing is signed in the body's name, and nothing is kept."""

        async def made(warn: Warn) -> tuple[SignerConfig, Mapping[str, Any]]:
            async with self._work.large(caller.client, StatementDesk, self._sealer.logs.consistency) as desk:
                plan = await self._plan(desk, request, caller)
                await self._refuse_second(desk, plan.body, plan.opinion)
                carried = self._sealer.preview(STATEMENT, plan.draft, plan.now)
                await self._joined(desk, plan.body)
                await self._assembled(desk, plan, carried, {}, ())
                for finding in await self._warnings(desk, plan, caller):
                    warn(finding)
                return plan.body.config, carried.signed.document

        return await previewed(made)

    async def _plan(self, desk: Desk[StatementDesk], request: Request, caller: Caller) -> _Plan:
        now = self._sealer.now()
        asked = await desk.call(StatementDesk.open, await sendable(request), now)
        opinion, original = asked.opinion, asked.original
        body = self._bodies.named(asked.body, caller, "/body")
        await desk.call(StatementDesk.given, body.config.id, self._reviewing())
        if original is None:
            return _Plan(body, opinion, now, asked.ends, None, asked.attach, {})
        bound = self._sealer.logs.submission(original.record, body.config.tenant)
        disclosed = Disclosed.of_canonical(bound.profile, bound.salt, bound.canonical)
        opinion = replace(opinion, original=bound.commitment)
        carried = {bound.commitment: disclosed} if original.disclose else {}
        return _Plan(body, opinion, now, asked.ends, original.record, asked.attach, carried)

    async def _joined(self, desk: Desk[StatementDesk], body: Signer) -> dict[bytes, bytes]:
        """The accreditations that the request gives, which belong to every statement of the body from then on, with what is known
        of them; the desk has all of the body's then."""
        held = await asyncio.to_thread(self._accreditations.held, body.config.name)
        return await desk.call(StatementDesk.join, held)

    async def _assembled(
        self,
        desk: Desk[StatementDesk],
        plan: _Plan,
        root: Carried[Statement],
        seals: Mapping[bytes, Seal],
        versions: Iterable[SealedRecord],
    ) -> bytes:
        """The file, looked at by the verifier. Raises Refused."""
        lists = await asyncio.to_thread(lambda: [*map(carry, versions)])
        return await desk.call(StatementDesk.make, root, plan.disclosed, seals, lists, self._reviewing())

    def _reviewing(self) -> Reviewing:
        return Reviewing(self._sealer.keys(), from_seconds(self._sealer.now()))

    async def _refuse_second(self, desk: Desk[StatementDesk], body: Signer, opinion: Opinion) -> None:
        """Refuse what replaces another body's statement, and a second current statement about the same object and period."""
        replaces = opinion.supersedes or opinion.corrects
        replaced = None if replaces is None else self._tables.find(replaces)
        if replaced is not None and replaced["body"] != body.config.name:
            facts = {"digest": replaced["statement"].hex(), "body": body.config.id}
            raise Refused(codes.ISSUE_REPLACES_OTHER_BODY("/credentialSubject", **facts))
        for row in await asyncio.to_thread(self._tables.alike, body.config.name, opinion):
            digest = bytes(row["statement"])
            if digest == replaces or self._tables.replaced(digest) or self._acts.is_withdrawn(digest):
                continue
            file = await asyncio.to_thread(self._tables.file, digest)
            if await desk.call(StatementDesk.is_about_the_same, file, opinion):
                raise Refused(codes.ISSUE_SECOND_STATEMENT(body=body.config.id, digest=digest.hex()))

    def _own_original(self, opinion: Opinion) -> list[SealedRecord]:
        record = None if opinion.original is None else self._sealer.logs.find(opinion.original)
        return [] if record is None else [record]

    async def _warnings(self, desk: Desk[StatementDesk], plan: _Plan, caller: Caller) -> list[Finding]:
        """What is known to be wrong with a statement, though nothing forbids it."""
        found, body, opinion = [], plan.body, plan.opinion
        replaces = opinion.supersedes or opinion.corrects
        if replaces is not None and self._tables.find(replaces) is None:
            found.append(codes.ISSUE_REPLACES_UNKNOWN(digest=replaces.hex()))
        seen = await asyncio.to_thread(self._visible.records, opinion.footprints, caller)
        unknown = [one for one in opinion.footprints if one not in seen]
        if unknown:
            found.append(codes.ISSUE_FOOTPRINTS_UNKNOWN(count=len(unknown), commitment=unknown[0].hex()))
        await self._joined(desk, body)
        key = body.key.public_key().public_bytes_raw()
        covered = await desk.call(StatementDesk.covers, opinion, key, plan.now)
        if covered is False or (covered is None and opinion.accreditor):
            found.append(codes.ISSUE_NOT_ACCREDITED(body=body.config.id, scope=opinion.scope))
        return found

    # --- handed out -------------------------------------------------------------------------------------------------

    def joining(self, joinable: Joinable) -> list[bytes]:
        """What joins a presented file, as files: released statements about its products that are not withdrawn, and what the bodies
        of all its statements were given by their accreditors."""
        rows = self._tables.about(joinable.footprints, joinable.issuers)
        joining = [row for row in rows if not self._acts.is_withdrawn(bytes(row["statement"]))]
        names = {str(row["body"]) for row in joining}.union(
            body.config.name for body in self._bodies.with_ids(joinable.bodies)
        )
        held = [file for name in sorted(names) for file in self._accreditations.held(name)]
        return [*(self._tables.file(bytes(row["statement"])) for row in joining), *held]

    def file(self, statement: bytes, caller: Caller) -> bytes:
        """The file of a statement of here (its digest), as it was issued."""
        return self._tables.file(self._row(statement, caller)["statement"])

    def listed(self, caller: Caller, span: Span = EVERYTHING, organisation: str | None = None) -> list[dict[str, Any]]:
        """What was stated here in a span, in its order; of this organisation (its id), where it is given."""
        return self._acts.with_state(self._tables.page(self._bodies.names(caller), span, organisation), "statement")

    async def act(self, act: str, statement: bytes, reason: str, caller: Caller) -> bool:
        """Withdraw a statement of here (its digest), suspend or reinstate it (`acts`). Whether that is new."""
        return await self._acts.do(act, STATEMENT_KIND, self._row(statement, caller)["statement"], reason, caller)

    def _row(self, statement: bytes, caller: Caller) -> Mapping[str, Any]:
        row = self._tables.find(statement)
        if row is None or row["body"] not in self._bodies.names(caller):
            raise Refused(codes.NODE_UNKNOWN_STATEMENT(digest=statement.hex()))
        return row
