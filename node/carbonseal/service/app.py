"""The node's HTTP service: the routes, and how it starts and stops."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from carbonseal.findings import Refused
from carbonseal.node.node import Node
from carbonseal.records.places import printable

from . import anchors, log, passports, records, state
from .bodies import BodyTimeout
from .context import BOUNDS, NODE, PASSPORTS, REQUESTS, STREAMS, TIMEOUT, USUAL, Bounds, Slots
from .errors import FROM_A_PAGE, Handler, refusals

READ_BUFFER = 256 * 1024  # bytes of a stream that may wait while the ones before it are made durable
IDLE = 75.0  # seconds for which a connection may stay open between two requests
LINGER = 2.0  # seconds for which more of a refused body is read, so that its sender gets to read why
FINISH = 20.0  # seconds that requests under way get when the node stops


def make_app(node: Node, bounds: Bounds = USUAL) -> web.Application:
    """The service of an open node. The node's background work is not the application's: see `serving`."""
    app = web.Application(middlewares=[refusals, _no_pages, _slot])
    app[NODE] = node
    app[BOUNDS] = bounds
    app[TIMEOUT] = BodyTimeout(bounds.silence)
    app[REQUESTS] = Slots("the node", bounds.requests)
    app[STREAMS] = Slots("taking in streams", bounds.streams)
    app[PASSPORTS] = Slots("issuing passports", bounds.passports)
    for routes in (records.ROUTES, anchors.ROUTES, passports.ROUTES, state.ROUTES, log.ROUTES):
        app.add_routes(routes)
    app.on_shutdown.append(_stop_waiting)
    return app


@web.middleware
async def _no_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page that somebody on this machine looks at can send requests here. Browsers then say which page it is, in `Origin`,
    and programs have no reason to: so nothing that changes the node is taken from one that does."""
    if request.method == "POST" and "Origin" in request.headers:
        raise Refused(FROM_A_PAGE(origin=printable(request.headers["Origin"])))
    return await handler(request)


@web.middleware
async def _slot(request: web.Request, handler: Handler) -> web.StreamResponse:
    with request.app[REQUESTS].take():
        return await handler(request)


async def _stop_waiting(app: web.Application) -> None:
    app[TIMEOUT].end()


@asynccontextmanager
async def serving(
    node: Node,
    host: str = "127.0.0.1",
    port: int = 0,
    bounds: Bounds = USUAL,
) -> AsyncIterator[str]:
    """Answer requests while the context lasts; its value is the service's URL. Port 0 takes any free one.

    At the end, requests under way are finished and no new ones taken. Raises OSError where the address cannot be had."""
    runner = web.AppRunner(
        make_app(node, bounds),
        access_log=None,
        shutdown_timeout=FINISH,
        read_bufsize=READ_BUFFER,
        handle_signals=False,
        auto_decompress=False,
        keepalive_timeout=IDLE,
        lingering_time=LINGER,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield _url(host, runner)
    finally:
        await runner.cleanup()


def _url(host: str, runner: web.AppRunner) -> str:
    """Where the service can be reached from this machine."""
    port = runner.addresses[0][1]
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"
