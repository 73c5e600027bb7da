"""`carbonseal log`: what others need of the log itself."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from carbonseal.cli.nodes import with_node
from carbonseal.cli.options import NODE, WRITABLE

if TYPE_CHECKING:
    from carbonseal.service.client import AnyNode


@click.group(short_help="Export proofs from the log; vouch for it.")
def log() -> None:
    """The log, for those who check it with tools of their own. Its checkpoints, tiles and proofs are C2SP's, byte for byte.

    \b
    Example:
      carbonseal log proof my-node 17 -o entry.tlog-proof
    """


@log.command(short_help="Write the proof that an entry is in the log.")
@click.argument("directory", type=NODE)
@click.argument("entry", metavar="COMMITMENT|INDEX")
@click.option("-o", "--output", required=True, type=WRITABLE, help="The .tlog-proof file; - for standard output.")
def proof(directory: Path, entry: str, output: Path) -> None:
    """Write the proof that an entry is in the log, with the checkpoint that it leads to (c2sp.org/tlog-proof@v1). The entry
    is named by its index, or by the commitment that `carbonseal seal` printed.

    \b
    Examples:
      carbonseal log proof my-node 17 -o entry.tlog-proof
      carbonseal log proof my-node 5f0c… -o footprint.tlog-proof
    """

    async def prove(node: AnyNode) -> bytes:
        index = int(entry) if entry.isdecimal() and len(entry) < 20 else await node.index(_commitment(entry))
        return (await node.proof(index)).encode()

    made = with_node(directory, prove)
    if str(output) == "-":
        click.echo(made, nl=False)
    else:
        output.write_bytes(made)


@log.command(short_help="Vouch for a node whose guard is gone.")
@click.argument("directory", type=NODE)
@click.confirmation_option(prompt="Is this the newest copy of the log, and did no other copy sign anything since?")
def adopt(directory: Path) -> None:
    """Say that DIRECTORY holds the newest copy there is of its log, where the guard file that would show it is missing.

    A node signs nothing without its guard, because a copy that was restored from an old backup would sign a second history,
    and that cannot be taken back. Every ledger is asked again before anything is signed.

    \b
    Example:
      carbonseal log adopt my-node
    """
    from carbonseal.node.node import Node

    async def vouch() -> None:
        async with Node.open(directory) as node:
            await node.adopt_guard()

    asyncio.run(vouch())
    click.echo(f"{directory}: its guard is written anew")


def _commitment(text: str) -> bytes:
    try:
        commitment = bytes.fromhex(text)
    except ValueError:
        commitment = b""
    if len(commitment) != 32:
        raise click.BadParameter(f"{text!r} is neither an index nor a commitment (64 hexadecimal digits).")
    return commitment
