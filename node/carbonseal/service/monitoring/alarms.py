"""Alarms: what in a node's health needs a person, each with where it is, what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Alarm:
    """`where` names a log, a ledger or the node's disk; `remedy` is empty where waiting helps."""

    where: str
    what: str
    remedy: str


def alarms(health: Json) -> list[Alarm]:
    """The alarms in what `health.health` gives, those of the node's disk first, then of logs, then of ledgers."""
    found = [_of_finding("the node's disk", finding) for finding in health["damage"]]
    for log in health["logs"]:
        found += _of_log(log)
    for ledger in health["ledgers"]:
        found += _of_ledger(ledger)
    return found


def _of_log(log: Json) -> Iterator[Alarm]:
    where = f"log {log['name']}"
    findings = [log["frozen"], log["problem"], log["cosigning"], *log["damage"]]
    findings += [witness["problem"] for witness in log["witnesses"]]
    for finding in findings:
        if finding is not None:
            yield _of_finding(where, finding)


def _of_ledger(ledger: Json) -> Iterator[Alarm]:
    where = f"ledger {ledger['ledger']}"
    if ledger["problem"]:
        yield Alarm(where, ledger["problem"], ledger["remedy"])
    if ledger["warning"]:
        yield Alarm(where, ledger["warning"], "")
    if ledger["costs"] and ledger["costs"]["warning"]:
        yield Alarm(where, ledger["costs"]["warning"], "")
    for anchor in ledger["anchors"]:
        if anchor["state"] == "failed":
            yield Alarm(where, f"the anchor of size {anchor['size']} failed: {anchor['reason']}", anchor["remedy"])


def _of_finding(where: str, finding: Json) -> Alarm:
    return Alarm(where, finding["message"], finding["remedy"])
