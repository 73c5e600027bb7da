"""Connections: whoever opens all that it can keeps nobody else out."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
import uvloop

from carbonseal.node.node import Node
from carbonseal.service.app import serving
from carbonseal.service.listening.connections import Connections
from tests.service.nodes import make_node


def test_one_address_leaves_the_others_theirs() -> None:
    connections = Connections(most=5, each=3)
    assert [connections.enter("192.0.2.1") for _ in range(4)] == [True, True, True, False]
    assert [connections.enter("192.0.2.2") for _ in range(3)] == [True, True, False]  # no more in all
    connections.leave("192.0.2.1")
    assert connections.enter("192.0.2.3")
    assert connections.count == 5


def test_what_is_one_site_is_one_address() -> None:
    connections = Connections(most=9, each=1)
    came = ["2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1", "::ffff:192.0.2.1", "192.0.2.1", ""]
    assert [connections.enter(one) for one in came] == [True, False, True, True, False, True]
    for one in (came[0], came[2], came[3], came[5]):
        connections.leave(one)
    assert connections.count == 0


def test_behind_a_proxy_an_address_may_have_all() -> None:
    connections = Connections(most=3, each=0)
    assert [connections.enter("127.0.0.1") for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_thousand_connections_of_one_address_keep_nobody_out(
    tmp_path: Path, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    """Those beyond its share are closed, and once the others are gone there is room again."""
    make_node(tmp_path)
    connections = Connections(most=120, each=100)

    async def health(url: str, address: str) -> int:
        connector = aiohttp.TCPConnector(local_addr=(address, 0))
        async with aiohttp.ClientSession(url, connector=connector) as session, session.get("/health") as response:
            return response.status

    async def go() -> None:
        async with Node.open(tmp_path) as node, serving(node, connections=connections) as url:
            async with _held(url, 1000) as closed:
                assert len(closed) == 900
                assert await health(url, "127.0.0.2") == 200
            async with asyncio.timeout(60):
                while connections.count:  # noqa: ASYNC110 - the node hears of it
                    await asyncio.sleep(0)
            assert await health(url, "127.0.0.1") == 200

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard < 4096 and hard > 0 else max(soft, 4096), hard))
    try:
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(go())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@asynccontextmanager
async def _held(url: str, count: int) -> AsyncIterator[list[int]]:
    """So many connections on which nothing is asked; the numbers of those that the service closed."""
    parts = urlsplit(url)
    opened = [await asyncio.open_connection(parts.hostname, parts.port) for _ in range(count)]
    reading = [asyncio.create_task(reader.read(1)) for reader, _ in opened]
    async with asyncio.timeout(60):
        while sum(one.done() for one in reading) < count - 100:
            await asyncio.wait([one for one in reading if not one.done()], return_when=asyncio.FIRST_COMPLETED)
    try:
        yield [number for number, one in enumerate(reading) if one.done()]
    finally:
        for one in reading:
            one.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
        for _, writer in opened:
            writer.transport.abort()
