"""Another operator's log: a node with a directory and a key of its own, served on loopback, in which yours can anchor.

A log takes the heads of logs that were introduced to it, and of nobody else. `carbonseal-devnet introduce` does that, and
`Log.introduce`: both ask the served node at an address that an operator's node does not have.
"""

from __future__ import annotations

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from carbonseal.findings import CarbonsealError
from carbonseal.log.notes import VerifierKey
from carbonseal.node import config
from carbonseal.node.config import DEFAULT, NodeConfig
from carbonseal.node.create import create, new_log
from carbonseal.node.lock import Lock, Locked
from carbonseal.node.new_keys import NewKeys
from carbonseal.node.node import Node
from carbonseal.service.app import make_app
from carbonseal_devnet import threads

ORIGIN = "log.devnet.example/1"
LOOPBACK = "127.0.0.1"
INTRODUCE = "/dev/introduce"
SOON = 0.1  # seconds that an entry waits for its batch
TIMEOUT = 60  # seconds


class NotIntroduced(CarbonsealError):
    """The log did not take the key."""


@dataclass(frozen=True, slots=True)
class Log:
    """A running log. Methods block."""

    service: str  # the node's URL
    key: str  # the log's verifier key

    @property
    def origin(self) -> str:
        return VerifierKey.parse(self.key).name

    @property
    def ledger(self) -> str:
        """Its name, as policies write it."""
        return f"tlog:{self.origin}"

    @property
    def url(self) -> str:
        """The log's address, below which its checkpoint and tiles are."""
        return f"{self.service}/v1/logs/{DEFAULT}"

    @property
    def uri(self) -> str:
        """Its address, as `node.toml` writes it."""
        return f"tlog+{self.url}"

    @property
    def options(self) -> dict[str, str]:
        """Its options in `node.toml`, and in a policy's `ledger` line."""
        return {"key": self.key}

    def introduce(self, key: str) -> None:
        """Let the log with this verifier key anchor here, from now on and after a restart. Raises NotIntroduced."""
        _post(self.service + INTRODUCE, key)


@asynccontextmanager
async def running(directory: Path, *, port: int = 0, clock: Callable[[], float] = time.time) -> AsyncIterator[Log]:
    """A log for as long as the block lasts, in this event loop. What `directory` holds goes on; else it is made. Port 0 takes a
    free one. Raises `Locked` where it runs already, OSError for a port that is taken."""
    if not (directory / config.FILE).exists():
        _make(directory)
    async with Node.open(directory, clock=clock) as node:
        work = asyncio.create_task(node.run())
        try:
            async with _served(node, port) as service:
                node.advertise(service)
                yield Log(service, node.log().verifier.encode())
        finally:
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work


@contextmanager
def in_thread(directory: Path, *, clock: Callable[[], float] = time.time) -> Iterator[Log]:
    """A log for as long as the block lasts, in a thread and an event loop of its own: for callers that block."""
    with threads.in_thread(running(directory, clock=clock), "carbonseal-devnet-log") as (log, _):
        yield log


def introduce(directory: Path, key: VerifierKey) -> None:
    """Let a log anchor in the one in `directory`, whether it runs or not. Raises NotIntroduced, or Refused where there is no
    log."""
    config.load(directory)
    try:
        lock = Lock(directory)
    except Locked as locked:
        if locked.address is None:
            raise NotIntroduced(f"the log in {directory} is just starting or ending") from locked
        _post(locked.address + INTRODUCE, key.encode())
    else:
        with closing(lock):
            _write(directory, key)


def _make(directory: Path) -> None:
    log, tenant = new_log(DEFAULT, ORIGIN)
    keys = NewKeys(directory)
    for uri in (log.key, tenant.salt_key):
        keys.make(uri)
    made = NodeConfig(4096, SOON, 0, logs=(log,), tenants=(tenant,), issuers=(), ledgers=(), foreign=())
    create(directory, made, keys=keys.files())


@asynccontextmanager
async def _served(node: Node, port: int) -> AsyncIterator[str]:
    """The node's service with one route more; its URL."""
    app = make_app(node)

    async def take(request: web.Request) -> web.Response:
        key = VerifierKey.parse((await request.text()).strip())
        await asyncio.to_thread(_write, node.directory, key)
        node.log().introduce(key)
        return web.json_response({"introduced": key.encode()})

    app.router.add_post(INTRODUCE, take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1, handle_signals=False, auto_decompress=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
        yield f"http://{LOOPBACK}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _write(directory: Path, key: VerifierKey) -> None:
    """Add the key to node.toml, once."""
    known = [foreign.key for foreign in config.load(directory).foreign]
    if key not in known:
        with (directory / config.FILE).open("a", encoding="utf-8") as file:
            file.write(f"\n[[foreign]]\nkey = {json.dumps(key.encode(), ensure_ascii=False)}\n")


def _post(url: str, key: str) -> None:
    request = urllib.request.Request(url, key.encode(), {"Content-Type": "text/plain; charset=utf-8"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            response.read()
    except urllib.error.HTTPError as error:
        with error:
            raise NotIntroduced(str(json.load(error)["message"])) from error
