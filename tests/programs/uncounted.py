"""Which tests coverage does not trace: those whose lines and branches others reach too.

Tracing makes what it traces take 1.8 times as long. `make uncounted` makes the list anew, by a run that says which test reached
what: it takes the tests that cost least for what they add until enough is reached, and lists the others, a module of which none
is left as a whole. The last thousandths would take a third of the time. A new test is traced; where the list is out of date, the
figure that `make test` prints falls below its bound.
"""

from __future__ import annotations

import heapq
import os
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Collection, Generator, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import pytest
from coverage import Coverage

REPOSITORY = Path(__file__).parents[2]
LIST = Path(__file__).with_suffix(".txt")
UNCOUNTED = frozenset(LIST.read_text(encoding="utf-8").splitlines())

ENOUGH = 0.997  # of what all tests reach together
Reached = frozenset[tuple[int, int, int]]  # file, from line, to line


class Tracing:
    """A plug-in of pytest: coverage stops for the tests of the list, fixtures included, and goes on behind them."""

    def __init__(self) -> None:
        self.stopped: list[Coverage] = []  # a process of pytest-xdist has one as a started program, and pytest-cov's

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self) -> Generator[None, object, object]:
        """All processes of a run import the same modules: one traces that."""
        if os.environ.get("PYTEST_XDIST_WORKER", "gw0") != "gw0":
            self._stop()
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Between two tests of the list nothing starts again."""
        name = _name(item.nodeid)
        if name in UNCOUNTED or _module(name) in UNCOUNTED:
            self._stop()
        else:
            self._go_on()
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Whoever ends the run finds coverage as it began."""
        self._go_on()

    def _stop(self) -> None:
        while running := Coverage.current():
            running.stop()
            self.stopped.append(running)
        assert not (self.stopped and sys.gettrace())

    def _go_on(self) -> None:
        while self.stopped:
            self.stopped.pop().start()


def _name(nodeid: str) -> str:
    """`tests/log/test_tree.py::TestA::test_b[1]` -> `tests.log.test_tree.TestA.test_b`, as junit's reports have it."""
    return nodeid.partition("[")[0].replace(".py::", ".").replace("::", ".").replace("/", ".")


def _module(name: str) -> str:
    """`tests.log.test_tree.TestA.test_b` -> `tests.log.test_tree`"""
    parts = name.split(".")
    return ".".join(parts[: next(at for at, part in enumerate(parts) if part.startswith("test_")) + 1])


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
    lines = _listed(seconds.keys(), _needed(reached, seconds))
    LIST.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return status


def _reached(path: Path) -> Mapping[str, Reached]:
    """What each test reached. What programs reached, which tests started, is of no test, and fixtures are of whoever is first."""
    found: dict[str, set[tuple[int, int, int]]] = {}
    query = """
        SELECT DISTINCT context.context, file_id, fromno, tono
        FROM arc JOIN context ON context.id = arc.context_id WHERE context.context LIKE '%::%|run'
    """  # of coverage's documented tables
    with closing(sqlite3.connect(path)) as connection:
        for context, *arc in connection.execute(query):
            found.setdefault(_name(context.removesuffix("|run")), set()).add(tuple(arc))
    return {test: frozenset(arcs) for test, arcs in found.items()}


def _seconds(report: Path) -> Mapping[str, float]:
    """How long each test took, with all its parameters."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname', '')}.{case.get('name', '')}".partition("[")[0]
        seconds[name] += float(case.get("time", 0))
    return seconds


def _needed(reached: Mapping[str, Reached], seconds: Mapping[str, float]) -> Collection[str]:
    """The tests that reach enough, each taken for what it adds by what it costs."""
    left = set().union(*reached.values())
    few = len(left) * (1 - ENOUGH)
    needed: set[str] = set()

    def worth(test: str) -> tuple[float, str]:
        return -len(left & reached[test]) / (seconds.get(test, 0) + 0.02), test

    waiting = [worth(test) for test in reached]
    heapq.heapify(waiting)
    while len(left) > few:
        test = heapq.heappop(waiting)[1]
        if waiting and (now := worth(test)) > waiting[0]:  # what it adds only falls, as others are taken
            heapq.heappush(waiting, now)
        else:
            needed.add(test)
            left -= reached[test]
    return needed


def _listed(tests: Collection[str], needed: Collection[str]) -> list[str]:
    """All tests but those needed, a module as a whole where none of it is needed."""
    modules = {_module(test) for test in needed}
    return sorted({test if _module(test) in modules else _module(test) for test in tests if test not in needed})


if __name__ == "__main__":
    sys.exit(main())
