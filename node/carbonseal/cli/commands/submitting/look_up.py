"""`carbonseal records find|index`: records found by what they say, and the index that they are found in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from carbonseal.cli.formatting.text import plain
from carbonseal.cli.nodes import with_node
from carbonseal.cli.options import NODE
from carbonseal.cli.targets import DirectoryCommand, NodeCommand, Target
from carbonseal.escaping import json_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from carbonseal.service.client.nodes import AnyNode

NAMES = {  # as `carbonseal.node.lookup.said.NAMES` has them
    "product": "The product's id.",
    "footprint": "The footprint's id.",
    "company": "The company's id.",
    "batch": "The number of the lot.",
    "digest": "SHA-256 of the canonical bytes; of a file, of its bytes.",
    "classification": "The product's classification.",
    "geography": "Country, subdivision or region.",
    "status": "active or deprecated.",
}


def _names(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each name, which may be repeated."""
    for name, what in reversed(NAMES.items()):
        command = click.option(f"--{name}", multiple=True, help=f"{what} May be repeated.")(command)
    return command


@click.command(cls=NodeCommand, short_help="Find records by what they say.")
@_names
@click.option("--profile", help="Of this profile, such as pact/3.0.")
@click.option("--valid-on", help="Valid on this day, or at this instant.")
@click.option("--disputed", is_flag=True, help="Those whose footprint id has two figures.")
@click.option("--current", is_flag=True, help="Of those with one footprint id the last.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each record.")
def find(
    target: Target,
    *,
    profile: str | None,
    valid_on: str | None,
    disputed: bool,
    current: bool,
    as_json: bool,
    **names: tuple[str, ...],
) -> None:
    """Find the sealed records at the node in DIRECTORY that say so: values of one option are alternatives, options hold together.

    Prints commitment, log and index, profile, product and figure of each, and what is known against it: a second figure under one
    footprint id. Looks in an index, which the running node fills in the background: on standard error is how far it reaches.

    \b
    Examples:
      carbonseal records find my-node --product urn:gtin:4712345060507
      carbonseal records find my-node --footprint 5a0a1b34-6b1d-4a5a-9d7a-6f2f0f5f8f11
      carbonseal records find my-node --disputed
    """
    request: dict[str, Any] = {name: list(values) for name, values in names.items() if values}
    request |= {"profile": profile} if profile else {}
    request |= {"validOn": valid_on} if valid_on else {}
    request |= {"disputed": disputed, "current": current}

    async def print_all(node: AnyNode) -> None:
        after: int | None = 0
        while after is not None:
            page = await node.operate("records/find", {**request, "after": after})
            for one in page["items"]:
                click.echo(json_line(one) if as_json else "\n".join(map(plain, _lines(one))))
            after = page["next"]
        for log, reach in page["index"].items():
            if reach["indexed"] < reach["size"]:
                click.echo(
                    f"of the log {log}, {reach['indexed']:,} of {reach['size']:,} entries were looked at", err=True
                )

    with_node(target, print_all, read_only=True)


@click.command(cls=DirectoryCommand, short_help="Bring the index of records up to date.")
@click.argument("directory", type=NODE)
@click.option("--rebuild", is_flag=True, help="Make it anew from the logs.")
def index(directory: Path, rebuild: bool) -> None:
    """Bring the index up to date in which the records of the node in DIRECTORY are found. A running node does so by itself. It is
    made of the logs alone: --rebuild forgets it and reads them from their beginnings.

    \b
    Example:
      carbonseal records index my-node --rebuild
    """
    answer = with_node(Target(directory), lambda node: node.operate("records/index", {"rebuild": rebuild}))
    for log, reach in answer["index"].items():
        click.echo(f"{log}: {reach['indexed']:,} of {reach['size']:,} entries")


def _lines(record: Mapping[str, Any]) -> list[str]:
    facts = [f"{record['log']} {record['index']}", record["profile"], record["title"], record["figure"]]
    findings = [f"    {finding['message']} [{finding['code']}]" for finding in record["findings"]]
    return ["  ".join([record["commitment"], *filter(None, facts)]), *findings]
