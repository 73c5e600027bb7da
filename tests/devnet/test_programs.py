"""Programs that run beside us: none is left behind, however we end, and a missing one is named."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from carbonseal_devnet.ethereum.native.programs import find
from carbonseal_devnet.ethereum.starting import in_thread
from carbonseal_devnet.supervised_process import ProgramFailed, ProgramMissing

from .clients import block, place, send


@pytest.fixture
def programs() -> tuple[str, ...]:
    try:
        return find("anvil"), find("geth")
    except ProgramMissing as missing:
        pytest.skip(str(missing))


def relatives(marker: str) -> dict[Path, str]:
    """The processes that bear this in their environment, every descendant of the one that was given it: ids and commands."""
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and marker.encode() in (entry / "environ").read_bytes():
                found[entry] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # it ended while we looked, or is not ours
            continue
    return {entry: command for entry, command in found.items() if command}


def addresses(process: Path) -> set[str]:
    """The local addresses of a process's sockets of the network, but for connections, in hexadecimal."""
    inodes = {
        found.group(1) for fd in (process / "fd").iterdir() if (found := re.match(r"socket:\[(\d+)\]", _link(fd)))
    }
    rows = [row.split() for kind in ("tcp", "tcp6", "udp", "udp6") for row in _lines(Path("/proc/net") / kind)]
    return {row[1].partition(":")[0] for row in rows if row[9] in inodes}


def _link(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines()[1:] if path.exists() else []


START = """
import sys
from carbonseal_devnet.ethereum.starting import in_thread
with in_thread(engine="anvil") as one, in_thread(engine="geth") as other:
    print(one.endpoint, other.endpoint, flush=True)
    sys.stdin.read()
    raise SystemError("a test that fails")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
@pytest.mark.parametrize("end", ["failure", "SIGKILL"])
def test_they_stay_on_this_machine_and_no_process_is_left(end: str, programs: tuple[str, ...], tmp_path: Path) -> None:
    marker = f"CARBONSEAL_TEST={tmp_path}"
    environment = {**os.environ, **dict([marker.split("=")]), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", START],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"http://")
        started = relatives(marker)
        for program in programs:
            assert any(Path(program).name in command for command in started.values())
        assert set().union(*map(addresses, started)) == {"0100007F"}  # 127.0.0.1: nothing leaves this machine
        if end == "SIGKILL":
            process.kill()
        process.communicate()
    assert process.returncode != 0
    until = time.monotonic() + 20
    while relatives(marker) and time.monotonic() < until:
        os.sched_yield()
    assert relatives(marker) == {}


def test_a_program_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CARBONSEAL_ANVIL", raising=False)
    monkeypatch.setenv("CARBONSEAL_GETH", "/nowhere/geth")
    with pytest.raises(ProgramMissing, match="anvil is not on the PATH; npm install @foundry-rs/anvil"):
        find("anvil")
    with (
        pytest.raises(ProgramMissing, match=re.escape("CARBONSEAL_GETH names no program (/nowhere/geth)")),
        in_thread(engine="geth"),
    ):
        pass


def test_a_program_that_does_not_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "anvil"
    broken.write_text("#!/bin/sh\necho out of order\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("CARBONSEAL_ANVIL", str(broken))
    with pytest.raises(ProgramFailed, match="out of order"), in_thread(engine="anvil"):
        pass


@pytest.mark.parametrize("engine", ["py-evm", "geth"])
def test_a_chain_that_is_kept_goes_on(engine: str, tmp_path: Path) -> None:
    if engine == "geth":
        try:
            find(engine)
        except ProgramMissing as missing:
            pytest.skip(str(missing))
    with in_thread(engine=engine, state=tmp_path) as before:
        names = [send(before, number) for number in range(3)]
        before.reorg(1)
        seen = [block(before, number) for number in range(before.height + 1)]
        places = [place(before, name) for name in names]
    with in_thread(engine=engine, state=tmp_path) as after:
        assert after.deployment == before.deployment
        assert [block(after, number) for number in range(after.height + 1)] == seen
        assert [place(after, name) for name in names] == places
        last = send(after, 3)
        assert place(after, last) == after.height == len(seen)
        after.reorg(2)
        assert place(after, last) is not None


def test_anvil_keeps_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="use py-evm or geth"), in_thread(engine="anvil", state=tmp_path):
        pass
