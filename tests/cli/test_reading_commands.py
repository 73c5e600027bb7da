"""Commands that only read change nothing in a node's directory, and work where nothing can be changed."""

from __future__ import annotations

import asyncio
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from carbonseal.node.node import Node
from tests.cli.conftest import Run
from tests.node.issuance.issuing import MAKER, Clock, issue
from tests.nodes import make_node, settings

COMMANDS = {
    "status": ("status",),
    "status --json": ("status", "--json"),
    "passport list": ("passport", "list"),
    "log proof": ("log", "proof", "1", "-o", "-"),
    "token list": ("token", "list"),
    "fsck": ("fsck",),
}
STATES = ("stopped", "killed", "new")


def arguments(words: tuple[str, ...], directory: Path) -> list[str]:
    """The directory comes after the command's own words, and before what it is given."""
    own = 2 if words[0] in ("passport", "log", "token") else 1
    return [*words[:own], str(directory), *words[own:]]


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A node that was stopped, one that was killed before anything was moved out of SQLite's log, and one just made."""
    folder = tmp_path_factory.mktemp("nodes")
    made = {state: folder / state for state in STATES}
    for state in ("stopped", "new"):
        make_node(made[state], settings(issuers=(MAKER,)))

    async def work() -> None:
        async with Node.open(made["stopped"], clock=Clock()) as node:
            await issue(node)
            await node.submit(b'{"waits": 1}', "json/1")
            shutil.copytree(made["stopped"], made["killed"])

    asyncio.run(work())
    assert (made["killed"] / "logs/default.db-wal").stat().st_size
    return made


@pytest.fixture
def copies(states: dict[str, Path], tmp_path: Path) -> dict[str, Path]:
    return {state: Path(shutil.copytree(path, tmp_path / state)) for state, path in states.items()}


def contents(directory: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(directory)): (path.stat().st_mtime_ns, b"" if path.is_dir() else path.read_bytes())
        for path in [directory, *directory.rglob("*")]
    }


@pytest.mark.parametrize("state", STATES)
def test_they_change_nothing(copies: dict[str, Path], run: Run, state: str) -> None:
    before = contents(copies[state])
    for words in COMMANDS.values():
        ran = run(*arguments(words, copies[state]))
        is_proof = words[:2] == ("log", "proof")
        assert ran.exit_code == (2 if is_proof and state == "new" else 0), (words, ran.output)
        assert contents(copies[state]) == before, words


def test_what_a_killed_node_had_committed_is_there(copies: dict[str, Path], run: Run) -> None:
    listed = [run(*arguments(COMMANDS["passport list"], copies[state])).output for state in ("stopped", "killed")]
    assert listed[0] == listed[1] != ""
    assert "1 waiting" in run("status", copies["killed"]).output


def may_mount() -> bool:
    """Whether this machine lets a process mount in a namespace of its own."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode == 0


# Commands one after the other, in a process that cannot write.
IN_TURN = """
import json, sys
from carbonseal.cli.main import carbonseal
for words in json.loads(sys.argv[1]):
    carbonseal(words, standalone_mode=False)
"""


@pytest.mark.skipif(not may_mount(), reason="needs a mount namespace")
@pytest.mark.parametrize("state", ["stopped", "killed"])
def test_they_work_on_a_read_only_disk(copies: dict[str, Path], state: str) -> None:
    directory = copies[state]
    words = ["status", str(directory)], ["passport", "list", str(directory)], ["fsck", str(directory)]
    commands = shlex.join([sys.executable, "-c", IN_TURN, json.dumps(words)])
    script = f"mount --bind {directory} {directory} && mount -o remount,ro,bind {directory} && {commands}"
    refused = f"mount --bind {directory} {directory} && mount -o remount,ro,bind {directory} && touch {directory}/x"
    assert subprocess.run(["unshare", "-rm", "sh", "-c", refused], check=False, capture_output=True).returncode
    ran = subprocess.run(["unshare", "-rm", "sh", "-c", script], check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "OK\n" in ran.stdout
    assert "sound: " in ran.stdout


def test_what_would_write_says_so(copies: dict[str, Path]) -> None:
    from carbonseal.findings import BrokenOff

    async def work() -> None:
        async with Node.open(copies["stopped"], read_only=True) as node:
            with pytest.raises(BrokenOff) as broken:
                await node.submit(b'{"more": 1}', "json/1")
            assert broken.value.finding.code.name == "node.database-failed"

    before = contents(copies["stopped"])
    asyncio.run(work())
    assert contents(copies["stopped"]) == before
