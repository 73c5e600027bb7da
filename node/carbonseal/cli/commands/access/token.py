"""`carbonseal token`: who is let in at a node's private and admin listeners, and who may read another tenant's record."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from carbonseal.cli.commands.access.identity import identity
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.nodes import with_node
from carbonseal.cli.options import DIGEST, NAME, REASON, SCOPE, Once, for_whom, wanted
from carbonseal.cli.outputs import FILE, Output
from carbonseal.cli.targets import NodeCommand, Target
from carbonseal.escaping import json_line

if TYPE_CHECKING:
    from carbonseal.service.client.nodes import AnyNode
from carbonseal.service.client.paging import all_of, every

MOST_DAYS = 732
OUTPUT = click.option(
    "-o",
    "--output",
    cls=Once,
    type=FILE,
    help="A new file for it, which its owner alone can read. Default: standard output.",
)
DAYS = click.option(
    "--days", type=click.IntRange(1, MOST_DAYS), default=365, show_default=True, help="Days for which it works."
)


@click.group(short_help="Make, list, rotate and revoke the tokens that let others in.")
def token() -> None:
    """Tokens let persons and systems in at a node that serves. While a node has none, it answers on this machine alone, and
    whoever reaches it is its operator. From the first token on, nobody is let in without one; commands on the node's directory
    need none.

    \b
    Examples:
      carbonseal token create my-node erp-2026 --system erp --scope submit --scope read
      carbonseal token create my-node anna-laptop --person anna --scope read --scope review
      carbonseal token list my-node
    """


@token.command(cls=NodeCommand, short_help="Make a token, and show it once.")
@click.argument("name", type=NAME)
@for_whom
@DAYS
@OUTPUT
def create(
    *,
    target: Target,
    name: str,
    person: str | None,
    system: str | None,
    tenant: str | None,
    scopes: tuple[str, ...],
    days: int,
    output: Path | None,
) -> None:
    """Make the token NAME for a person or a system of the node in DIRECTORY, and write it into a file, or to standard output. It
    is shown this once: the node keeps its hash.

    Who is new needs scopes, and belongs to one tenant for good. Another token for somebody who is known has the same scopes:
    leave them out. Two tokens of one person are one person, who cannot release what they prepared.

    \b
    Examples:
      carbonseal token create my-node erp-2026 --system erp --tenant default --scope submit --scope read -o erp.token
      curl -H "Authorization: Bearer $(cat erp.token)" https://node.example.org/v1/passports
    """
    request = {"name": name, "days": days, **wanted(person, system, tenant, scopes)}
    _write(target, "tokens/create", request, output)


token.add_command(identity)


@token.command("list", cls=NodeCommand, short_help="List tokens, whose they are and what for.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def list_(target: Target, as_json: bool) -> None:
    """List every token of the node in DIRECTORY: name, whose it is, tenant, scopes, and when it ends or was revoked.

    \b
    Example:
      carbonseal token list my-node
    """
    tokens = with_node(target, lambda node: all_of(node, "tokens/list"), read_only=True)
    if as_json:
        click.echo(json_line({"tokens": tokens}))
        return
    for one in sorted(tokens, key=lambda one: (one["name"], one["number"])):
        ends = f"revoked {one['revoked']}" if one["revoked"] else f"until {one['expires']}"
        whose = f"{one['kind']} {one['principal']} of {one['tenant']}"
        click.echo(plain(f"{one['name']:<20} {whose:<36} {','.join(one['scopes']):<28} {ends}"))


@token.command(cls=NodeCommand, short_help="Make a token that follows one, which works a while longer.")
@click.argument("name", type=NAME)
@DAYS
@click.option(
    "--overlap",
    type=click.IntRange(0, 30 * 24),
    default=24,
    show_default=True,
    help="Hours for which the old one works on.",
)
@OUTPUT
def rotate(target: Target, name: str, days: int, overlap: int, output: Path | None) -> None:
    """Make another token of this NAME for the same person or system, and write it as `create` does. The old one works on for
    --overlap hours, so that no request is refused while it is replaced.

    \b
    Example:
      carbonseal token rotate my-node erp-2026 -o erp-2027.token
    """
    request = {"name": name, "days": days, "overlap": overlap * 3600}
    _write(target, "tokens/rotate", request, output)


@token.command(cls=NodeCommand, short_help="Revoke a token: it works no more.")
@click.argument("name", type=NAME)
@REASON
def revoke(target: Target, name: str, reason: str) -> None:
    """Let nobody in any more by the token NAME, from the next request on. Other tokens of the same person or system work on.

    \b
    Example:
      carbonseal token revoke my-node erp-2026 --reason 'the laptop was stolen'
    """
    with_node(target, lambda node: node.operate("tokens/revoke", {"name": name, "reason": reason}))
    click.echo(f"revoked {name}")


@token.command(cls=NodeCommand, short_help="Change what a person or system may do.")
@click.argument("who", type=NAME)
@click.option("--scope", "scopes", type=SCOPE, multiple=True, required=True, help="What they may do; once for each.")
def scopes(target: Target, who: str, scopes: tuple[str, ...]) -> None:
    """Give the person or system WHO these scopes, and no others, from the next request on: for all their tokens.

    \b
    Example:
      carbonseal token scopes my-node erp --scope submit
    """
    request = {"principal": who, "scopes": list(dict.fromkeys(scopes))}
    with_node(target, lambda node: node.operate("tokens/scopes", request))
    click.echo(f"{who} may {', '.join(request['scopes'])}")


@token.command(cls=NodeCommand, short_help="Let a person or system of another tenant read a record.")
@click.argument("commitment", type=DIGEST)
@click.argument("who", type=NAME)
def grant(target: Target, commitment: bytes, who: str) -> None:
    """Let the person or system WHO, of another tenant, read the record with this COMMITMENT and cite it, until that is ended
    (carbonseal token ungrant). It may disclose it to nobody. Over HTTP, a person of the record's tenant with the scope `release`
    does the same (POST /v1/grants).

    \b
    Example:
      carbonseal token grant my-node 5f0c… anna
    """
    request = {"commitment": commitment.hex(), "reader": who}
    is_new = with_node(target, lambda node: node.operate("grants", request))["new"]
    click.echo(f"{who} may read {commitment.hex()}" if is_new else f"{who} could read {commitment.hex()} before")


@token.command(cls=NodeCommand, short_help="End what `grant` began.")
@click.argument("commitment", type=DIGEST)
@click.argument("who", type=NAME)
def ungrant(target: Target, commitment: bytes, who: str) -> None:
    """Let the person or system WHO no longer read the record with this COMMITMENT. What it cited until now stays cited.

    \b
    Example:
      carbonseal token ungrant my-node 5f0c… anna
    """
    request = {"commitment": commitment.hex(), "reader": who}
    is_new = with_node(target, lambda node: node.operate("grants/revoke", request))["new"]
    click.echo(
        f"{who} may not read {commitment.hex()}" if is_new else f"{who} could not read {commitment.hex()} before"
    )


@token.command(cls=NodeCommand, short_help="List who may read whose records.")
def grants(target: Target) -> None:
    """List every grant at the node in DIRECTORY: the record, whose it is, who may read it, since when, and until when.

    \b
    Example:
      carbonseal token grants my-node
    """

    async def print_all(node: AnyNode) -> None:
        async for one in every(node, "grants/list"):
            until = f" to {one['revoked']}" if one["revoked"] else ""
            whose = f"of {one['tenant']}  by {one['reader']}"
            click.echo(plain(f"{one['commitment']}  {whose}  from {one['granted']}{until}"))

    with_node(target, print_all, read_only=True)


def _write(target: Target, operation: str, request: Mapping[str, Any], output: Path | None) -> None:
    """Have a token made, and write it."""
    file = (
        None if output is None else Output(output, over=False)
    )  # that it can be written is known before there is a token
    secret = f"{with_node(target, lambda node: node.operate(operation, request))['token']}\n"
    if file is None:
        click.echo(secret, nl=False)
    else:
        file.write_secret(secret.encode())
    name = request["name"]
    click.echo(f"This is the token {name}. It is not shown again: keep it where only its owner can read it.", err=True)
