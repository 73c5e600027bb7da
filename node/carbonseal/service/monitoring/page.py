"""The page that a person sees who watches a node: plain HTML that loads nothing. Who wants it has the browser ask again.

It runs no script, sends no form, and is framed by nobody. Whatever others named (endpoints, publishers, messages) is escaped by
the template.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from carbonseal.escaping import escape_invisible
from carbonseal.instants import format_instant, parse_instant

from .alarms import alarms
from .background import Background
from .ingest import Ingest

REFRESH = 15  # seconds, that the page offers
PACKAGE = "carbonseal.service.monitoring"
ANCHOR_STATES = ("due", "signed", "sent", "included", "final", "failed")
MEANINGS = {
    "ok": "Nothing needs a person.",
    "failing": "Something needs a person: see the alarms.",
    "frozen": "A log signs nothing any more: see the alarms.",
}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finality:
    """How far a ledger is: the newest final size of each log, with how many entries are not under it and its age in words."""

    ledger: str
    log: str
    size: int
    behind: int
    age: str


def page(health: Json, taken: Iterable[Ingest], work: Background, now: datetime, every: int | None = None) -> str:
    """The page about what `health.health` gives, at this time. `every`: seconds after which the browser asks for it again."""
    return _template().render(
        health=health,
        meaning=MEANINGS[health["state"]],
        alarms=alarms(health),
        ingest=list(taken),
        work=work,
        finality=finality(health, now),
        states=ANCHOR_STATES,
        now=format_instant(now),
        every=every,
        refresh=REFRESH,
        style=_style(),
    )


def headers() -> dict[str, str]:
    """Header fields of the page (Content Security Policy 3, section 2.3.1)."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }


def finality(health: Json, now: datetime) -> list[Finality]:
    """The newest final anchor of each log on each of its ledgers; size 0 before the first."""
    found = []
    for ledger in health["ledgers"]:
        for log in (one for one in health["logs"] if ledger["ledger"] in one["ledgers"]):
            anchors = [one for one in ledger["anchors"] if one["log"] == log["id"] and one["state"] == "final"]
            newest = max(anchors, key=lambda anchor: anchor["size"], default=None)
            size = newest["size"] if newest else 0
            age = _age((now - parse_instant(newest["since"])).total_seconds()) if newest else "never"
            found.append(Finality(ledger["ledger"], log["name"], size, max(0, log["size"] - size), age))
    return found


def _age(seconds: float) -> str:
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit} ago"
    return f"{max(0, seconds):.0f} s ago"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(PACKAGE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["visible"] = lambda value: escape_invisible(str(value))
    environment.filters["short"] = lambda amount: f"{Decimal(amount):.4g}"
    environment.filters["grouped"] = lambda value: f"{value:,}"
    return environment


def _template() -> Template:
    return _environment().get_template("status.html")


@cache
def _style() -> str:
    return _environment().get_template("status.css").render()
