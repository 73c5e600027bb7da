"""Anchors on one Fabric network, measured in a process of its own: `python -m benchmarks.anchoring embedded|native MESSAGES`.

MESSAGES is how many transactions fill a block; an incomplete one waits for 100 ms. Prints JSON.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from carbonseal.ledger import (
    Anchor,
    Attempt,
    AttemptStatus,
    Evidence,
    Ledger,
    Observation,
    Statement,
    TransientError,
    TrustItem,
)
from carbonseal.node.anchoring.adapters import NodeSecrets
from carbonseal_adapters.fabric.checking.evidence import VERIFIER
from carbonseal_adapters.fabric.checking.pinning import CONFIG_BLOCK, item_value
from carbonseal_adapters.fabric.sending.ledger import connect
from carbonseal_devnet.fabric.embedded.blocking import in_thread
from carbonseal_devnet.fabric.genesis import Settings
from carbonseal_devnet.fabric.native.network import started
from carbonseal_devnet.fabric.network import FabricNetwork

T = TypeVar("T")
ALONE, TOGETHER, AT_ONCE = 30, 200, 20


def network_of(engine: str, directory: Path, messages: int) -> AbstractContextManager[Any]:
    if engine == "native":
        return started(directory, messages=messages)
    return in_thread(directory, settings=Settings(batch_count=messages))


def anchors() -> Iterator[Anchor]:
    log = hashlib.sha256(b"log").digest()
    size = 0
    while size := size + 1:
        yield Anchor(Statement(log, size, hashlib.sha256(b"%d" % size).digest()), b"")


async def until(ask: Callable[[], Awaitable[T]]) -> T:
    """A network that has just started may need a moment, and so may a peer that commits after the others."""
    while True:
        try:
            return await ask()
        except TransientError:
            await asyncio.sleep(0.01)


async def final(ledger: Ledger, attempt: Attempt) -> Observation:
    await until(partial(ledger.send, attempt))
    while (seen := await until(partial(ledger.follow, [attempt]))).status is not AttemptStatus.FINAL:
        pass  # the adapter itself waits for the next block
    return seen


async def measure(network: FabricNetwork, directory: Path) -> dict[str, Any]:
    ledger = await connect(network.uri, network.node_options(), NodeSecrets(directory))
    more, evidence, latencies = anchors(), {}, []
    for _ in range(ALONE):
        attempt = await until(partial(ledger.prepare, next(more), ()))
        begin = time.perf_counter()
        seen = await final(ledger, attempt)
        latencies.append(time.perf_counter() - begin)
        evidence[attempt.statement] = await until(partial(ledger.evidence, attempt, seen))
    left = iter(range(TOGETHER))

    async def worker() -> None:
        for _ in left:
            await final(ledger, await until(partial(ledger.prepare, next(more), ())))

    begin = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    rate = TOGETHER / (time.perf_counter() - begin)
    pins = VERIFIER.pin(ledger.name, await ledger.pins())
    await ledger.close()
    latencies.sort()
    return {
        "median": latencies[len(latencies) // 2],
        "slow": latencies[len(latencies) * 9 // 10],
        "rate": rate,
        "checks": checks(network, evidence, pins),
        "bytes": max(len(each.data) for each in evidence.values()),
    }


def checks(network: FabricNetwork, evidence: dict[Statement, Evidence], pins: Any) -> float:
    """How many are checked in one second of CPU time."""
    trust = [TrustItem(network.ledger, CONFIG_BLOCK, item_value(network.ledger, network.genesis), "benchmark", "now")]
    begin = time.process_time()
    for statement, each in evidence.items():
        checked = VERIFIER.check(each, statement, pins, trust)
        assert checked.proved is not None, checked.findings
    return len(evidence) / (time.process_time() - begin)


def memory() -> int:
    """Resident bytes of this process and all that it started, where the system tells; else 0."""
    parents, pages = {}, {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text(encoding="utf-8").rpartition(") ")[2].split()
        except OSError:
            continue  # it has just ended
        parents[int(status.parent.name)], pages[int(status.parent.name)] = int(fields[1]), int(fields[21])
    family = {int(Path("/proc/self").readlink().name)} if pages else set()
    while more := {each for each, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(pages[each] for each in family) * os.sysconf("SC_PAGE_SIZE")


def main(engine: str, messages: int) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        bare, begin = memory(), time.perf_counter()
        with network_of(engine, Path(scratch), messages) as network:
            took = time.perf_counter() - begin
            found = asyncio.run(measure(network, Path(scratch)))
            print(json.dumps(found | {"start": took, "memory": memory(), "bare": bare}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
