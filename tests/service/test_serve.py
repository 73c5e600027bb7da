"""`carbonseal serve` as a process: it starts, prints its address, answers, and stops on a signal. What ends by itself runs here."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import Note
from carbonseal.node.node import Node
from carbonseal.service.client.nodes import open_node
from carbonseal.service.client.remote import RemoteNode
from tests.cli.test_way import carbonseal, good
from tests.programs.counted import counted
from tests.service.access.test_tls import CHAIN, KEY, name_at, write
from tests.service.nodes import make_node

CARBONSEAL = [sys.executable, "-W", "error", "-c", "from carbonseal.cli.main import main; main()"]


# A log line: time, level, logger, constant message, key=value.
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO|WARNING|ERROR) [\w.]+ [^:]+:( [\w-]+=.*)+")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    make_node(tmp_path / "node")
    return tmp_path / "node"


@dataclass(frozen=True)
class Running:
    """A program that runs, its node, and the URL that it printed. To start it takes a second of CPU."""

    process: subprocess.Popen[str]
    directory: Path
    url: str

    def submit(self, document: bytes) -> dict[str, Any]:
        """Its receipt."""
        request = Request(f"{self.url}/v1/records?profile=json/1", document, {"Content-Type": "application/json"})
        with urlopen(request, timeout=10) as response:
            receipt: dict[str, Any] = json.load(response)
        return receipt

    def lines_until(self, fragment: str) -> list[str]:
        """What it logs, up to a line with this."""
        assert self.process.stderr is not None
        leash = threading.Timer(60, self.process.kill)  # a line that never comes fails the test, and does not hang it
        leash.start()
        lines = []
        for line in self.process.stderr:
            lines.append(line.rstrip("\n"))
            if fragment in line:
                break
        leash.cancel()
        assert lines and fragment in lines[-1], lines
        return lines


@contextmanager
def serve(directory: Path, *options: str, environment: Mapping[str, str] | None = None) -> Iterator[Running]:
    command = [*CARBONSEAL, "serve", str(directory), "--port", "0", *options]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.fullmatch(rf"carbonseal serves {re.escape(str(directory))} at (https?://\S+)\n", line)
            assert found, line or process.communicate()
            yield Running(process, directory, found[1])
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def holds(directory: Path, receipt: Mapping[str, Any], entries: int) -> None:
    """The node has so many entries, and the record as its first behind the log's beginning."""

    async def kept() -> None:
        async with Node.open(directory) as node:
            assert node.record(bytes.fromhex(receipt["commitment"])).index == 1
            assert node.log().waiting + node.log().size == entries

    asyncio.run(kept())


def what_becomes_of_a_record_is_logged(running: Running) -> dict[str, Any]:
    """One line for each change of the log's state, with the log's whole name. Waiting entries join the log by themselves."""
    receipt = running.submit(b"{}")
    lines = running.lines_until("batch sequenced: log=here.example/log size=2 ")
    assert all(LINE.fullmatch(line) for line in lines)

    async def found() -> tuple[str, int] | None:
        async with open_node(running.directory) as node:
            assert isinstance(node, RemoteNode)
            assert (await node.health())["logs"][0]["waiting"] == 0
            return await node.find(bytes.fromhex(receipt["commitment"]))

    assert asyncio.run(found()) == ("default", 1)
    with urlopen(f"{running.url}/v1/logs/default/checkpoint", timeout=10) as response:
        assert Checkpoint.parse(Note.parse(response.read()).text).size == 2
    return receipt


def other_commands_talk_to_it(running: Running, folder: Path) -> None:
    (folder / "record.json").write_text('{"a": 1}')
    command = ["seal", running.directory, folder / "record.json", "--profile", "json/1"]
    far = good(*command)
    assert far == good(*command)
    assert "record.json" in far


def it_is_the_only_one(running: Running, folder: Path) -> None:
    """Of its directory, and at its address."""
    second = carbonseal("serve", running.directory)
    assert second.status == 2
    assert running.url in second.err
    make_node(folder / "second", "second.example/log")
    port = running.url.rpartition(":")[2]
    second = carbonseal("serve", folder / "second", "--port", port)
    assert second.status == 1
    assert f"127.0.0.1:{port}" in second.err


def test_it_serves_and_is_killed_and_goes_on_until_a_signal(directory: Path, tmp_path: Path) -> None:
    """One test: to start a program takes a second of CPU."""
    with serve(directory) as running:
        receipt = what_becomes_of_a_record_is_logged(running)
        other_commands_talk_to_it(running, tmp_path)
        it_is_the_only_one(running, tmp_path)
        running.process.kill()
        running.process.wait()
    with serve(directory) as again:
        assert again.submit(b"{}")["commitment"] == receipt["commitment"]  # it is there already
        again.process.terminate()
        status, out, err = ended(again.process)
    assert (status, out) == (0, "")
    assert not [line for line in err.splitlines() if not LINE.fullmatch(line) or " INFO " not in line]
    holds(directory, receipt, 3)


def test_an_interrupt_stops_it_too_and_lines_below_the_chosen_level_are_left_out(directory: Path) -> None:
    with serve(directory, "--log-level", "warning") as running:
        receipt = running.submit(b'{"record": 1}')
        running.process.send_signal(signal.SIGINT)
        assert ended(running.process) == (0, "", "")
    holds(directory, receipt, 2)


def test_a_hangup_loads_what_changed_and_stops_nothing(directory: Path) -> None:
    write(directory, "localhost")
    settings = directory / "node.toml"
    listen = f'[listen]\ncertificate = "{CHAIN}"\ncertificate-key = "{KEY}"\n'
    settings.write_text(settings.read_text("utf-8").replace("[listen]\n", listen), "utf-8")
    with serve(directory, environment=counted()) as running:
        process, url = running.process, running.url
        assert asyncio.run(name_at(url)) == "localhost"
        write(directory, "renewed.example")
        process.send_signal(signal.SIGHUP)
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        assert next(line for line in lines if "certificate loaded: " in line).count("ERROR") == 0
        assert asyncio.run(name_at(url)) == "renewed.example"
        (directory / KEY).unlink()
        process.send_signal(signal.SIGHUP)
        assert " ERROR " in next(line for line in lines if "certificate not loaded: " in line)
        assert asyncio.run(name_at(url)) == "renewed.example"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_a_frozen_log_is_named_at_the_start(directory: Path) -> None:
    """It goes on: what is there can be read."""
    (directory / "guard/default").unlink()
    with serve(directory) as running:
        process, url = running.process, running.url
        assert process.stderr is not None
        lines = process.stderr.readline() + process.stderr.readline()
        assert "the log default is frozen: " in lines
        assert "guard/default is missing" in lines
        assert "carbonseal log adopt" in lines
        with pytest.raises(HTTPError) as answer, urlopen(f"{url}/health", timeout=10):
            pass
        assert answer.value.code == 503
        answer.value.close()
        process.terminate()
        assert ended(process)[0] == 0


def test_a_directory_that_is_no_node(tmp_path: Path) -> None:
    refused = carbonseal("serve", tmp_path)
    assert refused.status == 2
    assert "node.toml" in refused.err
