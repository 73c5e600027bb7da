"""Starts another operator's log: a node with a directory and a key of its own, served on loopback."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from aiohttp import web

from carbonseal.log.notes import VerifierKey
from carbonseal.node import config
from carbonseal.node.config import DEFAULT, NodeConfig
from carbonseal.node.create import create, new_log
from carbonseal.node.new_keys import NewKeys
from carbonseal.node.node import Node
from carbonseal.node.witnessing.settings import CosignerConfig
from carbonseal.service.app import make_app
from carbonseal.service.listening.protocol import Runner
from carbonseal_devnet import threads
from carbonseal_devnet.log.network import INTRODUCE, Log, write_introduction

ORIGIN = "log.devnet.example/1"
LOOPBACK = "127.0.0.1"
SOON = 0.1  # seconds that an entry waits for its batch


@asynccontextmanager
async def running(directory: Path, *, port: int = 0, clock: Callable[[], float] = time.time) -> AsyncIterator[Log]:
    """A log for as long as the block lasts, in this event loop. What `directory` holds goes on; else it is made. Port 0 takes a
    free one. Raises Locked where it runs already, OSError for a port that is taken."""
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
    """`running` in a thread and an event loop of its own, for callers that block."""
    with threads.in_thread(running(directory, clock=clock), "carbonseal-devnet-log") as (log, _):
        yield log


def _make(directory: Path) -> None:
    log, tenant = new_log(DEFAULT, ORIGIN)
    keys = NewKeys(directory)
    for uri in (log.key, tenant.salt_key):
        keys.make(uri)
    cosigner = CosignerConfig.beside(ORIGIN)
    keys.make(cosigner.key)
    made = NodeConfig(
        4096, SOON, SOON, 0, logs=(log,), tenants=(tenant,), issuers=(), ledgers=(), foreign=(), cosigner=cosigner
    )
    create(directory, made, keys=keys.files())


@asynccontextmanager
async def _served(node: Node, port: int) -> AsyncIterator[str]:
    """The node's service with one route more; its URL."""
    app = make_app(node)

    async def take(request: web.Request) -> web.Response:
        key = VerifierKey.parse((await request.text()).strip())
        await asyncio.to_thread(write_introduction, node.directory, key)
        node.log().introduce(key)
        return web.json_response({"introduced": key.encode()})

    app.router.add_post(INTRODUCE, take)
    runner = Runner(app, access_log=None, shutdown_timeout=1, handle_signals=False, auto_decompress=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
        yield f"http://{LOOPBACK}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
