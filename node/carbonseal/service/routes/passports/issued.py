"""Routes of passports: issued, refreshed, listed, read by digest, revoked, suspended, reinstated."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from carbonseal.findings import Finding, Refused
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.scopes import Scope
from carbonseal.passport.passports import PASSPORT_LIMITS
from carbonseal.records.strict import Limits, parse
from carbonseal.service import codes
from carbonseal.service.bodies import read_body, require_type
from carbonseal.service.context import (
    BOUNDS,
    MEMORY,
    NODE,
    PASSPORTS,
    REFRESHES,
    TIMEOUT,
    answer,
    caller_of,
    digest_in_path,
    number_in_query,
    reason_in_body,
)
from carbonseal.service.listeners import PUBLIC, Routes

ROUTES = Routes()

JSON = "application/json"
WARNING = "Carbonseal-Warning"  # a header field for each: a finding, as the body of a refusal has it
MOST_WARNINGS = 16


@ROUTES.post("/v1/passports", Scope.ISSUE)
async def issue(request: web.Request) -> web.Response:
    """Issue: the body is an issue request, the answer the passport. What is known to be wrong with it is in header fields."""
    require_type(request, JSON)
    most = request.app[BOUNDS].issue_request
    limits = Limits(most, max_values=PASSPORT_LIMITS.max_values)
    body = await read_body(request, most, request.app[TIMEOUT], request.app[MEMORY])
    with request.app[PASSPORTS].take():
        wanted = await asyncio.to_thread(parse, body, limits)
        found: list[Finding] = []
        answered = _passport(await request.app[NODE].issue(wanted, found.append, caller_of(request)), status=201)
        for finding in found[:MOST_WARNINGS]:
            answered.headers.add(WARNING, json.dumps(finding.outline()))  # ASCII
        return answered


@ROUTES.post("/v1/passports/refresh", PUBLIC)
async def refresh(request: web.Request) -> web.Response:
    """Refresh: the body is a passport, the answer the same with newer heads, anchors and status lists."""
    require_type(request, JSON)
    old = await read_body(request, request.app[BOUNDS].passport, request.app[TIMEOUT], request.app[MEMORY])
    with request.app[REFRESHES].take():
        return _passport(await request.app[NODE].refresh(old))


@ROUTES.get("/v1/passports", Scope.READ)
async def list_issued(request: web.Request) -> web.Response:
    """A page of what was issued here, in order. The next one is at ``?after=`` and the last number of this one."""
    after = number_in_query(request, "after")
    return answer({"passports": [one.to_json() for one in request.app[NODE].issued(after, caller_of(request))]})


@ROUTES.get("/v1/passports/{digest}", Scope.READ)
async def fetch(request: web.Request) -> web.Response:
    """The refreshed passport of a credential that was issued here."""
    with request.app[REFRESHES].take():
        passport = await request.app[NODE].passport(digest_in_path(request, "digest"), caller_of(request))
        if passport is None:
            raise Refused(codes.UNKNOWN_PASSPORT())
        return _passport(passport)


@ROUTES.post("/v1/passports/{digest}/revoke", Scope.REVOKE)
async def revoke(request: web.Request) -> web.Response:
    """Revoke a credential that was issued here, for ever. The body is ``{"reason": "..."}``; the answer says whether that was
    new."""
    return await _mark(request, request.app[NODE].revoke)


@ROUTES.post("/v1/passports/{digest}/suspend", Scope.REVOKE)
async def suspend(request: web.Request) -> web.Response:
    """Suspend a credential that was issued here, until it is reinstated. As revoke."""
    return await _mark(request, request.app[NODE].suspend)


@ROUTES.post("/v1/passports/{digest}/reinstate", Scope.REVOKE)
async def reinstate(request: web.Request) -> web.Response:
    """Take back a suspension. As revoke."""
    return await _mark(request, request.app[NODE].reinstate)


async def _mark(request: web.Request, act: Callable[[bytes, Caller, str], Awaitable[bool]]) -> web.Response:
    digest = digest_in_path(request, "digest")
    return answer({"new": await act(digest, caller_of(request), await reason_in_body(request))})


def _passport(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type=JSON, headers={"Cache-Control": "no-store"})
