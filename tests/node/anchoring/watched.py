"""The simulated ledger, watched: with each call it looks whether the node keeps what it promises, and notes what it does not.

An adapter cannot fail a test by raising: the node takes that for a defect of the adapter. So `Watch.broken` has what was seen.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from carbonseal.ledger import Anchor, Attempt, Observation
from tests.node.simulated import SimulatedLedger

IRREVERSIBLE = 10  # confirmations
WATCHES: dict[Path, Watch] = {}  # by the ledger's path


@dataclass
class Watch:
    """What a ledger has seen of one node."""

    database: Path  # the node's
    broken: list[str] = field(default_factory=list)
    answers: dict[str, bytes] = field(default_factory=dict)  # what `send` returned, by attempt
    last: str = ""  # the attempt that was handed over last
    final: set[tuple[bytes, int]] = field(default_factory=set)  # what the node called final, when last looked
    undone: set[tuple[bytes, int]] = field(default_factory=set)  # what was reorged out, unnoticed by the node so far

    def look(self, ledger: SimulatedLedger) -> None:
        """What may be seen at any time."""
        written = [(one.log_id, one.size) for one in ledger.included()]
        self.expect(len(written) == len(set(written)), "a head is written twice")
        self.expect(ledger.nonces() == list(range(len(ledger.nonces()))), "the line of slots has a gap")
        final = {(log, size) for log, size, state in self.anchors() if state == "final"}
        lost = self.final - final
        self.expect(lost <= self.undone, "an anchor is final no more, and there was no reorg")
        self.undone -= lost
        self.final = final

    def expect(self, kept: bool, otherwise: str) -> None:
        if not kept:
            self.broken.append(otherwise)

    def anchors(self) -> list[tuple[bytes, int, str]]:
        """Log, size and state of every anchor, as they are stored."""
        return self.stored("SELECT log, size, state FROM anchors")

    def stored(self, query: str, *values: object) -> list[tuple[bytes, int, str]]:
        """Rows of the node's database, which is read as it is on the disk."""
        connection = sqlite3.connect(self.database)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()


async def connect(uri: str, options: Mapping[str, str], secret: Callable[[str], bytes]) -> WatchedLedger:
    return WatchedLedger(Path(uri.removeprefix("watched+file://")))


class WatchedLedger(SimulatedLedger):
    """Answers to `send`, replaces what waits for long, and calls an anchor final before it is irreversible."""

    replace_after = 30.0
    irreversible = IRREVERSIBLE

    @property
    def watch(self) -> Watch:
        return WATCHES[self.path]

    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        self.watch.look(self)
        return await super().prepare(anchor, earlier)

    async def send(self, attempt: Attempt) -> bytes:
        watch = self.watch
        watch.look(self)
        stored = watch.stored("SELECT log, size, id FROM attempts WHERE id = ?", attempt.id)
        watch.expect(len(stored) == 1, "what is sent was not stored before")
        others = self.can_be_written(attempt.statement) - {int(attempt.slot)}
        watch.expect(not others, "two attempts could both be written")
        await super().send(attempt)
        watch.last = attempt.id
        watch.answers[attempt.id] = b"taken: " + attempt.id.encode()
        return watch.answers[attempt.id]

    async def follow(self, attempts: Sequence[Attempt]) -> Observation:
        watch = self.watch
        watch.look(self)
        for attempt in attempts:
            answer = watch.answers.get(attempt.id, attempt.answer)
            watch.expect(attempt.answer == answer, "what `send` answered is followed without its answer")
        return await super().follow(attempts)
