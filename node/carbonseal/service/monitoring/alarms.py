"""Alarms: what needs a person, each with what it is about, what is wrong and what to do; and what will need one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Alarm:
    """`about` names a part of the node as `carbonseal.node.webhooks.failures` does; `remedy` is empty where waiting helps."""

    about: str
    what: str
    remedy: str


def alarms(health: Json) -> list[Alarm]:
    """The failures in what `health.health` gives, then the warnings of ledgers."""
    failing = [Alarm(one["about"], one["problem"], one["remedy"]) for one in health["failures"]]
    warnings = [
        Alarm(f"ledger/{ledger['ledger']}", warning, "")
        for ledger in health["ledgers"]
        for warning in (ledger["warning"], ledger["costs"]["warning"] if ledger["costs"] else "")
        if warning and not any(warning in one.what for one in failing)
    ]
    return failing + warnings
