"""`carbonseal verify --results`: what is printed, what is refused, and runs that a signal ends."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from carbonseal.cli.formatting import progress
from carbonseal.cli.public import answers
from carbonseal.examining.bulk.results_file import ResultsFile, new_path, run_path
from carbonseal.examining.bulk.run_file import RunFile
from tests.cli.conftest import AT, Files, Run
from tests.cli.public.servers import answering


@pytest.fixture
def inbox(files: Files) -> Path:
    """A folder with three passports, of which one was changed, and what is no file that can be read."""
    folder = files.directory / "in"
    folder.mkdir()
    raw = files.passport.read_bytes()
    for name in ("a.json", "b.json"):
        (folder / name).write_bytes(raw)
    (folder / "c.json").write_bytes(raw.replace(b'"kilograms":"12.50"', b'"kilograms":"02.50"'))
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    (folder / "up").symlink_to("..")
    return folder


def asked(files: Files, results: str = "out.ndjson") -> list[str]:
    trusted = ["--policy", str(files.policy), "--trust", str(files.trust)]
    return [*trusted, "--at", AT, "--results", str(files.directory / results), "--jobs", "2"]


def test_a_summary_is_printed_and_each_file_has_a_line(run: Run, files: Files, inbox: Path) -> None:
    done = run("verify", inbox, *asked(files), "--json")
    assert done.exit_code == 1, done.output  # some could not be read
    summary = json.loads(done.stdout)
    assert summary["results"] == {"not read": 3, "verified": 2, "rejected": 1}
    assert (summary["files"], summary["issuers"]) == (6, {"did:web:maker.example": 2})
    assert summary["codes"] == {"passport.wrong-key": 1}
    lines = [json.loads(line) for line in (files.directory / "out.ndjson").read_bytes().splitlines()]
    found = {one["file"].removeprefix(f"{inbox}/"): one["reason"] for one in lines if one["verdict"] is None}
    assert found == {
        "loop": "reading it failed: Too many levels of symbolic links",
        "pipe": "not a regular file",
        "up": "a link to a folder is not followed",
    }
    quiet = run("verify", inbox, *asked(files, "out.csv"), "--quiet")
    assert (quiet.output, quiet.exit_code) == ("", 1)
    text = run("verify", inbox, *asked(files), "--force")
    assert text.stdout.startswith(
        "6 passports: 2 verified, 1 rejected, 3 not read\n  issuer            2  did:web:maker"
    )


def test_what_the_command_writes_is_put_aside_the_second_time(run: Run, files: Files, inbox: Path) -> None:
    """Also where it lies in the folder that it reads."""
    outputs = ("--observations", inbox / "seen.ndjson", "--fraud-proofs", inbox, "--force")
    more = asked(files, "in/out.ndjson")
    (inbox / "fraud-proof-0123456789abcdef.json").write_bytes(b"{}")
    first = run("verify", inbox, *more, *outputs)
    assert run("verify", inbox, *more, *outputs).stdout == first.stdout
    assert first.stdout.startswith("6 passports")
    report = ("--policy", files.policy, "--trust", files.trust, "--at", AT, "--report", inbox / "page.html", "--force")
    with_outputs = run("verify", inbox, *report).stdout
    assert run("verify", inbox, *report).stdout == with_outputs


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--results", "out.txt"], "name a file that ends in .ndjson or .csv"),
        (["--results", "-"], "- would be standard output"),
        (["--observations", "-"], "- would be standard output"),
        (["--report", "-"], "- would be standard output"),
        (["--results", "out.csv", "--report", "x.html"], "in one sitting"),
        (["--resume"], "--resume needs --results"),
        (["--jobs", "0"], "0 is not in the range"),
    ],
)
def test_what_is_refused(run: Run, files: Files, more: list[str], told: str) -> None:
    done = run("verify", files.passport, "--policy", files.policy, *more)
    assert done.exit_code == 2
    assert told in done.output.replace("\n", " ")


def test_what_a_stopped_run_goes_on_with_has_to_be_the_same(
    run: Run, files: Files, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(RunFile, "remove", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        stopped = run("verify", inbox, *asked(files))
    assert stopped.exit_code == 1
    assert "stopped: 6 files are judged" in stopped.output
    assert "the same command with --resume goes on" in stopped.output
    again = run("verify", inbox, *asked(files))
    assert "exists already" in again.output
    assert "--resume" in again.output
    without_trust = ["--policy", files.policy, "--results", files.directory / "out.ndjson", "--resume"]
    for changed, what in (
        ([*without_trust, "--trust", files.without_trust()], "trust"),
        ([*without_trust, "--trust", files.trust, "--at", "2026-11-23T09:00:00Z"], "instant"),
        ([*without_trust, "--trust", files.trust, inbox / "a.json"], "set of files"),
    ):
        refused = run("verify", inbox, *changed)
        assert refused.exit_code == 2
        assert f"is of a run with another {what}" in refused.output
    assert run("verify", inbox, *without_trust, "--trust", files.trust).exit_code == 1  # as of when it was begun
    assert not run_path(files.directory / "out.ndjson").exists()


def test_what_a_death_leaves_in_the_folder_that_is_verified_is_of_the_run(
    run: Run, files: Files, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A results file that was being written again; and all of it where a link leads there."""

    def dies(_: ResultsFile, again: Iterable[object] | None = None) -> None:
        raise KeyboardInterrupt

    (files.directory / "link.ndjson").symlink_to(inbox / "real.ndjson")
    for asked_for, real in (("in/out.ndjson", inbox / "out.ndjson"), ("link.ndjson", inbox / "real.ndjson")):
        with monkeypatch.context() as patched:
            patched.setattr(ResultsFile, "finish", dies)
            assert "stopped: " in run("verify", inbox, *asked(files, asked_for)).output
        new_path(real).write_bytes(real.read_bytes()[:50])
        assert run_path(real).exists()
        done = run("verify", inbox, *asked(files, asked_for), "--resume", "--json")
        assert (done.exit_code, json.loads(done.stdout)["files"]) == (1, 6), done.output
        for one in (real, new_path(real)):
            one.unlink(missing_ok=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_signal_ends_it_and_it_goes_on(run: Run, files: Files, inbox: Path, number: signal.Signals) -> None:
    """The run itself sends it, after its third part."""
    whole = run("verify", inbox, *asked(files, "whole.ndjson"))
    code = (
        "import os, sys\n"
        "from carbonseal.cli.main import carbonseal\n"
        "from carbonseal.examining import parts\n"
        "from carbonseal.examining.bulk.results_file import ResultsFile\n"
        "parts.FIRST_ITEMS = parts.MOST_ITEMS = 1\n"
        "add, count = ResultsFile.add, 0\n"
        "def dying(self, part, end):\n"
        "    global count\n"
        "    add(self, part, end)\n"
        "    count += 1\n"
        f"    if count == 3: os.kill(os.getpid(), {int(number)})\n"
        "ResultsFile.add = dying\n"
        "carbonseal(sys.argv[1:])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "verify", str(inbox), *asked(files)], capture_output=True, check=False
    )
    assert done.returncode == (-9 if number is signal.SIGKILL else 1), done.stderr
    if number is not signal.SIGKILL:
        assert b"stopped: 2 files are judged" in done.stderr or b"stopped: 3 files are judged" in done.stderr
    out = files.directory / "out.ndjson"
    assert len(out.read_bytes().splitlines()) == 3
    resumed = run("verify", inbox, *asked(files), "--resume")
    assert (resumed.stdout, resumed.exit_code) == (whole.stdout, whole.exit_code)
    assert out.read_bytes() == (files.directory / "whole.ndjson").read_bytes()


def test_a_disk_without_room_is_said_and_the_run_goes_on(run: Run, files: Files, inbox: Path) -> None:
    """As where no file may be larger."""
    code = (
        "import resource, sys; from carbonseal.cli.main import carbonseal\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000)); carbonseal(sys.argv[1:])"
    )
    command = [sys.executable, "-c", code, "verify", str(inbox), *asked(files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"carbonseal: {files.directory / 'out.ndjson'}: File too large\n"), done.stderr
    assert "with --resume the run goes on" in done.stderr
    assert run("verify", inbox, *asked(files), "--resume", "--json").exit_code == 1  # some cannot be read
    assert len((files.directory / "out.ndjson").read_bytes().splitlines()) == 6


def test_lines_tell_how_far_it_is_where_there_is_no_terminal(
    run: Run, files: Files, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.0)
    assert "verifying: 6 of 6, " in run("verify", inbox, *asked(files)).stderr
    assert run("verify", inbox, *asked(files), "--force", "--quiet").stderr == ""


def packed(folder: Path) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        archive.add(folder / "a.json", "a.json")
        archive.add(folder / "c.json", "c.json")
    return out.getvalue()


def test_an_archive_at_an_address_is_brought_and_read_like_a_file(run: Run, files: Files, inbox: Path) -> None:
    with answering(200, packed(inbox)) as (url, paths):
        done = run("verify", f"{url}/night.tar.gz", *asked(files))
    assert done.exit_code == 4, done.output
    assert paths == ["/night.tar.gz"]
    names = [json.loads(line)["file"] for line in (files.directory / "out.ndjson").read_bytes().splitlines()]
    assert names == [f"{url}/night.tar.gz!a.json", f"{url}/night.tar.gz!c.json"]


def test_addresses_that_give_nothing(run: Run, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(404, b"no") as (url, _):
        missing = run("verify", f"{url}/night.zip", *asked(files))
    quiet = run("verify", f"{url}/night.zip", *asked(files))
    monkeypatch.setattr(answers, "LARGEST_FILE", 10)
    with answering(200, bytes(11)) as (url, _):
        large = run("verify", f"{url}/night.zip", *asked(files))
    elsewhere = run("verify", "http://files.example/night.zip", *asked(files))
    found = [(one.exit_code, one.output) for one in (missing, quiet, large, elsewhere)]
    assert [code for code, _ in found] == [1, 1, 1, 2]
    for (_, output), told in zip(
        found, ("HTTP status 404", "does not answer", "more than 10 bytes", "digest"), strict=True
    ):
        assert told in output
    assert not (files.directory / "out.ndjson").exists()
