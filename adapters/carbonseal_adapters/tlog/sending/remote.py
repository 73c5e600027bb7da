"""HTTP client of another operator's node: bounded answers, timeouts, and the errors of `carbonseal.ledger`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

from carbonseal.findings import Refused, rejected
from carbonseal.keys.endpoints import origin, redacted, redirected
from carbonseal.ledger import OutcomeUnknownError, TransientError, UnreachableError
from carbonseal.transport import BodyTooLarge, read_chunks

MALFORMED_ENDPOINT = rejected(
    "tlog.malformed-endpoint",
    "{endpoint} is not the address of a log",
    "write tlog+http://host:port/v1/logs/name",
)

MAX_ANSWER = 64 * 1024  # the largest things asked for are a tile of 8 KiB and a checkpoint with 32 signatures
TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)
LOST = (aiohttp.ClientError, TimeoutError, BodyTooLarge)  # there is no answer that can be read
UNREACHABLE = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)  # there was no connection at all
BUSY = (408, 425, 429, 503)  # the server says itself that it did nothing


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, read in full."""

    status: int
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises `TransientError` on anything else: it is not the service that was asked for."""
        try:
            value = orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise TransientError(f"the log answered {self.status} without JSON") from error
        if not isinstance(value, dict):
            raise TransientError(f"the log answered {self.status} without a JSON object")
        return value

    @property
    def code(self) -> str:
        """The code with which the other side refuses, or nothing."""
        try:
            return "" if self.status == 200 else str(self.json().get("code", ""))
        except TransientError:
            return ""

    @property
    def message(self) -> str:
        """The other side's error message, in one line of bounded length."""
        try:
            value = self.json()
        except TransientError:
            return f"HTTP {self.status}"
        return f"{str(value.get('message', ''))[:500]} [{str(value.get('code', self.status))[:80]}]"


class Remote:
    """One endpoint. The session is opened by the first request, inside the loop that makes it."""

    def __init__(self, uri: str) -> None:
        """`uri` is the ledger's, ``tlog+http://host:port/v1/logs/name``, or the log's address alone. Raises `Refused`."""
        self._url = uri.removeprefix("tlog+").rstrip("/")
        self.endpoint = redacted(self._url)  # for messages: the rest may hold an access key
        if not _is_address(self._url):
            raise Refused(MALFORMED_ENDPOINT("uri", endpoint=self.endpoint))
        self._session: aiohttp.ClientSession | None = None

    async def get(self, path: str) -> Answer:
        """Read `path`. Raises `UnreachableError`, or `TransientError` when the log is busy or breaks off."""
        try:
            answer = await self._request("GET", path, None)
        except UNREACHABLE as error:
            raise UnreachableError(self._because(error)) from error
        except LOST as error:
            raise TransientError(self._because(error)) from error
        if answer.status >= 500 or answer.status in BUSY:
            raise TransientError(f"{self.endpoint}: {answer.message}")
        return answer

    async def post(self, path: str, body: bytes) -> Answer:
        """Hand over `body`, a text. Raises `UnreachableError` or `TransientError` where nothing has happened,
        `OutcomeUnknownError` where something may
        have."""
        try:
            answer = await self._request("POST", path, body)
        except UNREACHABLE as error:
            raise UnreachableError(self._because(error)) from error
        except LOST as error:
            raise OutcomeUnknownError(self._because(error)) from error
        if answer.status in BUSY:
            raise TransientError(f"{self.endpoint}: {answer.message}")
        if answer.status >= 500:
            raise OutcomeUnknownError(f"{self.endpoint}: {answer.message}")
        return answer

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _request(self, method: str, path: str, body: bytes | None) -> Answer:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar(), headers={"Accept-Encoding": "identity"}
            )
        headers = {} if body is None else {"Content-Type": "text/plain; charset=utf-8"}
        url = self._url + path
        async with self._session.request(method, url, data=body, headers=headers, allow_redirects=False) as response:
            if 300 <= response.status < 400:
                why = redirected(url, response.status, response.headers.get("Location", ""))
                raise UnreachableError(f"{self.endpoint}: {why}")
            return Answer(response.status, await read_chunks(response.content.iter_any(), MAX_ANSWER))

    def _because(self, error: Exception) -> str:
        return f"{self.endpoint}: {str(error) or type(error).__name__}"


def _is_address(url: str) -> bool:
    try:
        origin(url)
    except ValueError:
        return False
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and not parts.query and not parts.fragment
