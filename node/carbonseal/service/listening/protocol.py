"""What aiohttp answers of its own accord, as problems: a request that is not HTTP, an error that nothing foresaw. All else is
refused by handlers and checks (`errors.refusal`)."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, cast

from aiohttp import web

from carbonseal.records.places import printable
from carbonseal.service import codes
from carbonseal.service.errors import Handler, refuse

from .connections import Connections
from .entrance import ENTRANCE, is_cut_off

LOG = logging.getLogger(__name__)
MOST_TOLD = 200  # characters of what is wrong with a request


class _Handler(web.RequestHandler):
    """The protocol of one connection, which is closed where `connections` have no room for it."""

    __slots__ = ("_address", "_connections")

    def __init__(self, connections: Connections, manager: web.Server, **options: Any) -> None:
        super().__init__(manager, **options)
        self._connections = connections
        self._address: str | None = None  # by which it is counted

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it, and begin to read, or close it."""
        peer = transport.get_extra_info("peername")
        address = str(peer[0] if isinstance(peer, tuple) else peer)
        if self._connections.enter(address):
            self._address = address
            super().connection_made(transport)
        else:
            cast(asyncio.WriteTransport, transport).abort()  # uvloop's only look like asyncio's

    def connection_lost(self, exc: BaseException | None) -> None:
        """It is closed, by whomever."""
        if self._address is not None:
            self._connections.leave(self._address)
            self._address = None
            super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to an error; the connection is closed after it. aiohttp logs a defect with its traceback: it is none that who
        asked is gone. A request that is not HTTP is one line: without the message, which quotes what was sent, a token among it."""
        if is_cut_off(request, exc):
            raise ConnectionError("who asked is gone") from exc
        if status >= 500:
            super().handle_error(request, status, exc, message)
            finding = codes.FAILED()
        else:
            LOG.info("malformed request: client=%s problem=%s", request.remote, type(exc).__name__)
            if request.writer.output_size > 0:
                raise ConnectionError("an answer has begun, and cannot be taken back")
            # the lines after the first draw what was sent
            problem = (message or "").partition("\n")[0].rstrip(":")
            finding = codes.MALFORMED_REQUEST(problem=printable(problem, MOST_TOLD))
        answer = refuse(finding, status)
        answer.force_close()
        return answer


class _Server(web.Server):
    room: Connections

    def __call__(self) -> web.RequestHandler:
        return _Handler(self.room, self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """An AppRunner whose connections are `_Handler`'s: aiohttp has no public way to name the protocol of an application. Requests
    come in by the application's entrance, where it has one."""

    def __init__(self, app: web.Application, connections: Connections | None = None, **options: Any) -> None:
        super().__init__(app, **options)
        self._connections = connections or Connections()

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        server.__class__ = _Server
        assert isinstance(server, _Server)
        server.room = self._connections
        if ENTRANCE in self.app:
            handle = cast(Handler, server.request_handler)  # of the application, whose requests are `web.Request`s
            server.request_handler = cast(Any, self.app[ENTRANCE].around(handle))
        return server
