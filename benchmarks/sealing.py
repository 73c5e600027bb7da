"""Seal records from an NDJSON file in a process of its own: `python -m benchmarks.sealing COUNT` prints JSON.

For each part of a tenth of the records: CPU seconds in all, those of deduplication among them, and the process's peak memory
so far. The log is sequenced after every part, as a node does in the background.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import Any

from carbonseal.node.config import DEFAULT, LogConfig, NodeConfig, TenantConfig
from carbonseal.node.create import create
from carbonseal.node.node import Node
from carbonseal.node.sealing.queue import EntryQueue
from carbonseal.node.secrets import make_key
from carbonseal.node.witnessing.settings import CosignerConfig
from carbonseal.records.sources import read_records

PARTS = 10


class Stopwatch:
    """CPU seconds of the thread that calls, summed over all calls of what it is put around."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            begin = time.thread_time()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds += time.thread_time() - begin

        return timed


def write_records(path: Path, count: int) -> None:
    with path.open("w") as stream:
        for number in range(count):
            record = {
                "id": f"urn:example:shipment:{number}",
                "from": "Nordkupfer (invented)",
                "to": "Cell works (invented)",
                "kilograms": f"{number % 900}.50",
                "co2e": f"{number % 700}.25",
                "comment": "invented for a benchmark " * 4,
            }
            stream.write(json.dumps(record) + "\n")


def settings(directory: Path) -> NodeConfig:
    for name in ("log.key", "salt.key", "witness.key"):
        make_key(directory / name)
    return NodeConfig(
        batch_size=4096,
        batch_age=1.0,
        foreign_age=300.0,
        heartbeat=0,
        logs=(LogConfig(DEFAULT, "benchmark.example/log", "file:log.key", "guard"),),
        tenants=(TenantConfig(DEFAULT, "file:salt.key"),),
        issuers=(),
        ledgers=(),
        foreign=(),
        cosigner=CosignerConfig("benchmark.example/witness", "file:witness.key"),
    )


async def seal(directory: Path, count: int) -> list[dict[str, float]]:
    dedup = Stopwatch()
    for name in ("_find_stored", "catch_up"):  # looking up what is known, and making it known
        setattr(EntryQueue, name, dedup.around(getattr(EntryQueue, name)))
    parts: list[dict[str, float]] = []
    records = read_records([directory / "records.ndjson"])
    async with Node.open(directory) as node:
        for _ in range(PARTS):
            before, known = time.process_time(), dedup.seconds
            await seal_part(node, islice(records, count // PARTS))
            parts.append(
                {
                    "cpu": time.process_time() - before,
                    "dedup": dedup.seconds - known,
                    "peak_mib": peak_mib(),
                }
            )
    return parts


def peak_mib() -> float:
    """This program's peak memory. On Linux not by getrusage, whose figure begins with that of the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


async def seal_part(node: Node, records: Iterator[Any]) -> None:
    async for result in node.submit_many(records, "json/1"):
        assert result.receipt is not None, result.finding
    await node.sequence()


def main() -> None:
    count = int(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="carbonseal-benchmark-") as name:
        directory = Path(name)
        write_records(directory / "records.ndjson", count)
        create(directory, settings(directory))
        print(json.dumps(asyncio.run(seal(directory, count))))


if __name__ == "__main__":
    main()
