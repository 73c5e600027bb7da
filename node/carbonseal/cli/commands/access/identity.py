"""`carbonseal token identity`: who at the OpenID Connect issuer is which person or system of a node."""

from __future__ import annotations

import click

from carbonseal.cli.formatting.text import plain
from carbonseal.cli.nodes import with_node
from carbonseal.cli.options import REASON, Once, for_whom, wanted
from carbonseal.cli.targets import NodeCommand, Target
from carbonseal.escaping import json_line
from carbonseal.service.client.paging import all_of


@click.group(short_help="Let persons and systems in by the tokens of an OpenID Connect issuer.")
def identity() -> None:
    """Identities let persons and systems in by the tokens of the issuer that [oidc] in node.toml names. What they may do is the
    node's to say, with --scope: what a token claims gives nothing.

    \b
    Examples:
      carbonseal token identity add my-node 248289761001 --person anna --scope read --scope review
      carbonseal token identity list my-node
    """


@identity.command(cls=NodeCommand, short_help="Let somebody in by the issuer's tokens.")
@click.argument("subject")
@for_whom
def add(
    *, target: Target, subject: str, person: str | None, system: str | None, tenant: str | None, scopes: tuple[str, ...]
) -> None:
    """Let a person or a system in by the issuer's tokens for SUBJECT: what they have in `sub`, as the issuer chose it.

    Who is new needs scopes, and belongs to one tenant for good. Who has a token here, or another identity, keeps the scopes:
    leave them out. A token and an identity of one person are one person.

    \b
    Example:
      carbonseal token identity add my-node 248289761001 --person anna --scope read --scope review
    """
    request = {"subject": subject, **wanted(person, system, tenant, scopes)}
    with_node(target, lambda node: node.operate("identities/add", request))
    click.echo(plain(f"{subject} is {request['principal']}"))


@identity.command(cls=NodeCommand, short_help="Let nobody in by the issuer's tokens for somebody.")
@click.argument("subject")
@click.option("--issuer", metavar="URL", cls=Once, help="Whose subject it was, where [oidc] names another one now.")
@REASON
def remove(target: Target, subject: str, issuer: str | None, reason: str) -> None:
    """Let nobody in any more by the issuer's tokens for SUBJECT, from the next request on. Tokens and other identities of the same
    person or system work on.

    \b
    Example:
      carbonseal token identity remove my-node 248289761001 --reason 'she left'
    """
    request = {"subject": subject, "reason": reason, **({"issuer": issuer} if issuer else {})}
    with_node(target, lambda node: node.operate("identities/remove", request))
    click.echo(plain(f"removed {subject}"))


@identity.command("list", cls=NodeCommand, short_help="List identities, whose they are and what for.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def list_(target: Target, as_json: bool) -> None:
    """List every identity at the node in DIRECTORY: subject, issuer, whose it is, tenant and scopes.

    \b
    Example:
      carbonseal token identity list my-node
    """
    identities = with_node(target, lambda node: all_of(node, "identities/list"), read_only=True)
    if as_json:
        click.echo(json_line({"identities": identities}))
        return
    for one in identities:
        whose = f"{one['kind']} {one['principal']} of {one['tenant']}"
        click.echo(plain(f"{one['subject']}  at {one['issuer']}  {whose}  {','.join(one['scopes'])}"))
