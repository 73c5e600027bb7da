"""Results in the order of the parts, from a pool whose workers end parts in any order, and die.

- The items of a part whose worker dies are tried once more, each alone, while nothing else runs: so the file that ends workers is
  found, and a system that runs out of memory may have ended another worker than the cause.
- So many parts are given as the pool has room for, and so many results wait for the one before them as it allows.

Private.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from carbonseal.examining.parts import Part, PartResult, Work


@dataclass(slots=True, eq=False)
class Task:
    """A part that a worker has. `of` is 0 for a part as it came, else the number of pieces that it was taken into."""

    position: int
    part: Part
    of: int = 0


class Pool(Protocol):
    """Workers that do tasks."""

    @property
    def is_busy(self) -> bool:
        """Whether any worker has a task."""
        ...

    @property
    def most_ahead(self) -> int:
        """How many parts may be given ahead of the one whose result is next."""
        ...

    @property
    def has_room(self) -> bool:
        """Whether one more task can be given."""
        ...

    def give(self, task: Task) -> None:
        """Have a worker do the task."""
        ...

    def take(self) -> Iterator[tuple[Task, PartResult | None, str]]:
        """Wait for workers: each task that one ended, with its result, or with the reason for which the worker died."""
        ...

    def end(self) -> None:
        """Give up what is being done."""
        ...


def run_in_order(work: Work, parts: Iterable[Part], pool: Pool) -> Iterator[PartResult]:
    """The result of each part, in order. The pool is ended with it."""
    waiting, suspects, results = enumerate(parts), deque[Task](), _Results()
    given = 0
    try:
        while True:
            while not suspects and pool.has_room and given - results.taken < pool.most_ahead:
                following = next(waiting, None)
                if following is None:
                    break
                pool.give(Task(*following))
                given += 1
            if suspects and not pool.is_busy:
                pool.give(suspects.popleft())
            if not pool.is_busy:
                return
            for task, result, reason in pool.take():
                if result is not None:
                    results.add(task, result)
                elif task.of:
                    results.add(task, work.lost(task.part, reason))
                else:
                    pieces = task.part.pieces()
                    suspects += (Task(task.position, piece, len(pieces)) for piece in pieces)
            yield from results.take()
    finally:
        pool.end()


@dataclass(slots=True)
class _Results:
    """What has come, until it is its turn."""

    done: dict[int, PartResult] = field(default_factory=dict)
    pieces: dict[int, list[PartResult]] = field(default_factory=dict)
    taken: int = 0

    def add(self, task: Task, result: PartResult) -> None:
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
