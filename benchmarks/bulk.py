"""Many files in several processes: `python -m benchmarks bulk`, and `python -m benchmarks.bulk FOLDER COUNT` for one long run.

The row compares wall time of one process with that of two, in turn: it says something only on a machine that does nothing else,
so its note has the load. In turn with them, two commands at once, each with one process and half of the files: no program of two
processes does better than these, which share nothing, so where a machine's two processors are not worth two, the aim is what they
come to. The files are a night's, so many that the start of the processes, a quarter of a second, is small beside them. The long run
prints the memory of the command as it goes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from carbonseal.instants import format_instant
from tests.world import AT, World

from .measure import Row, Rows

COUNT = 40_000
ROUNDS = 4
TARGET = 1.9  # or what two commands at once come to, where that is less
DIFFERENT = 20  # passports; the others are these with other white space, so that each is a file of its own


def make(folder: Path, count: int) -> None:
    """A folder of so many passports in folders of a thousand, a policy and trust."""
    world = World()
    passports = [world.passport(name=f"part {number}").encode() for number in range(DIFFERENT)]
    for number in range(count):
        path = folder / "in" / f"{number // 1000:04}" / f"{number:07}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(passports[number % DIFFERENT] + b" " * (number // DIFFERENT % 512))
    (folder / "customs.policy").write_text("\n".join(world.lines().values()) + "\n", encoding="utf-8")
    (folder / "trust.json").write_bytes(world.trust().encode())


def command(folder: Path, jobs: int) -> list[str]:
    """The command that verifies it."""
    given = ["--policy", folder / "customs.policy", "--trust", folder / "trust.json", "--at", format_instant(AT)]
    results = ["--results", folder / f"{jobs}.ndjson", "--force", "--jobs", jobs, "--quiet"]
    return [sys.executable, "-m", "carbonseal", "verify", *map(str, (folder / "in", *given, *results))]


def seconds(jobs: int, *folders: Path) -> float:
    """Wall time of the command, in each of these folders at once."""
    begin = time.perf_counter()
    running = [subprocess.Popen(command(folder, jobs)) for folder in folders]
    assert not any(one.wait() for one in running)
    return time.perf_counter() - begin


def rows() -> Rows:
    """Two processes against one."""
    with tempfile.TemporaryDirectory(prefix="carbonseal-") as name:
        folder = Path(name)
        halves = [folder / "half", folder / "other half"]
        for one in halves:
            make(one, COUNT // 2)
        make(folder, COUNT)
        rounds = [(seconds(1, folder), seconds(2, folder), seconds(1, *halves)) for _ in range(ROUNDS)]
        same = (folder / "1.ndjson").read_bytes() == (folder / "2.ndjson").read_bytes()
    assert same
    two = median(both for _, both, _ in rounds)
    at_once = median(one / beside for one, _, beside in rounds)
    speed = f"{COUNT / two:,.0f} of {COUNT:,} files a second with two"
    note = f"{speed}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; {TARGET} where these give it"
    ratio = median(one / both for one, both, _ in rounds)
    yield Row("bulk", "one process / two", ratio, ">=", min(TARGET, round(at_once, 2)), note)
    yield Row("bulk", "one command / two at once", at_once, note="half of the files each: what this machine gives")


def long_run(folder: Path, count: int) -> None:
    """One run over so many files, with the memory of the command (not of its workers) every ten seconds."""
    make(folder, count)
    begin = time.monotonic()
    with subprocess.Popen(command(folder, os.cpu_count() or 1)) as running:
        while running.poll() is None:
            time.sleep(10)
            status = Path(f"/proc/{running.pid}/status")
            found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.exists() else None
            results = folder / f"{os.cpu_count()}.ndjson"
            lines = results.read_bytes().count(b"\n") if results.exists() else 0
            if found:
                print(
                    f"{time.monotonic() - begin:6,.0f} s: {lines:9,} files, {int(found[1]) >> 10:,} MiB; "
                    f"load {os.getloadavg()[0]:.1f}",
                    flush=True,
                )
    assert running.returncode == 0


if __name__ == "__main__":
    long_run(Path(sys.argv[1]), int(sys.argv[2]))
