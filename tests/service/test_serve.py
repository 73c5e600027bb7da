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
from pathlib import Path
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


@contextmanager
def serve(
    directory: Path, *options: str, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running process, and the URL that it printed."""
    command = [*CARBONSEAL, "serve", str(directory), "--port", "0", *options]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.fullmatch(rf"carbonseal serves {re.escape(str(directory))} at (https?://\S+)\n", line)
            assert found, line or process.communicate()
            yield process, found[1]
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_its_address_and_stops_on_a_signal(directory: Path, sign: signal.Signals) -> None:
    with serve(directory) as (process, url):
        body = b'{"record": 1}'
        request = Request(f"{url}/v1/records?profile=json/1", body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=10) as response:
            receipt = json.load(response)
        process.send_signal(sign)
        status, out, err = ended(process)
        assert (status, out) == (0, "")
        assert not [line for line in err.splitlines() if not LINE.fullmatch(line) or " INFO " not in line]

    async def kept() -> None:
        async with Node.open(directory) as node:
            assert node.record(bytes.fromhex(receipt["commitment"])).index == 1
            assert node.log().waiting + node.log().size == 2

    asyncio.run(kept())


def test_waiting_entries_join_the_log_by_themselves(directory: Path) -> None:
    with serve(directory) as (_, url):

        async def go() -> None:
            async with open_node(directory) as node:
                assert isinstance(node, RemoteNode)
                receipt = await node.submit(b"{}", "json/1")
                while (await node.health())["logs"][0]["waiting"]:
                    pass
                assert await node.find(receipt.commitment) == ("default", 1)

        asyncio.run(go())
        with urlopen(f"{url}/v1/logs/default/checkpoint", timeout=10) as response:
            assert Checkpoint.parse(Note.parse(response.read()).text).size == 2


def test_what_becomes_of_a_record_is_logged(directory: Path) -> None:
    """One line for each change of the log's state, with the log's whole name."""
    with serve(directory) as (process, url):
        request = Request(f"{url}/v1/records?profile=json/1", b"{}", {"Content-Type": "application/json"})
        with urlopen(request, timeout=10) as response:
            assert json.load(response)["commitment"]
        assert process.stderr is not None
        leash = threading.Timer(60, process.kill)  # a line that never comes fails the test, and does not hang it
        leash.start()
        lines = []
        for line in process.stderr:
            lines.append(line.rstrip("\n"))
            if "batch sequenced: log=here.example/log size=2 " in line:
                break
        leash.cancel()
    assert lines
    assert "batch sequenced: log=here.example/log size=2 " in lines[-1]
    assert all(LINE.fullmatch(line) for line in lines)


def test_lines_below_the_chosen_level_are_left_out(directory: Path) -> None:
    with serve(directory, "--log-level", "warning") as (process, url):
        request = Request(f"{url}/v1/records?profile=json/1", b"{}", {"Content-Type": "application/json"})
        with urlopen(request, timeout=10):
            process.terminate()
        assert ended(process) == (0, "", "")


def test_other_commands_talk_to_it(directory: Path, tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text('{"a": 1}')
    command = ["seal", directory, tmp_path / "record.json", "--profile", "json/1"]
    with serve(directory):
        far = good(*command)
    assert far == good(*command)
    assert "record.json" in far


def test_a_hangup_loads_what_changed_and_stops_nothing(directory: Path) -> None:
    write(directory, "localhost")
    settings = directory / "node.toml"
    listen = f'[listen]\ncertificate = "{CHAIN}"\ncertificate-key = "{KEY}"\n'
    settings.write_text(settings.read_text("utf-8").replace("[listen]\n", listen), "utf-8")
    with serve(directory, environment=counted()) as (process, url):
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


def test_a_node_has_one_server(directory: Path) -> None:
    with serve(directory) as (_, url):
        second = carbonseal("serve", directory)
        assert second.status == 2
        assert url in second.err


def test_a_killed_server_leaves_a_directory_that_opens(directory: Path) -> None:
    with serve(directory) as (process, _):
        process.kill()
        process.wait()
    with serve(directory) as (process, _):
        process.terminate()
        assert ended(process)[0] == 0


def test_a_frozen_log_is_named_at_the_start(directory: Path) -> None:
    """It goes on: what is there can be read."""
    (directory / "guard/default").unlink()
    with serve(directory) as (process, url):
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


def test_an_address_that_is_taken(directory: Path, tmp_path: Path) -> None:
    make_node(tmp_path / "second", "second.example/log")
    with serve(directory) as (_, url):
        port = url.rpartition(":")[2]
        second = carbonseal("serve", tmp_path / "second", "--port", port)
        assert second.status == 1
        assert f"127.0.0.1:{port}" in second.err


def test_a_directory_that_is_no_node(tmp_path: Path) -> None:
    refused = carbonseal("serve", tmp_path)
    assert refused.status == 2
    assert "node.toml" in refused.err
