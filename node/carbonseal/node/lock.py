"""Lock of a node's directory (flock): one process writes. A second one learns which process holds it and its service's URL.

The lock file's content, ``{"pid": 4711, "address": "http://127.0.0.1:8480", "token": "..."}``, is information only; the lock is
the kernel's. The token lets in whoever can read the file, who can read the node's keys too; it ends with the process.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

from carbonseal.findings import Refused

from .codes import NODE_LOCKED, NODE_SERVED

LOG = logging.getLogger(__name__)
FILE = "lock"
LENGTH = 1024  # bytes: the text, then spaces
MODE = 0o600  # whoever can open the file can hold the lock, and keep the node from starting


class Locked(Refused):
    """Another process has the node open. `pid` is 0 where it is not known yet; `address` is its service's URL, or None, and `token`
    what it lets its operator in by."""

    def __init__(self, pid: int, address: str | None, token: str = "") -> None:
        process = f"process {pid}" if pid else "another process"
        super().__init__(NODE_SERVED(process=process, address=address) if address else NODE_LOCKED(process=process))
        self.pid = pid
        self.address = address
        self.token = token


class Lock:
    """Held from construction until `close`, or until the process ends, however it ends. The constructor raises `Locked`."""

    def __init__(self, directory: Path) -> None:
        import fcntl  # Windows has none: there, clients of nodes elsewhere import this module

        self._descriptor = os.open(directory / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, MODE)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise Locked(*_holder(directory)) from None
        os.fchmod(self._descriptor, MODE)  # of a file that was there
        self.advertise(None)

    def advertise(self, address: str | None, token: str = "") -> None:
        """Publish the URL at which the node's service listens (None: it has none), and the operator's token. Where a full disk
        does not take it, the lock is held all the same, and other commands learn that, not where to."""
        self._note(json.dumps({"pid": os.getpid(), "address": address, "token": token}))

    def close(self) -> None:
        """Release the lock."""
        self._note("")
        os.close(self._descriptor)

    def _note(self, text: str) -> None:
        """Write the file's content over what is there, at one length: that takes no room on a disk that is full."""
        try:
            os.pwrite(self._descriptor, text.encode().ljust(LENGTH), 0)
        except OSError as error:
            LOG.warning("lock file not written: error=%s", error.strerror)


class ReadLock:
    """Keeps others from writing while this process only reads; several processes may hold one. Changes nothing, and works in a
    read-only directory. Where there is no lock file, no process ever had the node open. The constructor raises `Locked`."""

    def __init__(self, directory: Path) -> None:
        import fcntl

        self._descriptor: int | None = None
        try:
            descriptor = os.open(directory / FILE, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise Locked(*_holder(directory)) from None
        self._descriptor = descriptor

    def close(self) -> None:
        """Release the lock."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _holder(directory: Path) -> tuple[int, str | None, str]:
    """Process id, service address and operator's token of the holder; (0, None, "") where it has not written them yet."""
    try:
        holder = json.loads((directory / FILE).read_bytes())
        return int(holder["pid"]), holder["address"], str(holder["token"])
    except (ValueError, KeyError, TypeError):
        return 0, None, ""
