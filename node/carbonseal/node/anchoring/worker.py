"""One worker for each ledger, so that a dead one delays no other: keeps the cadence of every log, prepares, sends, follows.

All logs of a node share the worker of a ledger, one round at a time, because they share the account there: its slots (an Ethereum
nonce) are one line.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from carbonseal.instants import format_seconds
from carbonseal.keys.endpoints import redacted
from carbonseal.ledger import (
    Anchor,
    Balance,
    Ledger,
    OutcomeUnknownError,
    PermanentError,
    TransientError,
    UnreachableError,
)
from carbonseal.node import failpoints
from carbonseal.node.config import LedgerConfig
from carbonseal.node.sealing.batches import until
from carbonseal.node.sealing.log import SealingLog
from carbonseal.storage.writer_thread import WriterThread

from .balances import Balances, KnownBalance
from .certificates import CertificateExpiry
from .connection import Connection
from .follower import LONGEST_WATCH, Follower, watch
from .outbox import NEVER, OPEN, STANDING, AnchorState, Outbox, State

LOG = logging.getLogger(__name__)
SLOWEST_ROUND = 5.0  # seconds between two rounds with nothing to do
BALANCE_EVERY = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class LedgerState:
    """How a ledger stands with this node. `compared` says whether it was asked what it knows of the logs; `problem` why it
    cannot be talked to, and `remedy` what to do about it where waiting does not help; `warning` tells what will be one.
    `settled` says that there is nothing to wait for: no anchor is open that this node takes further."""

    name: str
    uri: str  # without what may be an access key
    publisher: str
    cadence: float
    compared: bool
    settled: bool
    problem: str
    remedy: str
    warning: str
    counts: dict[State, int]
    costs: Costs | None  # None where anchors cost nothing, or where the ledger was never asked
    newest: tuple[AnchorState, ...]  # what is open or failed, and each log's newest final one

    @property
    def failing(self) -> bool:
        """Whether anchors here need somebody: the ledger cannot be talked to, one failed for good or many times in a row, or
        what pays for them has not enough for one more."""
        stopped = self.counts.get(State.FAILED) or any(anchor.is_put_off for anchor in self.newest)
        return bool(self.problem or stopped or (self.costs and self.costs.balance.empty))

    def to_json(self) -> dict[str, object]:
        return {
            "ledger": self.name,
            "failing": self.failing,
            "uri": self.uri,
            "publisher": self.publisher,
            "cadence": self.cadence,
            "compared": self.compared,
            "settled": self.settled,
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

    balance: KnownBalance
    spent: int
    anchors: int  # that stand
    entries: int  # that they cover

    def to_json(self) -> dict[str, object]:
        """Amounts are decimal numbers of the balance's unit, as text."""
        amount = self.balance.format
        return {
            "unit": self.balance.unit,
            "balance": amount(self.balance.amount),
            "asked": format_seconds(self.balance.asked),
            "warning": self.balance.warning,
            "empty": self.balance.empty,
            "spent": amount(self.spent),
            "per-anchor": amount(self.spent // self.anchors) if self.anchors else None,
            "per-record": amount(self.spent // self.entries) if self.entries else None,
        }


class LedgerWorker:
    """The way of all anchors to one ledger."""

    def __init__(
        self,
        settings: LedgerConfig,
        directory: Path,
        *,
        logs: Iterable[SealingLog],
        outbox: Outbox,
        balances: Balances,
        certificates: CertificateExpiry,
        follower: Follower,
        writer: WriterThread,
        clock: Callable[[], float],
        reached: failpoints.Reached,
    ) -> None:
        """`logs` are all of the node's: those that do not use this ledger any more may have anchors under way."""
        self.config = settings
        self.name = settings.name
        self._logs: Mapping[bytes, SealingLog] = {log.id: log for log in logs}
        self.users = [log for log in self._logs.values() if settings.name in log.ledgers]
        self._outbox = outbox
        self._balances = balances
        self._certificates = certificates
        self._follower = follower
        self._writer = writer
        self._clock = clock
        self._reached = reached
        self._connection = Connection(settings, directory, self.users, clock=clock, connected=self._note_expiry)
        self._turn = asyncio.Lock()
        self._wake = asyncio.Event()
        self._next_balance = 0.0

    # --- what the node asks ----------------------------------------------------------------------------------------

    def state(self) -> LedgerState:
        """How things stand."""
        final = [self._outbox.anchors(self.name, State.FINAL, log=log, limit=1) for log in self._logs]
        newest = self._outbox.anchors(self.name, *OPEN, State.FAILED, limit=100)
        return LedgerState(
            self.name,
            redacted(self.config.uri),
            self.config.publisher,
            self.config.cadence,
            self._connection.compared,
            self._settled(),
            self._connection.problem,
            self._connection.remedy,
            self._certificates.warning(self.name, self._clock()),
            self._outbox.counts(self.name),
            self._costs(),
            tuple(newest + [anchor for anchors in final for anchor in anchors]),
        )

    def _costs(self) -> Costs | None:
        balance = self._balances.find(self.name)
        if balance is None:
            return None
        counts = self._outbox.counts(self.name)
        standing = sum(counts.get(state, 0) for state in STANDING)
        return Costs(balance, self._outbox.spent(self.name), standing, self._outbox.covered(self.name))

    async def make_due(self, log: SealingLog) -> None:
        """Let a log's newest head be anchored."""
        head = log.newest()
        if head is not None and await self._writer.run(
            self._outbox.make_due, self.name, log.id, head.checkpoint.size, self._clock()
        ):
            self._reached(failpoints.DUE)
        self._wake.set()

    async def startup_check(self) -> None:
        """Connect, and compare what the ledger knows of the logs with what this node knows."""
        async with self._turn:
            await self._connection.open()

    async def run(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Keep to the cadence, send and follow, for ever."""
        while True:
            for log in self.users:
                await self._keep_cadence(log)
            await self.advance()
            await until(self._wake, sleep, self._next_round())
            self._wake.clear()

    async def settle(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Send and follow until every anchor is final or failed, but for those that nothing more is sent of."""
        while not self._settled():
            await self.advance()
            await sleep(min(self._next_round(), 0.5))

    def _settled(self) -> bool:
        paused = self._paused_logs()
        is_open = any(anchor.log not in paused for anchor in self._outbox.anchors(self.name, *OPEN))
        return bool(self._connection.remedy) or not is_open

    def forget(self, log: SealingLog) -> None:
        """Compare again: the operator has vouched for the log."""
        self._connection.forget(log.id)

    async def close(self) -> None:
        """Let go of the ledger."""
        await self._connection.close()

    # --- one round -------------------------------------------------------------------------------------------------

    async def advance(self) -> None:
        """Take every anchor whose time has come as far as it goes now."""
        async with self._turn:
            ledger = await self._connection.open()
            if ledger is None:
                return
            try:
                await self._advance_all(ledger)
            except UnreachableError as silence:
                self._connection.put_off(str(silence))
            else:
                self._connection.answered()

    async def _advance_all(self, ledger: Ledger) -> None:
        await self._ask_balance(ledger)
        for anchor in self._outbox.watched(self.name):
            now: AnchorState | None = anchor
            before: State | None = None
            while now and now.state is not before and now.watched and now.next <= self._clock():
                before = now.state
                await self._advance(ledger, now)
                now = self._outbox.now(anchor)

    async def _advance(self, ledger: Ledger, anchor: AnchorState) -> None:
        """Raises `UnreachableError`, which is not this anchor's failure."""
        try:
            if anchor.state in (State.SENT, *STANDING):
                await self._follower.look(ledger, anchor, self._clock())
            elif anchor.log in self._paused_logs():
                await self._writer.run(self._outbox.look_again, anchor, self._clock() + SLOWEST_ROUND)
            elif anchor.state is State.DUE:
                await self._prepare(ledger, anchor)
            else:
                await self._send(ledger, anchor)
        except UnreachableError:
            raise
        except TransientError as retry:
            await self._try_again(ledger, anchor, str(retry))
        except PermanentError as never:
            await self._writer.run(self._outbox.fail, anchor, self._clock(), never.reason, never.remedy)
        except Exception as defect:  # of an adapter, which may be anybody's: it must not stop the worker
            LOG.exception("anchor of size %d on %s", anchor.size, anchor.ledger)
            await self._try_again(ledger, anchor, f"a defect: {defect!r}")

    async def _try_again(self, ledger: Ledger, anchor: AnchorState, reason: str) -> None:
        """Nothing was changed. What could not be sent for long is prepared anew; what is final stays so until it is seen to
        have fallen out."""
        now, state = self._clock(), anchor.state
        if state is State.FINAL:
            over = now - anchor.since >= LONGEST_WATCH
            await self._writer.run(self._outbox.look_again, anchor, NEVER if over else now + watch(anchor, now))
            return
        if state is State.SIGNED and anchor.is_stuck(ledger.replace_after, now):
            state = State.DUE
        await self._writer.run(self._outbox.put_off, anchor, state, now, reason)

    async def _prepare(self, ledger: Ledger, anchor: AnchorState) -> None:
        """due -> signed: what will be sent is stored first."""
        head, paused = self._logs[anchor.log].head(anchor.size), self._paused_logs()
        earlier = self._outbox.open_attempts(anchor.ledger, paused)
        prepared = await ledger.prepare(Anchor(head.checkpoint.statement(), head.note), earlier)
        self._reached(failpoints.PREPARED)
        await self._writer.run(self._outbox.store_attempt, anchor, prepared, earlier, self._clock(), paused)
        self._reached(failpoints.ATTEMPT_STORED)

    async def _send(self, ledger: Ledger, anchor: AnchorState) -> None:
        """signed -> sent, also where it may have been sent before."""
        attempts = self._outbox.attempts(anchor)
        wanted = next((attempt for attempt in attempts if attempt.id == anchor.attempt), attempts[0])
        try:
            answer = await ledger.send(wanted)
            if answer:
                await self._writer.run(self._outbox.store_answer, wanted, answer)
        except OutcomeUnknownError as unknown:
            LOG.info("anchor of size %d on %s: %s", anchor.size, anchor.ledger, unknown)  # following it will tell
        self._reached(failpoints.SENT)
        await self._writer.run(self._outbox.move, anchor, State.SENT, self._clock(), again=0)
        self._reached(failpoints.SENT_RECORDED)

    def _paused_logs(self) -> frozenset[bytes]:
        """The ids of logs of which nothing more is sent here: they are frozen, or do not use this ledger any more. What of theirs
        was sent is followed."""
        return frozenset(id for id, log in self._logs.items() if log.frozen or log not in self.users)

    async def _ask_balance(self, ledger: Ledger) -> None:
        """Ask for the balance now and then, and log that it runs low."""
        if self._clock() < self._next_balance:
            return
        balance: Balance | None = None
        try:
            balance = await ledger.balance()
        except UnreachableError:
            raise
        except (TransientError, PermanentError) as silence:
            LOG.info("the balance of %s: %s", self.name, silence)
        except Exception:
            LOG.exception("the balance of %s", self.name)  # a defect: anchors do without
        self._next_balance = self._clock() + BALANCE_EVERY
        if balance is not None:
            before = self._balances.find(self.name)
            if balance.warning and (before is None or not before.warning):
                LOG.warning("%s: %s", self.name, balance.warning)
            await self._writer.run(self._balances.put, self.name, balance, self._clock())

    async def _keep_cadence(self, log: SealingLog) -> None:
        """Make a log's newest head due where it is time, and where it holds something that is a reason to."""
        head = log.newest()
        last = next(iter(self._outbox.anchors(self.name, log=log.id, limit=1)), None)
        if head is None or log.frozen:
            return
        if last is None or (
            self._clock() >= last.due + self.config.cadence and head.triggers > log.head(last.size).triggers
        ):
            await self.make_due(log)

    def _next_round(self) -> float:
        """In how many seconds there is something to do."""
        now = self._clock()
        work = min((anchor.next for anchor in self._outbox.watched(self.name)), default=math.inf)
        wanted = work if self._connection.compared else now
        seconds = max(wanted, self._connection.next_try) - now
        return min(max(seconds, 0.01), SLOWEST_ROUND, self.config.cadence)

    async def _note_expiry(self, ledger: Ledger) -> None:
        await self._writer.run(self._certificates.put, self.name, ledger.expires)
        if warning := self._certificates.warning(self.name, self._clock()):
            LOG.warning("%s: %s", self.name, warning)
