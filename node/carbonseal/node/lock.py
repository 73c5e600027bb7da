"""The lock of a node's directory: one writer. Whoever comes second learns who holds it, and where to talk to it."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

from carbonseal.findings import Refused

from .codes import NODE_LOCKED, NODE_SERVED

FILE = "lock"


class Locked(Refused):
    """Another process has the node open. `address` is where its service listens, or None."""

    def __init__(self, pid: int, address: str | None) -> None:
        process = f"process {pid}" if pid else "another process"
        super().__init__(NODE_SERVED(process=process, address=address) if address else NODE_LOCKED(process=process))
        self.pid = pid
        self.address = address


class Lock:
    """Held from construction until `close`, or until the process ends in whatever way. Raises `Locked`."""

    def __init__(self, directory: Path) -> None:
        self._descriptor = os.open(directory / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise Locked(*_holder(directory)) from None
        self.advertise(None)

    def advertise(self, address: str | None) -> None:
        """Tell those who come second where the node can be talked to."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps({"pid": os.getpid(), "address": address}).encode(), 0)

    def close(self) -> None:
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)


def _holder(directory: Path) -> tuple[int, str | None]:
    """Who holds the lock, as far as it has written that down yet."""
    try:
        holder = json.loads((directory / FILE).read_bytes())
        return int(holder["pid"]), holder["address"]
    except (ValueError, KeyError, TypeError):
        return 0, None
