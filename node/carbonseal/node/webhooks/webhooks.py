"""Webhooks of a node: its receivers and their workers, joined with what they are told of.

Each act on a receiver is in the audit chain first. What changes something is durable on return.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from carbonseal.findings import Refused
from carbonseal.keys.endpoints import redacted
from carbonseal.node.access.callers import Caller
from carbonseal.node.codes import NODE_UNKNOWN_TENANT
from carbonseal.node.webhooks.failures import Failure
from carbonseal.node.webhooks.settings import WebhookConfig
from carbonseal.storage.database import Database
from carbonseal.storage.writer_thread import WriterThread

from .delivery.machine import STANDARD_LIMITS, Accepted, Delivery, Failed, Limits, Outcome
from .delivery.secret_files import drop_secret, make_secret, read_key
from .delivery.sending import Sender, check_url
from .events import Event, EventType
from .outages import Outages
from .outbox import Counts, DeliveryOutbox
from .receivers import OPERATORS, NewReceiver, Receiver, Receivers
from .sources import OutageChanges, Source
from .watching import LOOK, Watch
from .worker import Worker, headers

LOG = logging.getLogger(__name__)
POLL = 1.0  # seconds between two looks at the sources
OVERLAP = 86_400  # seconds for which a rotated secret signs on

Sleep = Callable[[float], Awaitable[None]]
Record = Callable[[Caller, str, Mapping[str, str], str], Awaitable[None]]


class Webhooks:
    """Who is told what happens here. Methods raise Refused (``webhook.*``)."""

    def __init__(
        self,
        directory: Path,
        settings: WebhookConfig,
        database: Database,
        sources: Sequence[Source],
        *,
        tenants: Sequence[str],
        origin: str,
        failing: Callable[[], Mapping[str, Failure | None]],
        record: Record,
        thread: WriterThread,
        clock: Callable[[], float],
        limits: Limits = STANDARD_LIMITS,
    ) -> None:
        """`sources` are all but the outages, which `failing` tells of. `origin` is that of the node's first log. `record` adds to
        the audit chain."""
        self._directory = directory
        self._settings = settings
        outages = Outages(database)
        self._outage_watch = Watch(outages, failing, origin=origin, thread=thread, clock=clock)
        self._sources = [*sources, OutageChanges(outages, origin)]
        self._tenants = tenants
        self._origin = origin
        self._record = record
        self._thread = thread
        self._clock = clock
        self._limits = limits
        self._receivers = Receivers(database)
        self._outbox = DeliveryOutbox(database, limits)
        self._workers: dict[int, Worker] = {}
        self._changed = asyncio.Event()
        self._receiving = asyncio.Event()  # there is a receiver: without one nothing is looked at
        self._tests: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)  # by receiver
        self._told: set[tuple[int, str]] = set()  # receivers that took an event which was not kept, by number and id

    # --- receivers --------------------------------------------------------------------------------------------------

    async def add(self, caller: Caller, new: NewReceiver) -> str:
        """Send what happens from now on to a receiver: gives its secret."""
        self._check_tenant(caller, new.tenant)
        check_url(new.url, self._settings)
        self._receivers.check(new)
        about = {"receiver": new.name, "tenant": new.tenant, "url": redacted(new.url)}
        await self._record(caller, "add-webhook", about, "")
        uri, secret = make_secret(self._directory)
        # Durable: the secret. A crash here leaves a file that nobody uses.
        positions = {source.name: source.end() for source in self._sources if source.serves(new.tenant)}
        try:
            await self._thread.run(self._receivers.add, new, uri, positions, int(self._clock()))
        except Refused:
            drop_secret(self._directory, uri)
            raise
        self._changed.set()
        return secret

    def listed(self, caller: Caller) -> list[tuple[Receiver, Counts]]:
        """The caller's receivers, in the order of their numbers; for the operator all, and those of every tenant."""
        return [(one, self._outbox.counts(one.number)) for one in self._receivers.all() if caller.may_see(one.tenant)]

    async def rotate(self, caller: Caller, tenant: str, name: str, overlap: int = OVERLAP) -> str:
        """Another secret of a receiver, which signs from now on; the one before signs too, for `overlap` seconds."""
        await self._act(caller, tenant, name, "rotate-webhook")
        uri, secret = make_secret(self._directory)
        ended = await self._thread.run(self._receivers.rotate, tenant, name, uri, int(self._clock()) + overlap)
        if ended:
            drop_secret(self._directory, ended)
        return secret

    async def pause(self, caller: Caller, tenant: str, name: str, why: str) -> bool:
        """Send a receiver nothing until it is resumed; whether it was sent something until now. What happens meanwhile waits."""
        receiver = await self._act(caller, tenant, name, "pause-webhook", why)
        is_new = await self._thread.run(self._receivers.pause, receiver.number, why)
        self._changed.set()
        return is_new

    async def resume(self, caller: Caller, tenant: str, name: str) -> bool:
        """Send a receiver all that waits for it, now; whether it was paused."""
        receiver = await self._act(caller, tenant, name, "resume-webhook")
        is_new = await self._thread.run(self._receivers.resume, receiver.number)
        await self._thread.run(self._outbox.resume, receiver.number, self._clock())
        self._changed.set()
        return is_new

    async def remove(self, caller: Caller, tenant: str, name: str) -> None:
        """Send a receiver nothing any more, and forget what waits for it."""
        await self._act(caller, tenant, name, "remove-webhook")
        receiver = await self._thread.run(self._receivers.remove, tenant, name, int(self._clock()))
        for uri in (receiver.secret, receiver.old_secret):
            if uri:
                drop_secret(self._directory, uri)
        self._changed.set()

    def dead(self, caller: Caller, tenant: str, name: str, after: int, limit: int) -> list[Delivery]:
        """At most so many of a receiver's dead letters: those after this number."""
        return self._outbox.dead(self._named(caller, tenant, name).number, after, limit)

    async def replay(self, caller: Caller, tenant: str, name: str, ids: Sequence[str]) -> int:
        """Send dead letters again, those of these ids or all; how many there were."""
        receiver = await self._act(caller, tenant, name, "replay-webhook")
        count = await self._thread.run(self._outbox.replay, receiver.number, ids, self._clock())
        self._wake(receiver.number)
        return count

    async def test(self, caller: Caller, tenant: str, name: str) -> str:
        """Send a receiver an event that says nothing, once, and now: why it was not taken; empty where it was."""
        receiver = self._named(caller, tenant, name)
        event = Event(EventType.TEST, self._origin, name, int(self._clock()), {})
        async with self._tests[receiver.number]:  # one at a time: each may hold a thread that looks a name up
            outcome = await self._send(receiver, event)
        match outcome:
            case Accepted():
                return ""
            case Failed(reason):
                return reason
            case _:
                return "answered 410: it wants no messages"

    async def _act(self, caller: Caller, tenant: str, name: str, what: str, why: str = "") -> Receiver:
        """The receiver that an act is about, which is in the audit chain now."""
        receiver = self._named(caller, tenant, name)
        await self._record(caller, what, {"receiver": name, "tenant": tenant}, why)
        return receiver

    def _named(self, caller: Caller, tenant: str, name: str) -> Receiver:
        self._check_tenant(caller, tenant)
        return self._receivers.named(tenant, name)

    def _check_tenant(self, caller: Caller, tenant: str) -> None:
        """Raises Refused where the tenant is not the caller's, or is not there."""
        known = [one for one in self._tenants if caller.may_see(one)]
        is_operators = tenant == OPERATORS and caller.tenant is None
        if tenant not in known and not is_operators:
            raise Refused(NODE_UNKNOWN_TENANT(tenant=tenant, known=", ".join(known) or "none"))

    # --- background -------------------------------------------------------------------------------------------------

    async def run(self, sleep: Sleep) -> None:
        """Tell all receivers what happens, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch_outages(sleep))
            tasks.create_task(self._watch(sleep))
            running: dict[int, asyncio.Task[None]] = {}
            while True:
                self._changed.clear()
                receivers = self._receivers.all()
                if receivers:
                    self._receiving.set()
                else:
                    self._receiving.clear()
                active = {one.number: one for one in receivers if one.paused is None}
                for number in [*running]:
                    if number not in active or running[number].done():
                        running.pop(number).cancel()
                        self._workers.pop(number, None)
                for number, receiver in active.items():
                    if number not in running:
                        self._workers[number] = self._worker(receiver)
                        running[number] = tasks.create_task(self._workers[number].run(sleep))
                    self._wake(number)
                await self._changed.wait()

    async def _watch_outages(self, sleep: Sleep) -> None:
        """Look for what fails, and what no longer does."""
        while True:
            await self._receiving.wait()
            await self._outage_watch.look(self._tell)
            await sleep(LOOK)

    async def _watch(self, sleep: Sleep) -> None:
        """Wake the workers when there is something new in a source."""
        before: list[int] = []
        while True:
            await self._receiving.wait()
            if self._workers:
                ends = [source.end() for source in self._sources]
                if ends != before:
                    before = ends
                    for number in self._workers:
                        self._wake(number)
            await sleep(POLL)

    async def _tell(self, event: Event) -> None:
        """Send an event that cannot be kept to the operator's receivers, each until it takes it."""
        wanting = [one for one in self._receivers.all() if one.tenant == OPERATORS and one.paused is None]
        wanting = [one for one in wanting if one.wants(event.type) and (one.number, event.id) not in self._told]
        outcomes = await asyncio.gather(*(self._send(receiver, event) for receiver in wanting))
        for receiver, outcome in zip(wanting, outcomes, strict=True):
            if isinstance(outcome, Accepted):
                self._told.add((receiver.number, event.id))

    async def _send(self, receiver: Receiver, event: Event) -> Outcome:
        """What becomes of an event that is sent once, past the outbox. Raises nothing."""
        body, now = event.encode(0), self._clock()
        try:
            keys = [read_key(self._directory, uri) for uri in receiver.secrets(now)]
        except Refused as refused:
            return Failed(f"its secret cannot be read: {refused.finding.message}", is_absent=True)
        sender = self._sender(receiver)
        try:
            return await sender.post(body, headers(event.id, body, keys, now))
        finally:
            await sender.close()

    def _wake(self, number: int) -> None:
        if number in self._workers:
            self._workers[number].wake()

    def _worker(self, receiver: Receiver) -> Worker:
        return Worker(
            receiver.number,
            self._directory,
            [source for source in self._sources if source.serves(receiver.tenant)],
            receivers=self._receivers,
            outbox=self._outbox,
            sender=self._sender(receiver),
            limits=self._limits,
            thread=self._thread,
            clock=self._clock,
            paused=self._changed.set,
        )

    def _sender(self, receiver: Receiver) -> Sender:
        return Sender(receiver.url, self._settings, self._settings.context(self._directory))
