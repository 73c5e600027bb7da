"""Indexer: reads what joined the logs into the index, in the background.

- It reads published entries alone, a slice at a time: taking records in costs nothing more. What they say is read, and written,
  where such work is done (`working`, `filling`): by one process at a time.
- While a log grows it works a fifth of the time at most (`pace`).
- Where it goes on is stored with what it read. A log that is another one there (an older copy was put back) is read from its
  beginning, and the index with it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from time import perf_counter
from typing import Any, Protocol

from carbonseal.findings import Refused
from carbonseal.node.sealing.queue import Stored
from carbonseal.node.working.work import Work
from carbonseal.storage.database import Database
from carbonseal.storage.schema import INDEX
from carbonseal.storage.writer_thread import WriterThread

from . import codes
from .filling import Part, fill
from .index import Dispute, Index
from .index_check import FILE, IndexCheck
from .pace import Pace

LOG = logging.getLogger(__name__)
SLICE = 512  # entries between two rests
PART = 128  # entries that are read, and written, at once: others wait for the same processes
CLIENT = "the index"  # whose work it is


class ReadLog(Protocol):
    """What is read of a log."""

    origin: str

    @property
    def size(self) -> int:
        """How many entries the published log has."""

    def entry(self, index: int) -> bytes:
        """An entry that is stored."""

    def records(self, start: int, end: int) -> list[tuple[Stored, bytes]]:
        """The records among the entries start..end-1, each with its canonical bytes."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the index reaches in a log: the number of its entries that are covered, and of all that are published."""

    indexed: int
    size: int

    def to_json(self) -> dict[str, int]:
        """As answers of look-ups have it."""
        return {"indexed": self.indexed, "size": self.size}


class Indexer:
    """The index of a node's logs, and what fills it. `logs` is by their names in `node.toml`."""

    def __init__(self, directory: Path, logs: Mapping[str, Any], work: Work, *, read_only: bool) -> None:
        self._work = work
        self._file = directory / FILE
        self._logs: Mapping[str, ReadLog] = logs
        self._read_only = read_only
        self._thread = WriterThread("carbonseal-index")
        self._scratch: TemporaryDirectory[str] | None = None
        self._database: Database | None = None
        self._index: Index | None = None
        self._read_to: dict[str, int] = {}  # by origin: logs that were read to their end, as they were then
        self._opening = Lock()
        self._filling = asyncio.Lock()  # the database has one writer
        self.is_running = False  # whether the index is filled in the background

    @property
    def index(self) -> Index:
        """The index, opened when it is first asked for: of a directory that is only read, a copy that goes away at the end."""
        with self._opening:  # look-ups are threads of their own
            if self._index is None:
                self._database = self._open()
                self._index = Index(self._database)
                if not self._index.logs() <= {log.origin for log in self._logs.values()}:
                    self._index.clear()  # it is another node's
            return self._index

    def _open(self) -> Database:
        if not self._read_only:
            return Database.derived(self._file, INDEX)
        self._scratch = TemporaryDirectory(prefix="carbonseal-")
        original, self._file = self._file, Path(self._scratch.name) / FILE
        if original.exists():
            try:
                with closing(Database.read_only(original, INDEX)) as database:
                    database.copy_to(self._file)
            except Refused as refused:
                LOG.warning("index not read: path=%s error=%s", original, refused.finding)
                self._file.unlink(missing_ok=True)
        return Database.derived(self._file, INDEX)

    def close(self) -> None:
        """Wait for what is being written, and let go of the file."""
        self._thread.close()
        if self._database is not None:
            self._database.close()
        if self._scratch is not None:
            self._scratch.cleanup()

    # --- filling ---------------------------------------------------------------------------------------------------

    async def run(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Follow the logs, until cancelled: each at its own pace."""
        self.is_running = True
        async with asyncio.TaskGroup() as tasks:
            for log in self._logs.values():
                tasks.create_task(self._follow(log, sleep))

    async def _follow(self, log: ReadLog, sleep: Callable[[float], Awaitable[None]]) -> None:
        pace = Pace(log.size)
        while True:
            began, more = perf_counter(), False
            try:
                more = await self.step(log)
            except (Refused, OSError) as error:
                LOG.warning("index not filled: log=%s error=%s", log.origin, error)
            now = perf_counter()
            await sleep(pace.rest(log.size, now, now - began, more=more))

    async def catch_up(self) -> None:
        """Read all that is published now. Raises Refused where a record or the disk does not let it."""
        logs = self._logs.values()
        while any(self._read_to.get(log.origin) != log.size for log in logs):  # one may clear what is of others
            for log in logs:
                await self.step(log)

    async def rebuild(self) -> None:
        """Make the index anew from the logs. Raises as `catch_up` does."""
        await self._thread.run(self._clear)
        await self.catch_up()

    async def step(self, log: ReadLog) -> bool:
        """Read the next slice of a log. Whether there is more. Raises Refused, OSError."""
        if self._read_to.get(log.origin) == log.size:
            return False
        start, end = await self._thread.run(self._begin, log)
        if start == end:
            return end < log.size
        for at in range(start, end, PART):
            await self._fill(log, at, min(at + PART, end))
        return end < log.size

    async def _fill(self, log: ReadLog, start: int, end: int) -> None:
        part, records = await self._thread.run(self._part, log, start, end)
        async with self._filling:
            filled = await self._work.small(CLIENT, fill, self._file, part, records)
        for entry, problem in filled.problems.items():
            LOG.warning("record not indexed: %s", codes.LOOKUP_UNREADABLE(entry=entry, log=log.origin, problem=problem))
        for dispute in filled.disputes:
            _tell(dispute)

    def _part(self, log: ReadLog, start: int, end: int) -> tuple[Part, list[tuple[Stored, bytes]]]:
        part = Part(log.origin, start, end, log.entry(end - 1), by_time=log.origin not in self._read_to)
        return part, log.records(start, end)

    def _begin(self, log: ReadLog) -> tuple[int, int]:
        """The next slice: start and end. Where the index is of another copy of the log, it is cleared."""
        start, last = self.index.covered(log.origin)
        size = log.size
        if start and (start > size or log.entry(start - 1) != last):
            LOG.warning("index begun anew: log=%s covered=%d size=%d", log.origin, start, size)
            self._clear()
            start = 0
        end = min(start + SLICE, size)
        if start == end:
            self._read_to[log.origin] = end
        return start, end

    def _clear(self) -> None:
        """Every log is read again from its beginning."""
        self.index.clear()
        self._read_to.clear()

    def _are_read(self, but: str) -> bool:
        """Whether all logs but this one were read to their ends, as they were then."""
        return all(log.origin in self._read_to for log in self._logs.values() if log.origin != but)

    # --- reading ---------------------------------------------------------------------------------------------------

    def check(self) -> IndexCheck:
        """A pass over the index as it is now."""
        return IndexCheck(self.index, {log.origin: log for log in self._logs.values()})

    def disputes_until(self, log: str) -> int:
        """Up to which entry of the log of this origin all its second figures are known: 0 while other logs are still read, whose
        records they may follow."""
        return self.index.covered(log)[0] if self._are_read(log) else 0

    def reach(self) -> dict[str, Reach]:
        """How far the index reaches in each log, by the names in `node.toml`."""
        return {name: Reach(self.index.covered(log.origin)[0], log.size) for name, log in self._logs.items()}


def _tell(dispute: Dispute) -> None:
    first, second = dispute.first, dispute.second
    LOG.warning(
        "second figure under one footprint id: footprint=%s tenant=%s log=%s entry=%d other_log=%s other_entry=%d",
        dispute.footprint, dispute.tenant, second.log, second.entry, first.log, first.entry,
    )  # fmt: skip
