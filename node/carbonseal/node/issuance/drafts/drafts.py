"""Drafts of a node's documents: prepared, changed, commented on, reviewed, sent back, released, discarded.

- What issuing would refuse is not taken as a draft, nor reviewed or released.
- A draft is of its signer's tenant, and is not there for others. Records are read on behalf of who prepared it.
- A release is durable before anything is signed, and what is signed before it is sealed. Whatever comes between, the node completes
  it with the same document: `finish`.
- Every act is in the audit chain before it is done.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from carbonseal.findings import BrokenOff, Finding, Refused
from carbonseal.node import failpoints
from carbonseal.node.access.callers import Caller, Kind
from carbonseal.node.access.principals import Principals
from carbonseal.node.access.scopes import Scope
from carbonseal.node.issuance.issuance import Record, Warn, ignore
from carbonseal.node.issuance.issue_desk import Request
from carbonseal.node.issuance.previews import Preview
from carbonseal.node.requests.idempotency import Also, Unkeyed
from carbonseal.node.working.frames import in_pieces
from carbonseal.node.working.work import Work
from carbonseal.records.canonical import jcs
from carbonseal.storage.writer_thread import WriterThread

from . import codes, machine
from .envelopes import Envelopes
from .machine import OPEN, Act, Doing, State
from .tables import PAGE, PREPARE, Done, DraftTables, NewDraft, Stored

KINDS = PASSPORT, STATEMENT, ACCREDITATION = "passport", "statement", "accreditation"
PREVIEWS = 2  # at one time: a passport of many components takes seconds
RETRY = 60.0  # seconds until the node tries again to complete a release that was interrupted

LOG = logging.getLogger(__name__)


class Issues(Protocol):
    """What issues documents of one kind."""

    async def preview(self, request: Request, caller: Caller) -> Preview:
        """What `issue` would sign, refuse and warn of now."""
        ...

    async def issue(
        self,
        request: Request,
        caller: Caller,
        warn: Warn,
        *,
        reader: Caller,
        key: Unkeyed,
    ) -> bytes:
        """The file of what is signed on behalf of `caller`, and may cite what `reader` may read."""
        ...


@dataclass(frozen=True, slots=True)
class Shown:
    """A draft with what it asks for (RFC 8785 bytes), what would be signed of that now, and what was done to it."""

    stored: Stored
    request: bytes
    preview: Preview
    acts: list[Done]


class Drafts:
    """The drafts of a node, by their numbers. `issues` are what issues, by kind. Methods raise Refused; `release` raises `Busy` and
    `Frozen` too."""

    def __init__(
        self,
        tables: DraftTables,
        issues: Mapping[str, Issues],
        principals: Principals,
        *,
        record: Record,
        thread: WriterThread,
        clock: Callable[[], float],
        reached: failpoints.Reached,
        work: Work,
    ) -> None:
        self._work = work
        self._tables = tables
        self._issues = issues
        self._principals = principals
        self._record_act = record
        self._thread = thread
        self._clock = clock
        self._reached = reached
        self._releasing = asyncio.Lock()
        self._looking = asyncio.Semaphore(PREVIEWS)
        self._failed: dict[int, str] = {}  # releases, by draft: why they were not completed at the last try

    # --- reading ----------------------------------------------------------------------------------------------------

    def listed(self, caller: Caller, after: int = 0, limit: int = PAGE, *, waiting: bool = False) -> list[Stored]:
        """The drafts of the caller's tenant, in their order: at most `limit` of those that come after this number. `waiting`: of
        those alone that wait for the caller."""
        if not waiting:
            return self._tables.page(caller.tenant, after, limit)
        open_ = self._tables.open(OPEN, caller.tenant)
        return [one for one in open_ if one.draft.number > after and machine.waits_for(one.draft, caller)][:limit]

    def counts(self) -> dict[machine.State, int]:
        """How many drafts of all tenants are in each state that is no end."""
        return self._tables.counts()

    def problems(self) -> dict[int, Finding]:
        """The releases that are not completed, by draft; none that is being made just now."""
        stuck = self._tables.releasing()
        if self._releasing.locked():
            stuck = [one for one in stuck if one.draft.number in self._failed]
        unknown = "it was interrupted"
        return {
            one.draft.number: codes.DRAFT_STUCK(
                number=one.draft.number, tenant=one.tenant, why=self._failed.get(one.draft.number, unknown)
            )
            for one in stuck
        }

    async def show(self, number: int, caller: Caller) -> Shown:
        """A draft of the caller's tenant, with a preview of what would be signed now."""
        stored = self._find(number, caller)
        request = self._request(stored)
        preview = await self._preview(stored, request)
        return Shown(stored, request, preview, self._tables.acts(number))

    # --- acts -------------------------------------------------------------------------------------------------------

    async def opened(self, body: bytes, caller: Caller) -> tuple[bytes, bytes]:
        """What the body of a request wants a draft to ask for, and the rest of the body (`Envelopes.open`)."""
        async with self._work.large(caller.client, Envelopes) as desk:
            return await desk.call(Envelopes.open, in_pieces([body]))

    async def prepare(self, kind: str, request: Request, caller: Caller, text: str = "") -> tuple[Stored, Preview]:
        """A new draft of a document of this kind. A request as bytes is in the canonical form (RFC 8785)."""
        new, preview = await self._new(kind, request, caller, caller)
        await self._record(PREPARE, {"kind": kind, "content": new.content.hex(), "tenant": new.tenant}, caller, text)
        return await self._thread.run(self._tables.add, new, caller, text, self._now()), preview

    async def change(
        self, number: int, seen: bytes, request: Request, caller: Caller, text: str = ""
    ) -> tuple[Stored, Preview]:
        """Put another content in the place of the one that was seen: the draft waits for a review again. As `prepare`."""
        stored = self._find(number, caller)
        self._check(stored, Doing(Act.CHANGE, caller, seen))
        new, preview = await self._new(stored.kind, request, caller, _of_tenant(caller, stored.tenant))
        if (new.tenant, new.signer) != (stored.tenant, stored.signer):
            problem = f"draft {number} is for the signer {stored.signer}, and this names {new.signer}"
            raise Refused(codes.DRAFT_MALFORMED(problem=problem))
        return await self._do(stored, Doing(Act.CHANGE, caller, seen, new.content), text, new), preview

    async def review(self, number: int, seen: bytes, caller: Caller, text: str = "") -> Stored:
        """Say that what was seen may be released."""
        stored = self._find(number, caller)
        doing = Doing(Act.REVIEW, caller, seen)
        self._check(stored, doing)
        _refuse((await self._preview(stored, self._request(stored))).refusal)
        return await self._do(stored, doing, text)

    async def comment(self, number: int, caller: Caller, text: str) -> Stored:
        """Say something about a draft."""
        return await self._do(self._find(number, caller), Doing(Act.COMMENT, caller), text)

    async def send_back(self, number: int, caller: Caller, reason: str) -> Stored:
        """Send a draft back to who prepared it."""
        return await self._do(self._find(number, caller), Doing(Act.RETURN, caller), reason)

    async def discard(self, number: int, caller: Caller, reason: str) -> Stored:
        """Refuse a draft for ever, or give it up."""
        return await self._do(self._find(number, caller), Doing(Act.DISCARD, caller), reason)

    # --- release ----------------------------------------------------------------------------------------------------

    async def release(self, number: int, seen: bytes, caller: Caller, warn: Warn = ignore, text: str = "") -> Stored:
        """Have the document signed, sealed and handed out that was reviewed, and seen now. Asked again by the same person, the
        answer is the same."""
        async with self._releasing:
            await self._finish_all()
            stored = self._find(number, caller)
            draft = stored.draft
            if draft.state is State.RELEASED and (draft.releaser, draft.content) == (caller.name, seen):
                return stored
            doing = Doing(Act.RELEASE, caller, seen, is_void=self._is_void(stored))
            self._check(stored, doing)
            _refuse((await self._preview(stored, self._request(stored))).refusal)
            stored = await self._do(stored, doing, text)
            self._reached(failpoints.RELEASE_DECIDED)
            return await self._finish(stored, caller, warn)

    async def finish(self) -> None:
        """Complete what was released, and was interrupted. What cannot be completed now is left as it is."""
        async with self._releasing:
            await self._finish_all()

    async def run(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """`finish`, again and again, until cancelled."""
        while True:
            await self.finish()
            await sleep(RETRY)

    async def _finish_all(self) -> None:
        for stored in self._tables.releasing():
            releaser = Caller(stored.draft.releaser, Kind.PERSON, stored.tenant, frozenset())
            try:
                await self._finish(stored, releaser, ignore)
            except (Refused, OSError) as error:  # a frozen log, a full disk: later
                self._failed[stored.draft.number] = error.finding.message if isinstance(error, Refused) else str(error)
                facts = (stored.draft.number, stored.tenant, error)
                LOG.warning("release not completed: draft=%s tenant=%s reason=%s", *facts)
            else:
                self._failed.pop(stored.draft.number, None)

    async def _finish(self, stored: Stored, caller: Caller, warn: Warn) -> Stored:
        number = stored.draft.number
        request, release = self._request(stored), _Release(self._tables, number, self._now())
        try:
            await self._issues[stored.kind].issue(request, caller, warn, reader=self._preparer(stored), key=release)
        except BrokenOff:
            raise
        except Refused as refused:
            if self._tables.signed(number)[0] is None:  # nothing was signed, and so nothing will be
                await self._thread.run(self._tables.fail, number, str(refused.finding), self._now())
            raise
        return self._find(number, caller)

    # --- what acts have in common -----------------------------------------------------------------------------------

    async def _do(self, stored: Stored, doing: Doing, text: str, changed: NewDraft | None = None) -> Stored:
        """Do what the machine allows: looked at before the audit chain is told, and again by who writes."""
        self._check(stored, doing)
        about = {"draft": str(stored.draft.number), "content": (doing.content or stored.draft.content).hex()}
        await self._record(doing.act, {**about, "tenant": stored.tenant}, doing.who, text)
        return await self._thread.run(self._tables.do, stored.draft.number, doing, text, self._now(), changed)

    def _check(self, stored: Stored, doing: Doing) -> None:
        machine.do(stored.draft, doing)

    async def _record(self, act: str, about: Mapping[str, str], caller: Caller, text: str) -> None:
        await self._record_act(caller, f"{act}-draft", about, text)

    def _find(self, number: int, caller: Caller) -> Stored:
        stored = self._tables.find(number)
        if stored is None or not caller.may_see(stored.tenant):
            raise Refused(codes.DRAFT_UNKNOWN(number=number))
        return stored

    async def _new(self, kind: str, request: Request, caller: Caller, reader: Caller) -> tuple[NewDraft, Preview]:
        """What a request is as a draft. Raises Refused where issuing would, and where the caller may prepare nothing."""
        machine.require(Act.CHANGE, caller)
        async with self._looking:
            preview = await self._issues[kind].preview(request, reader)
        _refuse(preview.refusal)
        assert preview.signer is not None and preview.document is not None, "it is not refused"
        if reader.tenant is None:  # the operator's drafts read nothing of tenants but the signer's
            return await self._new(kind, request, caller, _of_tenant(reader, preview.signer.tenant))
        subject = preview.document["credentialSubject"]
        title = subject.get("name") or subject["id"]
        canonical = request if isinstance(request, bytes) else await asyncio.to_thread(jcs, request)
        content = hashlib.sha256(canonical).digest()
        return NewDraft(kind, preview.signer.tenant, preview.signer.name, title, canonical, content), preview

    def _request(self, stored: Stored) -> bytes:
        """What a draft asks for, in the canonical form. Raises Refused."""
        canonical = self._tables.request(stored.draft.number)
        if hashlib.sha256(canonical).digest() != stored.draft.content:  # it rotted, and is not what anybody reviewed
            raise Refused(codes.DRAFT_DAMAGED(number=stored.draft.number))
        return canonical

    async def _preview(self, stored: Stored, request: Request) -> Preview:
        async with self._looking:
            return await self._issues[stored.kind].preview(request, self._preparer(stored))

    def _preparer(self, stored: Stored) -> Caller:
        """On whose behalf a draft reads records."""
        return Caller(stored.draft.preparers[-1], Kind.PERSON, stored.tenant, frozenset())

    def _is_void(self, stored: Stored) -> bool:
        """Whether who reviewed a draft may not review any more."""
        if not stored.draft.reviewer:
            return False
        reviewer = self._principals.named(stored.draft.reviewer)
        return Scope.REVIEW not in reviewer.scopes or reviewer.tenant != stored.tenant

    def _now(self) -> int:
        return int(self._clock())


class _Release(Unkeyed):
    """The key under which a draft is issued: what is signed is durable with the draft, and its file with the draft's release."""

    is_release = True

    def __init__(self, tables: DraftTables, number: int, now: int) -> None:
        self._tables = tables
        self._number = number
        self._now = now
        self.about = {"draft": str(number)}
        self.credential, self.document = tables.signed(number)

    def signed(self, credential: bytes, document: bytes) -> Also:
        """As `Unkeyed` has it."""
        return self._tables.sign(self._number, credential, document)

    def kept(self) -> Also:
        """As `Unkeyed` has it."""
        return self._tables.complete(self._number, self._now)


def _of_tenant(caller: Caller, tenant: str) -> Caller:
    """The caller, who sees nothing beyond this tenant."""
    return Caller(caller.name, caller.kind, tenant, caller.scopes, caller.token)


def _refuse(refusal: Finding | None) -> None:
    if refusal is not None:
        raise Refused(refusal)
