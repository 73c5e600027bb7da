"""`carbonseal-devnet up`, as a program."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from carbonseal_devnet.ethereum import Network

COMMAND = [sys.executable, "-c", "from carbonseal_devnet.main import main; main()"]


def start(*arguments, cwd):
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "error"}
    return subprocess.Popen(
        [*COMMAND, *arguments], cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_stops_cleanly(name, tmp_path):
    with start("up", "--port", "0", cwd=tmp_path) as process:
        lines = []
        while not lines or lines[-1] != "ready":
            line = process.stdout.readline()
            assert line, process.stderr.read()
            lines.append(line.strip())
        told = [line.split() for line in lines[:-1]]
        values = {words[0]: words[1] for words in told}
        endpoint = values["ethereum"].removeprefix("ethereum+")
        request = urllib.request.Request(endpoint, b'{"id": 1, "method": "eth_getBlockByNumber", "params": ["0x0"]}')
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
