"""Credentials on their way through a node, whatever they are about: a position in their signer's status lists, signed, sealed, and
looked at by our own verifier before anything with them is handed out.

Where node.toml says `release = "four-eyes"`, nothing is signed here without a release of it. A preview is what would be made, with
a signature that is worth nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.findings import Refused
from carbonseal.instants import from_seconds
from carbonseal.log.notes import VerifierKey
from carbonseal.node import failpoints
from carbonseal.node.requests.idempotency import Unkeyed
from carbonseal.node.sealing.logs import Logs, SealedRecord
from carbonseal.node.seals import Seals
from carbonseal.passport.credentials import Carried, Credential, StatusEntry, Subject, sign_document
from carbonseal.passport.passports import PASSPORT_LIMITS
from carbonseal.passport.seals import Seal
from carbonseal.records.admission import own_record
from carbonseal.records.strict import parse

from . import codes
from .signers import Signer
from .statuses import Statuses

D = TypeVar("D", bound=Credential)
Draft = Callable[[str, tuple[StatusEntry, ...]], Mapping[str, Any]]  # an id and entries to an unsigned document

EVERYBODYS_KEY = Ed25519PrivateKey.from_private_bytes(
    bytes(32)
)  # signs previews: nobody takes its signature for anybody's
_PREVIEWED = uuid.UUID(int=0).urn


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """A document that was signed, and the number of its position in status lists."""

    number: int
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SealedCredential(Generic[D]):
    """A credential that was signed here, as it is stored in a log, and the ids of the status lists that it names."""

    carried: Carried[D]
    record: SealedRecord
    lists: tuple[str, ...]


class CredentialSealer:
    """Signs in the names of a node's signers, and seals in its logs."""

    def __init__(
        self,
        logs: Logs,
        seals: Seals,
        statuses: Statuses,
        *,
        four_eyes: bool,
        clock: Callable[[], float],
        reached: failpoints.Reached,
    ) -> None:
        self.reached = reached
        self.logs = logs
        self.statuses = statuses
        self._seals = seals
        self._four_eyes = four_eyes
        self._clock = clock

    def now(self) -> int:
        """The time, in seconds since 1970."""
        return int(self._clock())

    def require(self, key: Unkeyed) -> None:
        """Raise Refused (`issue.needs-draft`) where nothing is to be signed without a draft's release, and this is none."""
        if self._four_eyes and not key.is_release:
            raise Refused(codes.ISSUE_NEEDS_DRAFT())

    async def seal(
        self, signer: Signer, subject: Subject[D], draft: Draft, now: int, key: Unkeyed
    ) -> SealedCredential[D]:
        """Sign what `draft` makes, and store it: durable on return. What was signed under the key before is stored instead. Raises
        Refused, `Busy`, `Frozen`."""
        self.require(key)
        if key.document is not None:
            document: Mapping[str, Any] = parse(key.document, PASSPORT_LIMITS)
        else:
            signed = await self._sign(signer, subject, draft, now)
            document, credential = signed.document, subject.parse(signed.document)
            under_key = key.signed(credential.digest, credential.canonical)
            await self.statuses.assign(signed.number, credential.digest, under_key)
        self.reached(failpoints.CREDENTIAL_SIGNED)
        record = await self.logs.submit(own_record(document, subject.profile), signer.config.tenant)
        self.reached(failpoints.CREDENTIAL_SEALED)
        carried = subject.carry(document, record.receipt.salt)
        return SealedCredential(carried, record, tuple(entry.list_id for entry in carried.signed.status))

    async def _sign(self, signer: Signer, subject: Subject[D], draft: Draft, now: int) -> SignedDocument:
        log = self.logs.of_tenant(signer.config.tenant)
        await log.check()  # what cannot be sealed is not signed
        origin = log.origin
        number, status = await self.statuses.allocate(signer, origin)
        # Durable: the position. A crash before the document is kept leaves a position that no credential has, or (without a
        # key) a credential that is sealed and in no file: nobody has seen either, and issuing again makes another.
        id = uuid.uuid5(uuid.NAMESPACE_URL, f"{origin} credential {number}").urn
        document = await signer.sign(draft(id, status), now)
        subject.parse(document)  # whatever is wrong with it, nothing of it is sealed
        return SignedDocument(number, document)

    def preview(self, subject: Subject[D], draft: Draft, now: int) -> Carried[D]:
        """What `draft` makes, without id and status, under a signature and a commitment that are worth nothing. Raises Refused."""
        public_key = EVERYBODYS_KEY.public_key().public_bytes_raw()
        document = sign_document(draft(_PREVIEWED, ()), EVERYBODYS_KEY.sign, public_key, from_seconds(now))
        return subject.carry(document, bytes(32))

    def seals(self, records: Iterable[SealedRecord]) -> dict[bytes, Seal]:
        """The seals of these records, by commitment. Raises Refused where one is not in its log yet."""
        return {record.receipt.commitment: self._seals.seal(record) for record in records}

    def seals_so_far(self, records: Iterable[SealedRecord]) -> dict[bytes, Seal]:
        """`seals` of those records that are in their logs."""
        return self.seals(record for record in records if record.index < record.log.size)

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

    def keys(self) -> dict[str, VerifierKey]:
        """The keys of the logs that are known here, by origin."""
        return {log.origin: log.verifier for log in self.logs.values()}
