"""Errors of disk and network are one line with a path and a remedy, and exit status 1. A defect keeps its traceback."""

from __future__ import annotations

import errno
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from carbonseal.cli.errors import CommandGroup, MissingExtra
from carbonseal.findings import BrokenOff, CarbonsealError, Refused, rejected, undetermined
from tests.cli.conftest import Run

WRONG = rejected("test.wrong", "{what} is wrong", "correct {what}")
BROKEN = undetermined("test.broken", "the disk broke", "buy another")


def run_failing(error: Exception) -> Result:
    @click.group(cls=CommandGroup)
    def group() -> None:
        pass

    @group.command()
    def act() -> None:
        raise error

    return CliRunner().invoke(group, ["act"])


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "a.json"), 1, "a.json: No space left on device\n  make room"),
        (
            OSError(errno.EACCES, "Permission denied", "a"),
            1,
            "a: Permission denied\n  check the permissions there",
        ),
        (TimeoutError("too long"), 1, "too long\n"),
        (CarbonsealError("it broke"), 1, "it broke\n"),
        (Refused(WRONG("a", "b", what="it")), 2, "a > b: it is wrong\n  correct it\n"),
        (BrokenOff(BROKEN()), 1, "the disk broke\n  buy another\n"),
        (ExceptionGroup("tasks", [ExceptionGroup("more", [BrokenOff(BROKEN())])]), 1, "the disk broke\n"),
        (ExceptionGroup("tasks", [OSError(errno.ENOSPC, "full", "x"), CarbonsealError("later")]), 1, "x: full\n"),
    ],
)
def test_what_is_raised_on_purpose_is_one_line(error: Exception, status: int, said: str) -> None:
    result = run_failing(error)
    assert result.exit_code == status
    assert result.stderr.startswith(f"carbonseal: {said}")


@pytest.mark.parametrize("defect", [ValueError("a defect"), ExceptionGroup("tasks", [OSError(), ValueError()])])
def test_a_defect_is_raised_as_it_came(defect: Exception) -> None:
    assert run_failing(defect).exception is defect


def test_a_missing_package_is_named_by_the_extra_that_installs_it() -> None:
    result = run_failing(ModuleNotFoundError("No module named 'aiohttp'", name="aiohttp.web"))
    assert result.exit_code == MissingExtra("act", "node").exit_code
    assert "pip install 'carbonseal[node]'" in result.stderr


@pytest.mark.parametrize("error", [ModuleNotFoundError("a typo", name="carbonseal.nod"), BrokenPipeError()])
def test_what_no_extra_installs_and_a_closed_pipe_are_left_to_others(error: Exception) -> None:
    result = run_failing(error)
    assert "carbonseal:" not in result.stderr
    assert result.exit_code == 1


def test_a_broken_database_is_reported_with_its_path(run: Run, tmp_path: Path) -> None:
    node = tmp_path / "node"
    assert run("init", node, "--origin", "log.example/broken").exit_code == 0
    assert run("seal", node, "-", "--profile", "json/1", input="{}\n").exit_code == 0
    for path in (node / "node.db", node / "logs" / "default.db"):
        kept = path.read_bytes()
        path.write_bytes(b"garbage" * 5000)
        for result in (run("status", node), run("seal", node, "-", "--profile", "json/1", input="{}\n")):
            assert result.exit_code == 1
            assert f"carbonseal: {path} is damaged, or is not a database" in result.stderr
            assert "Traceback" not in result.output
        path.write_bytes(kept)
    assert run("status", node).exit_code == 0
