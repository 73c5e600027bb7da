"""Events that are sent to receivers: CloudEvents 1.0.2 in structured JSON (docs/spec.md, section 30). Pure.

- An event's id is a digest of all that it tells: made again, after a crash or from a restored backup, it has the same one.
- `sequence` (CloudEvents' extension of that name) counts the events of one receiver. Deliveries may overtake each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote

import orjson

from carbonseal.instants import format_seconds

CONTENT_TYPE = "application/cloudevents+json"
PREFIX = "carbonseal."  # of every type
MOST_RECORDS = 256  # that one event names
DIGITS = 16  # of `sequence`, which is compared as text


class EventType(StrEnum):
    """What happened."""

    SEALED = "sealed"  # records of the tenant are in a published head
    ANCHORED = "anchored"  # a ledger has a head, and may still take it back
    FINAL = "final"
    REORGED = "reorged"  # a ledger took back a head that it had
    ISSUED = "issued"  # a passport, a statement, an accreditation
    PREPARED = "prepared"  # a draft waits for its review
    REVIEWED = "reviewed"  # it waits for its release
    RELEASED = "released"
    REVOKED = "revoked"  # for ever: of a statement or an accreditation, withdrawn
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    REFUSED = "refused"  # for good: a draft by its reviewer, an anchor by its ledger
    DISPUTED = "disputed"  # a footprint id has a second figure
    FROZEN = "frozen"  # a log signs nothing any more
    FAILING = "failing"  # an outage began
    RECOVERED = "recovered"  # it is over
    TEST = "test"  # somebody asked for it


OF_TENANTS = frozenset(
    {
        EventType.SEALED,
        EventType.ANCHORED,
        EventType.FINAL,
        EventType.REORGED,
        EventType.ISSUED,
        EventType.PREPARED,
        EventType.REVIEWED,
        EventType.RELEASED,
        EventType.REVOKED,
        EventType.SUSPENDED,
        EventType.REINSTATED,
        EventType.REFUSED,
        EventType.DISPUTED,
    }
)
OF_NODE = frozenset(
    {
        EventType.ANCHORED,
        EventType.FINAL,
        EventType.REORGED,
        EventType.REFUSED,
        EventType.FROZEN,
        EventType.FAILING,
        EventType.RECOVERED,
    }
)


@dataclass(frozen=True, slots=True)
class Event:
    """`source` is the origin of the log that it happened in, or of the node's first log; `time` is in seconds since 1970."""

    type: EventType
    source: str
    subject: str
    time: int
    data: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The id of the event and of its message, on every try."""
        return "msg_" + hashlib.sha256(_encode(self._members())).hexdigest()[:40]

    def encode(self, sequence: int) -> bytes:
        """The body of its message: RFC 8785."""
        members = {**self._members(), "id": self.id, "sequence": f"{sequence:0{DIGITS}}"}
        return _encode(members)

    def _members(self) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "type": PREFIX + self.type.value,
            "source": quote(self.source, safe="/"),  # a URI reference (RFC 3986)
            "subject": self.subject,
            "time": format_seconds(self.time),
            "datacontenttype": "application/json",
            "data": dict(self.data),
        }


def _encode(members: Mapping[str, Any]) -> bytes:
    """RFC 8785: names are ASCII here, and numbers integers below 2^53, of which orjson's sorted form is the canonical one."""
    return orjson.dumps(members, option=orjson.OPT_SORT_KEYS)
