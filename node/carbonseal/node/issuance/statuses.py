"""Status lists: signed versions that say which credentials are revoked, and which are suspended.

- Every credential has a position in two of its issuer's lists, one for each purpose.
- A list is signed anew when it says something new or half its time is over, and sealed like any record. No two versions of one
  list have the same `validFrom`.
- Where the key does not sign (a token that is away), a change is kept and its list *unsaid*: whoever changes it is told, no
  version is given out that does not say it, and `run` signs it as soon as the key does. A version that says all is given out
  while it is valid, though half its time is over.
- A passport gets the newest version, and the newest that is anchored on every ledger: a verifier who asks for anchors has one to
  go by while the newest waits for its own.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from datetime import timedelta

from carbonseal.findings import BrokenOff, Finding, Refused
from carbonseal.instants import format_seconds, from_seconds
from carbonseal.node.requests.idempotency import Also
from carbonseal.node.sealing.guard import Frozen
from carbonseal.node.sealing.intake import Busy
from carbonseal.node.sealing.logs import Logs, SealedRecord
from carbonseal.passport.credentials import Carried, StatusEntry
from carbonseal.passport.status_lists import MAX_VERSIONS, STATUS_LIST, StatusList, draft_status_list
from carbonseal.records.admission import own_record
from carbonseal.records.strict import parse
from carbonseal.storage.writer_thread import WriterThread

from . import codes
from .signers import Signer
from .status_tables import OwnList, StatusTables, Version

LOG = logging.getLogger(__name__)
RETRY = 60.0  # seconds between two tries to sign a list that the key did not sign

Sleep = Callable[[float], Awaitable[None]]


class Statuses:
    """The status of every credential that this node's issuers (`signers`, by their names in node.toml) issued. A version of a
    list is valid for `validity`."""

    def __init__(
        self,
        tables: StatusTables,
        logs: Logs,
        signers: Mapping[str, Signer],
        *,
        validity: timedelta,
        thread: WriterThread,
        clock: Callable[[], float],
    ) -> None:
        self._tables = tables
        self._logs = logs
        self._signers = signers
        self._validity = validity
        self._thread = thread
        self._clock = clock
        self._turns: dict[str, asyncio.Lock] = defaultdict(
            asyncio.Lock
        )  # by own list: of each one version is made at a time
        self._changing = 0  # changes that are being made: their lists are about to be signed
        self._problems: dict[str, Finding] = {}  # by own list: why it was not signed at the last try

    async def allocate(self, signer: Signer, origin: str) -> tuple[int, tuple[StatusEntry, ...]]:
        """A position for a credential that is about to be sealed in the log with this origin: the credential's number in this
        node, and the entries that it names. Durable."""
        return await self._thread.run(self._tables.allocate, signer.config.name, signer.config.id, origin)

    async def assign(self, number: int, credential: bytes, also: Also) -> None:
        """The credential of that number was signed, and has this digest. Durable, with what `also` does."""
        await self._thread.run(self._tables.assign, number, credential, also)

    async def mark(self, credential: bytes, purpose: str, *, is_set: bool) -> bool:
        """Say from now on that the credential with this digest is revoked or suspended, or that it is not, and store the version
        that says so. Whether that is new. Raises Refused, also where it is kept and not signed (`issue.status-unsaid`); `Busy`,
        `Frozen`."""
        self._changing += 1
        try:
            list_id, is_new = await self._thread.run(
                lambda: self._tables.mark(credential, purpose, int(self._clock()), is_set=is_set)
            )
            # Durable: the change. After a crash here `run`, or the next issue, refresh or change stores the version that says so.
            await self.renew(list_id)
        finally:
            self._changing -= 1
        return is_new

    def among(self, credentials: Collection[bytes], purpose: str) -> set[bytes]:
        """Those of these credentials (digests) that are revoked, or suspended."""
        return self._tables.among(credentials, purpose)

    def is_own(self, list_id: str) -> bool:
        """Whether a list is one of this node's issuers'."""
        found = self._tables.find(list_id)
        return found is not None and found.issuer in self._signers

    async def renew(self, list_id: str) -> None:
        """Sign a version of one of the own lists where the newest is not what it has to be now; it waits to join the log then.
        Raises Refused where the list does not say all and the key does not sign; `Busy`, `Frozen`."""
        async with self._turns[list_id]:
            found = self._tables.find(list_id)
            assert found is not None, "only own lists are renewed"
            now = int(self._clock())
            newest = next(iter(self._tables.versions(list_id, 1)), None)
            start = now if newest is None else max(now, newest.start + 1)
            half = self._validity.total_seconds() / 2
            if newest is not None and newest.changes == found.changes and now - newest.start < half:
                return
            try:
                await self._sign(found, now, start)
            except (Busy, Frozen, BrokenOff):
                raise
            except Refused as refused:
                self._problems[list_id] = problem = self._problem(found, newest, now, refused.finding.message)
                if problem.code is codes.ISSUE_STATUS_UNSAID:
                    raise Refused(problem) from refused
            else:
                self._problems.pop(list_id, None)

    def _problem(self, found: OwnList, newest: Version | None, now: int, why: str) -> Finding:
        """What it means that a list was not signed: late where its newest version says all, and is valid."""
        if newest is not None and newest.changes == found.changes:
            until = newest.start + self._validity.total_seconds()
            if now < until:
                facts = {"list": found.id, "why": why, "signer": found.issuer}
                return codes.ISSUE_STATUS_LATE(until=format_seconds(int(until)), **facts)
        return codes.ISSUE_STATUS_UNSAID(list=found.id, why=why, signer=found.issuer)

    async def run(self, sleep: Sleep) -> None:
        """Sign what the keys did not sign, until cancelled."""
        while True:
            for found in self._to_sign():
                known = self._problems.get(found.id)
                try:
                    await self.renew(found.id)
                except Refused as refused:
                    if refused.finding != known:
                        LOG.error("status list not signed: list=%s error=%s", found.id, refused.finding)
                except OSError as error:
                    LOG.error("status list not signed: list=%s error=%s", found.id, error)
            await sleep(RETRY)

    def _to_sign(self) -> list[OwnList]:
        """Own lists whose newest version does not say all, and those that were not signed at the last try."""
        late = [found for one in self._problems if (found := self._tables.find(one)) is not None]
        return [*{one.id: one for one in (*self._tables.unsaid(), *late) if one.issuer in self._signers}.values()]

    def problems(self) -> dict[str, Finding]:
        """What is wrong with the lists of this node's signers, by `signer/PURPOSE-list`."""
        lists = {found.id: found for found in self._to_sign()}
        if self._changing:
            lists = {name: found for name, found in lists.items() if name in self._problems}
        unsigned = "it is not signed yet"
        return {
            f"{found.issuer}/{found.purpose}-list": self._problems.get(name)
            or codes.ISSUE_STATUS_UNSAID(list=name, why=unsigned, signer=found.issuer)
            for name, found in lists.items()
        }

    async def _sign(self, found: OwnList, now: int, start: int) -> None:
        """Sign and store a version that begins at `start`. `found` was read first: what is set since then makes another one
        due."""
        signer = self._signers[found.issuer]
        draft = draft_status_list(
            id=found.id,
            issuer=signer.config.id,
            positions=self._tables.positions(found),
            purpose=found.purpose,
            valid_from=from_seconds(start),
            valid_until=from_seconds(start) + self._validity,
        )
        document = await signer.sign(draft, now)
        stored = await self._logs.submit(own_record(document, STATUS_LIST.profile), signer.config.tenant)
        # Durable: the version's document. After a crash here another version is signed in its place.
        version = Version(found.changes, stored.receipt.commitment, start)
        await self._thread.run(self._tables.add_version, found.id, version)

    def versions(
        self, list_id: str, is_final: Callable[[SealedRecord], bool], *, published: bool = False
    ) -> list[SealedRecord]:
        """The versions of an own list that a passport should have now: the newest, and the newest of which `is_final` says that
        it is anchored on every ledger. `published`: of those in a published head alone."""
        newest: SealedRecord | None = None
        for version in self._tables.versions(list_id, MAX_VERSIONS):  # each is looked up where it is needed alone
            record = self._logs.record(version.commitment)
            if published and record.index >= record.log.size:
                continue
            newest = newest or record
            if is_final(record):
                return [newest] if record is newest else [newest, record]
        return [] if newest is None else [newest]

    def says_all(self, list_id: str) -> bool:
        """Whether a version of an own list is in a published head that says all that is set."""
        wanted = self._tables.find(list_id)
        for version in self._tables.versions(list_id, MAX_VERSIONS):
            record = self._logs.record(version.commitment)
            if record.index < record.log.size:
                return wanted is not None and version.changes == wanted.changes
        return False

    async def newest(self, name: uuid.UUID) -> bytes | None:
        """The newest version of the own list whose id ends with that UUID, signed anew where half its time is over: its RFC 8785
        bytes. None where there is no such list."""
        found = self._tables.find_by_uuid(name)
        if found is None or found.issuer not in self._signers:
            return None
        with suppress(Busy, Frozen):  # what was signed last is still true of its time
            await self.renew(found.id)
        newest = next(iter(self._tables.versions(found.id, 1)), None)
        return None if newest is None else self._logs.record(newest.commitment).canonical()


def carry(record: SealedRecord) -> Carried[StatusList]:
    """The status list that is stored as this record."""
    return STATUS_LIST.carry(parse(record.canonical()), record.receipt.salt)
