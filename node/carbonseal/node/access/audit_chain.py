"""Audit chain (docs/spec.md, section 29): what was done, each event with the hash of itself and all before it. Pure.

An event as it is hashed, RFC 8785 (here with line breaks):

    {"about":{"credential":"5f0c…"},"number":7,"time":"2026-11-30T03:15:41Z","what":"revoke-passport",
     "who":{"kind":"person","name":"anna","token":"anna-laptop"},"why":"the meter was broken"}

``hash of event n = SHA-256("carbonseal/audit/v1" ‖ 0 ‖ hash of event n-1 ‖ event n)``, with 32 zero bytes before the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import rfc8785

from carbonseal.findings import Refused
from carbonseal.instants import format_seconds

from .callers import Caller
from .codes import AUDIT_BROKEN

DOMAIN = b"carbonseal/audit/v1\0"
START = bytes(32)


@dataclass(frozen=True, slots=True)
class Event:
    """One act: on whose behalf, what, about what, why, and when (seconds since 1970). Events are counted from 1."""

    number: int
    time: int
    who: Caller
    what: str
    about: Mapping[str, str]
    why: str = ""

    def encode(self) -> bytes:
        """The bytes that are hashed."""
        who = {"kind": self.who.kind.value, "name": self.who.name, "token": self.who.token}
        value: dict[str, Any] = {
            "number": self.number,
            "time": format_seconds(self.time),
            "who": who,
            "what": self.what,
        }
        return bytes(rfc8785.dumps({**value, "about": dict(self.about), "why": self.why}))


def link(before: bytes, event: bytes) -> bytes:
    """The hash (32 bytes) of an event, after the hash of the one before."""
    return hashlib.sha256(DOMAIN + before + event).digest()


def check(events: Iterable[tuple[bytes, bytes]]) -> tuple[int, bytes]:
    """How many events there are, (event, hash) each, and the last one's hash. Raises Refused (`audit.broken`) at the first that
    does not continue the ones before it."""
    count, head = 0, START
    for event, stated in events:
        count += 1
        head = link(head, event)
        if head != stated or _number(event) != count:
            raise Refused(AUDIT_BROKEN(number=count))
    return count, head


def _number(event: bytes) -> Any:
    try:
        value = orjson.loads(event)
    except orjson.JSONDecodeError:
        return None
    return value.get("number") if isinstance(value, dict) else None
