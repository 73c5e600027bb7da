"""From the command to the verdict: the CPU time of whole processes, with all that they import.

The least of many runs is what the work costs; all that others do on the machine comes on top of it. An empty Python, run in turn
with the command, says how fast the machine is at it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from carbonseal.instants import format_instant
from tests.world import AT

from .mainnet import mainnet
from .measure import Row, Rows

ROUNDS = 12
MOST = 120  # ms
EMPTY = "-c", "pass"
NO_CHAIN = {"anchors": "require anchors by=other"}  # in the place of the lines about a chain


def rows() -> Rows:
    world = mainnet()
    passport = world.passport().encode()
    lines = world.lines()
    without = {name: line for name, line in lines.items() if name not in ("chain", "both", "time")}
    with TemporaryDirectory(prefix="carbonseal-") as name:
        folder = Path(name)
        (folder / "passport.json").write_bytes(passport)
        (folder / "trust.json").write_bytes(world.trust().encode())
        both, log = written(folder, "both", lines), written(folder, "log", without | NO_CHAIN)
        least = least_of({"empty": EMPTY, "both": both, "log": log}, folder)
    note = f"least of {ROUNDS}; an empty Python {least['empty']:.0f} ms"
    yield Row("passports", "command to verdict, two ledgers: CPU ms", least["both"], "<=", MOST, note)
    yield Row("passports", "… another log alone: CPU ms", least["log"], "<=", MOST)


def written(folder: Path, name: str, lines: Mapping[str, str]) -> Sequence[str]:
    """A policy of these lines, and the arguments of the command under it."""
    (folder / name).write_text("\n".join(lines.values()) + "\n", encoding="utf-8")
    given = ("--policy", name, "--trust", "trust.json", "--at", format_instant(AT))
    return "-m", "carbonseal", "verify", "passport.json", *given


def least_of(commands: Mapping[str, Sequence[str]], folder: Path) -> dict[str, float]:
    """The least CPU time of each command of Python, in ms. They are run in turn, after a round that fills caches."""
    found: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(ROUNDS + 1):
        for name, arguments in commands.items():
            took = cpu_of([sys.executable, *arguments], folder)
            if number:
                found[name].append(took)
    return {name: min(took) for name, took in found.items()}


def cpu_of(command: Sequence[str], folder: Path) -> float:
    """The CPU time of one process, in ms."""
    running = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    assert running.returncode == 0, command
    return (used.ru_utime + used.ru_stime) * 1000
