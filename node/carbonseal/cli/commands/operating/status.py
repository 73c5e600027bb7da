"""`carbonseal status`: the state of a node, its logs and its ledgers."""

from __future__ import annotations

import click

from carbonseal.cli.formatting.node_status import lines
from carbonseal.cli.nodes import with_node
from carbonseal.cli.targets import NodeCommand, Target
from carbonseal.escaping import json_line


@click.command(cls=NodeCommand, short_help="Show the state of a node and its ledgers.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON, for monitoring.")
@click.pass_context
def status(ctx: click.Context, *, target: Target, as_json: bool) -> None:
    """Show the state of the node in DIRECTORY: its logs, the entries that wait, and every ledger with its open and failed
    anchors, why, and what to do. The exit status is 1 where something is wrong.

    If `carbonseal serve` does not run, the node is opened, and its ledgers have three seconds to answer.

    \b
    Examples:
      carbonseal status my-node
      carbonseal status my-node --json
    """
    health = with_node(target, lambda node: node.health(), read_only=True)
    click.echo(json_line(health) if as_json else "\n".join(lines(health)))
    ctx.exit(0 if health["state"] == "ok" else 1)
