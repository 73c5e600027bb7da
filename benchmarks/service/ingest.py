"""Ingest compared with the floor: strict parsing, canonical form, three hashes and an append that is made durable.

In turn, round by round: the floor, records in this process, a stream over HTTP, single requests over HTTP; an aiohttp that does
nothing, and one that does the least that acknowledges what is durable (`served.least`), which bounds what any node could reach.
`own` is the CPU time of the node's own process, which bounds what one node takes in; `all` has its workers' too.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from statistics import median, quantiles

import aiohttp
import orjson

from carbonseal.node.create import create
from carbonseal.node.node import Node
from carbonseal.records.sources import Source

from ..measure import Row, Rows
from ..records import footprint
from ..sealing import settings
from .served import Served, idle, least, served

ROUNDS = 11  # single requests differ by a third from round to round
BULK, SINGLE = 10_000, 3_000  # records of a round
AT_ONCE = 64  # single requests
PATH = "/v1/records?profile=pact/3.0"
NDJSON, JSON = {"Content-Type": "application/x-ndjson"}, {"Content-Type": "application/json"}


class Numbers:
    """Records of about 2 kB that are all different."""

    def __init__(self) -> None:
        self._next = 0

    def take(self, count: int) -> list[bytes]:
        start, self._next = self._next, self._next + count
        return [orjson.dumps(footprint("Nordkupfer", number)) for number in range(start, self._next)]


def floor(file: int, records: list[bytes]) -> None:
    """The least that any program would do."""
    for start in range(0, len(records), 512):
        out = []
        for raw in records[start : start + 512]:
            canonical = orjson.dumps(orjson.loads(raw), option=orjson.OPT_SORT_KEYS)
            salt = hashlib.sha256(canonical).digest()
            commitment = hashlib.sha256(salt + canonical).digest()
            out += [hashlib.sha256(b"\0\1" + commitment).digest(), canonical]
        os.write(file, b"".join(out))
        os.fdatasync(file)


async def in_process(node: Node, records: list[bytes]) -> None:
    items = (Source((str(number),), raw) for number, raw in enumerate(records))
    async for result in node.submit_many(items, "pact/3.0"):
        assert result.receipt is not None, result.finding
    await node.sequence()


async def stream(session: aiohttp.ClientSession, records: list[bytes]) -> None:
    async def body() -> AsyncIterator[bytes]:
        for start in range(0, len(records), 128):
            yield b"\n".join(records[start : start + 128]) + b"\n"

    async with session.post(PATH, data=body(), headers=NDJSON) as response:
        last = b""
        async for line in response.content:
            last = line
        assert orjson.loads(last) == {"end": {"taken": len(records), "refused": 0}}, last


async def singles(session: aiohttp.ClientSession, records: list[bytes]) -> list[float]:
    """Milliseconds until each was acknowledged."""
    left, took = iter(records), list[float]()

    async def send() -> None:
        for raw in left:
            began = time.perf_counter()
            async with session.post(PATH, data=raw, headers=JSON) as response:
                assert response.status == 201, await response.text()
                await response.read()
            took.append((time.perf_counter() - began) * 1e3)

    await asyncio.gather(*(send() for _ in range(AT_ONCE)))
    return took


class Taken:
    """CPU microseconds a record of each kind of work, round by round."""

    def __init__(self) -> None:
        self.rounds: dict[str, list[float]] = {}
        self.took: list[float] = []

    def add(self, what: str, seconds: float, count: int) -> None:
        self.rounds.setdefault(what, []).append(seconds / count * 1e6)

    def here(self, what: str, work: Callable[[], object], count: int) -> None:
        began = time.process_time()
        work()
        self.add(what, time.process_time() - began, count)


async def _rounds(node: Node, far: Served, nothing: Served, small: Served, folder: Path) -> Taken:
    numbers, taken = Numbers(), Taken()
    here = Served("", "", os.getpid())
    file = os.open(folder / "floor", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    async with (
        aiohttp.ClientSession(far.url, headers=far.headers) as session,
        aiohttp.ClientSession(nothing.url) as other,
        aiohttp.ClientSession(small.url) as third,
    ):
        for number in range(ROUNDS + 1):  # the first only warms up
            into = taken if number else Taken()
            records = numbers.take(BULK)
            into.here("floor", lambda records=records: floor(file, records), BULK)  # type: ignore[misc]
            before = here.cpu()
            await in_process(node, records)
            _both(into, "in process", before, here.cpu(), BULK)
            before = far.cpu()
            await stream(session, numbers.take(BULK))
            _both(into, "bulk over HTTP", before, far.cpu(), BULK)
            before = far.cpu()
            into.took += await singles(session, numbers.take(SINGLE))
            _both(into, "single over HTTP", before, far.cpu(), SINGLE)
            before = nothing.cpu()
            await singles(other, numbers.take(SINGLE))
            _both(into, "idle", before, nothing.cpu(), SINGLE)
            before = small.cpu()
            await singles(third, numbers.take(SINGLE))
            _both(into, "the least over HTTP", before, small.cpu(), SINGLE)
    os.close(file)
    return taken


def _both(into: Taken, what: str, before: tuple[float, float], after: tuple[float, float], count: int) -> None:
    own, workers = (now - then for now, then in zip(after, before, strict=True))
    into.add(f"{what}, own", own, count)
    into.add(f"{what}, all", own + workers, count)


async def _measure(folder: Path) -> Taken:
    (folder / "here").mkdir()
    create(folder / "here", settings(folder / "here"))
    with served(folder / "far") as far, idle() as nothing, least(folder / "least") as small:
        async with Node.open(folder / "here", workers=True) as node:
            return await _rounds(node, far, nothing, small, folder)


def rows() -> Rows:
    with tempfile.TemporaryDirectory(prefix="carbonseal-benchmark-") as name:
        taken = asyncio.run(_measure(Path(name)))
    alone = taken.rounds["floor"]
    both = [a + b for a, b in zip(alone, taken.rounds["idle, own"], strict=True)]
    aims: list[tuple[str, float | None, list[float]]] = [
        ("in process", 0.35, alone),
        ("bulk over HTTP", 0.3, alone),
        ("single over HTTP", 0.4, both),
        ("the least over HTTP", None, both),
    ]
    for what, target, base in aims:
        named = "floor" if base is alone else "(idle aiohttp + floor)"
        for part in ("own", "all"):
            times = taken.rounds[f"{what}, {part}"]
            value = median(one / other for one, other in zip(base, times, strict=True))
            sense, wanted = (">=", target) if part == "own" and target else ("", None)
            note = f"{median(times):.1f} us a record; {named} {median(base):.1f}"
            yield Row("ingest", f"{named} / {what}, {part}", value, sense, wanted, note)
    cuts = quantiles(taken.took, n=100)
    yield Row("ingest", f"acknowledged, {AT_ONCE} at once: ms", f"p50 {cuts[49]:.1f}, p99 {cuts[98]:.1f}")
