"""A progress bar on a terminal, for work that takes longer than a second."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

DELAY = 1.0  # seconds before anything is shown


class Progress:
    """Counts steps. Shows a bar after a second, if standard error is a terminal."""

    def __init__(self, what: str, total: int | None = None) -> None:
        """`what` is the text before the bar, `total` the number of steps (None: unknown)."""
        self._what, self._total = what, total
        self._started = time.monotonic()
        self._bar: Bar | None = None
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar:
            self._bar.stop()

    def step(self, count: int = 1) -> None:
        """Count `count` more steps."""
        self.count += count
        if self._bar:
            self._bar.update(self._bar.task_ids[0], completed=self.count)
        elif sys.stderr.isatty() and time.monotonic() - self._started > DELAY:
            self._bar = self._show()

    def _show(self) -> Bar:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        # Lines on standard output appear above the bar, unless it is redirected.
        bar = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty())
        bar.add_task(self._what, total=self._total, completed=self.count)
        bar.start()
        return bar
