"""A node that is served in a process of its own, with a token, and the CPU time that it and its workers take.

`python -m benchmarks.service.served DIRECTORY` serves it until its standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from carbonseal.node.access.callers import Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.create import create
from carbonseal.node.node import Node
from carbonseal.service.app import serving

from ..sealing import settings

TICK = os.sysconf("SC_CLK_TCK")
SCOPES = frozenset({Scope.SUBMIT, Scope.READ, Scope.ADMIN})


@dataclass(frozen=True, slots=True)
class Served:
    """A node that answers: where, to which header, and its process."""

    url: str
    token: str
    pid: int

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def cpu(self) -> tuple[float, float]:
        """CPU seconds so far: of the node's own process, and of its workers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return _cpu(self.pid), sum(_cpu(int(child)) for child in children if _is_worker(int(child)))

    def resident(self) -> int:
        """MiB of memory that the node's own process holds."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20


def _is_worker(pid: int) -> bool:
    return b"carbonseal.node.working.process" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


@contextmanager
def served(directory: Path) -> Iterator[Served]:
    """A new node in `directory`, served."""
    directory.mkdir()
    create(directory, settings(directory))
    with _running(str(directory)) as node:
        yield node


@contextmanager
def idle() -> Iterator[Served]:
    """An aiohttp that reads bodies and does nothing."""
    with _running("") as server:
        yield server


@contextmanager
def _running(directory: str) -> Iterator[Served]:
    command = [sys.executable, "-m", "benchmarks.service.served", directory]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Served(**json.loads(process.stdout.readline()), pid=process.pid)
        finally:
            process.communicate()


async def serve(directory: Path) -> None:
    """Serve until standard input ends."""
    async with Node.open(directory, workers=True) as node, serving(node) as url:
        working = asyncio.create_task(node.run())
        token = await node.access.create_token(NewToken("bench", "bench", Kind.SYSTEM, "default", SCOPES, 1))
        await _until_input_ends(url, token)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def serve_nothing() -> None:
    """Read bodies and answer until standard input ends."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=b"{}", status=201, content_type="application/json")

    app = web.Application()
    app.router.add_post("/v1/records", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await _until_input_ends(f"http://127.0.0.1:{runner.addresses[0][1]}", "none")


async def _until_input_ends(url: str, token: str) -> None:
    print(json.dumps({"url": url, "token": token}), flush=True)
    await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    import uvloop

    directory = sys.argv[1]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Path(directory)) if directory else serve_nothing())


if __name__ == "__main__":
    main()
