"""Work measured side by side, and the rows of the table."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from statistics import median


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `value` is compared with `target` by `sense`: ">=" or "<="; no target is for information."""

    subject: str
    what: str
    value: float | str
    sense: str = ""
    target: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        if self.target is None or isinstance(self.value, str):
            return None
        return self.value >= self.target if self.sense == ">=" else self.value <= self.target


Rows = Iterator[Row]


class Times:
    """CPU seconds of several functions, measured in turn, round by round."""

    def __init__(self, seconds: dict[str, list[float]]) -> None:
        self._seconds = seconds

    def ratio(self, part: str, whole: str) -> float:
        """`part` over `whole`: the median over the rounds, each of which ran both."""
        pairs = zip(self._seconds[part], self._seconds[whole], strict=True)
        return median(first / second for first, second in pairs)

    def each(self, name: str, count: int) -> str:
        """Microseconds for one of `count`."""
        return f"{median(self._seconds[name]) / count * 1e6:,.2f} us"


def side_by_side(rounds: int, **work: Callable[[], object]) -> Times:
    """Run every piece of work once a round, in turn, after one round that only warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for number in range(rounds + 1):
        for name, run in work.items():
            gc.collect()
            begin = time.process_time()
            run()
            if number:
                seconds[name].append(time.process_time() - begin)
    return Times(seconds)


class Least:
    """CPU seconds of several pieces of work, step by step: of each step the least of all rounds."""

    def __init__(self) -> None:
        self._seconds: dict[str, dict[int, float]] = {}

    def timed(self, name: str, steps: Iterable[object]) -> Iterator[None]:
        """The same steps, each with its time noted."""
        least = self._seconds.setdefault(name, {})
        running = iter(steps)
        for step in count():
            begin = time.process_time()
            if next(running, _END) is _END:
                return
            seconds = time.process_time() - begin
            least[step] = min(seconds, least.get(step, seconds))
            yield

    def ratio(self, part: str, whole: str) -> float:
        """`part` over `whole`, all steps together."""
        return self._sum(part) / self._sum(whole)

    def each(self, name: str, count: int) -> str:
        """Microseconds for one of `count`."""
        return f"{self._sum(name) / count * 1e6:,.2f} us"

    def _sum(self, name: str) -> float:
        return sum(self._seconds[name].values())


_END = object()


def step_by_step(rounds: int, **work: Callable[[], Iterable[object]]) -> Least:
    """Run all pieces of work in turn, a step of each at a time: what yields has done a step, and all have as many.

    What else runs on a machine takes the processor's caches away, and long code suffers more from that than short: both sides of a
    ratio get longer, by different factors. The least time of a short step is the nearest to what it takes by itself."""
    least = Least()
    for _ in range(rounds):
        gc.collect()
        for _ in zip(*(least.timed(name, run()) for name, run in work.items()), strict=True):
            pass
    return least


def cold(run: Callable[[], object]) -> float:
    """CPU seconds of one run, for work that takes too long to repeat."""
    gc.collect()
    begin = time.process_time()
    run()
    return time.process_time() - begin
