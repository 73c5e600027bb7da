"""Routes of passports: issued, refreshed, listed, read by digest, revoked, suspended, reinstated."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from carbonseal.findings import Finding, Refused
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.scopes import Scope
from carbonseal.node.working.frames import in_pieces
from carbonseal.passport.schemas import ISSUE, PASSPORT
from carbonseal.service import codes
from carbonseal.service.bodies import read_body, read_pieces, require_type
from carbonseal.service.context import (
    BOUNDS,
    NODE,
    REASON,
    REFRESHES,
    TIMEOUT,
    answer,
    caller_of,
    digest_in_path,
    reason_in_body,
)
from carbonseal.service.idempotency import under_key
from carbonseal.service.listeners import PUBLIC, Routes
from carbonseal.service.listening.shares import client_of, hold
from carbonseal.service.openapi.facts import JSON, Facts, of_json
from carbonseal.service.openapi.parameters import CREDENTIAL
from carbonseal.service.openapi.problems import problem
from carbonseal.service.openapi.schemas import IS_NEW

ROUTES = Routes()

WARNING = "Carbonseal-Warning"  # a header field for each
MOST_WARNINGS = 16
_ISSUE = Facts(
    "Issue a passport",
    {201: of_json(PASSPORT, "The passport", {WARNING: "A finding as JSON: what is known to be wrong with it"})},
    body=of_json(ISSUE),
    takes_key=True,
)
_REFRESH = Facts(
    "Refresh a passport: add newer heads, anchors, statements and status lists",
    {200: of_json(PASSPORT)},
    body=of_json(PASSPORT),
)


def _marks(summary: str) -> Facts:
    return Facts(summary, {200: of_json(IS_NEW, "Whether that was new")}, (CREDENTIAL,), of_json(REASON))


@ROUTES.post("/v1/passports", Scope.ISSUE, _ISSUE)
async def issue(request: web.Request) -> web.Response:
    """Issue: the body is an issue request, the answer the passport. What is known to be wrong with it is in header fields. With an
    `Idempotency-Key`, the same request gets the same passport."""
    require_type(request, JSON)
    most = request.app[BOUNDS].issue_request
    body = await read_body(request, most, request.app[TIMEOUT])
    async with under_key(request, body) as key:
        node, caller = request.app[NODE], caller_of(request)
        async with node.turns.take(caller.name, len(body)):
            found: list[Finding] = []
            passport = await node.issue(body, found.append, caller, key)
        answered = _passport(passport, status=201)
        for finding in found[:MOST_WARNINGS]:
            answered.headers.add(WARNING, json.dumps(problem(finding)))  # ASCII
        return answered


@ROUTES.post("/v1/passports/refresh", PUBLIC, _REFRESH)
async def refresh(request: web.Request) -> web.Response:
    """Refresh: the body is a passport, the answer the same with newer heads, anchors and status lists."""
    require_type(request, JSON)
    old = in_pieces(await read_pieces(request, request.app[BOUNDS].passport, request.app[TIMEOUT]))
    hold(request, request.app[REFRESHES])
    return _passport(await request.app[NODE].refresh(old, client_of(request)))


@ROUTES.get(
    "/v1/passports/{digest}",
    Scope.READ,
    Facts("A passport that was issued here, refreshed", {200: of_json(PASSPORT)}, (CREDENTIAL,)),
)
async def fetch(request: web.Request) -> web.Response:
    """The refreshed passport of a credential that was issued here."""
    hold(request, request.app[REFRESHES])
    digest, caller = digest_in_path(request, "digest"), caller_of(request)
    passport = await request.app[NODE].passport(digest, caller, client_of(request))
    if passport is None:
        raise Refused(codes.UNKNOWN_PASSPORT())
    return _passport(passport)


@ROUTES.post("/v1/passports/{digest}/revoke", Scope.REVOKE, _marks("Revoke a credential for ever"))
async def revoke(request: web.Request) -> web.Response:
    """Revoke a credential that was issued here, for ever. The body is ``{"reason": "..."}``; the answer says whether that was
    new."""
    return await _mark(request, request.app[NODE].revoke)


@ROUTES.post("/v1/passports/{digest}/suspend", Scope.REVOKE, _marks("Suspend a credential until it is reinstated"))
async def suspend(request: web.Request) -> web.Response:
    """Suspend a credential that was issued here, until it is reinstated. As revoke."""
    return await _mark(request, request.app[NODE].suspend)


@ROUTES.post("/v1/passports/{digest}/reinstate", Scope.REVOKE, _marks("Take back a suspension"))
async def reinstate(request: web.Request) -> web.Response:
    """Take back a suspension. As revoke."""
    return await _mark(request, request.app[NODE].reinstate)


async def _mark(request: web.Request, act: Callable[[bytes, Caller, str], Awaitable[bool]]) -> web.Response:
    digest = digest_in_path(request, "digest")
    return answer({"new": await act(digest, caller_of(request), await reason_in_body(request))})


def _passport(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type=JSON, headers={"Cache-Control": "no-store"})
