"""Fabric's own programs: found on this machine, run to their end, or supervised while they run."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from carbonseal_devnet.supervised_process import ProgramFailed, ProgramMissing, end_of, supervise

PROGRAMS = ("peer", "orderer", "cryptogen", "configtxgen")
TIMEOUT = 60.0  # seconds to start, and for any command
GRACE = 10  # seconds to stop
VARIABLE = "CARBONSEAL_FABRIC_BIN"


class Programs:
    """Fabric's programs in the folder that CARBONSEAL_FABRIC_BIN names, or on the PATH. Raises ProgramMissing."""

    def __init__(self) -> None:
        folder = os.environ.get(VARIABLE)
        found = {name: shutil.which(name, path=folder) for name in PROGRAMS}
        missing = [name for name, path in found.items() if path is None]
        if missing:
            where = f"in {folder}" if folder else "on the PATH"
            raise ProgramMissing(
                f"{', '.join(missing)} not {where}; unpack a release archive of github.com/hyperledger/fabric "
                f"and set {VARIABLE} to its folder bin"
            )
        self._paths = {name: path for name, path in found.items() if path}
        printed = self.run("peer", "version", settings=Path.cwd())
        version = re.search(r"Version: v?(\S+)", printed)
        self.version = version[1] if version else "unknown"

    def __getitem__(self, name: str) -> str:
        return self._paths[name]

    def run(self, name: str, *arguments: object, settings: Path, **environment: str) -> str:
        """What the program prints. Raises ProgramFailed."""
        command = [self[name], *map(str, arguments)]
        done = subprocess.run(
            command,
            env=quiet_environment(settings) | environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        if done.returncode:
            raise ProgramFailed(f"{' '.join(command[:4])}: {(done.stderr or done.stdout)[-2000:]}")
        return done.stdout + done.stderr


def quiet_environment(settings: Path) -> dict[str, str]:
    """Of this process's environment, nothing that would change a program's settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CORE_", "ORDERER_", "FABRIC_"))}
    return clean | {"FABRIC_CFG_PATH": str(settings), "FABRIC_LOGGING_SPEC": "WARN"}


class SupervisedProgram:
    """A program that runs until it is stopped or killed, or whoever started it ends. It listens on `port` once it is ready."""

    def __init__(self, command: Sequence[str], port: int, log: Path, environment: Mapping[str, str]) -> None:
        self._process = supervise(command, log, environment)
        self._port = port
        self._log = log

    def until_ready(self) -> None:
        """Raises ProgramFailed where the program ends before, or takes too long."""
        end = time.monotonic() + TIMEOUT
        while not listens(self._port):
            if self._process.poll() is not None or time.monotonic() > end:
                raise ProgramFailed(f"{self._log.stem} does not run: {end_of(self._log)}")
            time.sleep(0.01)

    def kill(self) -> None:
        """At once, the program with its supervisor."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._end()
        while listens(self._port):  # it outlives its supervisor by some milliseconds
            time.sleep(0.005)

    def ask_to_stop(self) -> None:
        """Ask it to stop, and do not wait."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended by itself
            self._process.stdin.write(b"\n")
            self._process.stdin.flush()

    def stop(self) -> None:
        """Cleanly, and at once where it does not do so in time."""
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE)
        self._end()

    def _end(self) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()


def listens(port: int) -> bool:
    """Whether something answers there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on now, below those that systems give to outgoing connections."""
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in found:
                found.append(port)
    return found


def at_once(function: Callable[[Any], object], items: Iterable[Any]) -> None:
    """Call it for all items, in threads. Raises what the first one raises."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(function, items))
