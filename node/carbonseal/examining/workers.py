"""Worker processes: the executor of many files on one machine. A file that kills its process costs no other its result.

- Each worker has one part at a time, so that it is known which part a process died of.
- The items of a part whose worker dies are tried once more, each alone, while nothing else runs: so the file that ends processes
  is found, and a system that runs out of memory may have ended another process than the cause.
- Workers are started as they are needed, one more for every `PER_WORKER` items, and not by fork: this process may have threads.

Private.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any

from carbonseal.examining.parts import Executor, Part, PartResult, Work

METHOD = "spawn" if sys.platform == "win32" else "forkserver"
PER_WORKER = 32  # items
MOST_AHEAD = 32  # parts whose results wait for the one before them, for each process
PRELOADED = ("carbonseal.verification.known_logs",)  # modules that every process needs


def in_processes(most: int | None = None) -> Executor:
    """The executor that runs up to `most` processes: as many as this one may use processors, where none is given."""
    processes = most or usable_processors()

    def execute(work: Work, parts: Iterable[Part]) -> Iterator[PartResult]:
        return _run(work, parts, processes)

    return execute


def usable_processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(slots=True)
class _Task:
    """A part that a worker has. `of` is 0 for a part as it came, else the number of pieces that it was taken into."""

    position: int
    part: Part
    of: int = 0


@dataclass(slots=True)
class _Results:
    """What has come, until it is its turn."""

    done: dict[int, PartResult] = field(default_factory=dict)
    pieces: dict[int, list[PartResult]] = field(default_factory=dict)
    taken: int = 0

    def add(self, task: _Task, result: PartResult) -> None:
        """The result of a task; pieces of one part come in their order."""
        if not task.of:
            self.done[task.position] = result
            return
        known = self.pieces.setdefault(task.position, [])
        known.append(result)
        if len(known) == task.of:
            self.done[task.position] = PartResult.joined(self.pieces.pop(task.position))

    def take(self) -> Iterator[PartResult]:
        """Those whose turn it is."""
        while self.taken in self.done:
            yield self.done.pop(self.taken)
            self.taken += 1


def _run(work: Work, parts: Iterable[Part], processes: int) -> Iterator[PartResult]:
    pool = _Pool(work, processes)
    waiting, suspects, results = enumerate(parts), deque[_Task](), _Results()
    given = items = 0
    try:
        while True:
            while not suspects and pool.has_room(items) and given - results.taken < MOST_AHEAD * processes:
                following = next(waiting, None)
                if following is None:
                    break
                pool.give(_Task(*following))
                given += 1
                items += len(following[1])
            if suspects and not pool.busy:
                pool.give(suspects.popleft())
            if not pool.busy:
                return
            for task, result, reason in pool.take():
                if result is not None:
                    results.add(task, result)
                elif task.of:
                    results.add(task, work.lost(task.part, reason))
                else:
                    pieces = task.part.pieces()
                    suspects += (_Task(task.position, piece, len(pieces)) for piece in pieces)
            yield from results.take()
    finally:
        pool.end()


class _Pool:
    def __init__(self, work: Work, most: int) -> None:
        self._context = get_context(METHOD)
        if METHOD == "forkserver":
            self._context.set_forkserver_preload([*PRELOADED, type(work.results).__module__])
        self._work = work
        self._most = most
        self._idle: list[_Worker] = []
        self.busy: dict[_Worker, _Task] = {}

    def has_room(self, given: int) -> bool:
        """Whether one more part can be given, after `given` items."""
        return bool(self._idle) or len(self.busy) < min(self._most, 1 + given // PER_WORKER)

    def give(self, task: _Task) -> None:
        """Have a worker do the task."""
        worker = self._idle.pop() if self._idle else _Worker(self._context, self._work)
        self.busy[worker] = task
        with suppress(OSError):  # it has died: `take` finds out
            worker.connection.send(task.part)

    def take(self) -> Iterator[tuple[_Task, PartResult | None, str]]:
        """Wait for workers: each task that one ended, with its result, or with the reason for which the worker died."""
        ready = set(wait([worker.connection for worker in self.busy]))
        for worker in [worker for worker in self.busy if worker.connection in ready]:
            task = self.busy.pop(worker)
            try:
                result = worker.connection.recv()
            except (EOFError, OSError):
                yield task, None, worker.end()
            else:
                self._idle.append(worker)
                yield task, result, ""

    def end(self) -> None:
        """End all workers."""
        for worker in (*self._idle, *self.busy):
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
