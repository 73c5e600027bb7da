"""`carbonseal verify`: exit status, what is printed, and many files at once."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from carbonseal.examining import parts
from tests.cli.conftest import AT, Files, Run


def asked(files: Files) -> list[str]:
    return ["--policy", str(files.policy), "--trust", str(files.trust), "--at", AT]


def test_verified(run: Run, files: Files) -> None:
    result = run("verify", files.passport, *asked(files))
    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"VERIFIED     {files.passport}\n")
    assert "existed by     2026-11-20T12:00:00Z" in result.output
    assert "Rests on what you trust" in result.output
    assert "Not asked by the policy" in result.output
    assert "It does not say that the product complies with a law" in result.output


def test_undetermined_names_what_is_missing(run: Run, files: Files) -> None:
    result = run("verify", files.passport, "--policy", files.policy, "--at", AT)
    assert result.exit_code == 3
    assert result.output.startswith("UNDETERMINED")
    assert "[" in result.output


def test_rejected(run: Run, files: Files) -> None:
    result = run("verify", files.tampered(), *asked(files))
    assert result.exit_code == 4
    assert result.output.startswith("REJECTED")


def test_a_passport_that_cannot_be_read_is_rejected_with_its_place(run: Run, files: Files) -> None:
    result = run("verify", files.write("broken.json", '{"carbonseal":"passport/1","a":1,"a":2}'), *asked(files))
    assert result.exit_code == 4
    assert "[json.duplicate-key]" in result.output


def test_json_has_every_finding(run: Run, files: Files) -> None:
    result = run("verify", files.passport, *asked(files), "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 0
    assert report["file"] == str(files.passport)
    assert report["verdict"] == "verified"
    assert report["at"] == AT
    assert report["existed_by"] == "2026-11-20T12:00:00Z"
    assert {finding["outcome"] for finding in report["findings"]} >= {"shown", "not asked"}
    assert all(finding["code"] and finding["message"] for finding in report["findings"])
    assert {item["kind"] for item in report["trusted"]} == {"block"}


def test_a_note_that_decides_is_printed_with_its_remedy(run: Run, files: Files) -> None:
    """Without trust, that a block is not pinned is only noted, and is what has to be seen to."""
    bare = ["--policy", files.policy, "--at", AT]
    report = json.loads(run("verify", files.passport, *bare, "--json").stdout)
    noted = [finding for finding in report["findings"] if finding["code"] == "ethereum.block-not-pinned"]
    assert noted
    assert all(finding["remedy"] for finding in noted)
    for paths in ([files.passport], [files.passport, files.passport]):  # in full, and one of many
        output = run("verify", *paths, *bare).output
        assert noted[0]["remedy"] in output
        assert "[ethereum.block-not-pinned]" in output


def test_json_of_many_is_one_line_each(run: Run, files: Files) -> None:
    paths = [files.passport, files.tampered(), files.write("broken.json", '{"carbonseal":"passport/1"')]
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


def test_two_processes_say_what_one_says(run: Run, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [files.passport, files.tampered(), files.passport]
    here = run("verify", *paths, *asked(files))
    lines = here.output.splitlines()
    assert here.exit_code == 4
    assert lines[0] == f"VERIFIED     {paths[0]}"
    assert lines[1] == f"REJECTED     {paths[1]}"
    assert "[passport.wrong-key]" in lines[2]
    assert lines[-2:] == [f"VERIFIED     {paths[2]}", "3 passports: 2 verified, 1 rejected"]
    monkeypatch.setattr(parts, "FIRST_ITEMS", 1)
    there = run("verify", *paths, *asked(files), "--jobs", "2")
    assert (there.exit_code, there.output) == (here.exit_code, here.output)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["verify"], "Missing argument"),
        (["verify", "{passport}", "--trust", "{trust}"], "need --policy"),
        (["verify", "{directory}/none.json", "--policy", "{policy}"], "does not exist"),
        (["verify", "{passport}", "--policy", "{directory}/none.policy"], "does not exist"),
        (["verify", "{passport}", "--policy", "{policy}", "--at", "yesterday"], "not a date and time"),
        (["verify", "{passport}", "--policy", "{policy}", "--at", "2026-11-22T09:00:00"], "not a date and time"),
        (["verify", "{passport}", "--policy", "{policy}", "--json", "--quiet"], "exclude each other"),
        (["verify", "{passport}", "--policy", "{trust}"], "{trust} > policy > line 1, column 1"),
        (["verify", "{passport}", "--policy", "{policy}", "--trust", "{policy}"], "carbonseal: {policy}: "),
        (["verify", "{passport}", "--policy", "{policy}", "--policy", "{policy}"], "given more than once"),
        (
            ["verify", "{passport}", "--policy", "{policy}", "--trust", "{trust}", "--trust", "{trust}"],
            "more than once",
        ),
        (["verify", "-", "{passport}", "--policy", "{policy}"], "cannot be combined with files"),
        (["verify", "{directory}/empty", "--policy", "{policy}"], "there is no passport in"),
    ],
)
def test_wrong_usage_is_2(run: Run, files: Files, arguments: list[str], said: str) -> None:
    (files.directory / "empty").mkdir()
    names = {name: str(getattr(files, name)) for name in ("directory", "passport", "policy", "trust")}
    result = run(*(argument.format(**names) for argument in arguments))
    assert result.exit_code == 2
    assert said.format(**names) in result.stderr
    assert "Traceback" not in result.output


def test_what_a_passport_says_cannot_steer_the_terminal(run: Run, files: Files) -> None:
    evil = "\\u001b]0;owned\\u0007\\u202ekey"
    text = f'{{"carbonseal":"passport/1","{evil}": 1, "{evil}": 2}}'
    result = run("verify", files.write("evil.json", text), *asked(files))
    assert result.exit_code == 4
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output
    assert "\\x1b]0;owned" in result.output


def test_an_endless_file_is_not_read_to_its_end(run: Run, files: Files) -> None:
    """Of a gigabyte 64 MiB are read."""
    huge = files.directory / "huge.json"
    with huge.open("wb") as file:
        file.truncate(1 << 30)
    result = run("verify", huge, *asked(files))
    assert result.exit_code == 2
    assert result.output.startswith(f"NOT A PASSPORT {huge}: binary data\n")
    with huge.open("r+b") as file:
        file.write(b"[" + b" " * (1 << 13))
    assert "[json.too-large]" in run("verify", huge, *asked(files)).output


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ('{"carbonseal":"passport/1"}'.encode("utf-16"), "text in UTF-16"),
        (b"%PDF-1.7", "a PDF"),
        (b'{"carbonseal":"trust/1","items":[]}', "a trust file"),
        (b"", "an empty file"),
    ],
)
def test_what_is_not_a_passport_is_named_and_is_no_verdict(run: Run, files: Files, content: bytes, what: str) -> None:
    """2 alone, 3 among many."""
    path = files.directory / "given.json"
    path.write_bytes(content)
    alone = run("verify", path, *asked(files))
    assert (alone.exit_code, alone.output.splitlines()[0]) == (2, f"NOT A PASSPORT {path}: {what}")
    as_json = json.loads(run("verify", path, *asked(files), "--json").stdout)
    assert (as_json["verdict"], as_json["error"]) == (None, f"not a passport: this is {what}")
    assert [finding["code"] for finding in as_json["findings"]] == ["passport.other-file"]
    many = run("verify", files.passport, path, *asked(files))
    assert many.exit_code == 3
    assert many.output.endswith("2 files: 1 verified, 1 not a passport\n")
    assert run("verify", files.tampered(), path, *asked(files)).exit_code == 4
    assert run("verify", path, path, *asked(files), "--quiet").exit_code == 3


def test_standard_input(run: Run, files: Files) -> None:
    result = run("verify", "-", *asked(files), input=files.passport.read_bytes())
    assert result.exit_code == 0
    assert result.output.startswith("VERIFIED     -\n")


def test_pipes_and_links_that_lead_nowhere_are_not_read(run: Run, files: Files) -> None:
    """In a folder too: no writer is waited for, and every file left out is reported."""
    folder = files.directory / "below"
    folder.mkdir()
    os.mkfifo(folder / "pipe.json")
    (folder / "gone.json").symlink_to("nowhere.json")
    (folder / "good.json").symlink_to(files.passport)
    result = run("verify", folder, *asked(files))
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"NOT READ     {folder / 'gone.json'}: reading it failed: No such file or directory",
        "    is it there, and may it be read? If so, try again later",
        f"VERIFIED     {folder / 'good.json'}",
        f"NOT READ     {folder / 'pipe.json'}: not a regular file",
        "    give the file itself; - reads standard input",
        "3 passports: 1 verified, 2 not read",
    ]
