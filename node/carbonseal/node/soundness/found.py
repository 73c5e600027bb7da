"""The damage that is known of one log, or of the node's own database, while the node runs: shown by its health, and a log line
each when it is found and when it is gone."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from carbonseal.findings import Finding

LOG = logging.getLogger(__name__)


class Found:
    """Findings of whatever looks: the start, the sequencer, the scrub. `where` is the log's origin, or the database's name."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._findings: tuple[Finding, ...] = ()

    @property
    def findings(self) -> Sequence[Finding]:
        """What is damaged, as far as it is known."""
        return self._findings

    def add(self, findings: Iterable[Finding]) -> None:
        """These were found."""
        for finding in findings:
            if finding not in self._findings:
                self._findings += (finding,)
                LOG.error("damage found: where=%s finding=%s", self._where, finding)

    def replace(self, findings: Iterable[Finding]) -> None:
        """A whole pass found these and no others."""
        now = tuple(findings)
        gone = [one for one in self._findings if one not in now]
        self.add(now)
        self._findings = now
        for finding in gone:
            LOG.info("damage gone: where=%s finding=%s", self._where, finding)
