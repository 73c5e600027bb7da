"""Worker processes: the executor of many files on one machine. A file that kills its process costs no other its result.

- Each worker has one part at a time, so that it is known which part a process died of.
- Workers are started as they are needed, one more for every `PER_WORKER` items, and not by fork: this process may have threads.

Private.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any

from carbonseal.examining.executing.in_order import Task, run_in_order
from carbonseal.examining.parts import Executor, Part, PartResult, Work

METHOD = "spawn" if sys.platform == "win32" else "forkserver"
PER_WORKER = 32  # items
MOST_AHEAD = 32  # parts whose results wait for the one before them, for each process
PRELOADED = ("carbonseal.verification.known_logs",)  # modules that every process needs


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
        self._context = get_context(METHOD)
        if METHOD == "forkserver":
            self._context.set_forkserver_preload([*PRELOADED, type(work.results).__module__])
        self._work = work
        self._most = most
        self.most_ahead = MOST_AHEAD * most
        self._idle: list[_Worker] = []
        self._busy: dict[_Worker, Task] = {}

    @property
    def is_busy(self) -> bool:
        """See `Pool`."""
        return bool(self._busy)

    def has_room(self, given: int) -> bool:
        """See `Pool`."""
        return bool(self._idle) or len(self._busy) < min(self._most, 1 + given // PER_WORKER)

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
            task = self._busy.pop(worker)
            try:
                result = worker.connection.recv()
            except (EOFError, OSError):
                yield task, None, worker.end()
            else:
                self._idle.append(worker)
                yield task, result, ""

    def end(self) -> None:
        """See `Pool`."""
        for worker in (*self._idle, *self._busy):
            worker.end()


class _Worker:
    def __init__(self, context: Any, work: Work) -> None:
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, work), daemon=True)
        self._process.start()
        theirs.close()

    def end(self) -> str:
        """End the process, if it has not ended. How it ended, in words."""
        self.connection.close()
        self._process.join(1)
        self._process.kill()
        self._process.join()
        status = self._process.exitcode or 0
        return f"signal {-status}" if status < 0 else f"exit status {status}"


def _work(connection: Connection, work: Work) -> None:
    """A worker: it ends once the other side has closed the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the command, which ends its workers
    judged: Callable[[Part], PartResult] = work.open()
    with suppress(EOFError, ConnectionError):
        while True:
            connection.send(judged(connection.recv()))
