"""Which test modules coverage does not trace: those whose lines and branches others reach too.

Tracing takes a fifth of a run. `make uncounted` makes the list anew, by a run that says which module reached what: it takes the
modules that cost least for what they add until enough is reached, and lists the others. The last thousandths would take a third
of the time. A new module is traced; where the list is out of date, the figure that `make test` prints falls below its bound.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import pytest
from coverage import Coverage

REPOSITORY = Path(__file__).parents[2]
LIST = Path(__file__).with_suffix(".txt")
UNCOUNTED = frozenset(LIST.read_text(encoding="utf-8").splitlines())

ENOUGH = 0.998  # of what all modules reach together
Reached = frozenset[tuple[int, int, int]]  # file, from line, to line


class Tracing:
    """A plug-in of pytest: coverage stops for the modules of the list, fixtures included, and goes on behind them."""

    def __init__(self) -> None:
        self.stopped: Coverage | None = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Between two tests of the list nothing starts again."""
        is_counted = item.nodeid.partition("::")[0] not in UNCOUNTED
        if self.stopped and is_counted:
            self.stopped.start()
            self.stopped = None
        elif not self.stopped and not is_counted and (running := Coverage.current()):
            running.stop()
            self.stopped = running
        return (yield)

    def pytest_sessionfinish(self) -> None:
        """Whoever ends the run finds coverage as it began."""
        if self.stopped:
            self.stopped.start()


def main() -> int:
    """Run all tests, each line with the tests that reach it, and write the list. The exit status is the run's."""
    with TemporaryDirectory() as name:
        data, report = Path(name) / "coverage", Path(name) / "report.xml"
        options = ["--numprocesses=auto", "--dist=worksteal", f"--junitxml={report}"]
        counted = ["--cov", "--cov-context=test", "--cov-report=", "--cov-fail-under=0"]
        command = [sys.executable, "-m", "pytest", *options, *counted]
        environ = {**os.environ, "COVERAGE_FILE": str(data), "COUNT_ALL": "1"}
        status = subprocess.run(command, cwd=REPOSITORY, env=environ, check=False).returncode
        reached, seconds = _reached(data), _seconds(report)
    needed = _needed(reached, seconds)
    LIST.write_text("".join(f"{module}\n" for module in sorted(seconds.keys() - needed)), encoding="utf-8")
    return status


def _reached(path: Path) -> Mapping[str, Reached]:
    """What each test module reached. What programs reached, which tests started, is of no module."""
    found: dict[str, set[tuple[int, int, int]]] = {}
    query = """
        SELECT DISTINCT substr(context, 1, instr(context, '::') - 1), file_id, fromno, tono
        FROM arc JOIN context ON context.id = arc.context_id WHERE instr(context, '::')
    """  # of coverage's documented tables
    with closing(sqlite3.connect(path)) as connection:
        for module, *arc in connection.execute(query):
            found.setdefault(module, set()).add(tuple(arc))
    return {module: frozenset(arcs) for module, arcs in found.items()}


def _seconds(report: Path) -> Mapping[str, float]:
    """How long the tests of each module took."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for case in ElementTree.parse(report).iter("testcase"):
        module = case.get("classname", "").replace(".", "/") + ".py"
        seconds[module] += float(case.get("time", 0))
    return seconds


def _needed(reached: Mapping[str, Reached], seconds: Mapping[str, float]) -> Iterable[str]:
    """The modules that reach enough, each taken for what it adds by what it costs."""
    left = set().union(*reached.values())
    needed: set[str] = set()
    few = len(left) * (1 - ENOUGH)
    while len(left) > few:
        best = max(reached, key=lambda module: len(left & reached[module]) / (seconds.get(module, 0) + 0.1))
        needed.add(best)
        left -= reached[best]
    return needed


if __name__ == "__main__":
    sys.exit(main())
