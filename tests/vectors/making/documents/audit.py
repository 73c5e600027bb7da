"""Vectors of the audit chain (section 29): hashes computed here, from the specification's words."""

from __future__ import annotations

import hashlib
import json

from tests.vectors.cases import Case, case, refused

_BROKEN = refused("audit.broken")


def _event(number: int, what: str, why: str = "") -> str:
    """An event, whose members are in the order of RFC 8785: that of their names."""
    who = {"kind": "person", "name": "anna", "token": "anna-laptop"}
    value = {"about": {"credential": "5f" * 32}, "number": number, "time": "2026-11-30T03:15:41Z", "what": what}
    return json.dumps({**value, "who": who, "why": why}, separators=(",", ":"))


def _chained(*events: str) -> list[dict[str, str]]:
    before, chain = bytes(32), []
    for event in events:
        before = hashlib.sha256(b"carbonseal/audit/v1\0" + before + event.encode()).digest()
        chain.append({"event": event, "hash": before.hex()})
    return chain


def audit() -> list[Case]:
    """Chains that hold, and chains that were changed."""
    chain = _chained(_event(1, "issue-passport"), _event(2, "suspend-passport", "a"), _event(3, "revoke-passport", "b"))
    one, two, three = chain
    holds = {"events": 3, "head": three["hash"]}
    changed = {**two, "event": two["event"].replace('"a"', '"c"')}
    return [
        case("three events", "check-audit", holds, chain=chain),
        case("the first alone", "check-audit", {"events": 1, "head": one["hash"]}, chain=[one]),
        case("none", "check-audit", {"events": 0, "head": "00" * 32}, chain=[]),
        case("a reason was changed", "check-audit", _BROKEN, chain=[one, changed, three]),
        case("one was taken out", "check-audit", _BROKEN, chain=[one, three]),
        case("the first was taken out", "check-audit", _BROKEN, chain=[two, three]),
        case("two were exchanged", "check-audit", _BROKEN, chain=[one, three, two]),
        case("a number is left out", "check-audit", _BROKEN, chain=_chained(_event(1, "x"), _event(3, "y"))),
        case("it begins with 0", "check-audit", _BROKEN, chain=_chained(_event(0, "x"))),
    ]
