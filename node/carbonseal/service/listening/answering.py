"""Answering at an address: how long connections stay, and how they end."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from carbonseal.service.listening.connections import Connections
from carbonseal.service.listening.protocol import Runner

READ_BUFFER = 256 * 1024  # bytes of a stream that may wait while the records before them are made durable
IDLE = 75.0  # seconds for which a connection may stay open between two requests
LINGER = 2.0  # seconds for which the rest of a refused body is read, so that its sender reads the answer
FINISH = 20.0  # seconds in which requests are finished when the node stops


@asynccontextmanager
async def answering(
    app: web.Application,
    host: str,
    port: int,
    tls: ssl.SSLContext | None = None,
    connections: Connections | None = None,
) -> AsyncIterator[str]:
    """Answer requests by an application while the context lasts; its value is the URL. Port 0 takes a free one; with `tls` it is
    HTTPS alone. `connections` bounds those that are open; without it, as is usual. At the end no new requests are taken and those
    that were are finished. Raises OSError where the address cannot be used."""
    runner = Runner(
        app,
        connections,
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
        site = web.TCPSite(runner, host, port, ssl_context=tls)
        await site.start()
        yield _url(host, runner, "http" if tls is None else "https")
    finally:
        await runner.cleanup()


def _url(host: str, runner: web.AppRunner, scheme: str) -> str:
    """The service's URL on this machine."""
    port = runner.addresses[0][1]
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"{scheme}://[{reachable}]:{port}" if ":" in reachable else f"{scheme}://{reachable}:{port}"
