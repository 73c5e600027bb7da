"""Heads of the audit chain in the node's logs: what is under one cannot be changed without a trace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from carbonseal.findings import Refused
from carbonseal.node.sealing.logs import Logs
from carbonseal.storage.writer_thread import WriterThread

from .audit import Audit, AuditHead
from .codes import AUDIT_HEAD_UNKNOWN

PERIOD = 60.0  # seconds after which new events are under an entry of a log


class AuditHeads:
    """Lets heads of the chain join the first log that has begun and is not frozen; no log begins for them."""

    def __init__(self, audit: Audit, logs: Logs, thread: WriterThread) -> None:
        self._audit = audit
        self._logs = logs
        self._thread = thread

    async def run(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Let new heads join, until cancelled."""
        while True:
            with suppress(Refused):  # frozen, or the disk is full: later
                await self.join()
            await sleep(PERIOD)

    async def join(self) -> None:
        """Make the newest head an entry of a log, where it is none yet. Raises Refused."""
        head = self._audit.head
        log = next((log for log in self._logs.values() if log.evidence_digests.log_has_begun and not log.frozen), None)
        if log is not None and head.number > self._audit.in_log:
            entry = await log.evidence_digests.append(head.hash)
            # Durable: the entry. After a crash here the same head becomes another entry.
            await self._thread.run(self._audit.logged, head, log.name, entry)

    def check(self) -> AuditHead:
        """The chain's head, after every event was hashed again, and every head that a log has was found in the chain. Reads all
        entries of all logs. Raises Refused (``audit.*``)."""
        head = self._audit.check()
        for log in self._logs.values():
            for entry, digest in log.evidence_digests.all():
                if not self._audit.has(digest):
                    raise Refused(AUDIT_HEAD_UNKNOWN(entry=entry, log=log.name))
        return head
