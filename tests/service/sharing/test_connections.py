"""A served program: idle connections keep nobody out, and its workers end with it."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from tests.service.nodes import make_node

FEW = 96  # files that the shell lets the program open, unless it asks for more
SERVE = 'ulimit -Sn "$1"; shift; exec "$@"'


def test_idle_connections_keep_nobody_out_and_workers_end_with_the_node(tmp_path: Path) -> None:
    make_node(tmp_path)
    command = [
        "sh",
        "-c",
        SERVE,
        "sh",
        str(FEW),
        sys.executable,
        "-m",
        "carbonseal",
        "serve",
        str(tmp_path),
        "--port",
        "0",
    ]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process,
        ExitStack() as idle,
    ):
        assert process.stdout is not None
        found = re.search(r"http://([0-9.]+):([0-9]+)", process.stdout.readline())
        assert found is not None
        url, host, port = found[0], found[1], int(found[2])
        for _ in range(2 * FEW):
            idle.enter_context(socket.create_connection((host, port)))
        record = urllib.request.Request(
            f"{url}/v1/records?profile=json/1", b'{"a":1}', {"Content-Type": "application/json"}
        )
        assert json.load(urllib.request.urlopen(record))["profile"] == "json/1"
        assert json.load(urllib.request.urlopen(f"{url}/health"))["state"] == "ok"
        workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert workers
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
