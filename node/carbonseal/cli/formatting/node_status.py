"""Formats the state of a node, its logs and its ledgers for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from click import style

from carbonseal.cli.formatting.text import plain

COLOURS = {"ok": "green", "failing": "yellow", "frozen": "red", "final": "green", "failed": "red"}


def lines(health: Mapping[str, Any]) -> Iterator[str]:
    """What `carbonseal status` prints. `health` is what GET /health answers."""
    state = health["state"]
    yield style(state.upper(), fg=COLOURS[state], bold=True)
    for log in health["logs"]:
        yield from log_lines(log)
    yield from damage_lines(health)
    if not health["ledgers"]:
        yield from _without_ledgers(any(log["size"] or log["waiting"] for log in health["logs"]))
    names = {log["id"]: log["name"] for log in health["logs"]}
    for ledger in health["ledgers"]:
        yield from ledger_lines(ledger, names)


def _without_ledgers(begun: bool) -> Iterator[str]:
    yield style("no ledgers, so nothing is anchored", fg="yellow")
    if begun:
        yield "  a log's first entry fixes its ledgers: begin another log, see docs/operators/logs.md, 'A log without ledgers'"
    else:
        yield "  begin anew, with carbonseal init --ledger, before the first record: it fixes the log's ledgers for ever"


def log_lines(log: Mapping[str, Any]) -> Iterator[str]:
    """One log: its origin, its name in this node, and its progress."""
    yield style(plain(log["origin"]), bold=True) + plain(f"  the log {log['name']}")
    yield f"  key      {plain(log['key'])}"
    yield f"  entries  {log['size']:,}" + (f", {log['waiting']:,} waiting" if log["waiting"] else "")
    yield from (f"  cosigns  other logs' heads with {plain(key)}" for key in log["cosigners"])
    yield from (f"  {line}" for line in freeze_lines(log))
    yield from (f"  {line}" for line in witness_lines(log))
    if problem := log["problem"]:
        yield style(plain(f"  {problem['message']}"), fg="yellow")
        yield plain(f"    {problem['remedy']}")
    yield from (f"  {line}" for line in damage_lines(log))


def freeze_lines(log: Mapping[str, Any], *, whose: bool = False) -> Iterator[str]:
    """Why a log signs nothing, and what to do; nothing where it is not frozen."""
    if frozen := log["frozen"]:
        name = f"the log {log['name']} is " if whose else ""
        yield style(plain(f"{name}frozen: {frozen['message']}"), fg="red")
        yield plain(f"  {frozen['remedy']}")


def damage_lines(of: Mapping[str, Any]) -> Iterator[str]:
    """What rotted of a log, or of the node's own database."""
    for damage in of["damage"]:
        yield style(plain(f"damaged: {damage['message']}"), fg="yellow")
        yield plain(f"  {damage['remedy']}")


def witness_lines(log: Mapping[str, Any]) -> Iterator[str]:
    """Its witnesses; what waits for them; why it takes no heads of other logs, and which of those forked."""
    for witness in log["witnesses"]:
        yield plain(
            f"witness  {witness['name']} at {witness['url']}: size {witness['size']:,}, {witness['time'] or 'never'}"
        )
        if problem := witness["problem"]:
            yield style(plain(f"  {problem['message']}"), fg="yellow")
            yield plain(f"    {problem['remedy']}")
    if waits := log["unpublished"]:
        said = (
            f"size {waits['size']:,} is not published: {waits['cosigned']} of {waits['quorum']} witnesses cosigned it"
        )
        yield style(plain(f"{said}, since {waits['since']}"), fg="yellow", bold=True)
    if problem := log["cosigning"]:
        yield style(plain(f"takes no heads of other logs: {problem['message']}"), fg="yellow")
        yield plain(f"  {problem['remedy']}")
    for fork in log["forks"]:
        sizes = " and ".join(map(str, fork["sizes"]))
        yield style(plain(f"{fork['origin']} forked: it signed two histories, at sizes {sizes}"), fg="red", bold=True)
        yield plain(f"  found on {fork['found']}; the fraud proof is {fork['file']}; the fork is not anchored")


def ledger_lines(ledger: Mapping[str, Any], logs: Mapping[str, str]) -> Iterator[str]:
    """One ledger: how many anchors are in which state, its problem if any, and its anchors that matter now. `logs` are the
    node's, by id."""
    counts = ", ".join(f"{count:,} {state}" for state, count in ledger["counts"].items() if count)
    yield style(plain(ledger["ledger"]), bold=True) + f"  {counts or 'nothing anchored yet'}"
    publisher = ledger["publisher"] or "the log itself"
    yield plain(f"  at {ledger['uri']}, as {publisher}, every {ledger['cadence']:g} s")
    if ledger["problem"]:
        yield style(plain(f"  {ledger['problem']}"), fg="yellow")
    if ledger["remedy"]:
        yield plain(f"    {ledger['remedy']}")
    if ledger["warning"]:
        yield style(plain(f"  {ledger['warning']}"), fg="yellow", bold=True)
    if costs := ledger["costs"]:
        yield from _costs(costs)
    for anchor in ledger["anchors"]:
        yield from _anchor(anchor, f"{logs.get(anchor['log'], anchor['log'][:8])}, " if len(logs) > 1 else "")


def _costs(costs: Mapping[str, Any]) -> Iterator[str]:
    """What the anchors cost, and whether what pays for them will last."""
    unit = plain(costs["unit"])
    spent = f"  spent {_amount(costs['spent'])} {unit}"
    if costs["per-anchor"] is not None:
        spent += f": {_amount(costs['per-anchor'])} an anchor, {_amount(costs['per-record'])} a record"
    yield plain(f"{spent}; {_amount(costs['balance'])} left at {costs['asked']}")
    if costs["warning"]:
        yield style(plain(f"  {costs['warning']}"), fg="red" if costs["empty"] else "yellow", bold=True)


def _amount(text: str) -> str:
    """At most four significant digits; `--json` has them all."""
    return f"{Decimal(text):.4g}" if Decimal(text) < Decimal("9999.5") else f"{Decimal(text):,.0f}"


def _anchor(anchor: Mapping[str, Any], whose: str) -> Iterator[str]:
    state = anchor["state"]
    stage = f" ({plain(anchor['stage'])})" if anchor["stage"] else ""
    coloured = style(f"{state:<9}", fg=COLOURS.get(state, "yellow"))
    yield f"  {coloured} {plain(whose)}size {anchor['size']:,}, since {plain(anchor['since'])}{stage}"
    if anchor["reason"]:
        yield plain(f"    {anchor['reason']}")
    if anchor["remedy"]:
        yield plain(f"    {anchor['remedy']}")


def busy(health: Mapping[str, Any]) -> list[str]:
    """The names of the ledgers that still have something to do."""
    return [ledger["ledger"] for ledger in health["ledgers"] if not ledger["idle"]]
