"""Remote node: `AnyNode` over HTTP, for a node that another process serves."""

from __future__ import annotations

import io
import time
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp
import orjson

from carbonseal.findings import BrokenOff, Code, Finding, Outcome, Place, Refused
from carbonseal.instants import parse_instant
from carbonseal.keys.endpoints import redirected
from carbonseal.log.proofs import TlogProof
from carbonseal.node.admission.submitted import Item, Submitted, one_by_one
from carbonseal.node.issuance.issuance import Warn, ignore
from carbonseal.node.issuance.issued import Issued
from carbonseal.node.sealing.queue import Receipt
from carbonseal.passport.seals import Seal
from carbonseal.records.files import FILE
from carbonseal.records.sources import Source
from carbonseal.records.strict import parse
from carbonseal.service import codes
from carbonseal.service.client.addresses import check_url, refuse_clear, tls_to
from carbonseal.service.client.jobs import RemoteJobs
from carbonseal.service.client.retries import under_one_key
from carbonseal.service.errors import BROKEN, FULL
from carbonseal.service.operations.listed import OPERATIONS, address_of
from carbonseal.service.operations.listing import MOST
from carbonseal.service.routes.passports.issued import WARNING
from carbonseal.service.seals import seal_from_json
from carbonseal.transport import GATEWAY, BodyTooLarge, read_chunks

JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}
HTTP_TIMEOUT = aiohttp.ClientTimeout(sock_connect=10, sock_read=300)
TIMEOUT = 10.0  # seconds for what a node can say at once
MAX_ANSWER = 64 << 20  # bytes: the largest answer is a passport
LONGEST_LINE = 4 << 20  # bytes of one result
PIECE = 64 * 1024  # bytes of a stream that are sent at once
OUTCOMES = {outcome.value for outcome in Outcome}
LONGEST_WAIT = 20.0  # seconds that one request waits for anchors


class RemoteNode:
    """The methods of `AnyNode`, which documents them. Use it as a context. Raises BrokenOff where no answer comes."""

    def __init__(
        self,
        url: str,
        timeout: float = TIMEOUT,
        token: str = "",
        certificate: bytes = b"",
        *,
        authorities: Path | None = None,
        same_machine: bool = False,
    ) -> None:
        """`timeout` is in seconds, for `health`; requests that make work may take longer. `token` is sent with every request: over
        HTTPS, to loopback, or to the `same_machine`, as the caller knows.

        Without more, this machine has to trust the node's certificate. `certificate` is the SHA-256 of the one that it has to
        have, whatever name it is for; `authorities` is a file in PEM of certificates that are trusted beside: the node's own, or
        its authority's. Raises Refused (``client.*``)."""
        self.url = check_url(url).rstrip("/")
        if token and not same_machine:
            refuse_clear(self.url)
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._ssl = tls_to(certificate, authorities)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            headers=self._headers,
            timeout=HTTP_TIMEOUT,
            cookie_jar=aiohttp.DummyCookieJar(),
            read_bufsize=LONGEST_LINE,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    # --- records ---------------------------------------------------------------------------------------------------

    async def submit(self, raw: bytes, profile: str, tenant: str = "", media: str = "") -> Receipt:
        params, headers = _of(profile, tenant), {"Content-Type": media or JSON["Content-Type"]}
        return self._receipt(await self._json("POST", "/v1/records", raw, params=params, headers=headers))

    async def submit_many(
        self, items: Iterable[Item] | AsyncIterable[Item], profile: str, tenant: str = ""
    ) -> AsyncIterator[Submitted]:
        """Results come while records are still sent. A record that cannot be sent has its refusal in its place. Files are sent
        one at a time."""
        if profile == FILE:
            async for item in one_by_one(items):
                yield await self._submit_file(item, tenant)
            return
        stream = _Stream(items)
        async with self._request(
            "POST", "/v1/records", stream.chunks(), headers=NDJSON, params=_of(profile, tenant)
        ) as response:
            async for line in response.content:
                result = self._load(line)
                if "broken" in result:
                    raise self._refused(result["broken"])
                for unsent in stream.unsent():
                    yield unsent
                if "end" in result and not stream.waiting:
                    return
                if "end" in result or not stream.waiting:
                    raise Refused(
                        codes.NOT_A_NODE(url=self.url, what="with another number of results than there were records")
                    )
                yield self._submitted(stream.sent(), result)
        raise BrokenOff(codes.UNREACHABLE(url=self.url, why="it broke off in the middle of the stream"))

    async def _submit_file(self, item: Item, tenant: str) -> Submitted:
        if isinstance(item, Finding):
            return Submitted(item.place, finding=item)
        try:
            return Submitted(item.place, await self.submit(item.raw, FILE, tenant, item.media))
        except BrokenOff:
            raise
        except Refused as refused:
            return Submitted(item.place, finding=refused.finding.under(*item.place))

    async def find(self, commitment: bytes) -> tuple[str, int]:
        answer = await self._json("GET", f"/v1/records/{commitment.hex()}")
        return str(answer["log"]), int(answer["index"])

    async def seal(self, commitment: bytes) -> Seal:
        return seal_from_json(await self._json("GET", f"/v1/seals/{commitment.hex()}"))

    # --- logs and their anchors -----------------------------------------------------------------------------------

    async def sequence(self) -> dict[str, bytes]:
        notes = (await self._json("POST", "/v1/sequence", b"{}"))["checkpoints"]
        return {str(log): str(note).encode() for log, note in notes.items()}

    async def proof(self, log: str, index: int) -> TlogProof:
        return TlogProof.parse(await self._bytes("GET", f"/v1/logs/{quote(log, safe='')}/proofs/{index}"))

    async def anchor(self) -> None:
        await self._json("POST", "/v1/anchor", b"{}")

    async def wait_for_anchors(self, timeout: float) -> dict[str, Any]:  # noqa: ASYNC109
        end = time.monotonic() + timeout
        while True:
            wait = min(LONGEST_WAIT, max(0.0, end - time.monotonic()))
            answer = await self._json("POST", "/v1/wait-for-anchors", orjson.dumps({"seconds": round(wait, 2)}))
            if answer["idle"] or time.monotonic() >= end:
                return await self.health()

    async def health(self) -> dict[str, Any]:
        raw = await self._bytes("GET", "/health", timeout=self._timeout)
        health = self._load(raw)
        if "state" not in health:
            raise self._refused(health)
        return health

    # --- passports -------------------------------------------------------------------------------------------------

    async def issue(self, request: Mapping[str, Any], warn: Warn = ignore) -> bytes:
        body = orjson.dumps(request)

        async def send(key: Mapping[str, str]) -> tuple[list[str], bytes]:
            headers = {**JSON, **key}
            async with self._request("POST", "/v1/passports", io.BytesIO(body), headers=headers) as response:
                return response.headers.getall(WARNING, []), await self._read(response)

        warnings, passport = await under_one_key(send)
        for warning in warnings:
            warn(self._refused(self._load(warning.encode())).finding)
        return passport

    async def refresh(self, passport: bytes) -> bytes:
        return await self._bytes("POST", "/v1/passports/refresh", passport)

    async def revoke(self, digest: bytes, reason: str) -> bool:
        return await self._mark(digest, "revoke", reason)

    async def suspend(self, digest: bytes, reason: str) -> bool:
        return await self._mark(digest, "suspend", reason)

    async def reinstate(self, digest: bytes, reason: str) -> bool:
        return await self._mark(digest, "reinstate", reason)

    async def _mark(self, digest: bytes, act: str, reason: str) -> bool:
        body = orjson.dumps({"reason": reason})
        return bool((await self._json("POST", f"/v1/passports/{digest.hex()}/{act}", body))["new"])

    async def issued(self, after: int = 0) -> list[Issued]:
        answer = await self.operate("passports/list", {"after": after, "limit": MOST})
        return [Issued.from_json(one) for one in answer["items"]]

    async def passport(self, digest: bytes) -> bytes:
        return await self._bytes("GET", f"/v1/passports/{digest.hex()}")

    # --- access ----------------------------------------------------------------------------------------------------

    async def operate(self, name: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        operation, path, body = OPERATIONS[name], address_of(name), orjson.dumps(request)
        if operation.is_list:
            return await self._json("GET", path, params={one: _in_query(value) for one, value in request.items()})
        if not operation.takes_key:
            return await self._json("POST", path, body)
        return await under_one_key(lambda key: self._json("POST", path, body, headers={**JSON, **key}))

    @property
    def jobs(self) -> RemoteJobs:
        """As `AnyNode` has it."""
        return RemoteJobs(self)

    async def send(self, path: str, pieces: AsyncIterable[bytes], headers: Mapping[str, str]) -> Mapping[str, Any]:
        """The JSON answer to a POST whose body comes piece by piece."""
        async with self._request("POST", path, pieces, headers=headers) as response:
            return self._load(await self._read(response))

    async def stream(self, path: str, params: Mapping[str, str] | None = None) -> AsyncIterator[bytes]:
        """The answer to a GET, piece by piece. Raises BrokenOff where it breaks off."""
        async with self._request("GET", path, None, params=params) as response:
            async for piece in response.content.iter_any():
                yield piece

    # --- requests and answers --------------------------------------------------------------------------------------

    async def _json(self, method: str, path: str, body: bytes | None = None, **more: Any) -> dict[str, Any]:
        return self._load(await self._bytes(method, path, body, **more))

    async def _bytes(self, method: str, path: str, body: bytes | None = None, **more: Any) -> bytes:
        data = None if body is None else io.BytesIO(body)
        async with self._request(method, path, data, **{"headers": JSON, **more}) as response:
            return await self._read(response)

    @asynccontextmanager
    async def _request(self, method: str, path: str, data: Any, **more: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer below 300. Raises Refused with the node's finding, or BrokenOff where there is no answer."""
        assert self._session is not None, "a RemoteNode is a context"
        try:
            async with self._session.request(
                method, self.url + path, data=data, allow_redirects=False, ssl=self._ssl, **more
            ) as response:
                if response.status >= 300 and (path != "/health" or response.content_type != JSON["Content-Type"]):
                    raise await self._refusal(response)
                yield response
        except TimeoutError as error:
            raise BrokenOff(codes.UNREACHABLE(url=self.url, why="no answer in time")) from error
        except aiohttp.ClientConnectorCertificateError as error:
            raise BrokenOff(codes.UNTRUSTED(url=self.url, why=error.certificate_error)) from error
        except aiohttp.ServerFingerprintMismatch as error:
            raise BrokenOff(codes.UNTRUSTED(url=self.url, why="it is not the one that was expected")) from error
        except aiohttp.ClientError as error:
            raise BrokenOff(codes.UNREACHABLE(url=self.url, why=str(error) or type(error).__name__)) from error

    async def _refusal(self, response: aiohttp.ClientResponse) -> Refused:
        """What an answer from 300 on says: the node's finding, or what somebody before it or in its place says."""
        status, location = response.status, response.headers.get("Location", "")
        if status < 400:
            return Refused(codes.NOT_A_NODE(url=self.url, what=f"with {redirected(self.url, status, location)}"))
        try:
            refused = self._refused(self._load(await self._read(response)), status)
        except Refused as other:
            refused = other
        if status in GATEWAY and refused.finding.code is codes.NOT_A_NODE:
            return BrokenOff(codes.UNREACHABLE(url=self.url, why=f"HTTP {status}, by a proxy before it"))
        return refused

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        try:
            return await read_chunks(response.content.iter_any(), MAX_ANSWER)
        except BodyTooLarge as error:
            raise Refused(codes.NOT_A_NODE(url=self.url, what=f"with more than {MAX_ANSWER} bytes")) from error

    def _load(self, raw: bytes) -> dict[str, Any]:
        try:
            value = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise Refused(codes.NOT_A_NODE(url=self.url, what=repr(raw[:80]))) from error
        if not isinstance(value, dict):
            raise Refused(codes.NOT_A_NODE(url=self.url, what=repr(raw[:80])))
        return value

    def _submitted(self, place: Place, result: Mapping[str, Any]) -> Submitted:
        if "receipt" in result:
            return Submitted(place, self._receipt(result["receipt"]))
        finding = self._refused(result["error"]).finding
        return Submitted(place, finding=replace(finding, place=place + finding.place[1:]))

    def _refused(self, error: Mapping[str, Any], status: int = 0) -> Refused:
        """The node's own finding, with the status of the answer, or, in a stream, of the problem; or that the answer is not a
        node's."""
        match error:
            case {
                "code": str(name),
                "outcome": str(outcome),
                "place": list(place),
                "detail": str(message),
                "remedy": str(remedy),
            } if outcome in OUTCOMES:
                code = Code(name, Outcome(outcome), "{message}", "{remedy}")
                kind = BrokenOff if (status or error.get("status")) in (BROKEN, FULL) else Refused
                return kind(code(*map(str, place), message=message, remedy=remedy))
            case _:
                return Refused(codes.NOT_A_NODE(url=self.url, what=repr(error)[:80]))

    def _receipt(self, value: Mapping[str, Any]) -> Receipt:
        return Receipt(
            value["profile"],
            bytes.fromhex(value["commitment"]),
            bytes.fromhex(value["salt"]),
            int(parse_instant(value["acknowledged"]).timestamp()),
        )


class _Stream:
    """Records that are sent as NDJSON, and those whose result is still to come."""

    def __init__(self, items: Iterable[Item] | AsyncIterable[Item]) -> None:
        self._items = items
        self._waiting: deque[Place | Finding] = deque()

    async def chunks(self) -> AsyncIterator[bytes]:
        """One line for each record that can be sent.

        Line feeds become tabs: between the tokens of a document both mean the same, and inside a string both are forbidden, so
        that what was wrong stays wrong."""
        piece = bytearray()
        async for item in one_by_one(self._items):
            if isinstance(item, Finding):
                self._waiting.append(item)
                continue
            if not item.raw.strip(b" \t\r\n"):  # the node would take it for an empty line
                self._waiting.append(_nothing(item))
                continue
            self._waiting.append(item.place)
            piece += item.raw.translate(_LINE_FEEDS_TO_TABS) + b"\n"
            if len(piece) >= PIECE:
                yield bytes(piece)
                piece.clear()
        if piece:
            yield bytes(piece)

    @property
    def waiting(self) -> bool:
        return bool(self._waiting)

    def unsent(self) -> Iterable[Submitted]:
        """The results, made here, of the records that were not sent and come next."""
        while self._waiting and isinstance(self._waiting[0], Finding):
            finding = self._waiting.popleft()
            assert isinstance(finding, Finding)
            yield Submitted(finding.place, finding=finding)

    def sent(self) -> Place:
        """The place of the record whose result comes next."""
        place = self._waiting.popleft()
        assert not isinstance(place, Finding)
        return place


def _of(profile: str, tenant: str) -> dict[str, str]:
    return {"profile": profile, **({"tenant": tenant} if tenant else {})}


_LINE_FEEDS_TO_TABS = bytes.maketrans(b"\n\r", b"\t\t")


def _nothing(source: Source) -> Finding:
    """The finding of strict JSON for an empty document."""
    try:
        value = parse(source.raw)
    except Refused as refused:
        return refused.finding.under(*source.place)
    raise ValueError(f"white space was read as {value!r}")


def _in_query(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
