"""Ledger worker: calls one ledger for each of its anchors, and gives the outcomes to the anchoring machine as events.

- Each ledger has a worker of its own, so that an unavailable ledger delays no other.
- All logs of a node share the worker of a ledger, one round at a time, because they share the account there, whose slots
  (Ethereum's nonces) are used in order.
- `machine.call` names the next call; the changes that `machine.advance` makes of its outcome are stored before the next call.
  So an attempt is stored before it is sent, and the answer of `send` before the attempt is followed. After a crash between a
  call and its store the call is repeated: `prepare` sends nothing, `send` is idempotent, `follow` and `evidence` only read.
- Every change of an anchor's state is one log line.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from carbonseal.findings import BrokenOff
from carbonseal.keys.endpoints import redacted
from carbonseal.ledger import (
    Balance,
    Ledger,
    PermanentError,
    TransientError,
    UnreachableError,
)
from carbonseal.node import failpoints
from carbonseal.node.config import LedgerConfig
from carbonseal.node.sealing.batches import until
from carbonseal.node.sealing.log import SealingLog
from carbonseal.storage.database import Kept
from carbonseal.storage.writer_thread import WriterThread

from . import machine
from .answers import check_balance
from .balances import Balances, KnownBalance
from .calls import LedgerCalls, may_send
from .certificates import CertificateExpiry
from .connection import Connection
from .events import (
    Event,
    OutcomeUnknown,
    Overtaken,
    Prepared,
    Resumed,
    SeenFinal,
    SeenIncluded,
    Sent,
)
from .evidence import EvidenceStore
from .machine import Changes
from .outbox import Outbox, Totals
from .status import LISTED, Costs, LedgerState
from .tracked import Limits, State, TrackedAnchor

LOG = logging.getLogger(__name__)

_STORED: Mapping[type[Event], str] = {  # the failpoint after the change of state that an event brings
    Prepared: failpoints.ATTEMPT_STORED,
    Sent: failpoints.SENT_RECORDED,
    OutcomeUnknown: failpoints.SENT_RECORDED,
    SeenIncluded: failpoints.INCLUDED_RECORDED,
    SeenFinal: failpoints.FINAL_RECORDED,
}


class _Known(NamedTuple):
    """Open anchors, the newest final one of each log, sums, and the balance."""

    live: tuple[TrackedAnchor, ...]
    final: tuple[TrackedAnchor, ...]
    totals: Totals
    balance: KnownBalance | None


class LedgerWorker:
    """Drives all anchors of one ledger."""

    def __init__(
        self,
        settings: LedgerConfig,
        directory: Path,
        *,
        logs: Iterable[SealingLog],
        outbox: Outbox,
        evidence: EvidenceStore,
        balances: Balances,
        certificates: CertificateExpiry,
        writer: WriterThread,
        limits: Limits,
        clock: Callable[[], float],
        reached: failpoints.Reached,
    ) -> None:
        """`logs` are all logs of the node: one that does not use this ledger any more may have open anchors here."""
        self.config = settings
        self.name = settings.name
        self._logs: Mapping[bytes, SealingLog] = {log.id: log for log in logs}
        self.users = [log for log in self._logs.values() if settings.name in log.ledgers]
        self._outbox = outbox
        self._calls = LedgerCalls(self._logs, outbox, evidence, reached=reached)
        self._balances = balances
        self._certificates = certificates
        self._writer = writer
        self._limits = limits
        self._clock = clock
        self._reached = reached
        self._connection = Connection(
            settings, directory, self.users, certificates=certificates, writer=writer, limits=limits, clock=clock
        )
        self._turn = asyncio.Lock()
        self._wake = asyncio.Event()  # something became due
        self._stored = asyncio.Event()  # something changed
        self._next_balance = 0.0
        self._known: Kept[_Known] = Kept(outbox.database)

    # --- what the node asks ----------------------------------------------------------------------------------------

    def state(self) -> LedgerState:
        """The state of the ledger and of its anchors."""
        live, final, totals, balance = self._known.get(self._read_known)
        pending = [anchor for anchor in reversed(live) if anchor.state is not State.FINAL][:LISTED]
        return LedgerState(
            name=self.name,
            uri=redacted(self.config.uri),
            publisher=self.config.publisher,
            cadence=self.config.cadence,
            compared=self._connection.compared,
            idle=self._is_idle(live),
            delayed=any(machine.is_delayed(anchor, self._limits) for anchor in live),
            problem=self._connection.problem,
            remedy=self._connection.remedy,
            warning=self._certificates.warning(self.name, self._clock()),
            counts=totals.counts,
            costs=None if balance is None else Costs(balance, totals.cost, totals.written, totals.entries),
            newest=(*pending, *final),
        )

    def _read_known(self) -> _Known:
        """What is stored of the ledger."""
        final = (self._outbox.anchors(self.name, State.FINAL, log=log, limit=1) for log in self._logs)
        return _Known(
            tuple(self._outbox.live(self.name)),
            tuple(chain.from_iterable(final)),
            self._outbox.totals(self.name),
            self._balances.find(self.name),
        )

    async def make_due(self, log: SealingLog) -> None:
        """Make an anchor of a log's newest head due."""
        head = log.newest()
        if head is not None:
            name = (self.name, log.id, head.checkpoint.size)
            existing, live = self._outbox.find(name), self._outbox.live(self.name)
            changes = machine.head_due(name, existing, live, self._clock(), self._limits)
            if await self._store(*changes) and existing is None:
                self._reached(failpoints.DUE)
        self._wake.set()

    async def startup_check(self) -> None:
        """Connect, and compare the ledger's latest anchor of each log with this node's logs."""
        async with self._turn:
            await self._connection.open()

    def compare_again(self, log: SealingLog) -> None:
        """Repeat the startup check for a log, whose guard the operator has adopted."""
        self._connection.compare_again(log.id)

    async def run(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Make heads due at every log's cadence, and advance all anchors, until cancelled."""
        while True:
            try:
                for log in self.users:
                    await self._keep_cadence(log)
                await self.advance()
                seconds = self._next_round()
            except BrokenOff as error:  # such as a full disk: anchors go on once there is room
                LOG.error("anchoring interrupted: ledger=%s error=%s", self.name, error.finding)
                seconds = self._limits.longest_round
            await until(self._wake, sleep, seconds)
            self._wake.clear()

    async def wait_until_idle(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Advance anchors until none is open but those of paused logs."""
        while True:
            await self.advance()
            self._stored.clear()
            if self._is_idle(self._outbox.live(self.name)):
                return
            await until(self._stored, sleep, self._next_round())

    async def close(self) -> None:
        """Close the connection to the ledger."""
        await self._connection.close()

    # --- one round -------------------------------------------------------------------------------------------------

    async def advance(self) -> None:
        """Advance every anchor whose next call is due, as far as it goes now."""
        async with self._turn:
            ledger = await self._connection.open()
            if ledger is None:
                return
            try:
                await self._ask_balance(ledger)
                for anchor in self._outbox.live(self.name):
                    await self._advance(ledger, anchor)
            except UnreachableError as error:  # not a failed try of any anchor
                self._connection.failed(str(error))
            else:
                self._connection.answered()

    async def _advance(self, ledger: Ledger, anchor: TrackedAnchor) -> None:
        """Advance one anchor, through each state once at most. Raises `UnreachableError`."""
        limits = replace(self._limits, replace_after=ledger.replace_after)
        now: TrackedAnchor | None = anchor
        passed: set[State] = set()
        while now is not None and now.state not in passed:
            call = machine.call(now, self._clock(), limits, paused=not self._may_send(now.log))
            if call is None:
                return
            passed.add(now.state)
            event = await self._calls.make(call, ledger, now)
            changes = machine.advance(now, event, self._clock(), limits)
            stored = await self._store(changes, *(self._resume(limits) if changes.resume else ()))
            if isinstance(event, Overtaken):
                await self.make_due(self._logs[anchor.log])
            moved = changes.after is not None and changes.after.state is not now.state
            if stored and moved and type(event) in _STORED:
                self._reached(_STORED[type(event)])
            now = self._outbox.find(anchor.name)

    # --- storing ---------------------------------------------------------------------------------------------------

    async def _store(self, changes: Changes, *others: Changes) -> bool:
        """Store what the machine says of an anchor, and of others with it. False, and nothing is stored, where something else
        happened to the anchor meanwhile."""
        if changes or any(others):
            if not await self._writer.run(self._outbox.store, changes, *others):
                return False
            for change in (changes, *others):
                self._log_change(change)
            self._stored.set()
        return True

    def _resume(self, limits: Limits) -> Iterable[Changes]:
        """The changes that resume failed anchors when another one is stuck."""
        failed = (anchor for anchor in self._outbox.live(self.name) if anchor.state is State.FAILED)
        return [machine.advance(anchor, Resumed(), self._clock(), limits) for anchor in failed]

    def _log_change(self, change: Changes) -> None:
        """One line for each change of an anchor's state, and for each try that failed."""
        before, after = change.before, change.after
        one = after or before
        if not change or one is None:
            return
        level, message = self._level(change, one)
        from_, to = before.state.value if before else "-", after.state.value if after else "-"
        facts = f"from={from_} to={to} tries={one.tries} attempt={one.attempt or '-'} reason={one.reason!r}"
        LOG.log(level, "%s: %s %s", message, self._describe(one), facts)

    def _level(self, change: Changes, one: TrackedAnchor) -> tuple[int, str]:
        """How much a change matters, and in which words. Of many tries that fail, the first is a line, and the one from which on an
        operator has to act; and so is the end of that."""
        before = change.before
        was_delayed = before is not None and machine.is_delayed(before, self._limits)
        if change.is_reorg:
            return logging.WARNING, "anchor no longer included (reorg)"
        if one.state is State.FAILED and (before is None or before.state is not State.FAILED):
            return logging.WARNING, "anchor failed"
        if before is None or one.state is not before.state:
            return logging.INFO, "anchor state changed"
        if machine.is_delayed(one, self._limits) and not was_delayed:
            return logging.WARNING, "anchor delayed"
        if was_delayed and not machine.is_delayed(one, self._limits):
            return logging.INFO, "anchor no longer delayed"
        return (
            logging.INFO if one.tries == 1 else logging.DEBUG,
            "anchor tried in vain" if one.tries else "anchor looked at",
        )

    def _describe(self, anchor: TrackedAnchor) -> str:
        """An anchor's whole name, for a log line."""
        log = self._logs.get(anchor.log)
        return f"ledger={anchor.ledger} log={log.origin if log else anchor.log.hex()} size={anchor.size}"

    # --- what else a round needs -----------------------------------------------------------------------------------

    def _may_send(self, log: bytes) -> bool:
        return may_send(self._logs.get(log), self.name)

    def _is_idle(self, live: Iterable[TrackedAnchor]) -> bool:
        """Whether there is nothing to wait for."""
        moving = any(machine.moves(anchor, paused=not self._may_send(anchor.log)) for anchor in live)
        return bool(self._connection.remedy) or not moving

    async def _ask_balance(self, ledger: Ledger) -> None:
        """Query the balance from time to time, store it, and log when it becomes low. Raises `UnreachableError`."""
        if 0 < self._next_balance - self._clock() <= self._limits.balance:  # longer: the clock was set back
            return
        self._next_balance = self._clock() + self._limits.balance
        try:
            balance = await ledger.balance()
            check_balance(balance)
        except UnreachableError:
            raise
        except (TransientError, PermanentError) as error:
            LOG.info("balance unknown: ledger=%s error=%s", self.name, error)
        except Exception:  # an adapter's defect must not stop the anchors
            LOG.exception("adapter defect: ledger=%s call=balance", self.name)
        else:
            if balance is not None:
                before = self._balances.find(self.name)
                self._log_balance(before, balance)
                await self._writer.run(self._balances.put, self.name, balance, self._clock())

    def _log_balance(self, before: KnownBalance | None, now: Balance) -> None:
        """One line when it becomes low, one when it pays for nothing more, one when that is over."""
        if now.empty and not (before and before.empty):
            LOG.error("balance does not pay for another anchor: ledger=%s warning=%s", self.name, now.warning)
        elif now.warning and not (before and before.warning):
            LOG.warning("balance low: ledger=%s warning=%s", self.name, now.warning)
        elif before and before.warning and not now.warning:
            LOG.info("balance restored: ledger=%s", self.name)
        elif before and before.empty and not now.empty:
            LOG.warning("balance pays for anchors again: ledger=%s warning=%s", self.name, now.warning)

    async def _keep_cadence(self, log: SealingLog) -> None:
        """Make a log's newest head due, if the cadence has passed and the head covers a new entry that makes anchors due."""
        head = log.newest()
        last = self._outbox.newest(self.name, log.id)
        if head is None or log.frozen:
            return
        if last is None or (
            abs(self._clock() - last.due) >= self.config.cadence and head.triggers > log.head(last.size).triggers
        ):
            await self.make_due(log)

    def _next_round(self) -> float:
        """Seconds until the next round."""
        now = self._clock()
        wanted = now
        if self._connection.compared:
            calls = (
                machine.calls_at(each, paused=not self._may_send(each.log)) for each in self._outbox.live(self.name)
            )
            wanted = min((time for time in calls if time is not None), default=math.inf)
        seconds = max(wanted, self._connection.next_try) - now
        return min(max(seconds, self._limits.shortest_round), self._limits.longest_round, self.config.cadence)
