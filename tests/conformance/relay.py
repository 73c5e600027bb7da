"""A TCP relay before a real server, on loopback, that can be taken down (for `Subject.outage`), or is as slow as a long way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Relay:
    """Hands bytes on to the server at `target`, an http URL; `url` is its own."""

    target: str
    delay: float = 0.0  # seconds that everything takes, in each direction
    url: str = ""
    down: bool = False
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _serving: set[asyncio.Task[object]] = field(default_factory=set)

    @asynccontextmanager
    async def outage(self) -> AsyncIterator[None]:
        """Within it, open connections are cut and new ones are closed at once."""
        self.down = True
        for writer in self._open:
            writer.close()
        try:
            yield
        finally:
            self.down = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        if self.down:
            writer.close()
            return
        there = urlsplit(self.target)
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        from_server, to_server = await asyncio.open_connection(there.hostname, there.port)
        self._open |= {writer, to_server}
        await asyncio.gather(_pump(reader, to_server, self.delay), _pump(from_server, writer, self.delay))
        self._open -= {writer, to_server}
        self._serving.discard(task)

    async def close(self) -> None:
        """Every connection that is open still."""
        for writer in self._open:
            writer.close()
        await asyncio.gather(*self._serving, return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    later = asyncio.get_running_loop().call_later
    with suppress(OSError):
        while data := await reader.read(65_536):
            if delay:
                later(delay, writer.write, data)  # what is under way holds up nothing behind it
            else:
                writer.write(data)
                await writer.drain()
    if delay:
        await asyncio.sleep(delay)
    writer.close()


@asynccontextmanager
async def relayed(target: str, delay: float = 0.0) -> AsyncIterator[Relay]:
    """A relay before the server at `target`, until the block ends."""
    relay = Relay(target, delay)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    relay.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield relay
    finally:
        server.close()
        await relay.close()
