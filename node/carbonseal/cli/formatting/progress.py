"""How far work is that takes longer than a second: a bar on a terminal, else a line now and then where one is asked for."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

DELAY = 1.0  # seconds before a bar is shown
EVERY = 30.0  # seconds between lines


class Progress:
    """Counts steps, and shows how far they are of a total, how many a second, and how long it will take: on standard error."""

    def __init__(
        self,
        what: str,
        total: int | None = None,
        *,
        with_lines: bool = False,
        is_quiet: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`what` is the text before the bar, `total` the number of steps (None: unknown). `with_lines`: where standard error is no
        terminal, a line is printed every `EVERY` seconds."""
        self._what, self._total, self._clock = what, total, clock
        self._is_quiet, self._with_lines = is_quiet, with_lines
        self._started = self._told = clock()
        self._first = 0
        self._bar: Bar | None = None
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar:
            self._bar.stop()

    def step(self, count: int = 1) -> None:
        """Count `count` more steps."""
        self.reach(self.count + count)

    def begin_at(self, count: int) -> None:
        """So many steps were done before: they say nothing about how fast it goes."""
        self.count = self._first = count

    def reach(self, count: int) -> None:
        """So many steps are done."""
        self.count = count
        now = self._clock()
        if self._bar:
            self._bar.update(self._bar.task_ids[0], completed=count, rate=self._rate(now))
        elif self._is_quiet:
            return
        elif sys.stderr.isatty():
            if now - self._started > DELAY:
                self._bar = self._show()
        elif self._with_lines and now - self._told >= EVERY:
            self._told = now
            click.echo(self.line(), err=True)

    def line(self) -> str:
        """How far it is, in words.

        >>> moments = iter([0.0, 30.0, 30.0])
        >>> progress = Progress("verifying", 10_000, clock=lambda: next(moments))
        >>> progress.reach(3_000)
        >>> progress.line()
        'verifying: 3,000 of 10,000, 100 a second, 0:01:10 left'
        """
        rate = self._rate(self._clock())
        told = f"{self._what}: {self.count:,}"
        if self._total is None:
            return f"{told}, {rate:,.0f} a second"
        left = _duration((self._total - self.count) / rate) if rate else "unknown time"
        return f"{told} of {self._total:,}, {rate:,.0f} a second, {left} left"

    def _rate(self, now: float) -> float:
        """Steps a second."""
        return (self.count - self._first) / max(now - self._started, 1e-9)

    def _show(self) -> Bar:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:,.0f} a second"),
            TimeRemainingColumn(),
        )
        # Lines on standard output appear above the bar, unless it is redirected.
        bar = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty())
        bar.add_task(self._what, total=self._total, completed=self.count, rate=self._rate(self._clock()))
        bar.start()
        return bar


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
