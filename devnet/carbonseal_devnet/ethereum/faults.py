"""Faults of an endpoint, each visible to any JSON-RPC client. `heal` lifts them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from carbonseal_adapters.ethereum.checking.headers import write_header
from carbonseal_adapters.ethereum.checking.keccak import keccak256

Answer = Callable[[], Awaitable[Any]]  # what the chain truly answers to the request, as JSON
BLOCKS = {"eth_getBlockByNumber", "eth_getBlockByHash"}
SENDING = "eth_sendRawTransaction"


@dataclass(slots=True)
class Fault:
    """One of `KINDS`, for some methods or (empty) all, for so many requests or until it is lifted."""

    kind: str
    methods: frozenset[str] = frozenset()
    times: int | None = None
    seconds: float = 1.0  # of a delay, or whole ones until a busy endpoint wants to be asked again

    def hits(self, asked: Any) -> bool:
        """Whether a JSON-RPC request, or one of a batch, meets this fault."""
        methods = {
            str(one.get("method")) for one in (asked if isinstance(asked, list) else [asked]) if type(one) is dict
        }
        return self.times != 0 and (not self.methods or not methods.isdisjoint(self.methods))


@dataclass(slots=True)
class Faults:
    """The faults of one endpoint; the one set first wins."""

    active: list[Fault] = field(default_factory=list)
    healed: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, kind: str, methods: list[str], times: int | None, seconds: float) -> None:
        """Raises ValueError for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(f"the faults are {', '.join(KINDS)}")
        self.active.append(Fault(kind, frozenset(methods), times, seconds))

    def heal(self) -> None:
        """Lift them all; what was stalled is answered now."""
        self.active.clear()
        self.healed.set()
        self.healed = asyncio.Event()

    async def respond(self, request: web.Request, asked: Any, answer: Answer) -> web.StreamResponse:
        """Answer, or apply the first fault that the request meets."""
        for fault in self.active:
            if fault.hits(asked):
                if fault.times is not None:
                    fault.times -= 1
                return await KINDS[fault.kind](_Case(self, fault, request, asked, answer))
        return web.json_response(await answer())


@dataclass(frozen=True, slots=True)
class _Case:
    faults: Faults
    fault: Fault
    request: web.Request
    asked: Any
    answer: Answer


async def _stall(case: _Case) -> web.StreamResponse:
    """No answer until the fault is lifted."""
    await case.faults.healed.wait()
    return web.json_response(await case.answer())


async def _delay(case: _Case) -> web.StreamResponse:
    await asyncio.sleep(case.fault.seconds)
    return web.json_response(await case.answer())


async def _busy(case: _Case) -> web.StreamResponse:
    wait = str(int(case.fault.seconds))
    return web.Response(status=429, headers={"Retry-After": wait}, text="too many requests")


async def _failing(_: _Case) -> web.StreamResponse:
    return web.Response(status=503, text="the node is not there")


async def _garbage(_: _Case) -> web.StreamResponse:
    return web.Response(body=b"\x1f\x8b<html>{", content_type="application/json")


async def _half(case: _Case) -> web.StreamResponse:
    """Send the headers and half of the body, and close the connection."""
    body = json.dumps(await case.answer()).encode()
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await response.prepare(case.request)
    await response.write(body[: len(body) // 2])
    return _cut(case, response)


async def _hang_up(case: _Case) -> web.StreamResponse:
    """Close the connection without handling the request."""
    return _cut(case, web.Response())


async def _lose(case: _Case) -> web.StreamResponse:
    """Do what the request asks, and close the connection before the answer."""
    await case.answer()
    return _cut(case, web.Response())


async def _swallow(case: _Case) -> web.StreamResponse:
    """Accept transactions, and discard them."""
    if not isinstance(case.asked, dict) or case.asked.get("method") != SENDING:  # batches are let through
        return web.json_response(await case.answer())
    name = "0x" + keccak256(bytes.fromhex(case.asked["params"][0][2:])).hex()
    return web.json_response({"jsonrpc": "2.0", "id": case.asked.get("id"), "result": name})


async def _lie(case: _Case) -> web.StreamResponse:
    """Give blocks with a time an hour early; the hash is that of the changed header."""
    answers = await case.answer()
    asked = case.asked if isinstance(case.asked, list) else [case.asked]
    for one, answer in zip(asked, answers if isinstance(answers, list) else [answers], strict=True):
        if isinstance(one, dict) and one.get("method") in BLOCKS and (block := answer.get("result")):
            block["timestamp"] = hex(max(0, int(block["timestamp"], 16) - 3600))
            block["hash"] = "0x" + keccak256(write_header(block)).hex()
    return web.json_response(answers)


def _cut(case: _Case, response: web.StreamResponse) -> web.StreamResponse:
    if case.request.transport is not None:
        case.request.transport.abort()
    return response


KINDS: dict[str, Callable[[_Case], Awaitable[web.StreamResponse]]] = {
    "stall": _stall,
    "delay": _delay,
    "busy": _busy,
    "failing": _failing,
    "garbage": _garbage,
    "half": _half,
    "hang-up": _hang_up,
    "lose": _lose,
    "swallow": _swallow,
    "lie": _lie,
}
