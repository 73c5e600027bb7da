"""What clients do to a node beside others, each in a process of its own: `python -m benchmarks.service.attacks NUMBER URL TOKEN`
does so until it is killed. It prints a line once it has begun."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from .ingest import JSON, NDJSON, PATH, Numbers
from .served import Served

NESTED = (b"[" * 60 + b"]" * 60 + b",") * (60 << 20 >> 7)
Attack = Callable[[Served, aiohttp.ClientSession], Coroutine[Any, Any, None]]


async def nothing(_node: Served, _session: aiohttp.ClientSession) -> None:
    await asyncio.Event().wait()


async def nested(_node: Served, session: aiohttp.ClientSession) -> None:
    """Passports of 60 MiB, one after the other."""
    while True:
        body = b"[" + NESTED + b"0]"
        async with session.post("/v1/passports/refresh", data=body, headers=JSON) as response:
            await response.read()


async def slow_senders(_node: Served, session: aiohttp.ClientSession) -> None:
    """300 bodies of which nothing more comes."""

    async def body() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async def send() -> None:
        while True:
            async with session.post(PATH, data=body(), headers=JSON) as response:
                await response.read()
            await asyncio.sleep(1)

    await asyncio.gather(*(send() for _ in range(300)))


async def slow_readers(node: Served, _session: aiohttp.ClientSession) -> None:
    """300 streams whose results nobody reads."""
    parts = urlsplit(node.url)
    head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {node.token}\r\n"
    head += "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
    lines = b"{}\n" * 1000

    async def send() -> None:
        _, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(head.encode())
        while True:
            writer.write(b"%x\r\n%b\r\n" % (len(lines), lines))
            await writer.drain()
            await asyncio.sleep(0.5)

    await asyncio.gather(*(send() for _ in range(300)), return_exceptions=True)
    await asyncio.Event().wait()


async def idle_connections(node: Served, _session: aiohttp.ClientSession) -> None:
    """1,000 connections on which nothing is asked."""
    parts = urlsplit(node.url)
    held = [await asyncio.open_connection(parts.hostname, parts.port) for _ in range(1000)]
    await asyncio.Event().wait()
    del held


async def streams(_node: Served, session: aiohttp.ClientSession) -> None:
    """Four streams of records."""
    numbers = Numbers()

    async def send() -> None:
        while True:
            body = b"\n".join(numbers.take(2000))
            async with session.post(PATH, data=body, headers=NDJSON) as response:
                await response.read()

    await asyncio.gather(*(send() for _ in range(4)))


ATTACKS: dict[str, Attack] = {
    "nothing": nothing,
    "passports of 60 MiB of nested lists": nested,
    "300 slow senders": slow_senders,
    "300 slow readers": slow_readers,
    "1,000 idle connections": idle_connections,
    "four streams of records": streams,
}


async def attack(number: int, node: Served) -> None:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(node.url, headers=node.headers, connector=connector) as session:
        attacking = asyncio.create_task([*ATTACKS.values()][number](node, session))
        await asyncio.sleep(1)
        print("begun", flush=True)
        await attacking


if __name__ == "__main__":
    asyncio.run(attack(int(sys.argv[1]), Served(sys.argv[2], sys.argv[3], 0)))
