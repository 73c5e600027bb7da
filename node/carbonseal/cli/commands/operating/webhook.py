"""`carbonseal webhook`: who is told what happens at a node."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from carbonseal.cli.errors import BrokeOff
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.nodes import with_node
from carbonseal.cli.options import NAME, REASON, Once
from carbonseal.cli.outputs import FILE, Output
from carbonseal.cli.targets import NodeCommand, Target
from carbonseal.escaping import json_line
from carbonseal.service.client.paging import all_of, every

if TYPE_CHECKING:
    from carbonseal.service.client.nodes import AnyNode

TENANT = click.option("--tenant", type=NAME, cls=Once, help="Whose receiver it is. Without: the operator's.")
OUTPUT = click.option(
    "-o",
    "--output",
    cls=Once,
    type=FILE,
    help="A new file for the secret, which its owner alone can read. Default: standard output.",
)
TYPES = (
    *("sealed", "anchored", "final", "reorged", "issued", "prepared", "reviewed", "released", "revoked", "suspended"),
    *("reinstated", "refused", "disputed", "frozen", "failing", "recovered"),
)


@click.group(short_help="Tell other systems what happens: receivers, their secrets, dead letters.")
def webhook() -> None:
    """A receiver is an address to which the node sends what happens, as signed messages (CloudEvents, Standard Webhooks). A
    tenant's receiver is told of that tenant's records, anchors and documents; the operator's is told of the node: anchors,
    outages, frozen logs.

    \b
    Examples:
      carbonseal webhook add my-node erp https://erp.example.org/hooks/carbon --tenant default
      carbonseal webhook add my-node pager https://pager.example.org/in/7f --type failing --type recovered --type frozen
      carbonseal webhook list my-node
    """


@webhook.command(cls=NodeCommand, short_help="Add a receiver, and show its secret once.")
@click.argument("name", type=NAME)
@click.argument("url")
@TENANT
@click.option(
    "--type", "types", type=click.Choice(TYPES), multiple=True, help="Which events; once for each. All without."
)
@OUTPUT
def add(
    *, target: Target, name: str, url: str, tenant: str | None, types: tuple[str, ...], output: Path | None
) -> None:
    """Send what happens at the node in DIRECTORY from now on to the receiver NAME at URL, and write the secret that its messages
    are signed with into a file, or to standard output. The receiver needs it. The node keeps it in a file below keys/webhooks,
    and shows it this once.

    URL is https, with a certificate that this machine trusts, at a public address; node.toml may allow other networks, section
    [webhooks].

    \b
    Example:
      carbonseal webhook add my-node erp https://erp.example.org/hooks/carbon --tenant default -o erp.secret
    """
    request = {**_one(name, tenant), "url": url, **({"types": list(dict.fromkeys(types))} if types else {})}
    _write(target, "webhooks/add", request, output)


@webhook.command("list", cls=NodeCommand, short_help="List receivers, and what has become of their messages.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def list_(target: Target, as_json: bool) -> None:
    """List every receiver of the node in DIRECTORY: whose it is, how many messages were delivered, wait, or are dead letters, and
    why it is paused.

    \b
    Example:
      carbonseal webhook list my-node
    """
    webhooks = with_node(target, lambda node: all_of(node, "webhooks/list"), read_only=True)
    if as_json:
        click.echo(json_line({"webhooks": webhooks}))
        return
    for one in webhooks:
        counts = f"{one['delivered']} delivered, {one['pending']} waiting, {one['dead']} dead"
        paused = f"; paused: {one['paused']}" if one["paused"] is not None else ""
        whose = f"of {one['tenant']}" if one["tenant"] else "of the operator"
        click.echo(plain(f"{one['name']:<20} {whose:<20} {counts}{paused}"))


@webhook.command(cls=NodeCommand, short_help="Send a receiver a message that says nothing, now.")
@click.argument("name", type=NAME)
@TENANT
def test(target: Target, name: str, tenant: str | None) -> None:
    """Send the receiver NAME an event of type carbonseal.test, once, and say whether it was taken. Exit status 1 where it was not.

    \b
    Example:
      carbonseal webhook test my-node erp --tenant default
    """
    answer = with_node(target, lambda node: node.operate("webhooks/test", _one(name, tenant)))
    if not answer["delivered"]:
        raise BrokeOff(f"{name} did not take it: {answer['reason']}")
    click.echo(f"{name} took it")


@webhook.command(cls=NodeCommand, short_help="Make another secret, beside which the old one signs a while longer.")
@click.argument("name", type=NAME)
@TENANT
@click.option(
    "--overlap",
    type=click.IntRange(0, 30 * 24),
    default=24,
    show_default=True,
    help="Hours for which the old one signs too.",
)
@OUTPUT
def rotate(target: Target, name: str, tenant: str | None, overlap: int, output: Path | None) -> None:
    """Make another secret for the receiver NAME, and write it as `add` does. For --overlap hours each message has a signature by
    both, so that nothing is refused while the receiver learns the new one.

    \b
    Example:
      carbonseal webhook rotate my-node erp --tenant default -o erp.secret
    """
    request = {**_one(name, tenant), "overlap": overlap * 3600}
    _write(target, "webhooks/rotate", request, output)


@webhook.command(cls=NodeCommand, short_help="Send a receiver nothing until it is resumed.")
@click.argument("name", type=NAME)
@TENANT
@REASON
def pause(target: Target, name: str, tenant: str | None, reason: str) -> None:
    """Send the receiver NAME nothing until it is resumed. What happens meanwhile is not lost.

    \b
    Example:
      carbonseal webhook pause my-node erp --tenant default --reason 'moved to another data centre'
    """
    request = {**_one(name, tenant), "reason": reason}
    with_node(target, lambda node: node.operate("webhooks/pause", request))
    click.echo(f"paused {name}")


@webhook.command(cls=NodeCommand, short_help="Send a receiver what waits for it, now.")
@click.argument("name", type=NAME)
@TENANT
def resume(target: Target, name: str, tenant: str | None) -> None:
    """Send the receiver NAME all that waits for it, now: also where it was not paused, and tries that failed are put off.

    \b
    Example:
      carbonseal webhook resume my-node erp --tenant default
    """
    with_node(target, lambda node: node.operate("webhooks/resume", _one(name, tenant)))
    click.echo(f"resumed {name}")


@webhook.command(cls=NodeCommand, short_help="Show a receiver's dead letters.")
@click.argument("name", type=NAME)
@TENANT
def dead(target: Target, name: str, tenant: str | None) -> None:
    """Show the messages that the receiver NAME refused for three days, a line of JSON each: id, tries, the reason of
    the last try, and the event.

    \b
    Example:
      carbonseal webhook dead my-node erp --tenant default
    """

    async def print_all(node: AnyNode) -> None:
        async for one in every(node, "webhooks/dead/list", **_one(name, tenant)):
            click.echo(json_line(one))

    with_node(target, print_all, read_only=True)


@webhook.command(cls=NodeCommand, short_help="Send dead letters again.")
@click.argument("name", type=NAME)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@TENANT
def replay(target: Target, name: str, ids: tuple[str, ...], tenant: str | None) -> None:
    """Send the receiver NAME its dead letters again: those of these IDs, or all.

    \b
    Example:
      carbonseal webhook replay my-node erp --tenant default
    """
    request = {**_one(name, tenant), **({"ids": list(dict.fromkeys(ids))} if ids else {})}
    count = with_node(target, lambda node: node.operate("webhooks/replay", request))["replayed"]
    click.echo(f"{count} sent again")


@webhook.command(cls=NodeCommand, short_help="Remove a receiver, and what waits for it.")
@click.argument("name", type=NAME)
@TENANT
def remove(target: Target, name: str, tenant: str | None) -> None:
    """Send the receiver NAME nothing any more. What waits for it, its dead letters and its secret are removed.

    \b
    Example:
      carbonseal webhook remove my-node erp --tenant default
    """
    with_node(target, lambda node: node.operate("webhooks/remove", _one(name, tenant)))
    click.echo(f"removed {name}")


def _one(name: str, tenant: str | None) -> dict[str, Any]:
    return {"name": name, **({"tenant": tenant} if tenant is not None else {})}


def _write(target: Target, operation: str, request: Mapping[str, Any], output: Path | None) -> None:
    """Have a secret made, and write it."""
    file = None if output is None else Output(output, over=False)  # refused before there is a secret
    secret = f"{with_node(target, lambda node: node.operate(operation, request))['secret']}\n"
    if file is None:
        click.echo(secret, nl=False)
    else:
        file.write_secret(secret.encode())
    click.echo(
        f"This is the secret of {request['name']}. It is not shown again: give it to the receiver alone.", err=True
    )
