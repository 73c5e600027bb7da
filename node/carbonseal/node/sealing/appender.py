"""Appending to a log's queue: in the thread that writes, after the genesis entry, and noticed by whoever makes batches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import ParamSpec, TypeVar

from carbonseal.log.entries import EvidenceDigest, Genesis
from carbonseal.storage.writer_thread import WriterThread

from .queue import EntryQueue
from .sequencer import Sequencer

P = ParamSpec("P")
T = TypeVar("T")


class Added(asyncio.Event):
    """Set when entries came in, once the queue has `enough` of them: who waits for it clears it, and may say how many that is."""

    enough = 0


class Appender:
    """The way of new entries into a queue, which `added` tells."""

    def __init__(self, queue: EntryQueue, sequencer: Sequencer, genesis: Genesis, thread: WriterThread) -> None:
        self._queue = queue
        self._sequencer = sequencer
        self._genesis = genesis
        self._thread = thread
        self.added = Added()

    async def run(self, append: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call `append`, which appends to the queue: gives its result, raises what it raises. Raises `Frozen` where the log is
        frozen before its first entry."""
        result = await self._thread.run(self._after_genesis, partial(append, *args, **kwargs))
        if self._queue.size >= self.added.enough:
            self.added.set()
        return result

    def _after_genesis(self, append: Callable[[], T]) -> T:
        """Entry 0 says which log this is, and who publishes its anchors. It cannot change: a frozen log does not begin."""
        if self._queue.size == 0:
            self._sequencer.check()
            with self._queue.appending([self._genesis]):
                pass
        return append()


class EvidenceDigests:
    """The evidence digests (32 bytes each) of a log, which make no anchor due."""

    def __init__(self, queue: EntryQueue, appender: Appender) -> None:
        self._queue = queue
        self._appender = appender

    @property
    def log_has_begun(self) -> bool:
        """Whether the log's first entry is there, which fixes what it is."""
        return self._queue.size > 0

    async def append(self, digest: bytes) -> int:
        """Append one. Gives its index; durable on return."""
        return await self._appender.run(self._queue.append, EvidenceDigest(digest))

    def all(self) -> Iterator[tuple[int, bytes]]:
        """Every one that is an entry or will be, with its index. Reads all entries, a slice at a time."""
        return ((index, entry[1:]) for index, entry in self._queue.of_kind(EvidenceDigest.kind))
