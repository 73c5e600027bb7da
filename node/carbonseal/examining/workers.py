"""Worker processes: a function applied to many items, in order, of which one that kills its process costs no other its result.

- Each worker has one item at a time, so that it is known which item a process died of.
- An item whose worker dies is tried once more, alone: a system that runs out of memory may end another process than the cause.
- Workers are started as they are needed, one more for every `PER_WORKER` items, and not by fork: this process may have threads.
"""

from __future__ import annotations

import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

METHOD = "spawn" if sys.platform == "win32" else "forkserver"
PER_WORKER = 32  # items
MOST_AHEAD = 1024  # results that wait for the one before them
PRELOADED = ("carbonseal.verification.known_logs",)  # modules that every process needs

T = TypeVar("T")
R = TypeVar("R")
Prepare = Callable[[Any], Callable[[T], R]]


@dataclass(slots=True)
class _Task(Generic[T]):
    position: int
    item: T
    tried: bool = False


def map_in_workers(
    prepare: Prepare[T, R],
    argument: Any,
    items: Iterable[T],
    lost: Callable[[T, str], R],
    most: int,
    *,
    preloaded: Iterable[str] = (),
) -> Iterator[R]:
    """For each item, in order, `prepare(argument)(item)`, in up to `most` processes; `lost(item, reason)` where its process died
    twice. Everything has to be picklable, and `prepare` a function of a module. `preloaded` are modules that all will need."""
    pool: _Pool[T, R] = _Pool(prepare, argument, most, [*PRELOADED, *preloaded])
    waiting, suspects, done = enumerate(items), deque[_Task[T]](), dict[int, R]()
    given = taken = 0
    try:
        while True:
            while not suspects and pool.has_room(given) and given - taken < MOST_AHEAD:
                following = next(waiting, None)
                if following is None:
                    break
                pool.give(_Task(*following))
                given += 1
            if suspects and not pool.busy:
                pool.give(suspects.popleft())
            if not pool.busy:
                return
            for task, result, reason in pool.take():
                if not reason:
                    done[task.position] = result
                elif task.tried:
                    done[task.position] = lost(task.item, reason)
                else:
                    task.tried = True
                    suspects.append(task)
            while taken in done:
                yield done.pop(taken)
                taken += 1
    finally:
        pool.end()


class _Pool(Generic[T, R]):
    def __init__(self, prepare: Prepare[T, R], argument: Any, most: int, preloaded: list[str]) -> None:
        self._context = get_context(METHOD)
        if METHOD == "forkserver":
            self._context.set_forkserver_preload(preloaded)
        self._start = prepare, argument
        self._most = most
        self._idle: list[_Worker] = []
        self.busy: dict[_Worker, _Task[T]] = {}

    def has_room(self, given: int) -> bool:
        """Whether one more item can be given, after `given` items."""
        return bool(self._idle) or len(self.busy) < min(self._most, 1 + given // PER_WORKER)

    def give(self, task: _Task[T]) -> None:
        """Have a worker do the task."""
        worker = self._idle.pop() if self._idle else _Worker(self._context, *self._start)
        self.busy[worker] = task
        with suppress(OSError):  # it has died: `take` finds out
            worker.connection.send(task.item)

    def take(self) -> Iterator[tuple[_Task[T], Any, str]]:
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
    def __init__(self, context: Any, prepare: Prepare[Any, Any], argument: Any) -> None:
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, prepare, argument), daemon=True)
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


def _work(connection: Connection, prepare: Prepare[Any, Any], argument: Any) -> None:
    """A worker: it ends once the other side has closed the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the command, which ends its workers
    function = prepare(argument)
    with suppress(EOFError):
        while True:
            connection.send(function(connection.recv()))
