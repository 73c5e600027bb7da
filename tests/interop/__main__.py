"""``make interop``: install others' programs, libraries and vectors, and run tests/interop against them.

Ends with how many cases of each there were, and with what could not be installed. Exit status: pytest's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.interop.parts import HERE, PARTS, NotInstallable


class Counts:
    """A pytest plug-in: tells what tests recorded as ``counted``, and which parts `lacking` were."""

    def __init__(self, lacking: Sequence[str]) -> None:
        self._counted: list[str] = []
        self._lacking = lacking

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a passed test recorded."""
        if report.when == "call" and report.passed:
            self._counted += [str(value) for name, value in report.user_properties if name == "counted"]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print it."""
        for line in (*self._counted, *self._lacking):
            terminalreporter.write_line(line)


def install() -> Iterator[str]:
    """Set the variable of each part that is here or can be had, and say so. What is not, with the reason."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "carbonseal" / "interop"
    cache.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        if os.environ.get(part.variable):
            print(f"{part.name}: {os.environ[part.variable]}, as {part.variable} says")
        else:
            try:
                os.environ[part.variable] = str(part.install(cache))
                print(f"{part.name}: {os.environ[part.variable]}")
            except NotInstallable as error:
                yield f"{part.name}: not run: not installable: {error}"


if __name__ == "__main__":
    sys.exit(pytest.main([str(HERE), "-rs", *sys.argv[1:]], plugins=[Counts([*install()])]))
