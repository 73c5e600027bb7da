"""What systemd is told: that the node answers, that it is alive, that it stops; and nothing to anybody else."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from pathlib import Path

import pytest

from carbonseal.service.monitoring.supervision import Supervisor
from tests.service.nodes import make_node
from tests.service.test_serve import ended, serve


def test_a_served_node_tells_its_supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_node(tmp_path / "node")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(30)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        with serve(tmp_path / "node") as running:
            assert heard.recv(64) == b"READY=1"
            assert [heard.recv(64) for _ in range(3)] == [b"WATCHDOG=1"] * 3
            running.process.send_signal(signal.SIGTERM)
            assert ended(running.process)[0] == 0
        heard.setblocking(False)
        rest = []
        while True:
            try:
                rest.append(heard.recv(64))
            except BlockingIOError:
                break
        assert rest[-1] == b"STOPPING=1"
        assert {*rest[:-1]} <= {b"WATCHDOG=1"}


def test_an_abstract_address_and_no_address() -> None:
    name = f"carbonseal-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(f"\0{name}")
        environment = {"NOTIFY_SOCKET": f"@{name}", "WATCHDOG_USEC": "nonsense", "HOME": "/"}
        supervisor = Supervisor.of(environment)
        assert environment == {"HOME": "/"}  # no child tells it anything
        assert supervisor.interval == 0

        async def act() -> None:
            async with supervisor.told(), Supervisor.of({}).told():
                assert heard.recv(64) == b"READY=1"

        asyncio.run(act())
        assert heard.recv(64) == b"STOPPING=1"


def test_a_supervisor_that_is_gone_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Supervisor(str(tmp_path / "gone")).tell("READY=1")
    (message,) = caplog.messages
    assert message.startswith("supervisor not told: state=READY=1 error=")
