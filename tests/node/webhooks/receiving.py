"""Receivers on loopback, and a time that passes when a test says so."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import orjson
import rfc8785
from aiohttp import web
from cloudevents.core.bindings.http import HTTPMessage, from_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from standardwebhooks import Webhook

from carbonseal.node.node import Node

START = 1_800_000_000.0  # seconds since 1970


class Time:
    """A clock and its `sleep`: nobody wakes before `pass_by` or what was waited for."""

    def __init__(self) -> None:
        self.now = START
        self._sleeping: list[tuple[float, asyncio.Future[None]]] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        waiting = asyncio.get_running_loop().create_future()
        self._sleeping.append((self.now + seconds, waiting))
        await waiting

    async def pass_by(self, seconds: float) -> None:
        """Let so much time pass, at once: whoever slept for less wakes."""
        self.now += seconds
        for end, waiting in self._sleeping:
            if end <= self.now and not waiting.done():
                waiting.set_result(None)
        self._sleeping = [one for one in self._sleeping if not one[1].done()]
        for _ in range(20):
            await asyncio.sleep(0)


async def until(condition: Callable[[], bool]) -> None:
    """Let everything go on that needs no time, until this is so."""
    while not condition():  # noqa: ASYNC110 - what is waited for is other tasks and threads
        await asyncio.sleep(0)


@dataclass
class Message:
    """What came: headers, body."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> CloudEvent:
        """As CloudEvents' own library reads it."""
        assert rfc8785.dumps(orjson.loads(self.body)) == self.body
        event = from_structured(HTTPMessage(self.headers, self.body), JSONFormat(), CloudEvent)
        assert isinstance(event, CloudEvent)
        return event

    @property
    def type(self) -> str:
        return self.event.get_type()

    @property
    def data(self) -> dict[str, Any]:
        data = self.event.get_data()
        assert isinstance(data, dict)
        return data

    def is_signed_by(self, secret: str) -> bool:
        """Whether a signature is the one that Standard Webhooks' own library makes."""
        sent = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        return Webhook(secret).sign(self.id, sent, self.body.decode()) in self.headers["webhook-signature"].split(" ")


@dataclass
class Receiver:
    """Answers with `status` and `headers`; without a status not at all, until it is `released`."""

    status: int | None = 204
    headers: dict[str, str] = field(default_factory=dict)
    url: str = ""
    messages: list[Message] = field(default_factory=list)
    came: asyncio.Condition = field(default_factory=asyncio.Condition)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        async with self.came:
            self.messages.append(Message(headers, await request.read()))
            self.came.notify_all()
        if self.status is None:
            await self.released.wait()
        return web.Response(status=self.status or 204, headers=self.headers)

    async def passing(self, time: Time, *types: str) -> list[Message]:
        """What came, once there is an event of each of these types; seconds pass meanwhile."""
        while not {f"carbonseal.{one}" for one in types} <= {one.type for one in self.messages}:
            await time.pass_by(1)
        return list(self.messages)

    async def wait(self, enough: Callable[[list[Message]], bool]) -> list[Message]:
        """What came, once it is enough."""
        async with self.came:
            await self.came.wait_for(lambda: enough(self.messages))
            return list(self.messages)


R = TypeVar("R", bound=Receiver)


@asynccontextmanager
async def receiving(receiver: R, tls: ssl.SSLContext | None = None) -> AsyncIterator[R]:
    app = web.Application()
    app.router.add_post("/{path:.*}", receiver.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/secret-path"
    try:
        yield receiver
    finally:
        receiver.released.set()
        await runner.cleanup()


@asynccontextmanager
async def telling(directory: Path, time: Time, *, only: bool = True) -> AsyncIterator[Node]:
    """The node, which tells its receivers what happens, in that time; nothing else goes on in the background where that is the
    `only` thing."""
    async with Node.open(directory, clock=time.clock, sleep=time.sleep) as node:
        running = asyncio.create_task(node.webhooks.run(time.sleep) if only else node.run())
        try:
            yield node
        finally:
            assert not running.done(), running
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def run(work: Awaitable[Any]) -> Any:
    async def bounded() -> Any:
        async with asyncio.timeout(30):  # a test that waits in vain fails
            return await work

    return asyncio.run(bounded())
