"""`carbonseal anchor`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from carbonseal.cli.formatting.node_status import busy, lines
from carbonseal.cli.formatting.progress import Progress
from carbonseal.cli.nodes import with_node
from carbonseal.cli.targets import NodeCommand, Target

if TYPE_CHECKING:
    from carbonseal.service.client.nodes import AnyNode

PAUSE = 1.0  # seconds between two looks at how far it has got


@click.command(cls=NodeCommand, short_help="Anchor every log's newest head on its ledgers now.")
@click.option(
    "--wait",
    "seconds",
    type=click.IntRange(min=0),
    default=60,
    show_default=True,
    help="Seconds to wait for anchors to become final; 0 only makes them due.",
)
@click.pass_context
def anchor(ctx: click.Context, *, target: Target, seconds: int) -> None:
    """Anchor the newest head of every log of the node in DIRECTORY on its ledgers, whatever the cadence, and wait until it is
    final there.

    An anchor that is not final when the time is over is continued when the node runs again: nothing is lost, and nothing is
    sent twice.
    While it waits, other commands can use the node only where `carbonseal serve` runs.
    The exit status is 1 where an anchor is not final yet or has failed.

    \b
    Examples:
      carbonseal anchor my-node
      carbonseal anchor my-node --wait 900
    """
    health = with_node(target, lambda node: wait_for_anchors(node, seconds))
    click.echo("\n".join(lines(health)))
    ctx.exit(0 if health["state"] == "ok" and not busy(health) else 1)


async def wait_for_anchors(node: AnyNode, seconds: int) -> Mapping[str, Any]:
    """Have every log's newest head anchored, and wait for it. Gives the node's health."""
    await node.sequence()
    await node.anchor()
    health = await node.health()
    if not seconds:
        return health
    waiting = asyncio.create_task(
        node.wait_for_anchors(seconds)
    )  # one wait: what is under way at its end is broken off
    try:
        with Progress("waiting for ledgers", len(health["ledgers"])) as progress:
            while not (await asyncio.wait({waiting}, timeout=PAUSE))[0]:
                health = await node.health()
                idle = len(health["ledgers"]) - len(busy(health))
                progress.step(idle - progress.count)
        return await waiting
    finally:
        waiting.cancel()
        await asyncio.wait({waiting})
