"""One lane for each ledger, so that a dead one delays no other: connects, compares, sends, follows.

Before anything is sent on a ledger, it is asked for the largest head that it holds of this log. A node that was restored from
an old copy finds out there, at the latest.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from carbonseal.findings import CONFIG_WRONG_LEDGER, Refused
from carbonseal.ledger import Anchor, Ledger, Never, Retry, Unknown, log_id

from . import ledgers, points
from .config import LedgerConfig
from .endings import Endings
from .follower import LONGEST_WATCH, Follower, OnDisk, watch
from .guard import Frozen
from .outbox import FIRST_DELAY, LONGEST_DELAY, NEVER, OPEN, STANDING, AnchorState, Outbox, State
from .purses import KnownPurse, Purses
from .sequencer import Sequencer

LOG = logging.getLogger(__name__)
SLOWEST_ROUND = 5.0  # seconds between two rounds with nothing to do
PURSE_EVERY = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class LedgerState:
    """How a ledger stands with this node. `compared` says whether it was asked what it knows of this log; `problem` why it
    cannot be talked to, and `remedy` what to do about it where waiting does not help; `warning` tells what will be one."""

    name: str
    uri: str
    publisher: str
    cadence: float
    compared: bool
    problem: str
    remedy: str
    warning: str
    counts: dict[State, int]
    costs: Costs | None  # None where anchors cost nothing, or where the ledger was never asked
    newest: tuple[AnchorState, ...]  # what is open or failed, and the newest final one

    def to_json(self) -> dict[str, object]:
        return {
            "ledger": self.name,
            "uri": self.uri,
            "publisher": self.publisher,
            "cadence": self.cadence,
            "compared": self.compared,
            "problem": self.problem,
            "remedy": self.remedy,
            "warning": self.warning,
            "counts": {state.value: count for state, count in self.counts.items()},
            "costs": None if self.costs is None else self.costs.to_json(),
            "anchors": [anchor.to_json() for anchor in self.newest],
        }


@dataclass(frozen=True, slots=True)
class Costs:
    """What pays for a ledger's anchors, and what they have cost so far."""

    purse: KnownPurse
    spent: int
    anchors: int  # that stand
    entries: int  # that they cover

    def to_json(self) -> dict[str, object]:
        """Amounts are decimal numbers of the purse's unit, as text."""
        amount = self.purse.amount
        return {
            "unit": self.purse.unit,
            "balance": amount(self.purse.balance),
            "asked": self.purse.asked,
            "warning": self.purse.warning,
            "spent": amount(self.spent),
            "per-anchor": amount(self.spent // self.anchors) if self.anchors else None,
            "per-record": amount(self.spent // self.entries) if self.entries else None,
        }


class Lane:
    """The way of all anchors to one ledger."""

    def __init__(
        self,
        settings: LedgerConfig,
        directory: Path,
        *,
        sequencer: Sequencer,
        outbox: Outbox,
        purses: Purses,
        endings: Endings,
        follower: Follower,
        on_disk: OnDisk,
        clock: Callable[[], float],
        reached: points.Reached,
    ) -> None:
        self.config = settings
        self._directory = directory
        self._sequencer = sequencer
        self._outbox = outbox
        self._purses = purses
        self._endings = endings
        self._follower = follower
        self._on_disk = on_disk
        self._clock = clock
        self._reached = reached
        self._turn = asyncio.Lock()
        self._wake = asyncio.Event()
        self._ledger: Ledger | None = None
        self._compared = False
        self._problem = self._remedy = ""
        self._failures = 0
        self._next_greeting = self._next_purse = 0.0

    # --- what the node asks ----------------------------------------------------------------------------------------

    def state(self) -> LedgerState:
        """How things stand."""
        name = self.config.name
        final = self._outbox.anchors(name, State.FINAL, limit=1)
        newest = self._outbox.anchors(name, *OPEN, State.FAILED, limit=100) + final
        return LedgerState(
            name,
            self.config.uri,
            self.config.publisher,
            self.config.cadence,
            self._compared,
            self._problem,
            self._remedy,
            self._endings.warning(name, self._clock()),
            self._outbox.counts(name),
            self._costs(),
            tuple(newest),
        )

    def _costs(self) -> Costs | None:
        name = self.config.name
        purse = self._purses.find(name)
        if purse is None:
            return None
        counts = self._outbox.counts(name)
        standing = sum(counts.get(state, 0) for state in STANDING)
        return Costs(purse, self._outbox.spent(name), standing, self._outbox.largest(name))

    async def make_due(self) -> None:
        """Let the newest head be anchored."""
        head = self._sequencer.newest()
        if head is not None and await self._on_disk(
            self._outbox.make_due, self.config.name, head.checkpoint.size, self._clock()
        ):
            self._reached(points.DUE)
        self._wake.set()

    async def greet(self) -> None:
        """Connect, and compare what the ledger knows of this log with what this node knows."""
        async with self._turn:
            await self._greet()

    async def run(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Keep to the cadence, send and follow, for ever."""
        while True:
            await self._keep_cadence()
            await self.advance()
            await until(self._wake, sleep, self._next_round())
            self._wake.clear()

    async def settle(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Send and follow until every anchor is final or failed."""
        while self._outbox.anchors(self.config.name, *OPEN, limit=1) and not self._sequencer.frozen:
            await self.advance()
            await sleep(min(self._next_round(), 0.5))

    def forget(self) -> None:
        """Compare again: the operator has vouched for the directory."""
        self._compared, self._problem, self._next_greeting = False, "", 0.0

    async def close(self) -> None:
        """Let go of the ledger."""
        if self._ledger is not None:
            await self._ledger.close()

    # --- one round -------------------------------------------------------------------------------------------------

    async def advance(self) -> None:
        """Take every anchor whose time has come as far as it goes now."""
        async with self._turn:
            if not await self._greet() or self._ledger is None:
                await self._fail_all()
                return
            await self._ask_purse(self._ledger)
            for anchor in self._outbox.watched(self.config.name):
                now: AnchorState | None = anchor
                before: State | None = None
                while now and now.state is not before and now.watched and now.next <= self._clock():
                    before = now.state
                    await self._advance(self._ledger, now)
                    now = self._outbox.anchor(anchor.ledger, anchor.size)

    async def _advance(self, ledger: Ledger, anchor: AnchorState) -> None:
        try:
            if anchor.state in (State.SENT, *STANDING):
                await self._follower.look(ledger, anchor, self._clock())
            elif self._sequencer.frozen:
                await self._on_disk(self._outbox.look_again, anchor, self._clock() + SLOWEST_ROUND)
            elif anchor.state is State.DUE:
                await self._prepare(ledger, anchor)
            else:
                await self._send(ledger, anchor)
        except Retry as retry:
            await self._try_again(ledger, anchor, str(retry))
        except Never as never:
            await self._on_disk(self._outbox.fail, anchor, self._clock(), never.reason, never.remedy)
        except Exception as defect:
            LOG.exception("anchor of size %d on %s", anchor.size, anchor.ledger)
            await self._try_again(ledger, anchor, f"a defect: {defect!r}")

    async def _try_again(self, ledger: Ledger, anchor: AnchorState, reason: str) -> None:
        """Nothing was changed. What could not be sent for long is prepared anew; what is final stays so until it is seen to
        have fallen out."""
        now, state = self._clock(), anchor.state
        if state is State.FINAL:
            over = now - anchor.since >= LONGEST_WATCH
            await self._on_disk(self._outbox.look_again, anchor, NEVER if over else now + watch(anchor, now))
            return
        if state is State.SIGNED and anchor.is_stuck(ledger.patience, now):
            state = State.DUE
        await self._on_disk(self._outbox.put_off, anchor, state, now, reason)

    async def _prepare(self, ledger: Ledger, anchor: AnchorState) -> None:
        """due -> signed: what will be sent is stored first."""
        head = self._sequencer.known_head(anchor.size)
        earlier = self._outbox.open_attempts(anchor.ledger)
        prepared = await ledger.prepare(Anchor(head.checkpoint.statement(), head.note), earlier)
        self._reached(points.PREPARED)
        await self._on_disk(self._outbox.store_attempt, anchor, prepared, earlier, self._clock())
        self._reached(points.ATTEMPT_STORED)

    async def _send(self, ledger: Ledger, anchor: AnchorState) -> None:
        """signed -> sent, also where it may have been sent before."""
        attempts = self._outbox.attempts(anchor.ledger, anchor.size)
        wanted = next((attempt for attempt in attempts if attempt.id == anchor.attempt), attempts[0])
        try:
            await ledger.send(wanted)
        except Unknown as unknown:
            LOG.info("anchor of size %d on %s: %s", anchor.size, anchor.ledger, unknown)  # following it will tell
        self._reached(points.SENT)
        await self._on_disk(self._outbox.move, anchor, State.SENT, self._clock(), again=0)
        self._reached(points.SENT_RECORDED)

    async def _ask_purse(self, ledger: Ledger) -> None:
        """Look into the purse now and then, and say aloud that it runs low."""
        if self._clock() < self._next_purse:
            return
        self._next_purse = self._clock() + PURSE_EVERY
        try:
            purse = await ledger.purse()
        except Retry as retry:
            LOG.info("the purse of %s: %s", self.config.name, retry)
            return
        if purse is not None:
            before = self._purses.find(self.config.name)
            if purse.warning and (before is None or not before.warning):
                LOG.warning("%s: %s", self.config.name, purse.warning)
            await self._on_disk(self._purses.put, self.config.name, purse, self._clock())

    async def _keep_cadence(self) -> None:
        """Make the newest head due where it is time, and where it holds something that is a reason to."""
        head = self._sequencer.newest()
        last = next(iter(self._outbox.anchors(self.config.name, limit=1)), None)
        if head is None or self._sequencer.frozen:
            return
        if last is None:
            await self.make_due()
        elif self._clock() >= last.due + self.config.cadence:
            anchored = self._sequencer.known_head(last.size)
            if head.reasons > anchored.reasons:
                await self.make_due()

    def _next_round(self) -> float:
        """In how many seconds there is something to do."""
        times = [anchor.next for anchor in self._outbox.watched(self.config.name)]
        if times and self._compared:
            return min(max(min(times) - self._clock(), 0.01), SLOWEST_ROUND)
        waiting = self._next_greeting - self._clock() if not self._compared else SLOWEST_ROUND
        return min(max(waiting, 0.01), SLOWEST_ROUND, self.config.cadence)

    # --- connecting ------------------------------------------------------------------------------------------------

    async def _greet(self) -> bool:
        """Whether the ledger is connected and was compared with."""
        if self._compared or self._clock() < self._next_greeting or self._remedy:
            return self._compared
        try:
            if self._ledger is None:
                self._ledger = await self._connect()
                await self._note_ending(self._ledger)
            statement = await self._ledger.latest(log_id(self._sequencer.published.origin))
            await self._on_disk(self._sequencer.compare, self.config.name, statement)
        except Retry as retry:
            self._put_off(str(retry))
        except Never as never:
            self._give_up(never.reason, never.remedy)
        except Frozen as frozen:
            self._problem, self._next_greeting = frozen.finding.message, math.inf
        except Refused as refused:
            self._give_up(refused.finding.message, refused.finding.remedy or "correct node.toml")
        except Exception as defect:
            LOG.exception("connecting to %s", self.config.name)
            self._put_off(f"a defect: {defect!r}")
        else:
            self._compared, self._problem, self._failures = True, "", 0
        return self._compared

    async def _connect(self) -> Ledger:
        ledger = await ledgers.connect(self.config.uri, self.config.options, self._directory)
        publisher = ledger.publisher or log_id(self._sequencer.published.origin).hex()  # in a log: whoever signed
        if (ledger.name, publisher) == (self.config.name, self.config.publisher):
            return ledger
        await ledger.close()
        found, expected = f"{ledger.name} under {publisher}", f"{self.config.name} under {self.config.publisher}"
        raise Refused(CONFIG_WRONG_LEDGER(self.config.name, uri=self.config.uri, found=found, expected=expected))

    async def _note_ending(self, ledger: Ledger) -> None:
        await self._on_disk(self._endings.put, self.config.name, ledger.ends)
        if warning := self._endings.warning(self.config.name, self._clock()):
            LOG.warning("%s: %s", self.config.name, warning)

    def _put_off(self, problem: str) -> None:
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2**self._failures)
        self._problem, self._next_greeting = problem, self._clock() + delay
        self._failures += 1

    def _give_up(self, reason: str, remedy: str) -> None:
        """The ledger cannot be used as it is configured."""
        self._problem, self._remedy = reason, remedy

    async def _fail_all(self) -> None:
        """What waits for a ledger that cannot be used has failed."""
        for anchor in self._outbox.anchors(self.config.name, *OPEN) if self._remedy else ():
            await self._on_disk(self._outbox.fail, anchor, self._clock(), self._problem, self._remedy)


async def until(event: asyncio.Event, sleep: Callable[[float], Awaitable[None]], seconds: float) -> None:
    """Until `event` is set, or `seconds` have passed."""
    waiting = {asyncio.ensure_future(event.wait()), asyncio.ensure_future(sleep(seconds))}
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
