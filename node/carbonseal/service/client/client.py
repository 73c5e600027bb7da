"""Client of a node over HTTP: what `carbonseal.client` makes public. `RemoteNode`, with typed answers for what the service answers
as JSON, iterators over pages, and a second try for what may be repeated.

- Tried again, for eight seconds: what only reads, records (the same one gives the same receipt), refreshing, and issuing, under
  an idempotency key. Streams and acts (revoke, grant, ...) are not.
- Iterators ask for a page when the one before is used up: memory is bounded by a page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from carbonseal.findings import Finding
from carbonseal.instants import parse_instant
from carbonseal.node.access.grants import Grant
from carbonseal.node.issuance.issued import Issued
from carbonseal.service.client.drafts import Drafts
from carbonseal.service.client.paging import every
from carbonseal.service.client.remote import RemoteNode
from carbonseal.service.client.retries import again
from carbonseal.service.client.webhooks import Webhooks
from carbonseal.service.routes.records import MEDIA, PROFILE

REPEATABLE = ("/v1/records", "/v1/passports/refresh")  # POSTs; and those whose path ends as one of these
READING = ("/list", "/find", "/export")


@dataclass(frozen=True, slots=True)
class RecordState:
    """Where a record's entry is: `state` is queued, sequenced, anchored (on a ledger) or final (on
    all of its log's), `index` its place in the log of that name."""

    state: str
    log: str
    index: int


@dataclass(frozen=True, slots=True)
class Content:
    """A record as it was sealed: its RFC 8785 bytes; or a file's, with its media type, which is empty else."""

    profile: str
    data: bytes
    media: str = ""


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record that was looked up. `names` are what it says of product, company and lot; `figure` its total, in words;
    `acknowledged` is in seconds since 1970."""

    commitment: bytes
    profile: str
    log: str
    index: int
    acknowledged: int
    title: str
    names: Mapping[str, tuple[str, ...]]
    figure: str
    valid_from: datetime | None
    valid_until: datetime | None
    is_current: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    """A statement or an accreditation that was issued, by its digest (32 bytes). `by` is the body or accreditor in node.toml,
    `state` issued, suspended or withdrawn, with the `reason`; `issued` is in seconds since 1970."""

    number: int
    digest: bytes
    by: str
    name: str
    issued: int
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """The file of a statement or an accreditation, and what is known to be wrong with it, in words."""

    file: bytes
    warnings: tuple[str, ...] = ()


class Client(RemoteNode):
    """A node over HTTP, on behalf of whom `token` belongs to. Every method raises Refused with the node's finding; BrokenOff where
    no answer comes, or the node could not do its work."""

    # --- records ---------------------------------------------------------------------------------------------------

    async def state(self, commitment: bytes) -> RecordState:
        """How far a record's entry has got, and where it is."""
        answer = await self._json("GET", f"/v1/records/{commitment.hex()}")
        return RecordState(str(answer["state"]), str(answer["log"]), int(answer["index"]))

    async def content(self, commitment: bytes) -> Content:
        """The record itself, which is the caller's own or was granted."""

        async def get() -> Content:
            async with self._request("GET", f"/v1/records/{commitment.hex()}/content", None) as response:
                headers = response.headers
                return Content(headers[PROFILE], await self._read(response), headers.get(MEDIA, ""))

        return await again(get)

    async def find_records(self, **query: Any) -> AsyncIterator[FoundRecord]:
        """The caller's records that say what is asked for, as `POST /v1/records/find` has it: `product=["urn:..."]`,
        `current=True`."""
        async for one in every(self, "records/find", **query):
            yield self._found(one)

    # --- what was issued -------------------------------------------------------------------------------------------

    async def all_issued(self) -> AsyncIterator[Issued]:
        """Every credential about a product that was issued, in order."""
        async for one in every(self, "passports/list"):
            yield Issued.from_json(one)

    async def issue_statement(self, request: Mapping[str, Any]) -> DocumentFile:
        """Have a body state what the request says."""
        return _file(await self.operate("statements/issue", request))

    async def issue_accreditation(self, request: Mapping[str, Any]) -> DocumentFile:
        """Have an accreditor accredit whom the request says."""
        return _file(await self.operate("accreditations/issue", request))

    def statements(self) -> AsyncIterator[IssuedDocument]:
        """Every statement that was issued, in order."""
        return self._documents("statement", "body")

    def accreditations(self) -> AsyncIterator[IssuedDocument]:
        """Every accreditation that was issued, in order."""
        return self._documents("accreditation", "accreditor")

    async def statement(self, digest: bytes) -> DocumentFile:
        """The file of a statement, refreshed."""
        return _file(await self.operate("statements/export", {"statement": digest.hex()}))

    async def accreditation(self, digest: bytes) -> DocumentFile:
        """The file of an accreditation, refreshed."""
        return _file(await self.operate("accreditations/export", {"accreditation": digest.hex()}))

    async def mark_statement(self, act: str, digest: bytes, reason: str) -> bool:
        """Withdraw, suspend or reinstate a statement: `act` is one of these words. Whether that was new."""
        request = {"statement": digest.hex(), "reason": reason}
        return bool((await self.operate(f"statements/{act}", request))["new"])

    async def mark_accreditation(self, act: str, digest: bytes, reason: str) -> bool:
        """Withdraw or suspend an accreditation: `act` is one of these words. Whether that was new."""
        request = {"accreditation": digest.hex(), "reason": reason}
        return bool((await self.operate(f"accreditations/{act}", request))["new"])

    @property
    def drafts(self) -> Drafts:
        """What is prepared, and not signed yet."""
        return Drafts(self)

    def webhooks(self, tenant: str = "") -> Webhooks:
        """Who is told what happens: the receivers of a tenant, the caller's own where none is named."""
        return Webhooks(self, tenant)

    # --- grants ----------------------------------------------------------------------------------------------------

    async def grant(self, commitment: bytes, reader: str) -> bool:
        """Let a person or system of another tenant read a record of the caller's. Whether they could not until now."""
        return bool((await self.operate("grants", {"commitment": commitment.hex(), "reader": reader}))["new"])

    async def revoke_grant(self, commitment: bytes, reader: str) -> bool:
        """End a grant. Whether there was one."""
        return bool((await self.operate("grants/revoke", {"commitment": commitment.hex(), "reader": reader}))["new"])

    async def grants(self) -> AsyncIterator[Grant]:
        """Every grant by the caller's tenant and to the caller, in order."""
        async for one in every(self, "grants/list"):
            revoked = None if one["revoked"] is None else _seconds(one["revoked"])
            commitment = bytes.fromhex(one["commitment"])
            yield Grant(one["number"], one["tenant"], commitment, one["reader"], _seconds(one["granted"]), revoked)

    # --- requests and answers --------------------------------------------------------------------------------------

    async def _bytes(self, method: str, path: str, body: bytes | None = None, **more: Any) -> bytes:
        def send() -> Any:
            return RemoteNode._bytes(self, method, path, body, **more)

        is_repeatable = method == "GET" or path in REPEATABLE or path.endswith(READING)
        answer: bytes = await (again(send) if is_repeatable else send())
        return answer

    async def _documents(self, kind: str, who: str) -> AsyncIterator[IssuedDocument]:
        async for one in every(self, f"{kind}s/list"):
            facts = one[who], one["name"], _seconds(one["issued"]), one["state"], one["reason"]
            yield IssuedDocument(one["number"], bytes.fromhex(one[kind]), *facts)

    def _found(self, one: Mapping[str, Any]) -> FoundRecord:
        return FoundRecord(
            bytes.fromhex(one["commitment"]),
            one["profile"],
            one["log"],
            one["index"],
            _seconds(one["acknowledged"]),
            one["title"],
            {name: tuple(values) for name, values in one["names"].items()},
            one["figure"],
            None if one["validFrom"] is None else parse_instant(one["validFrom"]),
            None if one["validUntil"] is None else parse_instant(one["validUntil"]),
            one["isCurrent"],
            tuple(self._refused(finding).finding for finding in one["findings"]),
        )


def _file(answer: Mapping[str, Any]) -> DocumentFile:
    return DocumentFile(orjson.dumps(answer["file"]), tuple(answer.get("warnings", ())))


def _seconds(text: str) -> int:
    return int(parse_instant(text).timestamp())
