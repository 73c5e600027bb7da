"""The simulated ledger in memory, watched: with each call it looks whether the node keeps its promises, and notes what it breaks.

An adapter cannot fail a test by raising: the node takes that for a defect of the adapter. So `Watch.broken` has what was seen.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from carbonseal.ledger import Anchor, Attempt, AttemptStatus, Evidence, Observation, Statement
from tests.node.simulated import SCHEMA, SimulatedLedger

IRREVERSIBLE = 4  # confirmations
SLOW = 1.3  # seconds that half a call takes
FAULTS = (
    "down",
    "busy",
    "slow",  # every call takes its time
    "deaf",
    "stalled",
    "reverting",
    "unproved",
    "barred",
    "defective",
    "full",  # the node's disk, while it stores what came of this ledger
    "garbled",  # what every call returns is not of the kind that it should be
)  # see `simulated.FAULTS` for the others
DOWN, FOLLOW_DEFECT = "the ledger is down", "a defect"  # as `simulated` says it
NOT_WRITTEN = (AttemptStatus.MISSING, AttemptStatus.PENDING, AttemptStatus.REFUSED)
WRONG = (None, 1.5, {"no": {"json"}}, "\ud800", ())
T = TypeVar("T")
WATCHES: dict[str, Watch] = {}  # by the ledger's name
Key = tuple[bytes, int]  # log id and size


def _chain() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    return connection


@dataclass
class Watch:
    """A ledger, and what it has seen of one node."""

    name: str
    node: sqlite3.Connection  # the node's database
    now: Callable[[], float]
    chain: sqlite3.Connection = field(default_factory=_chain)
    faults: dict[str, float] = field(default_factory=dict)  # until when each lasts
    broken: list[str] = field(default_factory=list)
    answers: dict[str, bytes] = field(default_factory=dict)  # what `send` returned, by attempt
    last: str = ""  # the attempt that was handed over last
    garbled: int = 0  # how many answers
    called: bool = False  # a call is under way
    final: set[Key] = field(default_factory=set)  # what the node called final, when last looked
    reported: dict[Key, AttemptStatus] = field(default_factory=dict)  # what `follow` said last
    undone: set[Key] = field(default_factory=set)  # what was reorged out, and may be unnoticed by the node so far

    def look(self) -> None:
        """What may be seen at any time at which no call is under way."""
        written = [(one.log_id, one.size) for one in self.ledger().included()]
        self.expect(len(written) == len(set(written)), "a head is written twice")
        states = self.states()
        self.expect(states.keys() >= self.handed_over(), "what was handed over is not known any more")
        final = {key for key, state in states.items() if state == "final"}
        lost = self.final - final
        self.expect(lost <= self.undone, "an anchor is final no more, and there was no reorg")
        denied = {key for key in lost if self.reported.get(key) is AttemptStatus.FINAL}
        self.expect(not denied, "an anchor is final no more, and the ledger said that it is")
        self.expect(final - self.undone <= set(written), "an anchor is final, and not written")
        gone = {key for key in final if self.reported.get(key) in NOT_WRITTEN}
        self.expect(not gone, "an anchor is called final, and the ledger said that it is not written")
        self.expect(final <= self.proved().keys(), "an anchor is final, and there is no evidence")
        stale = {key for key in self.proved() if self.reported.get(key) in NOT_WRITTEN}
        self.expect(not stale, "there is evidence, and the ledger said that it is not written")
        self.expect(not self.failing(), "an error is held against an anchor that is final")
        for reason in self.failure_reasons():
            self.expect(reason != FOLLOW_DEFECT, "a permanent error of `follow` failed an anchor")
            self.expect(not reason.startswith(DOWN), "an outage failed an anchor")
        self.undone &= final
        self.final = final

    def expect(self, kept: bool, otherwise: str) -> None:
        if not kept:
            self.broken.append(otherwise)

    def has(self, fault: str) -> bool:
        return self.faults.get(fault, 0) > self.now()

    def ledger(self) -> WatchedLedger:
        return WatchedLedger(self)

    def reorg(self, depth: int, drop: bool) -> None:
        self.undone |= {(one.log_id, one.size) for one in self.ledger().reorg(drop=drop, depth=depth)}

    def mine(self, blocks: int) -> None:
        for _ in range(blocks):
            self.ledger().mine()

    def forget(self) -> None:
        """The node could not store what the ledger reported last: it will ask again, and hand over again."""
        self.reported.clear()
        self.answers.pop(self.last, None)

    def states(self) -> dict[Key, str]:
        """The state of every anchor on this ledger, as it is stored."""
        rows = self.node.execute("SELECT log, size, state FROM anchors WHERE ledger = ?", (self.name,))
        return {(log, size): state for log, size, state in rows}

    def failing(self) -> int:
        """How many final anchors count tries that failed."""
        query = "SELECT count(*) FROM anchors WHERE ledger = ? AND state = 'final' AND (tries > 0 OR reason != '')"
        count: int = self.node.execute(query, (self.name,)).fetchone()[0]
        return count

    def failure_reasons(self) -> list[str]:
        """Why anchors failed."""
        rows = self.node.execute("SELECT reason FROM anchors WHERE ledger = ? AND state = 'failed'", (self.name,))
        return [reason for (reason,) in rows]

    def handed_over(self) -> set[Key]:
        return set(self.chain.execute("SELECT log, size FROM seen").fetchall())

    def proved(self) -> dict[Key, bytes]:
        """The evidence of every anchor on this ledger, as it is stored: a block."""
        rows = self.node.execute("SELECT log, size, data FROM evidence WHERE ledger = ?", (self.name,))
        return {(log, size): data for log, size, data in rows}

    def blocks(self) -> set[bytes]:
        return {data for (data,) in self.chain.execute("SELECT data FROM blocks")}


async def connect(uri: str, options: Mapping[str, str], secret: Callable[[str], bytes]) -> WatchedLedger:
    return WatchedLedger(WATCHES[uri.removeprefix("watched+memory:")])


class WatchedLedger(SimulatedLedger):
    """Answers to `send`, replaces what waits for long, and calls an anchor final before it is irreversible."""

    replace_after = 30.0
    irreversible = IRREVERSIBLE

    def __init__(self, watch: Watch) -> None:
        super().__init__(Path(watch.name), watch.name)
        self.watch = watch

    def _has(self, fault: str) -> bool:
        return self.watch.has(fault)

    @contextmanager
    def _file(self) -> Iterator[sqlite3.Connection]:
        with self.watch.chain:
            yield self.watch.chain

    @asynccontextmanager
    async def _called(self) -> AsyncIterator[None]:
        """One call, alone; the node's process may end within it."""
        self.watch.look()
        self.watch.expect(not self.watch.called, "two calls of one ledger at a time")
        self.watch.called = True
        try:
            await asyncio.sleep(SLOW if self._has("slow") else 0)
            yield
            await asyncio.sleep(SLOW if self._has("slow") else 0)
        finally:
            self.watch.called = False

    def _garbled(self, sound: T) -> T:
        """With one member, or all of it, of another kind than it should be: now this one, now that."""
        if not self._has("garbled"):
            return sound
        self.watch.garbled += 1
        members = [one.name for one in fields(cast(Any, sound))]
        member, wrong = members[self.watch.garbled % len(members)], WRONG[self.watch.garbled % len(WRONG)]
        return cast(T, wrong) if wrong == () else cast(T, replace(cast(Any, sound), **{member: wrong}))

    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        async with self._called():
            attempt = await super().prepare(anchor, earlier)
        return self._garbled(attempt)

    async def send(self, attempt: Attempt) -> bytes:
        async with self._called():
            watch = self.watch
            stored = watch.node.execute(
                "SELECT log, size, payload FROM attempts WHERE ledger = ? AND id = ?", (watch.name, attempt.id)
            ).fetchall()
            statement = attempt.statement
            exactly = [(statement.log_id, statement.size, attempt.payload)]
            watch.expect(stored == exactly, "what is sent was not stored before")
            others = self.can_be_written(statement) - {int(attempt.slot)}
            watch.expect(not others, "two attempts could both be written")
            displaced = watch.chain.execute(
                "SELECT 1 FROM pool WHERE nonce = ? AND log = ? AND size != ?",
                (int(attempt.slot), statement.log_id, statement.size),
            ).fetchone()
            watch.expect(displaced is None, "an attempt takes the slot of another anchor's")
            watch.last = attempt.id
            await super().send(attempt)
        answer = b"taken: " + attempt.id.encode()
        if self._has("garbled"):
            return cast(bytes, answer.decode())
        watch.answers[attempt.id] = answer
        return answer

    async def follow(self, attempts: Sequence[Attempt], proved: Mapping[str, Any] | None = None, /) -> Observation:
        async with self._called():
            self.watch.expect(bool(attempts), "nothing is followed")
            for attempt in attempts:
                answer = self.watch.answers.get(attempt.id, attempt.answer)
                self.watch.expect(attempt.answer == answer, "what `send` answered is followed without its answer")
            seen = await super().follow(attempts, proved)
        statement = attempts[0].statement
        self.watch.reported[statement.log_id, statement.size] = seen.status  # stored before anybody else has a turn
        if self._has("garbled"):
            self.watch.reported.clear()
        return self._garbled(seen)

    async def evidence(self, attempt: Attempt, observation: Observation) -> Evidence:
        async with self._called():
            evidence = await super().evidence(attempt, observation)
        return self._garbled(evidence)

    async def latest(self, log: bytes) -> Statement | None:
        async with self._called():
            return await super().latest(log)
