"""Check of the index against the logs: its rows say what the records say, and there are no others.

What rows say of one another (which record is current, which are disputed) follows from these, and is not looked at. One place that
differs is enough: the index is made again as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from carbonseal.findings import Finding
from carbonseal.node.sealing.queue import Stored
from carbonseal.node.soundness.codes import FSCK_LOOKUP_DAMAGED
from carbonseal.node.soundness.damage import Damage, RemoveIndex

from .index import Index, Indexed, Term
from .said import NAMES, read_all

FILE = "index.db"
SLICE = 64  # entries at once


class ReadRecords(Protocol):
    """What is read of a log: an `EntryQueue`, or an open log."""

    def records(self, start: int, end: int) -> list[tuple[Stored, bytes]]:
        """The records among the entries start..end-1, each with its canonical bytes."""


class IndexCheck:
    """One pass over the index, whose logs are these by their origins. `damage` says what was found: one place at most."""

    def __init__(self, index: Index, logs: Mapping[str, ReadRecords]) -> None:
        self._index = index
        self._logs = logs
        self.damage: list[Damage] = []
        self.verdict: list[Finding] = []  # no guard knows this database

    def steps(self) -> Iterator[int]:
        """Make the pass: the number of bytes that each step looked at. It ends where the index is made again meanwhile."""
        for origin in sorted(self._index.logs() & self._logs.keys()):
            start = 0
            while not self.damage and start < (end := min(start + SLICE, self._index.covered(origin)[0])):
                records = self._logs[origin].records(start, end)
                rows = self._index.rows(origin, start, end)
                if self._index.covered(origin)[0] < end:
                    return
                if reason := self._difference(origin, records, rows):
                    self.damage.append(Damage(FSCK_LOOKUP_DAMAGED(path=FILE, log=origin, reason=reason), RemoveIndex()))
                yield sum(len(raw) for _, raw in records)
                start = end

    def _difference(self, origin: str, records: Sequence[tuple[Stored, bytes]], rows: Mapping[int, Indexed]) -> str:
        """What the index says otherwise than these records; empty where nothing is."""
        said = read_all([(stored.receipt.profile, raw) for stored, raw in records])
        terms: set[Term] = set()
        for (stored, _), (says, _) in zip(records, said, strict=True):
            row = rows.get(stored.index)
            if row is None:
                return f"entry {stored.index} is missing"
            receipt = stored.receipt
            wanted = (origin, stored.tenant, receipt.profile, receipt.commitment, receipt.acknowledged, says)
            if wanted != (row.log, row.tenant, row.profile, row.commitment, row.acknowledged, row.said):
                return f"entry {stored.index} is another record, or says something else"
            terms |= {(stored.tenant, name, value, row.number) for name in NAMES for value in says.names.get(name, ())}
        if beyond := rows.keys() - {stored.index for stored, _ in records}:
            return f"entry {min(beyond)} is no record"
        lacking = sorted(self._index.lacking(terms))
        return f"nothing is found by the {lacking[0][1]} {lacking[0][2]}" if lacking else ""
