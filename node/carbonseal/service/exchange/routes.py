"""Routes of a PACT 3 host (WBCSD, PACT 3.0).

| request | answer |
|---|---|
| POST /auth/token, a form, HTTP Basic | 200 an access token |
| GET /.well-known/openid-configuration | 200 where to ask for one |
| GET /3/footprints?productId=...&limit=N | 200 ``{"data": [...]}``, with `Link` where there is more |
| GET /3/footprints/ID | 200 ``{"data": {...}}`` |
| POST /3/events, a CloudEvent | 200, nothing |
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson
from aiohttp import web

from carbonseal.findings import Refused
from carbonseal.node.exchange import codes
from carbonseal.node.exchange.criteria import read_criteria
from carbonseal.node.exchange.events import LARGEST, MEDIA
from carbonseal.node.exchange.exchange import Exchange
from carbonseal.node.lookup.search import PAGE
from carbonseal.records.places import printable
from carbonseal.service.bodies import read_body, require_type
from carbonseal.service.context import TIMEOUT
from carbonseal.service.openapi.problems import problem
from carbonseal.service.routes.passports.issued import WARNING

from .access import LIFETIME, AccessTokens

EXCHANGE = web.AppKey("exchange", Exchange)
ACCESS = web.AppKey("access-tokens", AccessTokens)
ROUTES = web.RouteTableDef()

FORM = "application/x-www-form-urlencoded"
LARGEST_FORM = 8 * 1024  # bytes
LIMIT, AFTER = "limit", "x-carbonseal-after"  # parameters of a page
STANDARD_LIMIT = 100
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_NUMBER = re.compile("[0-9]{1,18}", re.ASCII)


@ROUTES.post("/auth/token")
async def token(request: web.Request) -> web.Response:
    """An access token for the client that HTTP Basic names (RFC 6749, section 4.4)."""
    if request.content_type != FORM:
        raise Refused(codes.EXCHANGE_GRANT_TYPE(problem=f"its content type is not {FORM}"))
    form = parse_qs((await read_body(request, LARGEST_FORM, request.app[TIMEOUT])).decode("utf-8", "replace"))
    given = request.app[ACCESS].give(request.headers.get("Authorization"))
    if form.get("grant_type") != ["client_credentials"]:
        raise Refused(codes.EXCHANGE_GRANT_TYPE(problem="its grant_type is not client_credentials"))
    return _json(orjson.dumps({"access_token": given, "token_type": "bearer", "expires_in": LIFETIME}))


@ROUTES.get("/.well-known/openid-configuration")
async def configuration(request: web.Request) -> web.Response:
    """Where partners ask for tokens (OpenID Connect Discovery 1.0, as far as PACT uses it)."""
    url = request.app[EXCHANGE].settings.url
    facts = {"issuer": url, "token_endpoint": f"{url}/auth/token", "grant_types_supported": ["client_credentials"]}
    return _json(orjson.dumps({**facts, "token_endpoint_auth_methods_supported": ["client_secret_basic"]}))


@ROUTES.get("/3/footprints")
async def footprints(request: web.Request) -> web.Response:
    """A page of the client's footprints (PACT 3.0, ListFootprints)."""
    caller = request.app[ACCESS].let_in(request)
    given = [(name, value) for name, value in request.query.items() if name.lower() not in (LIMIT, AFTER)]
    limit, after = _number(request, LIMIT, STANDARD_LIMIT), _number(request, AFTER, 0)
    if not limit:
        raise Refused(codes.EXCHANGE_PARAMETER(name=LIMIT, problem="it is not at least 1"))
    page = await request.app[EXCHANGE].footprints(caller, read_criteria(given), after, min(limit, PAGE))
    answer = _json(b'{"data":[' + b",".join(page.sealed) + b"]}")
    if page.next is not None:
        answer.headers["Link"] = (
            f'<{_next(request, [*given, (LIMIT, str(limit)), (AFTER, str(page.next))])}>; rel="next"'
        )
    return answer


@ROUTES.get("/3/footprints/{id}")
async def footprint(request: web.Request) -> web.Response:
    """One footprint (PACT 3.0, GetFootprint). What is known against it is in header fields, as of a passport."""
    caller = request.app[ACCESS].let_in(request)
    id = request.match_info["id"].lower()
    if not _UUID.fullmatch(id):
        raise Refused(codes.EXCHANGE_PARAMETER(name="id", problem="it is not a UUID"))
    sealed, findings = await request.app[EXCHANGE].footprint(caller, id)
    answer = _json(b'{"data":' + sealed + b"}")
    for finding in findings:
        answer.headers.add(WARNING, json.dumps(problem(finding)))  # ASCII
    return answer


@ROUTES.post("/3/events")
async def event(request: web.Request) -> web.Response:
    """Take an event of a partner: it is durable when it is answered (PACT 3.0, Events)."""
    caller = request.app[ACCESS].let_in(request)
    require_type(request, MEDIA)
    raw = await read_body(request, LARGEST, request.app[TIMEOUT])
    await request.app[EXCHANGE].take(caller, raw)
    return web.Response(headers={"Cache-Control": "no-store"})


def _number(request: web.Request, name: str, default: int) -> int:
    values = [value for key, value in request.query.items() if key.lower() == name]
    if not values:
        return default
    if len(values) > 1 or not _NUMBER.fullmatch(values[0]):
        problem = f"{printable(values[0], 80)} is not one whole number"
        raise Refused(codes.EXCHANGE_PARAMETER(name=name, problem=problem))
    return int(values[0])


def _next(request: web.Request, query: Sequence[tuple[str, str]]) -> str:
    """The address of the next page: absolute, at the host that the request named (PACT 3.0, "Pagination")."""
    base = urlsplit(request.app[EXCHANGE].settings.url)
    return f"{base.scheme}://{request.headers['Host']}{base.path}/3/footprints?{urlencode(query)}"


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json", headers={"Cache-Control": "no-store"})
