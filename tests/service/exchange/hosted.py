"""A node whose PACT host answers over TLS on loopback, with two tenants; and a partner's host, which takes call-backs."""

from __future__ import annotations

import asyncio
import base64
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from carbonseal.node.access.callers import Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.config import TenantConfig
from carbonseal.node.exchange.settings import ClientConfig, ExchangeConfig, PartnerConfig
from carbonseal.node.listen_config import Address
from carbonseal.node.node import Node
from carbonseal.node.outgoing.reach import Network, Reach
from carbonseal.service.exchange.app import make_app
from carbonseal.service.listening.answering import answering
from tests import nodes
from tests.records.documents import footprint
from tests.service.access.test_tls import CHAIN, KEY, write

TENANTS = {"buyer": "mine", "stranger": "theirs"}  # by client
READ = frozenset({Scope.READ})
SECRET = "their secret: with umlauts äöü"
EVENTS = {"Content-Type": "application/cloudevents+json; charset=UTF-8"}
CREATED = "org.wbcsd.pact.ProductFootprint.RequestCreatedEvent.3"
PUBLISHED = "org.wbcsd.pact.ProductFootprint.PublishedEvent.3"


def pact(number: int, **changes: Any) -> dict[str, Any]:
    """A footprint with an id and a product of its own."""
    own = {"/id": f"5a0a1b34-6b1d-4a5a-9d7a-{number:012x}", "/productIds": [f"urn:gtin:{number:014d}"]}
    return footprint({**own, **{place.replace("__", "/"): value for place, value in changes.items()}})


def make(directory: Path, partner: str, allow: tuple[Network, ...], *clients: ClientConfig) -> Path:
    """A node whose client `buyer` is called back at this URL; `allow` are networks that call-backs may go to."""
    called = PartnerConfig("buyer", partner, "our-id", "file:keys/partner.secret")
    config = ExchangeConfig(Address("127.0.0.1", 0), "https://pact.example", (called,), Reach(allow, CHAIN), clients)
    tenants = tuple(TenantConfig(name, f"file:keys/salt-{name}.key") for name in TENANTS.values())
    nodes.make_node(directory, replace(nodes.settings(), tenants=tenants, pact=config))
    secret = directory / "keys/partner.secret"
    secret.touch(0o600)
    secret.write_text(SECRET, "utf-8")
    write(directory, "127.0.0.1")
    return directory


@dataclass
class Partner:
    """A partner's own PACT host: what came, and how it answers."""

    url: str = ""
    tokens: list[str] = field(default_factory=list)  # what was sent to get one
    events: list[Any] = field(default_factory=list)
    status: int = 200
    came: asyncio.Event = field(default_factory=asyncio.Event)  # an event was taken

    async def token(self, request: web.Request) -> web.Response:
        sent = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        self.tokens.append(sent)
        assert await request.text() == "grant_type=client_credentials"
        return web.json_response({"access_token": "theirs", "token_type": "bearer"})

    async def event(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer theirs"
        assert request.content_type == "application/cloudevents+json"
        if self.status == 200:
            self.events.append(orjson.loads(await request.read()))
            self.came.set()
        return web.Response(status=self.status, headers={"Location": f"{self.url}/elsewhere"})


@asynccontextmanager
async def partner_host() -> AsyncIterator[Partner]:
    """A partner's host on loopback."""
    partner = Partner()
    app = web.Application()
    app.add_routes([web.post("/auth/token", partner.token), web.post("/3/events", partner.event)])
    async with answering(app, "127.0.0.1", 0) as url:
        partner.url = url
        yield partner


@dataclass
class Clock:
    """Ticks when it is told to."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Host:
    """The PACT host of a node, as its clients see it."""

    node: Node
    url: str
    session: aiohttp.ClientSession
    secrets: dict[str, str]
    clock: Clock

    async def token(self, client: str = "buyer") -> str:
        """A new access token."""
        status, body, _ = await self.post_token(client, self.secrets[client])
        assert status == 200, body
        return str(body["access_token"])

    async def post_token(self, client: str, secret: str, form: str = "grant_type=client_credentials") -> Any:
        headers = {
            "Authorization": f"Basic {base64.b64encode(f'{client}:{secret}'.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return await self.ask("POST", "/auth/token", headers=headers, body=form.encode())

    async def get(self, path: str, client: str = "buyer") -> Any:
        """Status, body and headers of what a client asks for."""
        return await self.ask("GET", path, headers={"Authorization": f"Bearer {await self.token(client)}"})

    async def send(self, event: Any, client: str = "buyer", headers: dict[str, str] = EVENTS) -> Any:
        """Status, body and headers of the answer to an event."""
        known = {"Authorization": f"Bearer {await self.token(client)}", **headers}
        return await self.ask("POST", "/3/events", headers=known, body=orjson.dumps(event))

    async def ask(self, method: str, path: str, *, headers: dict[str, str], body: bytes | None = None) -> Any:
        """Status, body and headers of an answer; a path may be a whole address."""
        from yarl import URL

        url = path if path.startswith("http") else f"{self.url}{path}"
        asked = self.session.request(method, URL(url, encoded=True), headers=headers, data=body)
        async with asked as response:
            raw = await response.read()
            return response.status, orjson.loads(raw) if raw else None, response.headers

    async def seal(self, *documents: dict[str, Any], tenant: str = "mine") -> None:
        """Seal footprints, and have them indexed."""
        for document in documents:
            await self.node.submit(orjson.dumps(document), "pact/3.0", tenant)
        await self.node.sequence()
        await self.node.lookup.indexer.catch_up()


@asynccontextmanager
async def hosted(directory: Path) -> AsyncIterator[Host]:
    """The node in `directory`, open, with a token for each client, and its PACT host over TLS. Nothing runs in the background."""
    clock = Clock()
    async with Node.open(directory, clock=clock) as node:
        assert node.partners.exchange is not None
        secrets = {
            client: await node.access.create_token(NewToken(f"{client}-1", client, Kind.SYSTEM, tenant, READ, 30))
            for client, tenant in TENANTS.items()
        }
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(directory / CHAIN, directory / KEY)
        trusting = ssl.create_default_context(cafile=str(directory / CHAIN))
        trusting.check_hostname = False  # the certificate has a name, and loopback an address
        app = make_app(node, node.partners.exchange, clock)
        connector = aiohttp.TCPConnector(ssl=trusting)
        async with answering(app, "127.0.0.1", 0, tls) as url, aiohttp.ClientSession(connector=connector) as session:
            yield Host(node, url, session, secrets, clock)


def event(type: str, data: Any, source: str, id: str = "event-1", **changes: Any) -> dict[str, Any]:
    """A CloudEvent."""
    named = {"type": type, "specversion": "1.0", "id": id, "source": source, "time": "2026-11-30T08:00:00Z"}
    return {**named, "data": data, **changes}
