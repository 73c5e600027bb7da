"""What customs officers use works where they use it: without POSIX's modules, on pipes in cp1252, with paths, URIs, ends of lines
and open files of Windows. What needs POSIX says so in a sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from carbonseal.cli.errors import BrokeOff
from carbonseal.cli.outputs import Output
from carbonseal.examining.files.archives import Opened, items_of
from carbonseal.examining.files.items import open_regular
from carbonseal.examining.log_tiles import LogTiles
from tests.cli.conftest import AT, Files

# A process that lacks what Windows lacks. Its standard streams are pipes in cp1252, and its workers are spawned.
WINDOWS = """
import os, sys
for name in ("fcntl", "grp", "pwd", "resource", "termios", "uvloop"):
    sys.modules[name] = None
for name in ("fchmod", "fchown", "geteuid", "getuid", "nice", "pread", "pwrite", "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW"):
    if hasattr(os, name):
        delattr(os, name)
opened = os.open
def open_file(path, *arguments, **options):
    if os.path.isdir(path):
        raise PermissionError(13, "Permission denied", path)  # as Windows answers
    return opened(path, *arguments, **options)
os.open = open_file
"""
PROGRAM = f"""{WINDOWS}
import importlib
module = sys.argv.pop(1)
importlib.import_module(module).main()
"""


def on_windows(*arguments: object, module: str = "carbonseal.cli.main") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    command = [sys.executable, "-c", PROGRAM, module, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, env=environment)


def test_verify_on_a_pipe_in_cp1252_has_other_signs(files: Files) -> None:
    policy = files.policy.read_bytes()
    files.policy.write_bytes(policy.replace(b"\n", b"\r\n"))
    asked = ["--policy", files.policy, "--trust", files.trust, "--at", AT]
    done = on_windows("verify", files.passport, *asked)
    text = done.stdout.decode("cp1252")
    assert (done.returncode, done.stderr) == (0, b"")
    assert "+ signed by did:web:maker.example" in text
    assert "?" not in text  # undetermined: nothing is
    rejected = on_windows("verify", files.tampered(), *asked)
    assert rejected.returncode == 4
    assert " x it does not match the digest that names it" in rejected.stdout.decode("cp1252")


def test_verify_as_json_stays_json(files: Files) -> None:
    """Letters that the encoding lacks are JSON's escapes."""
    path = files.write("中\U0001f33f.json", files.passport.read_text(encoding="utf-8"))
    done = on_windows("verify", path, files.passport, "--policy", files.policy, "--trust", files.trust, "--json")
    names = [json.loads(line)["file"] for line in done.stdout.decode("cp1252").splitlines()]
    assert names == [str(path), str(files.passport)]


def test_trust_passport_and_examine(files: Files) -> None:
    seen = files.directory / "seen.ndjson"
    asked = ["--policy", files.policy, "--trust", files.trust, "--at", AT, "--quiet"]
    for _ in range(2):  # a file is made, and replaced
        assert on_windows("verify", files.passport, *asked, "--observations", seen, "--force").returncode == 0
    assert on_windows("examine", seen, "--policy", files.policy, "-o", files.directory / "all.ndjson").returncode == 0
    assert b"items" in on_windows("trust", "show", files.trust).stdout
    pinned = on_windows(
        "trust", "pin", "eip155:1", "0", "0x" + "ab" * 32, "--source", "C:\\Users\\A\\note.txt", "-o", files.trust
    )
    assert pinned.returncode == 0, pinned.stderr
    assert b"did:web:maker.example" in on_windows("passport", "show", files.passport).stdout
    assert on_windows("passport", "records", files.passport, "-o", files.directory / "records").returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["status", "{folder}"],
        ["serve", "{folder}"],
        ["init", "{folder}/node", "--origin", "log.example/1"],
        ["passport", "list", "{folder}"],
        ["demo"],
    ],
)
def test_what_needs_posix_says_so(tmp_path: Path, arguments: list[str]) -> None:
    done = on_windows(*(argument.format(folder=tmp_path) for argument in arguments))
    assert done.returncode == 2
    lines = done.stderr.decode("cp1252").splitlines()
    assert lines[0].startswith(f"carbonseal: `carbonseal {arguments[0]}` runs on Linux and macOS alone")
    assert len(lines) == 2


def test_the_devnet_says_so_and_asks_for_nothing_that_is_installed(tmp_path: Path) -> None:
    done = on_windows("up", "--directory", tmp_path / "devnet", module="carbonseal_devnet.main")
    assert done.returncode == 2
    assert b"runs on Linux and macOS alone" in done.stderr
    assert b"pip install" not in done.stderr


def test_a_file_that_another_program_has_open_is_not_replaced_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(13, "The process cannot access the file", str(self))  # what Windows raises

    path = tmp_path / "trust.json"
    path.write_bytes(b"before")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(BrokeOff, match="cannot be replaced") as broke:
        Output(path, over=True).write(b"after")
    assert "close it there" in broke.value.remedy
    assert (path.read_bytes(), [*tmp_path.iterdir()]) == (b"before", [path])


def test_a_folder_of_tiles_may_be_a_file_uri(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_bytes(b"x")
    assert LogTiles(tmp_path.as_uri()).checkpoint == b"x"


def test_drive_letters_are_part_of_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("C:\\deliveries\\a.json")  # a name like any other here
    path.write_bytes(b"{}")
    with open_regular(str(path)) as file:
        assert [item.name for item in items_of(str(path), file, Opened(2))] == [str(path)]
