"""Whether anything slows with what is finished: a node with years of work in it beside a fresh one, in one run.

`python -m benchmarks.growth [--passports N] [--anchors N] [--revoked N] [--entries N] [--rounds N]`. Each operation runs in turn
on both nodes; its ratio is the median over the rounds of that of the two CPU times of one round, which other work on the machine
slows alike. Bytes written are those that the process handed to the system.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from carbonseal.node.anchoring.tracked import STANDARD_LIMITS
from carbonseal.node.config import LedgerConfig, NodeConfig, SignerConfig
from carbonseal.node.node import Node
from carbonseal.node.sealing.queue import EntryQueue, Submission
from carbonseal.passport.passports import parse
from carbonseal.storage.database import SLICE, Database
from carbonseal.storage.schema import LOG
from tests import virtual_time
from tests.nodes import install_simulated, make_node, settings

from .__main__ import table as render
from .grown import grow, grow_index
from .measure import Row, Rows

LEDGERS = 3
ISSUER = SignerConfig("maker", "did:web:maker.example", "file:keys/maker.key")
IDLE = 40  # rounds of the ledgers' workers, by virtual time
BEGINNING = 1.8e9  # of virtual time
WRITTEN = 131_072  # records, for the bytes that each costs


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is finished in the grown node: passports, anchors, revocations; `entries` are in the index of known records."""

    passports: int = 100_000
    anchors: int = 300_000
    revoked: int = 1_000
    entries: int = 10_000_000
    rounds: int = 9


@dataclass
class Subject:
    """An open node, with a passport from its first hour."""

    node: Node
    first: bytes
    newest: bytes = b""
    page: int = 0

    async def submit(self) -> bytes:
        """A record that is new: its commitment."""
        receipt = await self.node.submit(json.dumps({"n": secrets.token_hex(8)}).encode(), "json/1")
        return receipt.commitment

    async def issue(self) -> None:
        """A record, and a passport about it."""
        listed = [{"role": "footprint", "commitment": (await self.submit()).hex()}]
        self.newest = await self.node.issue({"issuer": "maker", "subject": "urn:example:cell", "records": listed})

    async def anchor(self) -> None:
        """The newest head, on every ledger, until it is final."""
        await self.node.anchor()
        await self.node.wait_for_anchors(60)

    async def idle(self) -> None:
        """The node's background work while nothing is to be done."""
        running = asyncio.create_task(self.node.run())
        await asyncio.sleep(IDLE * STANDARD_LIMITS.longest_round)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    async def seal(self) -> None:
        passport = parse(self.first)
        self.node.seal(passport.credentials[passport.root].commitment)

    async def states(self) -> None:
        self.node.states()

    async def issued(self) -> None:
        """The list's last page, of one passport."""
        if not self.page:
            while page := self.node.issued(self.page):
                self.page = page[-1].number
        self.node.issued(self.page - 1)

    async def export(self) -> None:
        await self.node.passport(parse(self.first).root)

    async def refresh_first(self) -> None:
        await self.node.refresh(self.first)

    async def refresh_newest(self) -> None:
        await self.node.refresh(self.newest)

    async def revoke(self) -> None:
        await self.node.revoke(parse(self.newest).root)


OPERATIONS: dict[str, Callable[[Subject], Awaitable[Any]]] = {
    "submit a record": Subject.submit,
    "issue": Subject.issue,
    "refresh the first passport": Subject.refresh_first,
    "refresh the newest passport": Subject.refresh_newest,
    "export a passport": Subject.export,
    "list what was issued": Subject.issued,
    "a seal": Subject.seal,
    "state of all ledgers": Subject.states,
    "anchor on all ledgers": Subject.anchor,
    f"{IDLE} idle rounds": Subject.idle,
    "revoke": Subject.revoke,
}


def make(directory: Path) -> NodeConfig:
    """A node that has issued two passports, anchored the first and revoked the second."""
    folders = [directory / f"ledger-{number}" for number in range(LEDGERS)]
    for folder in folders:
        folder.mkdir(parents=True)
    ledgers = tuple(
        LedgerConfig(f"sim:{n}", f"sim+file://{folder}/ledger.db", "sim-publisher", 1e9, {"called": f"sim:{n}"})
        for n, folder in enumerate(folders)
    )
    config = settings(issuers=(ISSUER,), ledgers=ledgers)
    make_node(directory / "node", config)

    async def begin() -> None:
        async with opened(directory) as subject:
            await subject.issue()
            (directory / "first.json").write_bytes(subject.newest)
            await subject.anchor()
            await subject.issue()
            await subject.revoke()

    virtual_time.run(begin())
    return config


@asynccontextmanager
async def opened(directory: Path) -> AsyncIterator[Subject]:
    """The node in virtual time, once its index has what is in its log."""
    loop, first = asyncio.get_running_loop(), directory / "first.json"
    async with Node.open(directory / "node", clock=lambda: BEGINNING + loop.time()) as node:
        await node.startup_checked()
        await node.lookup.indexer.catch_up()
        yield Subject(node, first.read_bytes() if first.exists() else b"")


async def measure(
    fresh: Path, grown: Path, rounds: int, spent: Callable[[], float] = time.process_time
) -> dict[str, list[tuple[float, float]]]:
    """What each operation costs in each round, on the fresh node and on the grown one: what is `spent` meanwhile, CPU seconds
    without."""
    costs: dict[str, list[tuple[float, float]]] = {name: [] for name in OPERATIONS}
    async with opened(fresh) as one, opened(grown) as other:
        for number in range(rounds + 1):
            for name, operation in OPERATIONS.items():
                both = []
                for subject in (one, other):
                    gc.collect()
                    before = spent()
                    await operation(subject)
                    both.append(spent() - before)
                if number:  # the first round only warms up
                    costs[name].append((both[0], both[1]))
    return costs


def written(directory: Path, entries: int) -> float:
    """Bytes that the process writes for each of many new records, where as many `entries` are known."""
    submission = Submission("default", "json/1", bytes(32), b"", b'{"kilograms":"12.50"}' * 16)
    with closing(Database(directory / "queue.db", LOG)) as database:
        grow_index(database, entries)
        queue = EntryQueue(database)
        before = _written()
        for _ in range(WRITTEN // SLICE):
            queue.put([submission._replace(commitment=secrets.token_bytes(32)) for _ in range(SLICE)], 0)
        queue.catch_up()
    return (_written() - before) / WRITTEN  # closed: what the journal holds has been moved to its place


def _written() -> int:
    status = dict(line.split(": ") for line in Path("/proc/self/io").read_text(encoding="ascii").splitlines())
    return int(status["wchar"])


@contextmanager
def _without_log_lines() -> Iterator[None]:
    """For the whole process, whose other work gets them back."""
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


@contextmanager
def _on_path(folder: Path) -> Iterator[None]:
    """Packages are found in this folder, for the whole process."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def table(sizes: Sizes) -> Rows:
    """One row for each operation, and one for the bytes of a record."""
    with (
        _without_log_lines(),
        tempfile.TemporaryDirectory(prefix="carbonseal-growth-") as name,
        _on_path(install_simulated(Path(name) / "plugins")),
    ):
        directory = Path(name)
        make(directory / "fresh")
        config = make(directory / "grown")
        grow(directory / "grown/node", config, passports=sizes.passports, anchors=sizes.anchors, revoked=sizes.revoked)
        times = virtual_time.run(measure(directory / "fresh", directory / "grown", sizes.rounds))
        for what, each in times.items():
            fresh, grown = (median(costs) for costs in zip(*each, strict=True))
            note = f"{fresh * 1e3:.1f} -> {grown * 1e3:.1f} ms"
            ratio = median(grown / fresh for fresh, grown in each)
            yield Row("growth", f"{what}: grown / fresh", ratio, "<=", 1.3, note)
        (directory / "few").mkdir()
        (directory / "many").mkdir()
        few, many = written(directory / "few", 0), written(directory / "many", sizes.entries)
        what = f"bytes written a record, beside {sizes.entries:,}: grown / fresh"
        yield Row("growth", what, many / few, "<=", 1.5, f"{few:,.0f} -> {many:,.0f} bytes")


def rows() -> Rows:
    return table(Sizes())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    for field in fields(Sizes):
        parser.add_argument(f"--{field.name}", type=int, default=field.default)
    found = list(table(Sizes(**vars(parser.parse_args()))))
    Console(width=140).print(render(found))
    return int(any(row.met is False for row in found))


if __name__ == "__main__":
    sys.exit(main())
