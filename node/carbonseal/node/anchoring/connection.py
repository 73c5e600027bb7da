"""Connection to one ledger: opens lazily, runs the startup check before anything is sent, backs off while the ledger is
unreachable.

The startup check queries the ledger's latest anchor of each log. It detects a node that was restored from an old copy.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from carbonseal.findings import BrokenOff, Refused
from carbonseal.keys.endpoints import redacted
from carbonseal.ledger import Ledger, PermanentError, TransientError
from carbonseal.node.codes import CONFIG_WRONG_LEDGER
from carbonseal.node.config import LedgerConfig
from carbonseal.node.sealing.guard import Frozen
from carbonseal.node.sealing.log import SealingLog
from carbonseal.storage.writer_thread import WriterThread
from carbonseal.transport import backoff

from . import adapters
from .certificates import CertificateExpiry
from .tracked import Limits

LOG = logging.getLogger(__name__)


class Connection:
    """`problem` says why the ledger cannot be used now, `remedy` what to do where waiting does not help."""

    def __init__(
        self,
        settings: LedgerConfig,
        directory: Path,
        logs: Iterable[SealingLog],
        *,
        certificates: CertificateExpiry,
        writer: WriterThread,
        limits: Limits,
        clock: Callable[[], float],
    ) -> None:
        """`logs` are those whose heads go there."""
        self._settings = settings
        self._directory = directory
        self._logs = tuple(logs)
        self._limits = limits
        self._clock = clock
        self._certificates = certificates
        self._writer = writer
        self._ledger: Ledger | None = None
        self._compared: set[bytes] = set()  # ids of logs
        self._failures = 0
        self.next_try = 0.0  # when a ledger that could not be reached is tried again; infinity: never
        self.problem = self.remedy = ""

    @property
    def compared(self) -> bool:
        """Whether the startup check is done for every log that needs it."""
        return self._ledger is not None and all(log.id in self._compared or not log.listens for log in self._logs)

    async def open(self) -> Ledger | None:
        """The ledger, once it is reachable and the startup check is done; else None. Raises none of the ledger's errors;
        `BrokenOff` where the node's own disk fails."""
        wait = self.next_try - self._clock()
        if self.remedy or 0 < wait <= self._limits.longest_reconnect:  # longer: the clock was set back
            return None
        try:
            if self._ledger is None:
                self._ledger = await self._connect()
                LOG.info("ledger connected: ledger=%s publisher=%s", self._settings.name, self._settings.publisher)
                await self._note_expiry(self._ledger)
            for log in self._logs:
                await self._compare(self._ledger, log)
        except TransientError as error:
            self.failed(str(error))
        except PermanentError as error:
            self._give_up(error.reason, error.remedy)
        except BrokenOff:  # the node's own disk, which may have room again soon
            raise
        except Refused as refused:
            self._give_up(refused.finding.message, refused.finding.remedy or "correct node.toml")
        except Exception as defect:  # an adapter's defect must not stop the worker
            LOG.exception("adapter defect: ledger=%s call=connect", self._settings.name)
            self.failed(f"a defect of the adapter: {defect!r}")
        else:
            return self._ledger
        return None

    def answered(self) -> None:
        """A round of calls succeeded: clear the problem and the back-off."""
        if self.problem:
            LOG.info("ledger answers again: ledger=%s", self._settings.name)
        self.problem, self._failures = "", 0

    def failed(self, problem: str) -> None:
        """The ledger is unreachable: back off, for longer after each failure in a row."""
        if not self.problem:
            LOG.warning("ledger does not answer: ledger=%s error=%s", self._settings.name, problem)
        self._failures += 1
        delay = backoff(self._failures, self._limits.first_reconnect, self._limits.longest_reconnect)
        self.problem, self.next_try = problem, self._clock() + delay

    def compare_again(self, log: bytes) -> None:
        """Repeat the startup check for a log (its id), whose guard the operator has adopted."""
        self._compared.discard(log)
        self.next_try = 0.0

    async def close(self) -> None:
        """Close the ledger's own connections."""
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
        """The startup check for one log, which freezes where the ledger claims a larger head or another root than the node has.
        Done once each time the node is opened, also where another ledger's claim froze the log."""
        if log.id in self._compared or not log.listens:
            return
        statement = await ledger.latest(log.id)
        with suppress(Frozen):  # the sequencer logged it, and the log's state shows it to everybody who asks
            await log.compare(self._settings.name, statement)
        if log.listens:
            self._compared.add(log.id)

    async def _note_expiry(self, ledger: Ledger) -> None:
        """Store the certificate's expiry, and log a warning where it is soon. A disk that takes nothing keeps no ledger from being
        asked."""
        name = self._settings.name
        try:
            await self._writer.run(self._certificates.put, name, ledger.expires)
        except BrokenOff as broken:
            LOG.info("certificate expiry not stored: ledger=%s error=%s", name, broken.finding)
        if warning := self._certificates.warning(name, self._clock()):
            LOG.warning("certificate expires: ledger=%s warning=%s", name, warning)

    def _give_up(self, reason: str, remedy: str) -> None:
        """The ledger cannot be used as it is configured."""
        LOG.error("ledger cannot be used: ledger=%s reason=%s remedy=%s", self._settings.name, reason, remedy)
        self.problem, self.remedy, self.next_try = reason, remedy, math.inf


def _under(name: str, publisher: str) -> str:
    return f"{name} under {publisher or 'the log itself'}"
