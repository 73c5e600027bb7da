"""Routes of what is seen of a running node: metrics for Prometheus, and a page for a person."""

from __future__ import annotations

import asyncio

from aiohttp import web

from carbonseal.instants import from_seconds
from carbonseal.node.access.scopes import Scope
from carbonseal.service.context import ANSWERS, NODE, query_of
from carbonseal.service.health import health
from carbonseal.service.listeners import Routes
from carbonseal.service.monitoring.background import background
from carbonseal.service.monitoring.ingest import ingest
from carbonseal.service.monitoring.metrics import CONTENT_TYPE, exposition
from carbonseal.service.monitoring.page import headers, page
from carbonseal.service.openapi.facts import Facts, Parameter, of_text

ROUTES = Routes()

_TAG = "monitoring"


@ROUTES.get(
    "/metrics", Scope.ADMIN, Facts("Metrics for Prometheus", {200: of_text("Prometheus' text format")}, tag=_TAG)
)
async def metrics(request: web.Request) -> web.Response:
    """Metrics in Prometheus' text format."""
    body = await asyncio.to_thread(exposition, request.app[NODE], request.app[ANSWERS])
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})


_EVERY = Parameter(
    "every",
    {"type": "integer", "minimum": 5, "maximum": 3600},
    "Seconds after which the browser asks again: for a screen that nobody operates",
)


@ROUTES.get(
    "/status",
    Scope.ADMIN,
    Facts("A page about the node for a person", {200: of_text("HTML", "text/html")}, (_EVERY,), tag=_TAG),
)
async def status(request: web.Request) -> web.Response:
    """A page on the node's state, for browsers."""
    node = request.app[NODE]
    taken = await asyncio.to_thread(ingest, [*node.logs.values()], node.now)
    work = await asyncio.to_thread(background, node)
    text = page(health(node), taken, work, from_seconds(node.now), query_of(request)["every"])
    return web.Response(text=text, content_type="text/html", headers=headers())
