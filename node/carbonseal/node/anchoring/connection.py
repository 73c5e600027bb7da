"""The way to one ledger: opened once it answers, compared with before anything is sent, left alone for a while when it is silent.

The ledger is asked for the largest head that it holds of each log. A node that was restored from an old copy finds out there, at
the latest.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from carbonseal.findings import Refused
from carbonseal.keys.endpoints import redacted
from carbonseal.ledger import Ledger, PermanentError, TransientError
from carbonseal.node.codes import CONFIG_WRONG_LEDGER
from carbonseal.node.config import LedgerConfig
from carbonseal.node.sealing.guard import Frozen
from carbonseal.node.sealing.log import SealingLog

from . import adapters

LOG = logging.getLogger(__name__)
FIRST_DELAY, LONGEST_DELAY = 0.5, 60.0  # seconds between two tries to reach a silent ledger; doubled with each

Connected = Callable[[Ledger], Awaitable[None]]  # told once, of a ledger that is what node.toml says


class Connection:
    """How this node talks to one ledger. `problem` says why it does not, and `remedy` what to do where waiting does not help."""

    def __init__(
        self,
        settings: LedgerConfig,
        directory: Path,
        logs: Iterable[SealingLog],
        *,
        clock: Callable[[], float],
        connected: Connected,
    ) -> None:
        """`logs` are those whose heads go there."""
        self._settings = settings
        self._directory = directory
        self._logs = tuple(logs)
        self._clock = clock
        self._connected = connected
        self._ledger: Ledger | None = None
        self._compared: set[bytes] = set()  # ids of logs
        self._failures = 0
        self.next_try = 0.0  # when a silent ledger is asked again
        self.problem = self.remedy = ""

    @property
    def compared(self) -> bool:
        """Whether the ledger was asked what it knows of every log to which that matters."""
        return self._ledger is not None and all(log.id in self._compared or not log.listens for log in self._logs)

    async def open(self) -> Ledger | None:
        """The ledger, where it can be talked to now and was compared with. Never raises what the ledger raises."""
        if self.remedy or self._clock() < self.next_try:
            return None
        try:
            if self._ledger is None:
                self._ledger = await self._connect()
                await self._connected(self._ledger)
            for log in self._logs:
                await self._compare(self._ledger, log)
        except TransientError as retry:
            self.put_off(str(retry))
        except PermanentError as never:
            self._give_up(never.reason, never.remedy)
        except Refused as refused:
            self._give_up(refused.finding.message, refused.finding.remedy or "correct node.toml")
        except Exception as defect:  # of an adapter, which may be anybody's: it must not stop the worker
            LOG.exception("connecting to %s", self._settings.name)
            self.put_off(f"a defect: {defect!r}")
        else:
            return self._ledger
        return None

    def answered(self) -> None:
        """It did something that it was asked for."""
        self.problem, self._failures = "", 0

    def put_off(self, problem: str) -> None:
        """It is silent: leave it alone for a while, the longer the longer it is."""
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(self._failures, 32))
        self.problem, self.next_try = problem, self._clock() + delay
        self._failures += 1

    def forget(self, log: bytes) -> None:
        """Compare again with what it knows of a log: the operator has vouched for the directory."""
        self._compared.discard(log)
        self.next_try = 0.0

    async def close(self) -> None:
        """Let go of the ledger."""
        if self._ledger is not None:
            await self._ledger.close()

    async def _connect(self) -> Ledger:
        wanted = self._settings
        ledger = await adapters.connect(wanted.uri, wanted.options, self._directory)
        if (ledger.name, ledger.publisher) == (wanted.name, wanted.publisher):
            return ledger
        await ledger.close()
        found, expected = _under(ledger.name, ledger.publisher), _under(wanted.name, wanted.publisher)
        raise Refused(CONFIG_WRONG_LEDGER(wanted.name, uri=redacted(wanted.uri), found=found, expected=expected))

    async def _compare(self, ledger: Ledger, log: SealingLog) -> None:
        """See whether the ledger claims to know more of a log than this node does; the log freezes where it does.
        GatherRequest once,
        also where another ledger's claim froze the log; and again when the node starts anew."""
        if log.id in self._compared or not log.listens:
            return
        statement = await ledger.latest(log.id)
        try:
            await log.compare(self._settings.name, statement)
        except Frozen as frozen:
            LOG.error("%s: %s", log.origin, frozen.finding)  # and the log's state shows it to everybody who asks
        if log.listens:
            self._compared.add(log.id)

    def _give_up(self, reason: str, remedy: str) -> None:
        """The ledger cannot be used as it is configured."""
        self.problem, self.remedy, self.next_try = reason, remedy, math.inf


def _under(name: str, publisher: str) -> str:
    return f"{name} under {publisher or 'the log itself'}"
