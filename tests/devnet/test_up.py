"""`carbonseal-devnet up`, as a program."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager

import pytest

from carbonseal_devnet.ethereum import Missing, Network, find

COMMAND = [sys.executable, "-c", "from carbonseal_devnet.main import main; main()"]


@contextmanager
def start(*arguments, cwd):
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "error"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*COMMAND, *arguments], cwd=cwd, env=environment, text=True, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()  # where it still runs, a test has failed


@pytest.mark.parametrize(
    ("name", "engine"),
    [(signal.SIGINT, None), (signal.SIGTERM, None), (signal.SIGINT, "anvil"), (signal.SIGTERM, "geth")],
)
def test_it_says_where_it_is_and_stops_cleanly(name, engine, tmp_path):
    chosen = ["--ethereum"] if engine is None else [f"--ethereum={engine}"]
    if engine is not None:
        try:
            find(engine)
        except Missing as missing:
            pytest.skip(str(missing))
    with start("up", *chosen, "--port", "0", cwd=tmp_path) as process:
        lines = []
        while not lines or lines[-1] != "ready":
            line = process.stdout.readline()
            assert line, process.stderr.read()
            lines.append(line.strip())
        told = [line.split() for line in lines[:-1]]
        values = {words[0]: words[1] for words in told}
        endpoint = values["ethereum"].removeprefix("ethereum+")
        request = urllib.request.Request(
            endpoint, b'{"id": 1, "method": "eth_getBlockByNumber", "params": ["0x0", false]}'
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            assert json.load(response)["result"]["hash"] == values["genesis"]
        assert values["ledger"] == "eip155:1337"
        keys = [(words[1], words[2].removeprefix("file:")) for words in told if words[0] == "publisher"]
        assert [publisher for publisher, _ in keys] == [Network.publisher(number) for number in range(9)]
        for number, (_, path) in enumerate(keys):
            assert bytes.fromhex((tmp_path / path).read_text()) == Network.key(number)
            assert (tmp_path / path).stat().st_mode & 0o077 == 0
        process.send_signal(name)
        _, errors = process.communicate(timeout=30)
        assert (process.returncode, errors) == (0, "")


def test_a_program_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setenv("CARBONSEAL_ANVIL", "/nowhere/anvil")
    with start("up", "--ethereum", "anvil", "--port", "0", cwd=tmp_path) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "npm install @foundry-rs/anvil" in errors
    assert "Traceback" not in errors


def test_a_chain_that_is_kept(tmp_path):
    def told():
        with start("up", "--keep", "--port", "0", cwd=tmp_path) as process:
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

    (facts, height, block), (facts_again, height_again, block_again) = told(), told()
    assert facts_again == facts
    assert height_again == height + 1
    assert block_again != block


def test_a_port_that_is_taken(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with start("up", "--port", str(taken.getsockname()[1]), cwd=tmp_path) as process:
            _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "try --port 0" in errors
    assert "Traceback" not in errors


def test_the_plugin_is_light():
    """pytest loads it in every project that has carbonseal installed."""
    program = (
        "import sys, pytest; before = set(sys.modules); import carbonseal_devnet.pytest_plugin;"
        "print(sorted(name for name in set(sys.modules) - before if not name.startswith('carbonseal_devnet')))"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert run.stdout == "[]\n"


def test_help_is_quick():
    program = (
        "import sys\nfrom carbonseal_devnet.main import main\nmain(['up', '--help'], standalone_mode=False)\n"
        "print(sorted({'web3', 'eth', 'aiohttp', 'trie'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert run.stdout.endswith("[]\n")
