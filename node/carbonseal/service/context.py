"""Context of the handlers: the node, the bounds, the slots, and parameters of paths and queries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web
from multidict import CIMultiDict

from carbonseal.findings import Code, Refused
from carbonseal.node.access.callers import Caller
from carbonseal.node.node import Node
from carbonseal.node.sealing.log import SealingLog
from carbonseal.passport.schemas import SAID, Shape
from carbonseal.records.files import MAX_FILE
from carbonseal.records.strict import parse
from carbonseal.service.bodies import BodyTimeout, read_body, require_type
from carbonseal.service.listening.parameters import Query
from carbonseal.service.listening.shares import Shares
from carbonseal.service.monitoring.answers import Answers
from carbonseal.service.openapi.facts import JSON
from carbonseal.service.openapi.schemas import MOST_NUMBER

from . import codes

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of the service. Sizes are in bytes."""

    record: int = MIB
    file: int = MAX_FILE
    checkpoint: int = 64 * 1024
    issue_request: int = 16 * MIB
    passport: int = 64 * MIB
    requests: int = 1024  # answered at one time, streams included
    requests_each: int = 128  # of one client
    streams: int = 32  # streams and files
    streams_each: int = 8
    spool: int = 128 * MIB  # results of one stream that nobody has read yet
    refreshes: int = (
        32  # at one time, those that wait for a worker included: anybody may ask for one, and holds up no issuing
    )
    refreshes_each: int = 4
    idle: float = 30.0  # seconds for which a sender, or the reader of a stream, may do nothing
    body: float = 300.0  # seconds for all of a body that is no stream: a passport of the largest size at 2 Mbit/s
    memory: int = 512 * MIB  # of bodies, until they are answered; and as much of answers that are being sent
    memory_each: int = 128 * MIB


USUAL = Bounds()
REASON = Shape(
    {"type": "object", "properties": {"reason": SAID}, "required": ["reason"], "additionalProperties": False}
)


class Slots:
    """A number of slots without a queue: a request that finds none free is refused, and may be repeated."""

    def __init__(self, what: str, free: int) -> None:
        self._what = what
        self._free = free

    @contextmanager
    def take(self) -> Iterator[None]:
        """Hold one slot. Raises Refused (http.busy) where none is free."""
        if not self._free:
            raise Refused(codes.BUSY(what=self._what))
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


NODE = web.AppKey("node", Node)
ANSWERS = web.AppKey("answers", Answers)
BOUNDS = web.AppKey("bounds", Bounds)
TIMEOUT = web.AppKey("body-timeout", BodyTimeout)
REQUESTS = web.AppKey("requests", Shares)
STREAMS = web.AppKey("streams", Shares)
REFRESHES = web.AppKey("refreshes", Shares)

DOCUMENT = web.AppKey("document", bytes)  # OpenAPI

CALLER = web.RequestKey("caller", Caller)
QUERY = web.RequestKey("query", Query)


_NOT_CACHED = CIMultiDict({"Content-Type": JSON, "Cache-Control": "no-store"})  # which each answer copies


def caller_of(request: web.Request) -> Caller:
    """Who makes the request: known, and with the scope that the route needs."""
    return request[CALLER]


def query_of(request: web.Request) -> Query:
    """The value of every parameter that the route declares of its query (`listening.parameters`)."""
    return request[QUERY]


def answer(value: Mapping[str, Any], status: int = 200) -> web.Response:
    """A JSON answer that must not be cached."""
    return web.Response(body=orjson.dumps(value), status=status, headers=_NOT_CACHED)


def log_in_path(request: web.Request) -> SealingLog:
    """The log that the path names. Raises Refused where there is none."""
    return request.app[NODE].log(request.match_info["log"])


def digest_in_path(request: web.Request, name: str) -> bytes:
    """32 bytes from 64 lower-case hexadecimal digits of the path. Raises Refused (http.malformed-path)."""
    text = request.match_info[name]
    if len(text) != 64 or not set(text) <= set("0123456789abcdef"):
        raise Refused(codes.MALFORMED_PATH(name, part=text[:80], wanted="64 lower-case hexadecimal digits"))
    return bytes.fromhex(text)


def number_in_path(request: web.Request, name: str) -> int:
    """A number of the path, 0 to 2^53 - 1, without leading zeros. Raises Refused (http.malformed-path)."""
    text = request.match_info[name]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
    if str(number) != text or number > MOST_NUMBER:
        raise Refused(codes.MALFORMED_PATH(name, part=text[:80], wanted="a decimal number"))
    return number


async def json_in_body(request: web.Request, shape: Shape, code: Code) -> Any:
    """The body, a small JSON document of this form. Raises Refused with `code` where it has another."""
    require_type(request, JSON)
    body = await read_body(request, request.app[BOUNDS].checkpoint, request.app[TIMEOUT])
    wanted: Any = parse(body) if body else None
    shape.check(wanted, code)
    return wanted


async def reason_in_body(request: web.Request) -> str:
    """Why something is taken back: the member of the body ``{"reason": "..."}``. Raises Refused (http.missing-reason)."""
    return str((await json_in_body(request, REASON, codes.MISSING_REASON))["reason"])
