"""`carbonseal serve` where it cannot listen."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from carbonseal.node.listen_config import Address
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
    assert "cannot listen on 127.0.0.1:" in result.stderr  # http.cannot-listen
    assert "--port" in result.stderr


@pytest.mark.parametrize("host", ["203.0.113.5", "0.0.0.0", "::", "some.example"])
def test_an_address_that_others_reach_is_refused_without_tokens(run: Run, node: Path, host: str) -> None:
    result = run("serve", node, "--port", "0", "--host", host)
    assert result.exit_code == 2
    assert f"{Address(host, 0)}, the address of the private listener" in result.stderr
    assert "no token" in result.stderr  # access.without-tokens


def test_an_admin_address_that_others_reach_is_refused_without_tokens(run: Run, node: Path) -> None:
    settings = node / "node.toml"
    listen = '[listen]\nadmin = "0.0.0.0:0"\n'
    settings.write_text(settings.read_text().replace("[listen]\n", listen))
    result = run("serve", node, "--port", "0")
    assert result.exit_code == 2
    assert "0.0.0.0:0, the address of the admin listener" in result.stderr
