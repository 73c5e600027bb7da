"""A run that is stopped anywhere goes on, and comes out as if it had not been stopped; what is not its own is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carbonseal.examining.bulk.results_file import ResultsFile, run_path
from carbonseal.examining.bulk.run_file import RunFile
from carbonseal.examining.parts import Part, PartResult, Work, in_this_process
from carbonseal.findings import Refused
from tests.examining.bulk.conftest import Counting, Night

FORMS = pytest.mark.parametrize("form", ["ndjson", "csv"])


def boundaries(run: bytes) -> list[int]:
    """Where a record of a run file ends, the header first."""
    ends: list[int] = []
    at = 0
    for line in run.splitlines(keepends=True):
        at += len(line)
        if not ends or line.startswith(b'{"sha256"'):
            ends.append(at)
    return ends


@FORMS
def test_stopped_anywhere(night: Night, tmp_path: Path, form: str) -> None:
    """The files are cut where a process can die: a record that is not whole, whose lines are not there, or not all."""
    whole = night.run(tmp_path / f"whole.{form}")
    path = tmp_path / f"out.{form}"
    night.run(path, finish=False)
    run, lines = run_path(path).read_bytes(), path.read_bytes()
    assert whole["lots"] and whole["lines"] != lines  # what they show together changes verdicts
    ends = boundaries(run)
    count = sum(len(orjson.loads(line)["results"]) for line in run.splitlines() if line.startswith(b'{"end"'))
    first = len(lines.split(b"\r\n")[0]) + 2 if form == "csv" else 0
    numbers = [0, *(len(orjson.loads(one)["results"]) for one in run.splitlines() if one.startswith(b'{"end"'))]
    split = lines[first:].splitlines(keepends=True)

    def upto(records: int) -> int:
        """How many bytes the lines of so many records have."""
        return first + sum(map(len, split[: sum(numbers[: records + 1])]))

    @settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.data())
    def stopped(data: st.DataObject) -> None:
        at = data.draw(st.integers(ends[0], len(run)), label="bytes of the run file")
        records = sum(end <= at for end in ends) - 1
        least = upto(records - 1) if records else 0
        there = data.draw(st.integers(least, upto(records)), label="bytes of the results")
        run_path(path).write_bytes(run[:at])
        path.write_bytes(lines[:there])
        counting = Counting()
        assert night.run(path, resume=True, execute=counting) == whole
        again = 3  # files of which too much was taken of a lot, or all: those are verified again, now knowing it
        assert counting.items <= count - sum(numbers[: records + 1]) + again

    stopped()


@FORMS
def test_stopped_between_the_end_and_the_removal_of_the_run_file(
    night: Night, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines that were written again are not taken for changed."""
    whole = night.run(tmp_path / f"whole.{form}")

    def dies(_: RunFile) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(RunFile, "remove", dies)
        with pytest.raises(KeyboardInterrupt):
            night.run(tmp_path / f"out.{form}")
    assert night.run(tmp_path / f"out.{form}", resume=True) == whole


def test_a_first_run_with_resume_begins(night: Night, tmp_path: Path) -> None:
    begun = night.run(tmp_path / "out.ndjson", resume=True)
    assert begun == night.run(tmp_path / "whole.ndjson")
    with pytest.raises(Refused) as whole:
        night.run(tmp_path / "out.ndjson", resume=True)
    assert whole.value.finding.code.name == "resume.nothing"


def edit_line(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"verified", b"rejected", 1))


def edit_record(path: Path) -> None:
    run_path(path).write_bytes(run_path(path).read_bytes().replace(b'"verified"', b'"rejected"', 1))


def cut_out_a_record(path: Path) -> None:
    raw = run_path(path).read_bytes()
    ends = boundaries(raw)
    run_path(path).write_bytes(raw[: ends[1]] + raw[ends[2] :])


def not_ours(path: Path) -> None:
    run_path(path).write_bytes(b"[1]\n")


def lies_about_its_length(path: Path) -> None:
    raw = run_path(path).read_bytes()
    run_path(path).write_bytes(raw.replace(b'"rows":', b'"rows":9999999999999', 1))


def more_lines(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"{}\n")


@pytest.mark.parametrize(
    "change", [edit_line, edit_record, cut_out_a_record, not_ours, lies_about_its_length, more_lines]
)
def test_what_somebody_changed_is_refused(night: Night, tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = tmp_path / "out.ndjson"
    night.run(path, finish=False)
    change(path)
    with pytest.raises(Refused) as refused:
        night.run(path, resume=True)
    assert refused.value.finding.code.name == "resume.changed"


def test_a_run_of_something_else_is_refused(night: Night, tmp_path: Path) -> None:
    path = tmp_path / "out.ndjson"
    night.run(path, finish=False)
    before = path.read_bytes(), run_path(path).read_bytes()
    with pytest.raises(Refused, match="another policy"):
        night.run(path, resume=True, about={"policy": "that"})
    assert (path.read_bytes(), run_path(path).read_bytes()) == before
    night.run(path, resume=True)


def test_a_full_disk_loses_nothing_that_is_written(
    night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.ndjson"
    whole = night.run(tmp_path / "whole.ndjson")
    append, calls = ResultsFile._append, 0

    def full(self: ResultsFile, lines: bytes) -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            append(self, lines[: len(lines) // 2])
            raise OSError(28, "No space left on device")
        append(self, lines)

    with monkeypatch.context() as patched:
        patched.setattr(ResultsFile, "_append", full)
        with pytest.raises(OSError, match="No space left") as error:
            night.run(path)
    assert error.value.filename == str(path)
    assert night.run(path, resume=True) == whole


def test_two_at_once_are_refused(night: Night, tmp_path: Path) -> None:
    """A timer that goes on with a run while it is still running."""
    path = tmp_path / "out.ndjson"
    second = ""

    def execute(work: Work, parts: Iterable[Part]) -> Iterator[PartResult]:
        nonlocal second
        for part in in_this_process(work, parts):
            yield part
            if not second:
                with pytest.raises(Refused) as refused:
                    night.run(path, resume=True)
                second = refused.value.finding.code.name

    whole = night.run(path, execute=execute)
    assert second == "resume.running"
    assert whole == night.run(tmp_path / "whole.ndjson")
