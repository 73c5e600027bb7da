"""Work measured side by side, and the rows of the table."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


def cold(run: Callable[[], object]) -> float:
    """CPU seconds of one run, for work that takes too long to repeat."""
    gc.collect()
    begin = time.process_time()
    run()
    return time.process_time() - begin
