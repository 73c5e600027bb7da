"""`carbonseal audit`: who did what at a node, when and why; and whether that record was tampered with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from carbonseal.cli.formatting.text import plain
from carbonseal.cli.nodes import with_node
from carbonseal.cli.targets import NodeCommand, Target
from carbonseal.escaping import json_line

if TYPE_CHECKING:
    from carbonseal.service.client.nodes import AnyNode
from carbonseal.service.client.paging import every


@click.group(short_help="Show and check who did what at a node.")
def audit() -> None:
    """The audit chain of a node: who had passports issued, revoked, suspended or reinstated, made tokens, changed scopes and gave
    grants, when and why. Each event has the hash of all before it, and the newest hash becomes an entry of a log: what is under a
    head that others have seen cannot be changed without a trace.

    \b
    Examples:
      carbonseal audit show my-node
      carbonseal audit check my-node
    """


@audit.command(cls=NodeCommand, short_help="Show the events of the audit chain.")
@click.option("--after", type=click.IntRange(min=0), default=0, help="Begin after the event with this number.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each event, with its hash.")
def show(target: Target, after: int, as_json: bool) -> None:
    """Show what was done at the node in DIRECTORY, one line an event: number, time, who, what, about what, and why.

    \b
    Example:
      carbonseal audit show my-node --after 1200
    """

    async def print_all(node: AnyNode) -> None:
        async for one in every(node, "audit/list", after=after):
            click.echo(
                json_line({"event": one["event"], "hash": one["hash"]}) if as_json else plain(_line(one["event"]))
            )

    with_node(target, print_all, read_only=True)


@audit.command(cls=NodeCommand, short_help="Check that no event was changed or taken out.")
def check(target: Target) -> None:
    """Hash every event of the audit chain of the node in DIRECTORY again, and compare it with the heads that its logs have as
    entries. The exit status is 2 where an event was changed or taken out.

    \b
    Example:
      carbonseal audit check my-node
    """
    answer = with_node(target, lambda node: node.operate("audit/check", {}), read_only=True)
    click.echo(f"{answer['events']} events, each continues the ones before it; head {answer['head']}")
    click.echo(f"the first {answer['inLog']} are under a head that is an entry of a log")


def _line(event: dict[str, object]) -> str:
    who, about = event["who"], event["about"]
    assert isinstance(who, dict)
    assert isinstance(about, dict)
    by = f"{who['kind']} {who['name']}" if who["name"] != who["kind"] else str(who["name"])
    facts = " ".join(f"{key}={value}" for key, value in sorted(about.items()) if value)
    why = f"  why: {event['why']}" if event["why"] else ""
    return f"{event['number']}  {event['time']}  {by}  {event['what']}  {facts}{why}"
