"""Worker processes: the executor of many files on one machine. A file that kills its process costs no other its result.

- Each worker has one part at a time, so that it is known which part a process died of.
- Workers are started as they are needed, one for each part until there are enough, and not by fork of this process: it may have
  threads. See `carbonseal.examining.executing.forking`.
- A worker says that it has begun. One that does not get so far died of no file, and another one would do the same.
- They look for cycles of garbage as seldom as the process that they work for: Python's usual threshold takes 5 % of judging.

Private.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any

from carbonseal.examining.executing.forking import METHOD, begin_ahead
from carbonseal.examining.executing.in_order import Task, run_in_order
from carbonseal.examining.parts import Executor, Part, PartResult, Work

MOST_AHEAD = 32  # parts whose results wait for the one before them, for each process
BEGUN = "begun"  # what a worker says first
NOT_BEGUN = (
    "a process ended before it could judge a file (exit status {status}). It imports the program's main module, which has to "
    'keep what it does behind `if __name__ == "__main__":`'
)


def in_processes(most: int | None = None) -> Executor:
    """The executor that runs up to `most` processes: as many as this one may use processors, where none is given."""
    processes = most or usable_processors()

    def execute(work: Work, parts: Iterable[Part]) -> Iterator[PartResult]:
        return run_in_order(work, parts, _Pool(work, processes))

    return execute


def usable_processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Pool:
    def __init__(self, work: Work, most: int) -> None:
        begin_ahead()
        self._context = get_context(METHOD)
        self._work = work
        self._most = most
        self.most_ahead = MOST_AHEAD * most
        self._idle: list[_Worker] = []
        self._busy: dict[_Worker, Task] = {}

    @property
    def is_busy(self) -> bool:
        """See `Pool`."""
        return bool(self._busy)

    @property
    def has_room(self) -> bool:
        """See `Pool`."""
        return len(self._busy) < self._most

    def give(self, task: Task) -> None:
        """See `Pool`."""
        worker = self._idle.pop() if self._idle else _Worker(self._context, self._work)
        self._busy[worker] = task
        with suppress(OSError):  # it has died: `take` finds out
            worker.connection.send(task.part)

    def take(self) -> Iterator[tuple[Task, PartResult | None, str]]:
        """See `Pool`."""
        ready = set(wait([worker.connection for worker in self._busy]))
        for worker in [worker for worker in self._busy if worker.connection in ready]:
            try:
                said = worker.connection.recv()
            except (EOFError, OSError):
                yield self._busy.pop(worker), None, worker.died()
                continue
            if said == BEGUN:
                worker.has_begun = True
                continue
            self._idle.append(worker)
            yield self._busy.pop(worker), said, ""

    def end(self) -> None:
        """See `Pool`."""
        workers = (*self._idle, *self._busy)
        for worker in workers:
            worker.connection.close()  # all end at once
        for worker in workers:
            worker.end()


class _Worker:
    def __init__(self, context: Any, work: Work) -> None:
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, work, gc.get_threshold()), daemon=True)
        self._process.start()
        theirs.close()
        self.has_begun = False

    def end(self) -> None:
        """End the process, if it has not ended."""
        self.connection.close()
        self._process.join(1)
        self._process.kill()
        self._process.join()

    def died(self) -> str:
        """How the process ended, in words. Raises RuntimeError where it ended by itself before it began."""
        self.end()
        status = self._process.exitcode or 0
        if status >= 0 and not self.has_begun:
            raise RuntimeError(NOT_BEGUN.format(status=status)) from None
        return f"signal {-status}" if status < 0 else f"exit status {status}"


def _work(connection: Connection, work: Work, thresholds: tuple[int, int, int]) -> None:
    """A worker: it ends once the other side has closed the connection."""
    gc.set_threshold(*thresholds)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the command, which ends its workers
    with suppress(ConnectionError):
        connection.send(BEGUN)
        judged: Callable[[Part], PartResult] = work.open()
        for part in _received(connection):
            connection.send(judged(part))


def _received(connection: Connection) -> Iterator[Part]:
    """What comes, until the connection is closed, perhaps in the middle of a part: the other side was interrupted."""
    with suppress(EOFError, OSError):
        while True:
            yield connection.recv()
