"""Credentials on their way through a node, whatever they are about: a position in their signer's status lists, signed, sealed, and
looked at by our own verifier before anything with them is handed out."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from carbonseal.findings import Code, Refused
from carbonseal.instants import from_seconds
from carbonseal.node.sealing.logs import Logs, SealedRecord
from carbonseal.node.seals import Seals
from carbonseal.passport.conformity.files import AnyFile
from carbonseal.passport.credentials import Carried, Credential, StatusEntry, Subject
from carbonseal.passport.seals import Seal
from carbonseal.records.admission import own_record
from carbonseal.verification.review import objections

from .signers import Signer
from .statuses import Statuses

D = TypeVar("D", bound=Credential)
Draft = Callable[[str, tuple[StatusEntry, ...]], Mapping[str, Any]]  # an id and entries to an unsigned document


@dataclass(frozen=True, slots=True)
class SealedCredential(Generic[D]):
    """A credential that was signed here, as it is stored in a log, and the ids of the status lists that it names."""

    carried: Carried[D]
    record: SealedRecord
    lists: tuple[str, ...]


class CredentialSealer:
    """Signs in the names of a node's signers, and seals in its logs."""

    def __init__(self, logs: Logs, seals: Seals, statuses: Statuses, *, clock: Callable[[], float]) -> None:
        self.logs = logs
        self.statuses = statuses
        self._seals = seals
        self._clock = clock

    def now(self) -> int:
        """The time, in seconds since 1970."""
        return int(self._clock())

    async def seal(self, signer: Signer, subject: Subject[D], draft: Draft, now: int) -> SealedCredential[D]:
        """Sign what `draft` makes, and store it: durable on return. Raises Refused, `Busy`, `Frozen`."""
        tenant = signer.config.tenant
        origin = self.logs.of_tenant(tenant).origin
        number, status = await self.statuses.allocate(signer, origin)
        # Durable: the position. A crash before the document is kept leaves a position that no credential has, or a credential
        # that is sealed and in no file: nobody has seen either, and issuing again makes another.
        id = uuid.uuid5(uuid.NAMESPACE_URL, f"{origin} credential {number}").urn
        document = await signer.sign(draft(id, status), now)
        subject.parse(document)  # whatever is wrong with it, nothing of it is sealed
        record = await self.logs.submit(own_record(document, subject.profile), tenant)
        carried = subject.carry(document, record.receipt.salt)
        await self.statuses.assign(number, carried.signed.digest)
        return SealedCredential(carried, record, tuple(entry.list_id for entry in status))

    def seals(self, records: Iterable[SealedRecord]) -> dict[bytes, Seal]:
        """The seals of these records, by commitment. Raises Refused where one is not in its log yet."""
        return {record.receipt.commitment: self._seals.seal(record) for record in records}

    async def mark(self, credential: bytes, purpose: str, *, is_set: bool) -> bool:
        """Say in its status list from now on that a credential (its digest) is revoked or suspended, or that it is not. Whether
        that is new. Raises Refused, `Busy`, `Frozen`."""
        is_new = await self.statuses.mark(credential, purpose, is_set=is_set)
        await self.logs.sequence()
        return is_new

    async def renewed(self, lists: Iterable[str]) -> list[SealedRecord]:
        """Let everything that waits join its log, new versions of these lists too, and give the versions that a file should have.
        Raises Refused, `Busy`, `Frozen`."""
        for list_id in lists:
            await self.statuses.renew(list_id)
        await self.logs.sequence()
        return self.versions(lists)

    def versions(self, lists: Iterable[str], *, published: bool = False) -> list[SealedRecord]:
        """The versions of these lists that a file should have; `published`: of those in a published head alone."""
        found = (self.statuses.versions(one, self._seals.is_final, published=published) for one in lists)
        return [record for versions in found for record in versions]

    async def review(self, bundle: AnyFile, accepted: Collection[Code]) -> None:
        """Raise Refused with what our own verifier has against handing this out (`carbonseal.verification.review`)."""
        logs = {log.origin: log.verifier for log in self.logs.values()}
        at = from_seconds(self.now())
        against = await asyncio.to_thread(objections, bundle, logs, at=at, accepted=accepted)
        if against:
            raise Refused(against[0])
