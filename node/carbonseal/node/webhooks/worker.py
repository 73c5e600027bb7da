"""Worker of one receiver: makes its messages, sends what is due, and notes what became of it.

- Each receiver has a worker, a session and a thread for names of its own: one that is dead or slow delays no other.
- Messages are made of events when there is room for them, and stored before they are sent.
- One round sends at most `AT_ONCE` messages, all at one time, and stores all their outcomes in one transaction.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from carbonseal.findings import Refused
from carbonseal.node.outgoing.session import AT_ONCE
from carbonseal.node.sealing.batches import until
from carbonseal.storage.writer_thread import WriterThread

from .delivery import machine, signing
from .delivery.availability import Availability
from .delivery.machine import Delivery, Failed, Limits, Outcome, State
from .delivery.secret_files import read_key
from .delivery.sending import Sender
from .events import CONTENT_TYPE, Event
from .outbox import MOST_WAITING, DeliveryOutbox
from .receivers import Receiver, Receivers
from .sources import Found, Source

LOG = logging.getLogger(__name__)
PAUSE = 5.0  # seconds after which a full disk is tried again
IDLE = 3600.0  # seconds; a new event ends it
FAR = 100_000  # positions that may be looked at again after a restart, where there was nothing for this receiver


class Worker:
    """Keeps one receiver supplied."""

    def __init__(
        self,
        receiver: int,
        directory: Path,
        sources: Sequence[Source],
        *,
        receivers: Receivers,
        outbox: DeliveryOutbox,
        sender: Sender,
        limits: Limits,
        thread: WriterThread,
        clock: Callable[[], float],
        paused: Callable[[], None],
    ) -> None:
        """`receiver` is its number. `paused` is called when the worker paused it."""
        self._number = receiver
        self._directory = directory
        self._sources = sources
        self._receivers = receivers
        self._outbox = outbox
        self._sender = sender
        self._limits = limits
        self._thread = thread
        self._clock = clock
        self._paused = paused
        self._wake = asyncio.Event()
        self._stored = outbox.positions(receiver)
        self._positions = dict(self._stored)
        self._failing = False
        self._availability = Availability()
        self._unstored: list[machine.Changes] = []  # what became of messages, while the disk is full

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    async def run(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Make and send messages until cancelled, or until the receiver is paused or removed."""
        try:
            while (receiver := self._receivers.get(self._number)) is not None and receiver.paused is None:
                self._wake.clear()
                try:
                    await self._note()
                    is_busy = await self._make(receiver)
                    is_busy |= await self._send(receiver)
                    seconds = 0.0 if is_busy else self._until_next()
                except (Refused, OSError) as error:  # a full disk: nothing is sent until what was sent is noted
                    LOG.error("webhooks interrupted: receiver=%s error=%s", _name(receiver), error)
                    seconds = PAUSE
                if seconds > 0:
                    await until(self._wake, sleep, seconds)
        finally:
            await self._sender.close()

    # --- making -----------------------------------------------------------------------------------------------------

    async def _make(self, receiver: Receiver) -> bool:
        """Make messages of new events, where there is room. Whether there may be more of them."""
        room = MOST_WAITING - self._outbox.waiting(receiver.number)[0]
        more = False
        for source in self._sources:
            if room <= 0:
                return False
            found = await self._read(receiver, source)
            if found is None:
                continue
            events, position = found
            await self._store(receiver, source, events, position)
            room -= len(events)
            more |= position < source.end()
        return more

    async def _read(self, receiver: Receiver, source: Source) -> Found | None:
        """The next events of a source that this receiver wants, and the position behind them; None where there is nothing new."""
        end = source.end()
        position = self._positions.setdefault(source.name, end)
        if position >= end:
            return None
        if not any(map(receiver.wants, source.types)):
            return [], end
        events, position = await asyncio.to_thread(source.read, receiver.tenant, position)
        return [event for event in events if receiver.wants(event.type)], position

    async def _store(self, receiver: Receiver, source: Source, events: Sequence[Event], position: int) -> None:
        """Store messages with the new position, and go on from there. Without any, a position is stored once it is far from the
        last."""
        is_near = source.name in self._stored and position - self._stored[source.name] < FAR
        if events or not is_near:
            await self._thread.run(self._outbox.put, receiver.number, events, {source.name: position}, self._clock())
            self._stored[source.name] = position
        self._positions[source.name] = position

    # --- sending ----------------------------------------------------------------------------------------------------

    async def _send(self, receiver: Receiver) -> bool:
        """Send what is due. Whether there was something."""
        most = self._availability.most(self._clock(), self._limits, AT_ONCE)
        due = self._outbox.due(receiver.number, self._clock(), most) if most else []
        if not due:
            return False
        keys = self._keys(receiver)
        outcomes = await asyncio.gather(*(self._post(one, keys) for one in due))
        now = self._clock()
        self._availability = self._availability.after(outcomes, now, self._limits)
        changes = [machine.advance(one, outcome, now, self._limits) for one, outcome in zip(due, outcomes, strict=True)]
        self._unstored = changes
        self._log(receiver, changes)
        await self._note()
        why = next((change.pause for change in changes if change.pause), "")
        if self._availability.is_lost(self._limits):
            why = f"not reached in {self._limits.tries} tries: {_reasons(changes)[0]}"
        if why:
            await self._thread.run(self._receivers.pause, receiver.number, why)
            LOG.warning("receiver paused: receiver=%s reason=%s", _name(receiver), why)
            self._paused()
        return True

    async def _note(self) -> None:
        """Store what became of the messages that were sent last."""
        if self._unstored:
            await self._thread.run(self._outbox.store, self._unstored, self._clock())
            self._unstored = []

    def _keys(self, receiver: Receiver) -> list[bytes] | Failed:
        try:
            return [read_key(self._directory, uri) for uri in receiver.secrets(self._clock())]
        except Refused as refused:
            return Failed(f"its secret cannot be read: {refused.finding.message}", is_absent=True)

    async def _post(self, delivery: Delivery, keys: list[bytes] | Failed) -> Outcome:
        if isinstance(keys, Failed):
            return keys
        return await self._sender.post(delivery.body, headers(delivery.id, delivery.body, keys, self._clock()))

    def _until_next(self) -> float:
        count, first = self._outbox.waiting(self._number)
        if not count or first is None:
            return IDLE
        at = max(first, self._availability.next) if self._availability.failures else first
        return min(max(at - self._clock(), 0.0), self._limits.longest_delay)

    def _log(self, receiver: Receiver, changes: Sequence[machine.Changes]) -> None:
        """One line where a receiver begins to fail, one where it does not any more, one a dead letter."""
        for change in changes:
            after = change.after
            if after is not None and after.state is State.DEAD:
                facts = f"id={after.id} type={after.type} reason={after.reason}"
                LOG.warning("webhook dead: receiver=%s %s", _name(receiver), facts)
        reasons = _reasons(changes)
        if len(reasons) == len(changes) and not self._failing:
            LOG.warning("receiver does not take webhooks: receiver=%s reason=%s", _name(receiver), reasons[0])
        if len(reasons) < len(changes) and self._failing:
            LOG.info("receiver takes webhooks again: receiver=%s", _name(receiver))
        self._failing = len(reasons) == len(changes)


def headers(id: str, body: bytes, keys: Sequence[bytes], now: float) -> Mapping[str, str]:
    """The headers of a message that is sent `now`."""
    return {"Content-Type": CONTENT_TYPE, **signing.signed_headers(id, int(now), body, keys)}


def _reasons(changes: Sequence[machine.Changes]) -> list[str]:
    return [change.after.reason for change in changes if change.after is not None]


def _name(receiver: Receiver) -> str:
    return f"{receiver.tenant or '-'}/{receiver.name}"
