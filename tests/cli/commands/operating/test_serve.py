"""`carbonseal serve` where it cannot listen."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def node(run: Run, tmp_path: Path) -> Path:
    assert run("init", tmp_path / "node", "--origin", "log.example/served").exit_code == 0
    return tmp_path / "node"


def test_a_port_that_is_taken(run: Run, node: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("serve", node, "--port", taken.getsockname()[1])
    assert result.exit_code == 1
    assert "choose another --port" in result.stderr


@pytest.mark.parametrize("host", ["203.0.113.5", "no such host"])
def test_a_host_that_is_not_this_machine(run: Run, node: Path, host: str) -> None:
    result = run("serve", node, "--port", "0", "--host", host)
    assert result.exit_code == 1
    assert f"cannot listen on {host}:0" in result.stderr
    assert "is --host a name or an address of this machine?" in result.stderr
