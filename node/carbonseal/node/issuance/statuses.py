"""Status lists: signed versions that say which credentials are revoked.

- Every credential has a position in one of its issuer's lists.
- A list is signed anew when it says something new or half its time is over, and sealed like any record.
- A passport gets a newer version once that is anchored on every ledger, and at once where it revokes more than the one before:
  until then its holder keeps a version that is still valid.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta

from carbonseal.instants import from_seconds
from carbonseal.node.sealing.logs import Logs, SealedRecord
from carbonseal.passport.credentials import Carried, StatusEntry
from carbonseal.passport.status_lists import STATUS_LIST, StatusList, draft_status_list
from carbonseal.records.admission import own_record
from carbonseal.records.strict import parse
from carbonseal.storage.writer_thread import WriterThread

from .signers import Signer
from .status_tables import StatusTables, Version

VALIDITY = timedelta(days=7)  # of a version, from its signature
MOST_VERSIONS = 16  # that are looked at, newest first


class Statuses:
    """The status of every credential that this node's issuers (`signers`, by their names in node.toml) issued."""

    def __init__(
        self,
        tables: StatusTables,
        logs: Logs,
        signers: Mapping[str, Signer],
        *,
        thread: WriterThread,
        clock: Callable[[], float],
    ) -> None:
        self._tables = tables
        self._logs = logs
        self._signers = signers
        self._thread = thread
        self._clock = clock

    async def allocate(self, signer: Signer, origin: str) -> tuple[int, StatusEntry]:
        """A position for a credential that is about to be sealed in the log with this origin: the credential's number in this
        node, and the entry that it names. Durable."""
        return await self._thread.run(self._tables.allocate, signer.config.name, signer.config.id, origin)

    async def assign(self, number: int, credential: bytes) -> None:
        """The credential of that number was signed, and has this digest. Durable."""
        await self._thread.run(self._tables.assign, number, credential)

    async def revoke(self, credential: bytes) -> bool:
        """Revoke the credential with this digest, for ever, and store the version that says so. Whether it was not revoked
        before. Raises Refused, `Busy`, `Frozen`."""
        list_id, is_new = await self._thread.run(self._tables.revoke, credential)
        # Durable: the revocation. After a crash here the next issue, refresh or revocation stores the version that says so.
        await self.renew(list_id)
        return is_new

    def revoked_among(self, credentials: Collection[bytes]) -> set[bytes]:
        """Those of these credentials (digests) that are revoked."""
        return self._tables.revoked_among(credentials)

    def is_own(self, list_id: str) -> bool:
        """Whether a list is one of this node's issuers'."""
        return self._tables.issuer_of(list_id) in self._signers

    async def renew(self, list_id: str) -> bytes:
        """Sign a version of one of the own lists where the newest is not what it has to be now; it waits to join the log then.
        Gives the newest version's commitment. Raises Refused, `Busy`, `Frozen`."""
        now, revoked = int(self._clock()), self._tables.count_revoked(list_id)
        newest = next(iter(self._tables.versions(list_id, 1)), None)
        if newest and newest.revoked == revoked and now - newest.signed < VALIDITY.total_seconds() / 2:
            return newest.commitment
        signer = self._signers[self._tables.issuer_of(list_id) or ""]
        positions = self._tables.revoked_positions(list_id)
        draft = draft_status_list(
            id=list_id,
            issuer=signer.config.id,
            positions=positions,
            valid_from=from_seconds(now),
            valid_until=from_seconds(now) + VALIDITY,
        )
        document = await signer.sign(draft, now)
        stored = await self._logs.submit(own_record(document, STATUS_LIST.profile), signer.config.tenant)
        # Durable: the version's document. After a crash here another version is signed in its place.
        version = Version(len(positions), stored.receipt.commitment, now)
        await self._thread.run(self._tables.add_version, list_id, version)
        return version.commitment

    def best(self, list_id: str, is_final: Callable[[SealedRecord], bool]) -> SealedRecord | None:
        """The version of an own list that a passport should carry now, where there is one. `is_final` tells whether a record is
        anchored on every ledger."""
        versions = self._tables.versions(list_id, MOST_VERSIONS)
        for version, older in zip(versions, [*versions[1:], None], strict=True):
            record = self._logs.record(version.commitment)
            if older is None or version.revoked != older.revoked or is_final(record):
                return record
        return None


def carry(record: SealedRecord) -> Carried[StatusList]:
    """The status list that is stored as this record."""
    return STATUS_LIST.carry(parse(record.canonical()), record.receipt.salt)
