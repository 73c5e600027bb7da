"""`carbonseal verify`: exit status, what is printed, and many files at once."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from carbonseal.cli import judging
from tests.cli.conftest import AT, Files, Run


def asked(files: Files) -> list[str]:
    return ["--policy", str(files.policy), "--trust", str(files.trust), "--at", AT]


def test_verified(run: Run, files: Files) -> None:
    result = run("verify", files.passport, *asked(files))
    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"VERIFIED     {files.passport}\n")
    assert "exists since  2026-11-20T12:00:00Z" in result.output
    assert "Rests on what you trust" in result.output
    assert "Not asked by the policy" in result.output


def test_undetermined_names_what_is_missing(run: Run, files: Files) -> None:
    result = run("verify", files.passport, "--policy", files.policy, "--at", AT)
    assert result.exit_code == 3
    assert result.output.startswith("UNDETERMINED")
    assert "[" in result.output


def test_rejected(run: Run, files: Files) -> None:
    result = run("verify", files.tampered(), *asked(files))
    assert result.exit_code == 4
    assert result.output.startswith("REJECTED")


def test_a_file_that_is_no_passport_is_rejected_with_its_place(run: Run, files: Files) -> None:
    result = run("verify", files.write("broken.json", '{"a":1,"a":2}'), *asked(files))
    assert result.exit_code == 4
    assert "[json.duplicate-key]" in result.output


def test_json_has_every_finding(run: Run, files: Files) -> None:
    result = run("verify", files.passport, *asked(files), "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 0
    assert report["file"] == str(files.passport)
    assert report["verdict"] == "verified"
    assert report["at"] == AT
    assert report["exists_since"] == "2026-11-20T12:00:00Z"
    assert {finding["outcome"] for finding in report["findings"]} >= {"shown", "not asked"}
    assert all(finding["code"] and finding["message"] for finding in report["findings"])
    assert {item["kind"] for item in report["trusted"]} == {"block"}


def test_json_of_many_is_one_line_each(run: Run, files: Files) -> None:
    paths = [files.passport, files.tampered(), files.write("broken.json", "nothing")]
    result = run("verify", *paths, *asked(files), "--json")
    reports = [json.loads(line) for line in result.stdout.splitlines()]
    assert [report["verdict"] for report in reports] == ["verified", "rejected", "rejected"]
    assert [report["file"] for report in reports] == [str(path) for path in paths]


def test_quiet_prints_nothing(run: Run, files: Files) -> None:
    for path, status in ((files.passport, 0), (files.tampered(), 4)):
        result = run("verify", path, *asked(files), "--quiet")
        assert (result.output, result.exit_code) == ("", status)


def test_of_many_the_worst_counts(run: Run, files: Files) -> None:
    """4 beats 3 beats 0."""
    bare = ["--policy", str(files.policy), "--at", AT]
    assert run("verify", files.passport, files.passport, *asked(files)).exit_code == 0
    assert run("verify", files.passport, files.tampered(), *bare).exit_code == 4
    result = run("verify", files.passport, files.tampered(), *asked(files))
    assert result.exit_code == 4
    assert result.output.endswith("2 passports: 1 verified, 1 rejected\n")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such names on this system")
def test_a_file_that_cannot_be_read_beats_all(run: Run, files: Files) -> None:
    loop = files.directory / "loop.json"
    names = files.directory / "names"
    names.mkdir()
    (names / "a.json").write_bytes(files.passport.read_bytes())
    locked = Path("/proc/self/mem")  # opens, and cannot be read at its beginning, by root neither
    if not locked.exists():
        pytest.skip("no /proc here")
    loop.symlink_to(locked)
    result = run("verify", files.tampered(), loop, *asked(files))
    assert result.exit_code == 1
    assert "NOT READ" in result.output
    as_json = run("verify", loop, *asked(files), "--json")
    assert as_json.exit_code == 1
    assert json.loads(as_json.stdout)["verdict"] is None


def test_folders_leave_out_policy_and_trust(run: Run, files: Files) -> None:
    below = files.directory / "below"
    below.mkdir()
    (below / "other.json").write_bytes(files.passport.read_bytes())
    result = run("verify", files.directory, *asked(files))
    assert result.exit_code == 0, result.output
    assert result.output.endswith("2 passports: 2 verified\n")


def test_processes_say_what_one_process_says(run: Run, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [files.passport, files.tampered(), files.passport]
    here = run("verify", *paths, *asked(files))
    monkeypatch.setattr(judging, "MANY", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    there = run("verify", *paths, *asked(files))
    assert (there.exit_code, there.output) == (here.exit_code, here.output)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["verify"], "Missing argument"),
        (["verify", "{passport}"], "Missing option '--policy'"),
        (["verify", "{directory}/none.json", "--policy", "{policy}"], "does not exist"),
        (["verify", "{passport}", "--policy", "{directory}/none.policy"], "does not exist"),
        (["verify", "{passport}", "--policy", "{policy}", "--at", "yesterday"], "not an instant"),
        (["verify", "{passport}", "--policy", "{policy}", "--at", "2026-11-22T09:00:00"], "not an instant"),
        (["verify", "{passport}", "--policy", "{policy}", "--json", "--quiet"], "exclude each other"),
        (["verify", "{passport}", "--policy", "{trust}"], "line 1, column 1"),
        (["verify", "{passport}", "--policy", "{policy}", "--trust", "{policy}"], "carbonseal: "),
        (["verify", "{directory}/empty", "--policy", "{policy}"], "there is no passport in"),
    ],
)
def test_wrong_usage_is_2(run: Run, files: Files, arguments: list[str], said: str) -> None:
    (files.directory / "empty").mkdir()
    names = {name: str(getattr(files, name)) for name in ("directory", "passport", "policy", "trust")}
    result = run(*(argument.format(**names) for argument in arguments))
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_what_a_passport_says_cannot_steer_the_terminal(run: Run, files: Files) -> None:
    evil = "\\u001b]0;owned\\u0007\\u202ekey"
    result = run("verify", files.write("evil.json", f'{{"{evil}": 1, "{evil}": 2}}'), *asked(files))
    assert result.exit_code == 4
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output
    assert "\\x1b]0;owned" in result.output


def test_an_endless_file_is_not_read_to_its_end(run: Run, files: Files) -> None:
    """A gigabyte is refused for its size after 64 MiB of it."""
    huge = files.directory / "huge.json"
    with huge.open("wb") as file:
        file.truncate(1 << 30)
    result = run("verify", huge, *asked(files))
    assert result.exit_code == 3
    assert "[json.too-large]" in result.output
