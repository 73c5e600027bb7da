"""JSON-RPC client of one endpoint for verifiers, on the base install (urllib), with bounds on size and time."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from threading import Thread
from typing import Any

import orjson

from carbonseal.findings import Finding, Refused
from carbonseal.keys.endpoints import redirected
from carbonseal.ledger import TransientError
from carbonseal.transport import BodyTooLarge, backoff, read_stream
from carbonseal_adapters.ethereum.checking import codes
from carbonseal_adapters.ethereum.checking.headers import write_header
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_adapters.ethereum.checking.options import read_hash
from carbonseal_adapters.ethereum.gathering.endpoints import origin

MAX_ANSWER = 4 << 20  # a block's header and the hashes of its transactions
TIMEOUT = 30  # seconds, for every piece of an answer
DEADLINE = 120  # seconds, for all of it
MOST_NUMBER = (1 << 53) - 1  # of a block: what a trust file can hold
MOST_RANGES = 20_000  # queries for events
MOST_BLOCKS = 65_536  # in which there are events: a quarter of what a trust file can hold
BUSY = {429, 503}
PAUSES = tuple(backoff(failures, 1, 15) for failures in range(1, 6))  # seconds, while an endpoint says that it is busy


class _Elsewhere(urllib.request.HTTPRedirectHandler):
    """Refuses redirects: no endpoint is queried but the one that the verifier named."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Inquiry:
    """Queries of one endpoint. Raises `TransientError` where it does not answer, `Refused` where its answer cannot be used."""

    def __init__(self, endpoint: str, pause: Callable[[float], None]) -> None:
        """Raises `Refused` where `endpoint` is not an address."""
        self.source = origin(endpoint)
        self._endpoint, self._pause = endpoint, pause
        self._opener = urllib.request.build_opener(_Elsewhere)

    def chain_id(self) -> int:
        """The endpoint's chain id (EIP-155)."""
        return self._quantity("eth_chainId", self.ask("eth_chainId"))

    def height(self) -> int:
        """The number of the newest block."""
        return self._quantity("eth_blockNumber", self.ask("eth_blockNumber"))

    def final(self) -> int | None:
        """The number of the newest block that the endpoint calls finalized; None where it calls none so."""
        try:
            block = self.ask("eth_getBlockByNumber", "finalized", False)
        except Refused:  # an error object: most that lack the tag answer so
            return None
        if not isinstance(block, dict):
            return None
        return self._quantity("eth_getBlockByNumber", block.get("number"))

    def block_hash(self, number: int) -> bytes:
        """The hash of a block, which its header must have."""
        block = self.ask("eth_getBlockByNumber", hex(number), False) if number <= MOST_NUMBER else None
        if block is None:
            raise Refused(codes.ENDPOINT_BLOCK_MISSING(endpoint=self.source, number=number))
        try:
            digest = read_hash(block["hash"])
            if int(block["number"], 16) != number or keccak256(write_header(block)) != digest:
                raise ValueError(f"the header of block {number} does not have its hash")
        except (KeyError, TypeError, ValueError, Refused) as error:
            raise Refused(self._unusable("eth_getBlockByNumber", error)) from error
        return digest

    def blocks_with(self, events: Mapping[str, object], first: int, last: int) -> set[int]:
        """The numbers of the blocks from `first` to `last` in which there are such events (an `eth_getLogs` filter).

        A range that the endpoint finds too wide is halved until it answers.
        """
        found: set[int] = set()
        todo = [(first, last)] if first <= last else []
        for _ in range(MOST_RANGES):
            if not todo:
                return found
            low, high = todo.pop()
            try:
                found |= self._events({**events, "fromBlock": hex(low), "toBlock": hex(high)}, range(low, high + 1))
            except Refused:
                if low == high:
                    raise
                middle = (low + high) // 2
                todo += [(middle + 1, high), (low, middle)]
            if len(found) > MOST_BLOCKS:
                raise self._too_much(f"it reports events in more than {MOST_BLOCKS} blocks")
        raise self._too_much(f"it takes more than {MOST_RANGES} questions: look from a later block on")

    def _too_much(self, problem: str) -> Refused:
        return Refused(self._unusable("eth_getLogs", ValueError(problem)))

    def _events(self, asked: Mapping[str, object], span: range) -> set[int]:
        events = self.ask("eth_getLogs", asked)
        try:
            numbers = {int(event["blockNumber"], 16) for event in events}
            if not all(number in span for number in numbers):
                raise ValueError("it has events of other blocks")
        except (KeyError, TypeError, ValueError) as error:
            raise Refused(self._unusable("eth_getLogs", error)) from error
        return numbers

    def ask(self, method: str, *params: object) -> Any:
        body = orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        try:
            answer = self._answer(body)
            return orjson.loads(answer)["result"]  # which bounds how deep lists may be nested
        except (BodyTooLarge, KeyError, TypeError, ValueError) as error:
            raise Refused(self._unusable(method, error)) from error

    def _answer(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/json", "User-Agent": "carbonseal"}
        request = urllib.request.Request(self._endpoint, body, headers)  # noqa: S310 - `origin` has checked the scheme
        for pause in (*PAUSES, None):
            try:
                return self._fetch(request)
            except urllib.error.HTTPError as error:
                error.close()
                if error.code < 400:
                    why = redirected(self._endpoint, error.code, error.headers.get("Location", ""))
                    raise TransientError(f"{self.source}: {why}") from error
                if error.code not in BUSY or pause is None:
                    raise TransientError(f"{self.source}: HTTP {error.code}") from error
                self._pause(pause)
            except (OSError, http.client.HTTPException) as error:  # URLError and timeouts are among the first
                raise TransientError(f"{self.source}: {error}") from error
        raise AssertionError("the last pause is None")

    def _fetch(self, request: urllib.request.Request) -> bytes:
        """Raises `TransientError` after `DEADLINE`, also where an endpoint sends a byte now and then. The thread that still
        reads then ends with the process, or when the answer has grown too large."""
        answer: Future[bytes] = Future()

        def read() -> None:
            try:
                with self._opener.open(request, timeout=TIMEOUT) as response:
                    answer.set_result(read_stream(response, MAX_ANSWER))
            except (OSError, http.client.HTTPException, BodyTooLarge, ValueError) as error:
                answer.set_exception(error)

        Thread(target=read, daemon=True).start()
        wait([answer], DEADLINE)
        if not answer.done():
            raise TransientError(f"{self.source}: the answer takes more than {DEADLINE} seconds")
        return answer.result()

    def _quantity(self, method: str, found: object) -> int:
        try:
            if not isinstance(found, str) or not found.startswith("0x") or len(found) > 66:
                raise ValueError(f"{found!r:.80} is not a quantity")
            return int(found, 16)
        except ValueError as error:
            raise Refused(self._unusable(method, error)) from error

    def _unusable(self, method: str, error: Exception) -> Finding:
        return codes.ENDPOINT_ANSWER(endpoint=self.source, method=method, problem=error)
