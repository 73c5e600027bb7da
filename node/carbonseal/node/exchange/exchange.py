"""Exchange with partners: the footprints that a client may see, the events that it sends, and the answers to them.

A client is a principal of the node: it sees the current footprints of its tenant that were sealed under `pact/3.0`, as they were
sealed, and nothing of any other tenant; of these, where `[[pact.client]]` names it, those of some products.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from carbonseal.findings import Finding, Refused
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.scopes import Scope
from carbonseal.node.lookup.index import Indexed
from carbonseal.node.lookup.lookup import Lookup
from carbonseal.node.lookup.said import FOOTPRINT
from carbonseal.node.lookup.search import PAGE, Query
from carbonseal.node.sealing.logs import Logs
from carbonseal.records.canonical import jcs
from carbonseal.storage.writer_thread import WriterThread

from . import codes, events
from .criteria import PROFILE, read_criteria
from .inbox import Event, Inbox, NewEvent
from .settings import ExchangeConfig

ASKING = frozenset({Scope.EXCHANGE, Scope.READ})  # who has one of these may ask
MOST_BYTES = 8 << 20  # of the footprints of a page
MOST_ANSWERED = 500  # footprints of one event
MOST_PAGES = 100  # that are looked at for one event


@dataclass(frozen=True, slots=True)
class Footprints:
    """A page: footprints as they were sealed, and the number after which the next page begins, None where there is none."""

    sealed: Sequence[bytes]
    next: int | None


class Exchange:
    """What partners get of a node, and what they send."""

    def __init__(
        self,
        settings: ExchangeConfig,
        inbox: Inbox,
        lookup: Lookup,
        logs: Logs,
        *,
        thread: WriterThread,
        clock: Callable[[], float],
    ) -> None:
        self.settings = settings
        self.inbox = inbox
        self._lookup = lookup
        self._logs = {log.origin: log for log in logs.values()}
        self._thread = thread
        self._clock = clock

    # --- footprints ------------------------------------------------------------------------------------------------

    async def footprints(self, caller: Caller, query: Query, after: int, limit: int) -> Footprints:
        """A page of the footprints that match: at most `limit`, and fewer where they are large. Raises Refused."""
        query = replace(query, visible=self._visible(caller))
        page = await self._lookup.search(caller, query, after, limit)
        return await asyncio.to_thread(self._sealed, page.records, page.next)

    async def footprint(self, caller: Caller, id: str) -> tuple[bytes, Sequence[Finding]]:
        """The current footprint of this id as it was sealed, and what is known against it. Raises Refused
        (`exchange.unknown-footprint`)."""
        visible = self._visible(caller)
        query = Query({FOOTPRINT: [id]}, PROFILE, is_current=True, visible=visible)
        found, _ = await self._lookup.find(caller, query, limit=1)
        if not found:
            raise Refused(codes.EXCHANGE_UNKNOWN_FOOTPRINT(id=id))
        return await asyncio.to_thread(self._read, found[0].record), found[0].findings

    def _visible(self, caller: Caller) -> Sequence[str] | None:
        """With what a product id begins whose footprints the caller may see; None: all of its tenant. Who has no section
        `[[pact.client]]` needs the scope `read` to see any."""
        for one in self.settings.clients:
            if one.client == caller.name:
                return one.products
        return None if Scope.READ in caller.scopes else ()

    def _sealed(self, records: Sequence[Indexed], following: int | None) -> Footprints:
        sealed: list[bytes] = []
        size = 0
        for record in records:
            raw = self._read(record)
            size += len(raw)
            if sealed and size > MOST_BYTES:
                return Footprints(sealed, record.number - 1)
            sealed.append(raw)
        return Footprints(sealed, following)

    def _read(self, record: Indexed) -> bytes:
        return self._logs[record.log].payload(record.entry)

    # --- events ----------------------------------------------------------------------------------------------------

    async def take(self, caller: Caller, raw: bytes) -> None:
        """Keep the event in `raw`: durable on return. Raises Refused (`exchange.*`, `lookup.malformed`)."""
        event = events.read_event(raw)
        partner = ""
        if event["type"] == events.CREATED:
            read_criteria(events.criteria_of(event["data"]))
            found = self.settings.partner(caller.name, event["source"])
            if found is None:
                raise Refused(codes.EXCHANGE_NO_CALL_BACK(client=caller.name, source=event["source"]))
            partner = found.url
        assert caller.tenant is not None  # a client has one
        named = (event["type"], event["id"], event["source"])
        new = NewEvent(caller.name, caller.tenant, *named, int(self._clock()), jcs(event), partner)
        await self._thread.run(self.inbox.put, new)

    async def answer(self, event: Event, caller: Caller) -> tuple[str, bytes]:
        """The answer to a request: its type, and the event itself."""
        request: Mapping[str, Any] = events.read_event(event.body)
        now, source = int(self._clock()), self.settings.url
        sealed, is_whole = await self._matching(caller, read_criteria(events.criteria_of(request["data"])))
        if not is_whole:
            most = f"{MOST_ANSWERED} footprints, {MOST_BYTES >> 20} MiB"
            message = f"more matches than one event takes ({most}): narrow the criteria, or list: GET /3/footprints"
            return events.REJECTED, events.rejected(request, source, now, "BadRequest", message)
        if not sealed:
            message = "no footprint matches the criteria"
            return events.REJECTED, events.rejected(request, source, now, "NotFound", message)
        return events.FULFILLED, events.fulfilled(request, source, now, sealed)

    async def _matching(self, caller: Caller, query: Query) -> tuple[list[bytes], bool]:
        """The footprints that match; and whether these are all."""
        found: list[bytes] = []
        after = 0
        for _ in range(MOST_PAGES):
            page = await self.footprints(caller, query, after, PAGE)
            found += page.sealed
            if page.next is None:
                return found, len(found) <= MOST_ANSWERED
            after = page.next
            if len(found) > MOST_ANSWERED or sum(map(len, found)) > MOST_BYTES:
                return found, False
        return found, False
