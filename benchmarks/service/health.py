"""How long `/health` takes beside what clients do: p50 and p99 of the wall clock.

The node, who attacks it and who asks are a process each. The event loop's share of the time is printed, and that for which it was
ready and waited for a processor: the one is the node's doing, the other that of all that runs on the machine.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

import aiohttp

from ..measure import Row, Rows
from .attacks import ATTACKS
from .served import Served, served

ASKED = 200  # times, each 20 ms after the one before
MOST = 100.0  # ms


@contextmanager
def beside(attack: str, node: Served) -> Iterator[None]:
    """While a process attacks the node so."""
    number = str([*ATTACKS].index(attack))
    command = [sys.executable, "-m", "benchmarks.service.attacks", number, node.url, node.token]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"begun\n", attack
            yield
        finally:
            process.kill()


async def health(node: Served) -> list[float]:
    """Milliseconds of each answer."""
    took = []
    elsewhere = aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))  # an attacker keeps its own address out, and no other
    async with aiohttp.ClientSession(node.url, headers=node.headers, connector=elsewhere) as session:
        for _ in range(ASKED):
            began = time.perf_counter()
            async with session.get("/health") as response:
                assert response.status == 200, await response.text()
                await response.read()
            took.append((time.perf_counter() - began) * 1e3)
            await asyncio.sleep(0.02)
    return took


def measure(attack: str) -> tuple[list[float], float, float]:
    """Milliseconds of each answer; the shares of the time in which the event loop worked, and waited for a processor."""
    with (
        tempfile.TemporaryDirectory(prefix="carbonseal-benchmark-") as name,
        served(Path(name, "node")) as node,
        beside(attack, node),
    ):
        began, before = time.perf_counter(), node.loop()
        took = asyncio.run(health(node))
        seconds = time.perf_counter() - began
        worked, waited = ((now - then) / seconds for now, then in zip(node.loop(), before, strict=True))
        return took, worked, waited


def rows() -> Rows:
    """The rows of the table. All processes share one machine."""
    for what in ATTACKS:
        took, worked, waited = measure(what)
        cuts = quantiles(took, n=100)
        note = (
            f"p50 {cuts[49]:.1f}; its event loop worked {worked:.0%} of the time, waited for a processor {waited:.0%}"
        )
        yield Row("health", f"p99 in ms, beside {what}", cuts[98], "<=", MOST, note)
