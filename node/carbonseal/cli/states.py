"""How a node is and how its ledgers stand, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from click import style

from carbonseal.cli.text import plain

COLOURS = {"ok": "green", "failing": "yellow", "frozen": "red", "final": "green", "failed": "red"}
OPEN = ("due", "signed", "sent", "included")


def lines(health: Mapping[str, Any]) -> Iterator[str]:
    """What `carbonseal status` prints. `health` is what GET /health answers."""
    state = health["state"]
    yield f"{style(state.upper(), fg=COLOURS[state], bold=True)}  {plain(health['origin'])}"
    yield f"  key      {plain(health['key'])}"
    yield f"  entries  {health['size']:,}" + (f", {health['waiting']:,} waiting" if health["waiting"] else "")
    if frozen := health["frozen"]:
        yield plain(f"  frozen: {frozen['message']}")
        yield plain(f"    {frozen['remedy']}")
    if not health["ledgers"]:
        yield "  no ledgers: name some in node.toml"
    for ledger in health["ledgers"]:
        yield from ledger_lines(ledger)


def ledger_lines(ledger: Mapping[str, Any]) -> Iterator[str]:
    """One ledger: how many anchors are in which state, its problem if any, and its anchors that matter now."""
    counts = ", ".join(f"{count:,} {state}" for state, count in ledger["counts"].items() if count)
    yield style(plain(ledger["ledger"]), bold=True) + f"  {counts or 'nothing anchored yet'}"
    yield plain(f"  at {ledger['uri']}, as {ledger['publisher']}, every {ledger['cadence']:g} s")
    if ledger["problem"]:
        yield style(plain(f"  {ledger['problem']}"), fg="yellow")
    if ledger["remedy"]:
        yield plain(f"    {ledger['remedy']}")
    for anchor in ledger["anchors"]:
        yield from _anchor(anchor)


def _anchor(anchor: Mapping[str, Any]) -> Iterator[str]:
    state = anchor["state"]
    since = datetime.fromtimestamp(anchor["since"], UTC)
    yield f"  {style(f'{state:<9}', fg=COLOURS.get(state, 'yellow'))} size {anchor['size']:,}, since {since:%Y-%m-%dT%H:%M:%SZ}"
    if anchor["reason"]:
        yield plain(f"    {anchor['reason']}")
    if anchor["remedy"]:
        yield plain(f"    {anchor['remedy']}")


def unsettled(health: Mapping[str, Any]) -> list[str]:
    """The ledgers that still have something to do."""
    return [ledger["ledger"] for ledger in health["ledgers"] if any(ledger["counts"].get(state) for state in OPEN)]
