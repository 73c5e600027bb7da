"""A node that is served in a process of its own, with a token, and the CPU time that it and its workers take.

`python -m benchmarks.service.served DIRECTORY` serves it until its standard input ends. Beside it: an aiohttp that does nothing,
and one that does as little as a node could.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from carbonseal.node.access.callers import Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.admission.documents import admit_documents
from carbonseal.node.create import create
from carbonseal.node.node import Node
from carbonseal.node.working.config import WorkersConfig
from carbonseal.node.working.work import Workers
from carbonseal.service.app import serving
from carbonseal.service.running import settle

from ..sealing import settings

CPUCLOCK_SCHED = 2  # of Linux: the process's time on processors
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

    def loop(self) -> tuple[float, float]:
        """Seconds so far that the thread of the event loop was on a processor, and that it was ready and had none."""
        on, waiting, _ = Path(f"/proc/{self.pid}/task/{self.pid}/schedstat").read_text().split()
        return int(on) / 1e9, int(waiting) / 1e9

    def resident(self) -> int:
        """MiB of memory that the node's own process holds."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20


def _is_worker(pid: int) -> bool:
    return b"carbonseal.node.working.process" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _cpu(pid: int) -> float:
    """Seconds, to the nanosecond, where `/proc/PID/stat` has hundredths: an idle aiohttp takes fifteen of them a round."""
    return time.clock_gettime(~pid << 3 | CPUCLOCK_SCHED)  # as clock_getcpuclockid(3) has it


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
def least(directory: Path) -> Iterator[Served]:
    """An aiohttp that admits records in a worker process, in groups, and acknowledges what is durable in one file: no token, no
    bound, no duplicate, no log, no database."""
    directory.mkdir()
    with _running("--least", str(directory)) as server:
        yield server


@contextmanager
def _running(*arguments: str) -> Iterator[Served]:
    command = [sys.executable, "-m", "benchmarks.service.served", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Served(**json.loads(process.stdout.readline()), pid=process.pid)
        finally:
            process.communicate()


async def serve(directory: Path) -> None:
    """Serve until standard input ends, as `carbonseal serve` does."""
    async with Node.open(directory, workers=True) as node, serving(node) as url:
        working = asyncio.create_task(node.run())
        settle()
        token = await node.access.create_token(NewToken("bench", "bench", Kind.SYSTEM, "default", SCOPES, 1))
        await _until_input_ends(url, token)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def serve_nothing() -> None:
    """Read bodies and answer until standard input ends."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=b"{}", status=201, content_type="application/json")

    await _serve(answer)


async def _serve(answer: Callable[[web.Request], Awaitable[web.Response]]) -> None:
    app = web.Application()
    app.router.add_post("/v1/records", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await _until_input_ends(f"http://127.0.0.1:{runner.addresses[0][1]}", "none")


class Least:
    """Groups of what came meanwhile: one call to a worker and one append for each."""

    def __init__(self, file: int, work: Workers) -> None:
        self._file, self._work = file, work
        self._waiting: list[tuple[bytes, asyncio.Future[bytes]]] = []
        self._is_storing = False

    async def store(self, raw: bytes) -> bytes:
        done: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append((raw, done))
        if not self._is_storing:
            self._is_storing = True
            self._task = asyncio.create_task(self._store())
        return await done

    async def _store(self) -> None:
        while group := self._waiting:
            self._waiting = []
            raws = [raw for raw, _ in group]
            admitted = await self._work.small("", admit_documents, raws, [""] * len(raws), "pact/3.0", bytes(32))
            await asyncio.to_thread(self._append, b"".join(admitted.canonicals))
            for (_, done), salt in zip(group, admitted.salts, strict=True):
                done.set_result(salt)
        self._is_storing = False

    def _append(self, data: bytes) -> None:
        os.write(self._file, data)
        os.fdatasync(self._file)


async def serve_least(directory: Path) -> None:
    """Answer until standard input ends."""
    file, work = os.open(directory / "records", os.O_WRONLY | os.O_CREAT | os.O_APPEND), Workers(WorkersConfig())
    storing = Least(file, work)

    async def answer(request: web.Request) -> web.Response:
        salt = await storing.store(await request.read())
        return web.Response(body=b'{"salt":"%b"}' % salt.hex().encode(), status=201, content_type="application/json")

    await _serve(answer)
    await work.close()
    os.close(file)


async def _until_input_ends(url: str, token: str) -> None:
    print(json.dumps({"url": url, "token": token}), flush=True)
    await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    import uvloop

    match sys.argv[1:]:
        case ["--least", directory]:
            serving = serve_least(Path(directory))
        case [""]:
            serving = serve_nothing()
        case [directory]:
            serving = serve(Path(directory))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serving)


if __name__ == "__main__":
    main()
