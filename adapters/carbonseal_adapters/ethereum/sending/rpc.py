"""JSON-RPC 2.0 client of one endpoint, over HTTP: one session, and the errors of `carbonseal.ledger`.

A request that the endpoint refuses because it is busy (HTTP 429, 503) is sent again after the pause that it asks for, a few
times. Nothing else is repeated here: the outbox decides about that. A redirect is not followed: no call would succeed.

Results are the endpoint's own JSON. A client library would shape them: web3's loses fields that a header's hash needs, and
refuses the longer `extraData` of consortium chains.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import aiohttp
import orjson

from carbonseal.keys.endpoints import redirected
from carbonseal.ledger import OutcomeUnknownError, TransientError, UnreachableError
from carbonseal.transport import BodyTooLarge, read_chunks
from carbonseal_adapters.ethereum.gathering.endpoints import origin

TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)
MOST_BYTES = 16 << 20  # of one answer: the evidence that it may hold has at most 8 MiB, written in hexadecimal
BUSY = {429, 503}  # HTTP statuses with which an endpoint says that it did nothing
PAUSES = (0.25, 0.5, 1.0, 2.0)  # seconds until a busy endpoint is asked again, or longer where it says so (Retry-After)
LONGEST_PAUSE = 10.0  # an endpoint that wants to be left alone for longer is not waited for here
BUSY_WORDS = (
    "rate limit",
    "too many requests",
    "request limit",
    "capacity exceeded",
    "exceeded its compute",
    "try again",
)
UNSUPPORTED = -32601  # JSON-RPC 2.0: the method does not exist or is not available
UNSUPPORTED_WORDS = ("does not exist", "not available", "not supported", "unsupported", "not found", "not allowed")


class RpcError(Exception):
    """The endpoint answered with an error. Most nodes give no usable code, so `matches` searches the message."""

    def __init__(self, method: str, message: str, code: object = None) -> None:
        super().__init__(f"{method}: {message}")
        self.message = message.lower()
        self._code = code

    @property
    def is_unsupported(self) -> bool:
        """Whether the endpoint does not serve the method at all."""
        return self._code == UNSUPPORTED or self.matches(*UNSUPPORTED_WORDS)

    def matches(self, *words: str) -> bool:
        """Whether the message contains one of these phrases, which are in lower case."""
        return any(word in self.message for word in words)


class Rpc:
    """The session is opened by the first call, inside the loop that makes it."""

    def __init__(self, endpoint: str) -> None:
        """Raises `Refused` where `endpoint` is not an address."""
        self.endpoint = origin(endpoint)  # for messages: the rest may hold an access key
        self._url = endpoint
        self._numbers = count(1)
        self._session: aiohttp.ClientSession | None = None

    async def call(self, method: str, *params: Any) -> Any:
        """The result. Raises `RpcError`, `UnreachableError` or `TransientError` (nothing happened) or `OutcomeUnknownError`
        (the answer got lost)."""
        answer = await self._answer(method, params)
        if not isinstance(answer, dict) or ("result" not in answer and "error" not in answer):
            raise OutcomeUnknownError(f"{self.endpoint}: the answer to {method} is not JSON-RPC")
        if "error" in answer:
            given = answer["error"]
            message, code = (given.get("message"), given.get("code")) if isinstance(given, dict) else (given, None)
            raise RpcError(method, str(message)[:500], code)
        return answer["result"]

    async def _answer(self, method: str, params: Any) -> Any:
        """The JSON of one answer, read up to a limit, after decompression, whatever it announces; asked for again while the
        endpoint is busy. Raises as `call`."""
        for pause in (*PAUSES, None):
            request = {"jsonrpc": "2.0", "id": next(self._numbers), "method": method, "params": params}
            try:
                async with self._opened().post(self._url, json=request, allow_redirects=False) as response:
                    if response.status < 300:
                        # orjson bounds how deep lists may be nested, whatever Python's own limit is
                        return orjson.loads(await read_chunks(response.content.iter_any(), MOST_BYTES))
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
                raise UnreachableError(self._because(error)) from error
            except (aiohttp.ClientError, TimeoutError, BodyTooLarge, ValueError) as error:
                # what is no HTTP too, of which aiohttp says 400: that is not the endpoint's word
                raise OutcomeUnknownError(self._because(error)) from error
            if response.status not in BUSY:
                raise self._refusal(method, response)
            wanted = _retry_after(response)
            if pause is None or wanted > LONGEST_PAUSE:
                raise TransientError(f"{self.endpoint}: HTTP {response.status}")
            await asyncio.sleep(max(pause, wanted))
        raise AssertionError("the last pause is None")

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers={"User-Agent": "carbonseal"}, cookie_jar=aiohttp.DummyCookieJar(), timeout=TIMEOUT
            )
        return self._session

    def _refusal(
        self, method: str, response: aiohttp.ClientResponse
    ) -> UnreachableError | RpcError | OutcomeUnknownError:
        if response.status < 400:
            why = redirected(self._url, response.status, response.headers.get("Location", ""))
            return UnreachableError(f"{self.endpoint}: {why}")
        if response.status < 500:
            return RpcError(method, f"HTTP {response.status} {response.reason}")
        return OutcomeUnknownError(f"{self.endpoint}: HTTP {response.status}")

    async def question(self, method: str, *params: Any) -> Any:
        """The result of what changes nothing: a lost answer is a `TransientError`. Raises `RpcError` too."""
        try:
            return await self.call(method, *params)
        except OutcomeUnknownError as unknown:
            raise TransientError(str(unknown)) from unknown

    async def ask(self, method: str, *params: Any) -> Any:
        """The result of a query. Raises `TransientError` on every failure."""
        try:
            return await self.question(method, *params)
        except RpcError as error:
            raise TransientError(f"{self.endpoint}: {error}") from error

    async def number(self, method: str, *params: Any) -> int:
        """The result of a query whose answer is a quantity. Raises `TransientError`."""
        answer = await self.ask(method, *params)
        with self.reading(method):
            return int(answer, 16)

    @contextmanager
    def reading(self, method: str) -> Iterator[None]:
        """Context for code that parses an answer: errors of its shape become `TransientError`."""
        try:
            yield
        except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
            raise TransientError(f"{self.endpoint}: the answer to {method} is malformed: {error!r}") from error

    async def close(self) -> None:
        """Calls that are under way have an unknown outcome; a later one opens another session."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _because(self, error: Exception) -> str:
        return f"{self.endpoint}: {str(error) or type(error).__name__}"


def _retry_after(response: aiohttp.ClientResponse) -> float:
    """The seconds of a Retry-After (RFC 9110, 10.2.3); 0 where there are none."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdecimal() else 0.0
