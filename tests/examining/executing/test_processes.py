"""Worker processes: results come in order, and an item that kills its process costs no other its result."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import Pipe
from pathlib import Path

import pytest
from click import unstyle

from carbonseal.cli.formatting.results import Results, Style
from carbonseal.examining.executing import forking
from carbonseal.examining.executing import processes as workers
from carbonseal.examining.executing.processes import in_processes
from carbonseal.examining.files.items import Item
from carbonseal.examining.parts import ItemsPart, PartResult, Work, cut, in_this_process
from carbonseal.examining.results import FileResult
from tests.world import AT, World


def prepare(status: int) -> Callable[[Item], PartResult]:
    def judge(item: Item) -> PartResult:
        match item.name:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "exit":
                sys.exit(7)
            case marker if marker.startswith("/") and not Path(marker).exists():
                Path(marker).touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return PartResult((FileResult(item.name, status, "verified", ""),))

    return judge


WORK = Work(prepare, 0, Results(Style.BRIEF, AT))


def names(results: Iterable[PartResult]) -> list[str]:
    return [one.name if one.word == "verified" else unstyle(one.text) for part in results for one in part.results]


def parts(*several: str) -> Iterator[ItemsPart]:
    """Names of items, a part in each text."""
    return (ItemsPart(tuple(Item(name) for name in one.split())) for one in several)


def lost(name: str, reason: str) -> str:
    return f"NOT READ     {name}: the process that read it died, twice ({reason})\n    is there too little memory?"


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_results_come_in_order(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also as Windows starts processes."""
    monkeypatch.setattr(workers, "METHOD", method)
    items = [Item(str(number)) for number in range(200)]
    assert names(in_processes(2)(WORK, cut(items))) == [*map(str, range(200))]
    assert names(in_this_process(WORK, cut(items))) == [*map(str, range(200))]
    assert names(in_processes(2)(WORK, ())) == []


def test_a_killed_worker_costs_its_item_alone() -> None:
    """The items that were with it in a part are judged one by one."""
    results = names(in_processes(2)(WORK, parts("1 kill 2", "3", "exit 4", "kill", "5 6")))
    wanted = ["1", lost("kill", "signal 9"), "2", "3", lost("exit", "exit status 7"), "4", lost("kill", "signal 9")]
    assert results == [*wanted, "5", "6"]


def test_a_worker_that_was_killed_for_another_loses_nothing(tmp_path: Path) -> None:
    """As a system without memory does it."""
    once = str(tmp_path / "killed-once")
    assert names(in_processes(2)(WORK, parts(f"1 {once} 2", "3"))) == ["1", once, "2", "3"]


EARLY = """
import os, signal
from multiprocessing import forkserver, get_context
from carbonseal.examining.executing.forking import begin_ahead

begin_ahead()
begun = forkserver._forkserver._forkserver_pid
os.kill(begun, signal.SIGINT)
worker = get_context("forkserver").Process(target=print, args=("works",))
worker.start()
worker.join()
assert forkserver._forkserver._forkserver_pid == begun
assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()
"""


@pytest.mark.skipif(forking.METHOD != "forkserver", reason="no process is forked here")
def test_ctrl_c_does_not_reach_who_has_only_begun() -> None:
    """What workers are forked from would be interrupted among its imports, and say so."""
    done = subprocess.run([sys.executable, "-c", EARLY], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "works\n", "")


OF_A_PROGRAM = """
import signal
from multiprocessing import get_context
from carbonseal.examining.executing.forking import begin_ahead

def tell():
    print(signal.pthread_sigmask(signal.SIG_BLOCK, ()) or "all", signal.getsignal(signal.SIGINT).__name__)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts in the background ignores it
    begin_ahead()
    of_the_program = get_context("forkserver").Process(target=tell)
    of_the_program.start()
    of_the_program.join()
"""


@pytest.mark.skipif(forking.METHOD != "forkserver", reason="no process is forked here")
def test_processes_of_the_program_itself_get_ctrl_c(tmp_path: Path) -> None:
    """They are forked from the same one as workers."""
    (tmp_path / "program.py").write_text(OF_A_PROGRAM, encoding="utf-8")
    done = subprocess.run([sys.executable, tmp_path / "program.py"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "all default_int_handler\n", "")


UNGUARDED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import carbonseal

with Path("begun").open("a") as begun:
    begun.write("once\\n")
world = Path(sys.argv[1])
policy, trust = (world / "policy").read_bytes(), (world / "trust.json").read_bytes()
with carbonseal.Examination(policy, [trust], at=datetime.now(UTC), jobs=2) as examination:
    print(*(one.verdict for one in examination.add(world / "in")))
"""


def test_a_program_that_every_process_would_run_again_is_told_the_remedy(tmp_path: Path) -> None:
    """It keeps nothing behind a guard. Other processes are not tried."""
    world = World()
    (tmp_path / "policy").write_text("\n".join(world.lines().values()) + "\n", encoding="utf-8")
    (tmp_path / "trust.json").write_bytes(world.trust().encode())
    (tmp_path / "in").mkdir()
    for number in range(40):
        (tmp_path / "in" / f"{number}.json").write_bytes(world.passport().encode())
    (tmp_path / "program.py").write_text(UNGUARDED, encoding="utf-8")
    command = [sys.executable, "program.py", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == f"RuntimeError: {workers.NOT_BEGUN.format(status=1)}"
    assert len((tmp_path / "begun").read_text().splitlines()) <= 3  # the program, and two processes


def test_a_part_of_which_only_the_beginning_comes_is_none() -> None:
    """Whoever sent it was interrupted."""
    ours, theirs = Pipe()
    os.write(ours.fileno(), (1000).to_bytes(4, "big") + b"the beginning")
    ours.close()
    assert [*workers._received(theirs)] == []


def test_workers_end_with_their_reader() -> None:
    results = in_processes(2)(WORK, parts(*map(str, range(10))))
    assert names([next(results)]) == ["0"]
    results.close()  # type: ignore[attr-defined]
    assert names(in_processes(1)(WORK, parts("0", "1"))) == ["0", "1"]
