"""`carbonseal-devnet up`: as a program where it runs until it is stopped, and in this process where it ends by itself."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from carbonseal.cli.main import carbonseal
from carbonseal_devnet.ethereum.native.programs import find
from carbonseal_devnet.ethereum.network import Network
from carbonseal_devnet.ethereum.starting import running
from carbonseal_devnet.main import main
from carbonseal_devnet.supervised_process import ProgramMissing
from tests.programs.counted import counted
from tests.world import MemoryLog

COMMAND = [sys.executable, "-c", "from carbonseal_devnet.main import main; main()"]


@contextmanager
def start(*arguments: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **(counted() if "--log=0" in arguments else os.environ),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "error",
    }
    with subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=cwd,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()  # where it still runs, a test has failed


@pytest.mark.parametrize(
    ("name", "engine"),
    [(signal.SIGTERM, None), (signal.SIGINT, "anvil"), (signal.SIGTERM, "geth")],
)
def test_it_says_where_it_is_and_stops_cleanly(name: signal.Signals, engine: str | None, tmp_path: Path) -> None:
    chosen = ["--ethereum"] if engine is None else [f"--ethereum={engine}"]
    if engine is not None:
        try:
            find(engine)
        except ProgramMissing as missing:
            pytest.skip(str(missing))
    with start("up", *chosen, "--port", "0", cwd=tmp_path) as process:
        lines = [line.split() for line in startup_lines(process)[:-1]]
        values = {words[0]: words[1] for words in lines}
        endpoint = values["ethereum"].removeprefix("ethereum+")
        request = urllib.request.Request(
            endpoint, b'{"id": 1, "method": "eth_getBlockByNumber", "params": ["0x0", false]}'
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            assert json.load(response)["result"]["hash"] == values["genesis"]
        assert values["ledger"] == "eip155:1337"
        keys = [(words[1], words[2].removeprefix("file:")) for words in lines if words[0] == "publisher"]
        assert [publisher for publisher, _ in keys] == [Network.publisher(number) for number in range(9)]
        for number, (_, path) in enumerate(keys):
            assert bytes.fromhex((tmp_path / path).read_text()) == Network.key(number)
            assert (tmp_path / path).stat().st_mode & 0o077 == 0
        if engine is None:
            check_one_at_a_time(process, tmp_path)
        process.send_signal(name)
        _, errors = process.communicate(timeout=30)
        assert (process.returncode, errors) == (0, "")


def check_one_at_a_time(process: subprocess.Popen[str], cwd: Path) -> None:
    """While one runs, another in its directory is refused."""
    errors = refused("--port", "0", "--fabric", cwd=cwd)
    assert f"in use by another carbonseal-devnet, process {process.pid}" in errors
    assert "--directory" in errors
    assert len(errors.splitlines()) == 1


def refused(*arguments: object, cwd: Path) -> str:
    """What `up` ends with, having printed nothing else."""
    done = CliRunner().invoke(main, ["up", "--directory", str(cwd / "carbonseal-devnet"), *map(str, arguments)])
    assert (done.exit_code, done.stdout, type(done.exception)) == (1, "", SystemExit), done.output
    return done.stderr


def startup_lines(process: subprocess.Popen[str]) -> list[str]:
    """What `up` says of itself: each network's first word, its ledger option, and all lines."""
    assert process.stdout is not None
    assert process.stderr is not None
    lines: list[str] = []
    while not lines or lines[-1] != "ready":
        line = process.stdout.readline()
        assert line, process.stderr.read()
        lines.append(line.strip())
    return lines


def good(*arguments: str, command: click.Command = carbonseal) -> str:
    done = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_all_three_and_a_node_that_anchors_on_them_by_what_was_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with start("up", "--port", "0", "--fabric", "--log=0", cwd=tmp_path) as process:
        lines = startup_lines(process)
        options = [words for line in lines if line.startswith("--ledger") for words in shlex.split(line)]
        assert len(options) == 6  # an option and its value, thrice
        assert "carbonseal-devnet introduce MY-NODE --directory " + str(tmp_path / "carbonseal-devnet") in lines[-2]
        good("init", "node", "--origin", "log.example/devnet", *options)
        good("introduce", "node", command=main)
        (tmp_path / "record.json").write_text("{}")
        good("seal", "node", "record.json", "--profile", "json/1")
        assert good("anchor", "node").count("1 final") == 3
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")


def test_where_fabric_fails_nothing_else_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARBONSEAL_FABRIC_BIN", "/nowhere")
    errors = refused("--port", "0", "--fabric=native", cwd=tmp_path)
    assert errors.startswith("Error: Fabric cannot start: ")


def test_a_port_of_the_log_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        errors = refused("--port", "0", f"--log={taken.getsockname()[1]}", cwd=tmp_path)
    assert "try --log=0" in errors


def test_who_is_introduced_where_there_is_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    key = MemoryLog("log.example/lonely").signer.verifier.encode()
    done = CliRunner().invoke(main, ["introduce", key])
    assert done.exit_code == 2
    assert "carbonseal-devnet up --log" in done.stderr
    assert not [*tmp_path.iterdir()]


def test_a_program_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARBONSEAL_ANVIL", "/nowhere/anvil")
    assert "npm install @foundry-rs/anvil" in refused("--ethereum", "anvil", "--port", "0", cwd=tmp_path)


def test_a_chain_that_is_kept(tmp_path: Path) -> None:
    def kept() -> tuple[list[str], int, str]:
        with start("up", "--keep", "--port", "0", cwd=tmp_path) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(5)]
            endpoint = lines[0].split()[1].removeprefix("ethereum+")
            request = urllib.request.Request(endpoint, b'{"method": "evm_mine"}')
            with urllib.request.urlopen(request, timeout=30) as response:
                block = json.load(response)["result"]
            request = urllib.request.Request(endpoint, b'{"method": "eth_blockNumber"}')
            with urllib.request.urlopen(request, timeout=30) as response:
                height = int(json.load(response)["result"], 16)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=30)
            assert (process.returncode, errors) == (0, "")
        return lines[1:], height, block

    (facts, height, block), (facts_again, height_again, block_again) = kept(), kept()
    assert facts_again == facts
    assert height_again == height + 1
    assert block_again != block


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "try --port 0" in refused("--port", taken.getsockname()[1], cwd=tmp_path)


def test_a_transaction_becomes_final_by_itself() -> None:
    """On `up`; in tests blocks come when they are asked for."""

    async def run() -> None:
        async with running(pace=0.02) as network, asyncio.timeout(60):

            async def ask(method: str, *params: object) -> Any:
                return await asyncio.to_thread(network.ask, method, *params)

            async def crowd() -> int:
                """The number of a new block with a transaction."""
                block = await ask("eth_getBlockByHash", await ask("dev_crowd", 1), False)
                assert block["transactions"]
                return int(block["number"], 16)

            assert (await ask("eth_getBlockByNumber", "finalized", False))["number"] == "0x1"  # with the registry
            await ask("evm_mine")
            height = await crowd()
            while int((await ask("eth_getBlockByNumber", "finalized", False))["number"], 16) < height:
                pass
            await ask("evm_setAutomine", False)
            height = await crowd()
            for _ in range(20):
                assert int(await ask("eth_blockNumber"), 16) == height

    asyncio.run(run())


PLUGIN = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name == "grpc":
            raise ModuleNotFoundError("No module named 'grpc'", name="grpc")
sys.meta_path.insert(0, Absent())
def test(carbonseal_fabric):
    pass
"""


def test_a_fixture_without_its_packages_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(PLUGIN)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:schemathesis", "test_mine.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "carbonseal's fixtures lack grpc: pip install 'carbonseal[devnet]'" in run.stdout
    assert "Traceback" not in run.stdout


def test_the_plugins_option_bears_its_name(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getoption("--carbonseal-fabric") is not None
    with pytest.raises(ValueError, match="--fabric"):
        pytestconfig.getoption("--fabric")


def test_the_plugin_is_light() -> None:
    """pytest loads it in every project that has carbonseal installed."""
    program = (
        "import sys, pytest; before = set(sys.modules); import carbonseal_devnet.pytest_plugin;"
        "print(sorted(name for name in set(sys.modules) - before if not name.startswith('carbonseal_devnet')))"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert run.stdout == "[]\n"


def test_help_is_quick() -> None:
    program = (
        "import sys\nfrom carbonseal_devnet.main import main\nmain(['up', '--help'], standalone_mode=False)\n"
        "print(sorted({'web3', 'eth', 'aiohttp', 'trie'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert run.stdout.endswith("[]\n")
