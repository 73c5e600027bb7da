"""Which of the programs that tests start are counted by coverage: those that ask for it.

Tracing more than doubles what a program takes before it does anything (a chain: 2.0 s, and 4.8 s traced), and gains nothing
where tests in one process count the same lines, or where the program is killed.
"""

from __future__ import annotations

import os

_CONFIG = "COVERAGE_PROCESS_CONFIG"  # by which coverage's `patch = subprocess` reaches programs
_kept: dict[str, str] = {}


def count_no_programs() -> None:
    """From now on what this process starts is not traced."""
    if _CONFIG in os.environ:
        _kept[_CONFIG] = os.environ.pop(_CONFIG)


def counted() -> dict[str, str]:
    """The environment of a program whose lines no test runs in its own process."""
    return {**os.environ, **_kept}
