"""The listener of a PACT 3 host: its routes, and nothing else of the node, for partners reach it over the internet."""

from __future__ import annotations

from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from aiohttp import web

from carbonseal.node.exchange.exchange import Exchange
from carbonseal.node.node import Node
from carbonseal.service.app import refuse_pages, stop_waiting
from carbonseal.service.bodies import BodyTimeout
from carbonseal.service.context import BOUNDS, REQUESTS, TIMEOUT, USUAL, Bounds
from carbonseal.service.errors import Handler
from carbonseal.service.listening.entrance import ENTRANCE, Entrance
from carbonseal.service.listening.hosts import host_check
from carbonseal.service.listening.sending import is_large, send
from carbonseal.service.listening.shares import ANSWERING, MEMORY, Shares, holding
from carbonseal.service.monitoring.answers import Answers

from .access import AccessTokens
from .errors import refusal
from .routes import ACCESS, EXCHANGE, ROUTES

NAME = "pact"


def make_app(
    node: Node,
    exchange: Exchange,
    clock: Callable[[], float],
    *,
    hosts: Collection[str] = (),
    bounds: Bounds = USUAL,
    answers: Answers | None = None,
) -> web.Application:
    """The service of an open node's exchange, within bounds of its own. `hosts` are names that a request may call it by, beside
    that of its URL."""
    names = frozenset(hosts) | {urlsplit(exchange.settings.url).hostname or ""}
    answers = Answers() if answers is None else answers
    app = web.Application(middlewares=[_share])
    app[ENTRANCE] = Entrance(answers, NAME, (host_check(names), refuse_pages), refusal)
    app[EXCHANGE] = exchange
    app[ACCESS] = AccessTokens(node.access, clock)
    app[BOUNDS] = bounds
    app[TIMEOUT] = BodyTimeout(bounds.idle, bounds.body)
    app[MEMORY] = Shares("the memory for bodies", bounds.memory, bounds.memory_each)
    app[ANSWERING] = Shares("the memory for answers", bounds.memory, bounds.memory_each)
    app[REQUESTS] = Shares("the PACT host", bounds.requests, bounds.requests_each)
    app.add_routes(ROUTES)
    app.on_shutdown.append(stop_waiting)
    return app


@web.middleware
async def _share(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Hold what is shared until all of a large answer is sent: an address has its share, as nobody is known yet."""
    with holding(request, str(request.remote)) as held:
        held.hold(request.app[REQUESTS])
        response = await handler(request)
        return await send(request, response, request.app[BOUNDS].idle) if is_large(response) else response
