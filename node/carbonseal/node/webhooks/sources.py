"""Sources of events: tables that what happened is in anyway, in its order. Each receiver has a position in each; nothing is written
for an event before there is a receiver that is about to be sent it.

| source | events | position |
|---|---|---|
| ``sealed/LOG`` | sealed | index of an entry of the log |
| ``anchors`` | anchored, final, reorged, refused | number of an anchor's change |
| ``passports``, ``statements``, ``accreditations`` | issued | number of what was issued |
| ``status`` | revoked, suspended, reinstated | number of a change of a status |
| ``drafts`` | prepared, reviewed, released, refused | number of an act |
| ``disputes/LOG`` | disputed | index of an entry of the log, the second figure |
| ``outages`` | frozen, failing, recovered | number of a change of an outage |

A tenant's receivers read what is that tenant's; ``outages``, and anchors that failed, are the operator's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from carbonseal.instants import format_seconds
from carbonseal.node.anchoring.outbox import AnchorChange, Outbox
from carbonseal.node.anchoring.tracked import State
from carbonseal.node.issuance.drafts.machine import Act
from carbonseal.node.issuance.drafts.tables import PREPARE, Done, DraftTables, Stored
from carbonseal.node.issuance.status_tables import StatusChange, StatusTables
from carbonseal.node.lookup.index import Dispute
from carbonseal.node.lookup.lookup import Lookup
from carbonseal.node.sealing.heads import SignedHead
from carbonseal.node.sealing.log import SealingLog
from carbonseal.node.sealing.queue import Listed
from carbonseal.passport.credentials import REVOCATION

from .events import MOST_RECORDS, Event, EventType
from .outages import OutageChange, Outages
from .receivers import OPERATORS

MOST_READ = 256  # rows, or heads, at one time
MOST_EVENTS = 16  # with `MOST_RECORDS` each, at one time
Found = tuple[list[Event], int]  # events, and the position behind them


class Source(Protocol):
    """One source of events."""

    @property
    def name(self) -> str:
        """By which positions in it are kept."""

    @property
    def types(self) -> frozenset[EventType]:
        """What it tells of."""

    def serves(self, tenant: str) -> bool:
        """Whether it may have something for this tenant's receivers; for `OPERATORS`: the operator's."""

    def end(self) -> int:
        """The position behind all that there is now."""

    def read(self, tenant: str, position: int) -> Found:
        """Some events from `position` on, in their order; none where there are none for this tenant in what was looked at."""


class SealedRecords:
    """Records of a tenant that are in a published head."""

    types = frozenset({EventType.SEALED})

    def __init__(self, log: SealingLog, tenants: Iterable[str]) -> None:
        """`tenants` are those that submit to the log."""
        self.name = f"sealed/{log.name}"
        self._log = log
        self._tenants = frozenset(tenants)

    def serves(self, tenant: str) -> bool:
        return tenant in self._tenants

    def end(self) -> int:
        return self._log.size

    def read(self, tenant: str, position: int) -> Found:
        """One event for each batch that has records of the tenant's, or for each `MOST_RECORDS` of them."""
        events: list[Event] = []
        for _ in range(MOST_READ):
            found = self._log.batches.of_tenant(tenant, position, MOST_RECORDS) if len(events) < MOST_EVENTS else None
            if found is None:
                break
            head, records = found
            is_all = len(records) < MOST_RECORDS
            position = head.checkpoint.size if is_all else records[-1].index + 1
            if records:
                events.append(self._event(head, records))
        return events, position

    def _event(self, head: SignedHead, records: list[Listed]) -> Event:
        checkpoint = head.checkpoint
        listed = [{"commitment": one.commitment.hex(), "index": one.index, "profile": one.profile} for one in records]
        data = {"log": self._log.origin, "size": checkpoint.size, "root": checkpoint.root.hex(), "records": listed}
        subject = f"{records[0].index}-{records[-1].index}"
        return Event(EventType.SEALED, self._log.origin, subject, head.last_trigger, data)


class AnchorChanges:
    """Anchors of a tenant's log, or of all logs for the operator."""

    name = "anchors"
    types = frozenset({EventType.ANCHORED, EventType.FINAL, EventType.REORGED, EventType.REFUSED})
    _TYPES: Mapping[State, EventType] = {
        State.INCLUDED: EventType.ANCHORED,
        State.FINAL: EventType.FINAL,
        State.SENT: EventType.REORGED,
        State.FAILED: EventType.REFUSED,
    }

    def __init__(self, outbox: Outbox, logs: Iterable[SealingLog], tenants: Mapping[str, SealingLog]) -> None:
        """`tenants` submit to these logs."""
        self._outbox = outbox
        self._logs = {log.id: log for log in logs}
        self._tenants = tenants

    def serves(self, tenant: str) -> bool:
        return tenant == OPERATORS or tenant in self._tenants

    def end(self) -> int:
        return self._outbox.last_change()

    def read(self, tenant: str, position: int) -> Found:
        changes = self._outbox.changes(position, MOST_READ)
        events = [self._event(change) for change in changes if self._is_for(tenant, change)]
        return events, changes[-1].number if changes else position

    def _is_for(self, tenant: str, change: AnchorChange) -> bool:
        if change.log not in self._logs:
            return False
        if tenant == OPERATORS:
            return True
        return self._tenants[tenant].id == change.log and change.state is not State.FAILED

    def _event(self, change: AnchorChange) -> Event:
        log = self._logs[change.log]
        data: dict[str, Any] = {"kind": "anchor", "log": log.origin, "size": change.size, "ledger": change.ledger}
        data["attempt"] = change.attempt
        if change.state is State.FAILED:
            data |= {"reason": change.reason, "remedy": change.remedy}
        return Event(self._TYPES[change.state], log.origin, f"{change.ledger}/{change.size}", change.at, data)


class IssuedDocuments:
    """Documents of one kind that were issued for a tenant."""

    types = frozenset({EventType.ISSUED})

    def __init__(
        self,
        kind: str,
        origins: Mapping[str, str],
        end: Callable[[], int],
        page: Callable[[str, int], list[Mapping[str, Any]]],
    ) -> None:
        """`origins` are those of the tenants' logs. `page` gives a tenant's rows after a number."""
        self.name = f"{kind}s"
        self._kind = kind
        self._origins = origins
        self._end = end
        self._page = page

    def serves(self, tenant: str) -> bool:
        return tenant in self._origins

    def end(self) -> int:
        return self._end()

    def read(self, tenant: str, position: int) -> Found:
        end = self._end()
        rows = self._page(tenant, position)[:MOST_READ]
        events = [self._event(row, self._origins[tenant]) for row in rows]
        return events, rows[-1]["number"] if rows else end

    def _event(self, row: Mapping[str, Any], origin: str) -> Event:
        told = {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
        told = {name: told[name] for name in _TOLD[self._kind]}
        digest = told.pop(_TOLD[self._kind][0])
        data = {"kind": self._kind, "credential": digest, **told}
        return Event(EventType.ISSUED, origin, digest, row["issued"], data)


_TOLD = {  # members of a row that events have, its digest first
    "passport": ("credential", "issuer", "subject", "name"),
    "statement": ("statement", "body", "organisation", "name", "covers"),
    "accreditation": ("accreditation", "accreditor", "body", "name"),
}


class StatusChanges:
    """Changes of the status of what was issued for a tenant."""

    name = "status"
    types = frozenset({EventType.REVOKED, EventType.SUSPENDED, EventType.REINSTATED})

    def __init__(
        self, tables: StatusTables, origins: Mapping[str, str], about: Callable[[bytes], tuple[str, str] | None]
    ) -> None:
        """`about` gives kind and tenant of the document of a digest that was issued here."""
        self._tables = tables
        self._origins = origins
        self._about = about

    def serves(self, tenant: str) -> bool:
        return tenant in self._origins

    def end(self) -> int:
        return self._tables.last_change()

    def read(self, tenant: str, position: int) -> Found:
        changes = self._tables.changes(position, MOST_READ)
        events = []
        for change in changes:
            about = self._about(change.credential)
            if about is not None and about[1] == tenant:
                events.append(self._event(change, about[0], self._origins[tenant]))
        return events, changes[-1].number if changes else position

    def _event(self, change: StatusChange, kind: str, origin: str) -> Event:
        if change.purpose == REVOCATION:
            type_ = EventType.REVOKED
        else:
            type_ = EventType.SUSPENDED if change.is_set else EventType.REINSTATED
        digest = change.credential.hex()
        return Event(type_, origin, digest, change.at, {"kind": kind, "credential": digest})


class DraftActs:
    """What was done to a tenant's drafts."""

    name = "drafts"
    _TYPES: Mapping[str, EventType] = {
        PREPARE: EventType.PREPARED,
        Act.CHANGE: EventType.PREPARED,
        Act.REVIEW: EventType.REVIEWED,
        Act.COMPLETE: EventType.RELEASED,
        Act.RETURN: EventType.REFUSED,
        Act.DISCARD: EventType.REFUSED,
        Act.FAIL: EventType.REFUSED,
    }
    types = frozenset(_TYPES.values())

    def __init__(self, tables: DraftTables, origins: Mapping[str, str]) -> None:
        self._tables = tables
        self._origins = origins

    def serves(self, tenant: str) -> bool:
        return tenant in self._origins

    def end(self) -> int:
        return self._tables.last_act()

    def read(self, tenant: str, position: int) -> Found:
        acts = self._tables.acts_after(position, MOST_READ)
        drafts = {draft: self._tables.find(draft) for _, draft, done in acts if done.act in self._TYPES}
        events = [
            self._event(draft, done, self._origins[tenant])
            for _, number, done in acts
            if (draft := drafts.get(number)) is not None and draft.tenant == tenant and done.act in self._TYPES
        ]
        return events, acts[-1][0] if acts else position

    def _event(self, draft: Stored, done: Done, origin: str) -> Event:
        number = draft.draft.number
        data: dict[str, Any] = {"kind": "draft", "draft": number, "of": draft.kind, "signer": draft.signer}
        data |= {"title": draft.title, "act": str(done.act), "content": done.content.hex()}
        if draft.document is not None and done.act == Act.COMPLETE:
            data["credential"] = draft.document.hex()
        return Event(self._TYPES[done.act], origin, f"draft/{number}", done.at, data)


class SecondFigures:
    """Footprint ids of a tenant that have a second figure in one log. An index that is made anew has them at the same places, and
    tells nothing before it has read the other logs: so none is told twice, and none is lost."""

    types = frozenset({EventType.DISPUTED})

    def __init__(self, lookup: Lookup, log: SealingLog, tenants: Iterable[str]) -> None:
        """`tenants` are all of the node: one may have submitted to another log before."""
        self.name = f"disputes/{log.name}"
        self._indexer = lookup.indexer
        self._log = log
        self._tenants = frozenset(tenants)

    def serves(self, tenant: str) -> bool:
        return tenant in self._tenants

    def end(self) -> int:
        return self._indexer.disputes_until(self._log.origin)

    def read(self, tenant: str, position: int) -> Found:
        end = self.end()
        disputes = self._indexer.index.disputes(self._log.origin, position, MOST_READ)
        disputes = [dispute for dispute in disputes if dispute.second.entry < end]
        events = [self._event(dispute) for dispute in disputes if dispute.tenant == tenant]
        if len(disputes) == MOST_READ:
            return events, disputes[-1].second.entry + 1
        return events, max(position, end)

    def _event(self, dispute: Dispute) -> Event:
        records = [
            {"commitment": one.commitment.hex(), "log": one.log, "index": one.entry, "figure": one.said.shown}
            for one in (dispute.first, dispute.second)
        ]
        data = {"kind": "footprint", "footprint": dispute.footprint, "records": records}
        second = dispute.second
        return Event(EventType.DISPUTED, second.log, f"footprint/{second.entry}", second.acknowledged, data)


class OutageChanges:
    """Outages of the node, for the operator."""

    name = "outages"
    types = frozenset({EventType.FROZEN, EventType.FAILING, EventType.RECOVERED})

    def __init__(self, outages: Outages, origin: str) -> None:
        """`origin` is that of the node's first log."""
        self._outages = outages
        self._origin = origin

    def serves(self, tenant: str) -> bool:
        return tenant == OPERATORS

    def end(self) -> int:
        return self._outages.last

    def read(self, tenant: str, position: int) -> Found:
        changes = self._outages.changes(position, MOST_READ) if self.serves(tenant) else []
        return [outage_event(one, self._origin) for one in changes], changes[-1].number if changes else position


def outage_event(change: OutageChange, origin: str) -> Event:
    """The event of an outage."""
    data = {"problem": change.problem, "remedy": change.remedy, "since": format_seconds(change.since)}
    return Event(change.type, origin, change.subject, change.at, {"about": change.subject, **data})
