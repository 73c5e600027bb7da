"""Tells systemd how a served node is (sd_notify): that it answers, that it is still at work, that it stops.

- A unit of `Type=notify` is up once the node answers, and with `WatchdogSec=` systemd restarts one whose event loop stands still.
- Without `NOTIFY_SOCKET` nobody is told.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Where to tell it: the path of a datagram socket, or its abstract name after an @; and how many seconds may pass between two
    signs of life, 0 where none are wanted."""

    address: str = ""
    interval: float = 0.0

    @staticmethod
    def of(environment: MutableMapping[str, str]) -> Supervisor:
        """The supervisor that the environment names. Its variables are taken out, so that no child process tells it anything."""
        address, interval = environment.pop("NOTIFY_SOCKET", ""), environment.pop("WATCHDOG_USEC", "0")
        return Supervisor(address, int(interval) / 1e6 if interval.isdigit() else 0.0)

    def tell(self, state: str) -> None:
        """Tell one state, such as ``READY=1``. A supervisor that cannot be reached is a line in the log."""
        if not self.address:
            return
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
                to.sendto(state.encode(), address)
        except OSError as error:
            LOG.warning("supervisor not told: state=%s error=%s", state, error)

    @asynccontextmanager
    async def told(self) -> AsyncIterator[None]:
        """While the node answers: ready, alive, and at the end stopping."""
        self.tell("READY=1")
        alive = asyncio.create_task(self._tell_alive())
        try:
            yield
        finally:
            alive.cancel()
            with suppress(asyncio.CancelledError):
                await alive
            self.tell("STOPPING=1")

    async def _tell_alive(self) -> None:
        while self.address and self.interval:
            self.tell("WATCHDOG=1")
            await asyncio.sleep(self.interval / 2)
