"""Running a served node: its service and its background work, from start to stop (`carbonseal serve`)."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from carbonseal.node.node import Node
from carbonseal.service.app import serving
from carbonseal.service.health import health

Ready = Callable[[str, Mapping[str, Any]], None]


def run(directory: Path, host: str, port: int, ready: Ready) -> None:
    """Serve the node in `directory` until SIGINT or SIGTERM. `ready` is called once it answers, with its URL and its health.

    Raises Refused where the node cannot be opened, and OSError where the address cannot be used."""
    with asyncio.Runner(loop_factory=_fastest_loop()) as runner:
        runner.run(_run(directory, host, port, ready))


def _fastest_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it is installed; else None, for asyncio's own loop."""
    try:
        import uvloop
    except ModuleNotFoundError:
        return None
    loop: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return loop


async def _run(directory: Path, host: str, port: int, ready: Ready) -> None:
    """The contexts end in the opposite order: no more requests, then no more work, then the node is closed."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with (
        Node.open(directory) as node,
        _working(node) as work,
        serving(node, host, port) as url,
        _advertised(node, url),
    ):
        ready(url, health(node))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({stopped, work}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()


@asynccontextmanager
async def _working(node: Node) -> AsyncIterator[asyncio.Task[None]]:
    """The node's background work, as a task. A defect that ends it is raised when the context ends."""
    work = asyncio.create_task(node.run())
    try:
        yield work
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


@asynccontextmanager
async def _advertised(node: Node, url: str) -> AsyncIterator[None]:
    """Other commands on the directory find the service at `url`."""
    node.advertise(url)
    try:
        yield
    finally:
        node.advertise(None)
