"""HTTP service of a node: its routes, its bounds, and how it starts and stops. `listeners` says which address has which routes.

| request | answer |
|---|---|
| POST /v1/records?profile=ID&tenant=NAME, JSON | 201 a receipt |
| the same, NDJSON | 200 a stream with a result for each line |
| GET /v1/records?product=ID&..., POST /v1/records/find | 200 a page of the list of records that say so |
| GET /v1/records/COMMITMENT | 200 the state of its entry |
| GET /v1/records/COMMITMENT/content | 200 the record itself |
| GET /v1/seals/COMMITMENT | 200 its seal as it is now |
| POST /v1/passports, JSON: an issue request | 201 a passport |
| POST /v1/passports/refresh, JSON: a passport | 200 the same, refreshed |
| GET /v1/passports?after=NUMBER | 200 a page of what was issued here |
| GET /v1/passports/DIGEST | 200 that passport, refreshed |
| POST /v1/passports/DIGEST/revoke, .../suspend, .../reinstate | 200 whether that was new |
| POST /v1/jobs/issue, NDJSON: issue requests | 202 a job |
| GET /v1/jobs/ID[/results, /passports] | 200 how far it is, and what it came to |
| GET /p/DIGEST[.json], /01/GTIN...?digest=DIGEST | 200 that passport, or a page about it |
| GET /v1/status-lists/UUID | 200 the newest version of a status list |
| GET /v1/logs/NAME/checkpoint, /tile/... | 200 the log's files (C2SP tlog-tiles) |
| GET /v1/logs/NAME/proofs/INDEX | 200 a tlog-proof |
| POST /v1/logs/NAME/add-checkpoint: another log's head (C2SP tlog-witness) | 200 a cosignature |
| POST /v1/logs/NAME/foreign-anchors, the same body | 202 queued, 200 sequenced |
| GET /v1/logs/NAME/foreign-anchors/LOG-ID[/SIZE] | 200 its state |
| GET /v1/logs/NAME/taken-heads/LOG-ID | 200 size and root of the head taken last |
| GET /metrics, /status | 200 metrics for Prometheus, a page for a person |
| GET /openapi.json | 200 the OpenAPI document of this listener |
| GET /health | 200; 503 once a log is frozen and has no successor here |
| GET /v1/ledgers | 200 the state of every ledger |
| POST /v1/grants, /v1/tokens/create, ...: `operations` | 200 |
| POST /v1/sequence, /v1/wait-for-anchors; POST /v1/anchor | 200; 202 |

Refusals are JSON: code, outcome, place, message, remedy. Their statuses (`errors.STATUS` has every exception):

- 400 rejected, 422 undetermined; 403, 404, 405, 409, 413 and 415 as HTTP has them;
- 401 without a token that works, 403 without the scope that the route needs (`gate`);
- 408 where a body comes too slowly; 503 with Retry-After while busy, stopping or frozen; 507 with Retry-After
  where the node's disk is full; 500 where this machine failed otherwise.

Sizes of bodies, requests at one time and the time between two chunks of a body are bounded (`context.Bounds`). Requests that
browsers send for a page change nothing here; a request for a name that is not this node's is refused with 421.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from functools import cache, partial, wraps

import orjson
from aiohttp import web

from carbonseal.findings import Refused
from carbonseal.node.node import Node
from carbonseal.records.places import printable
from carbonseal.service.bodies import BodyTimeout
from carbonseal.service.context import (
    ANSWERS,
    BOUNDS,
    CALLER,
    DOCUMENT,
    NODE,
    QUERY,
    REFRESHES,
    REQUESTS,
    STREAMS,
    TIMEOUT,
    USUAL,
    Bounds,
)
from carbonseal.service.errors import Handler, refusal, refuse
from carbonseal.service.listeners import PUBLIC, Listener, Route
from carbonseal.service.listening.answering import answering
from carbonseal.service.listening.connections import Connections
from carbonseal.service.listening.entrance import ENTRANCE, Entrance
from carbonseal.service.listening.gate import is_for_browsers, let_in
from carbonseal.service.listening.hosts import host_check
from carbonseal.service.listening.parameters import in_query, query_reader
from carbonseal.service.listening.sending import is_large, send
from carbonseal.service.listening.shares import ANSWERING, MEMORY, Shares, holding
from carbonseal.service.monitoring.answers import Answers
from carbonseal.service.openapi.document import document
from carbonseal.service.routes import interface, jobs, monitoring, operations, records, state
from carbonseal.service.routes.logs import files, foreign
from carbonseal.service.routes.passports import carriers, issued, status_lists

from . import codes

MODULES = (interface, operations, records, foreign, issued, jobs, carriers, status_lists, state, monitoring, files)
ROUTES = tuple(route for module in MODULES for route in module.ROUTES)
READING = ("GET", "HEAD")


def make_app(
    node: Node,
    bounds: Bounds = USUAL,
    listener: Listener = Listener.PRIVATE,
    hosts: Collection[str] = (),
    answers: Answers | None = None,
) -> web.Application:
    """One listener's service of an open node, within bounds of its own. `hosts` are names that a request may call it by. Its
    answers are counted in `answers`, which the node's listeners share. Does not run the node's background work:
    `running.run` does."""
    answers = Answers() if answers is None else answers
    checks = (host_check(frozenset(hosts)), refuse_pages)
    app = web.Application()
    app[ENTRANCE] = Entrance(answers, listener.value, checks, refusal)
    app[NODE] = node
    app[ANSWERS] = answers
    app[BOUNDS] = bounds
    app[TIMEOUT] = BodyTimeout(bounds.idle, bounds.body)
    app[MEMORY] = Shares("the memory for bodies", bounds.memory, bounds.memory_each)
    app[ANSWERING] = Shares("the memory for answers", bounds.memory, bounds.memory_each)
    app[REQUESTS] = Shares("the node", bounds.requests, bounds.requests_each)
    app[STREAMS] = Shares("taking in streams", bounds.streams, bounds.streams_each)
    app[REFRESHES] = Shares("refreshing passports", bounds.refreshes, bounds.refreshes_each)
    app[DOCUMENT] = document_of(listener)
    served = routes_of(listener)
    for route in served:
        add = app.router.add_get if route.method == "GET" else partial(app.router.add_route, route.method)
        add(route.path, _let_in(route, app))
    for path in {route.path for route in served}:  # or GET /a/b would be GET /a/{name}, where b takes POST alone
        app.router.add_route("*", path, _wrong_method({route.method for route in served if route.path == path}))
    app.on_shutdown.append(stop_waiting)
    return app


def _wrong_method(methods: set[str]) -> Handler:
    """The answer to all other methods of a path."""
    allowed = methods | ({"HEAD"} if "GET" in methods else set())

    async def refuse_method(request: web.Request) -> web.StreamResponse:
        raise web.HTTPMethodNotAllowed(request.method, allowed)

    return refuse_method


def routes_of(listener: Listener) -> list[Route]:
    """The routes that this listener serves."""
    return [route for route in ROUTES if listener.serves(route.needs)]


@cache
def document_of(listener: Listener) -> bytes:
    """The OpenAPI document of what this listener serves."""
    return orjson.dumps(document(routes_of(listener)))


def _let_in(route: Route, app: web.Application) -> Handler:
    """The route's handler behind the gate: it knows who asks (`context.caller_of`), and what (`context.query_of`), and holds
    what is shared until all of a large answer is sent."""
    read_query = query_reader(in_query(route.path, route.facts))
    node, requests, idle = app[NODE], app[REQUESTS], app[BOUNDS].idle
    handler, needs, is_shared = route.handler, route.needs, route.is_shared

    @wraps(handler)
    async def known(request: web.Request) -> web.StreamResponse:
        if needs is PUBLIC:
            client = str(request.remote)
        else:
            try:
                caller = request[CALLER] = await let_in(request, node, needs)
            except Refused as refused:
                return refuse(refused.finding, asks_a_person=is_for_browsers(request, needs))
            client = caller.client
        with holding(request, client) as held:
            if is_shared:
                held.hold(requests)
            request[QUERY] = read_query(request.rel_url.raw_query_string)
            response = await handler(request)
            return await send(request, response, idle) if is_large(response) else response

    return known


def refuse_pages(request: web.Request) -> None:
    """A check that refuses all that changes something and has an `Origin` header. A page that is open in a browser on this machine
    can send requests here; browsers then name the page in that header, and programs have no reason to set it."""
    if request.method not in READING and "Origin" in request.headers:
        raise Refused(codes.FROM_A_PAGE(origin=printable(request.headers["Origin"])))


async def stop_waiting(app: web.Application) -> None:
    """Wait for no body any more."""
    app[TIMEOUT].end()


@asynccontextmanager
async def serving(
    node: Node,
    host: str = "127.0.0.1",
    port: int = 0,
    bounds: Bounds = USUAL,
    *,
    listener: Listener = Listener.PRIVATE,
    hosts: Collection[str] = (),
    tls: ssl.SSLContext | None = None,
    answers: Answers | None = None,
    connections: Connections | None = None,
) -> AsyncIterator[str]:
    """Answer requests while the context lasts; its value is the service's URL. Port 0 takes a free one;
    with `tls` it is HTTPS alone; `connections` bounds those that are open.

    At the end no new requests are taken and those that were are finished. Raises OSError where the address cannot be used."""
    app = make_app(node, bounds, listener, hosts, answers)
    async with answering(app, host, port, tls, connections) as url:
        yield url
