"""Statements and accreditations of a node, as commands issue, list, get and mark them. `kind` is `statement` or
`accreditation`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from carbonseal.cli.formatting.text import plain
from carbonseal.cli.nodes import with_node
from carbonseal.cli.outputs import Output
from carbonseal.cli.targets import Target

if TYPE_CHECKING:
    from carbonseal.service.client.nodes import AnyNode
from carbonseal.service.client.paging import every


def issue(target: Target, kind: str, request: Mapping[str, Any], output: Output) -> None:
    """Have the node issue what a request asks for, and write its file. What is known to be wrong is a warning on standard error."""
    answer = with_node(target, lambda node: node.operate(f"{kind}s/issue", request))
    for warning in answer["warnings"]:
        click.echo(plain(f"warning  {warning}"), err=True)
    _write(answer["file"], kind, output)


def get(target: Target, kind: str, digest: bytes, output: Output) -> None:
    """Write the file of a document that the node issued, refreshed."""
    answer = with_node(target, lambda node: node.operate(f"{kind}s/export", {kind: digest.hex()}))
    _write(answer["file"], kind, output)


def print_list(target: Target, kind: str, who: str) -> None:
    """Print what the node issued; `who` is the member that says by whom."""

    async def print_all(node: AnyNode) -> None:
        async for one in every(node, f"{kind}s/list"):
            why = f": {one['reason']}" if one["reason"] else ""
            click.echo(plain(f"{one[kind]}  {one['issued']}  {one['state']}{why}  {one['name']}, by {one[who]}"))

    with_node(target, print_all)


def mark(target: Target, kind: str, act: str, digest: bytes, reason: str) -> None:
    """Withdraw, suspend or reinstate a document that the node issued."""
    request = {kind: digest.hex(), "reason": reason}
    answer = with_node(target, lambda node: node.operate(f"{kind}s/{act}", request))
    if not answer["new"]:
        click.echo(f"{digest.hex()}: nothing to {act}, see carbonseal {kind} list")
        return
    click.echo(f"{act}: {digest.hex()}")
    click.echo("Files show it once they are refreshed: carbonseal passport refresh")


def _write(file: Mapping[str, Any], kind: str, output: Output) -> None:
    from carbonseal.records.canonical import jcs

    output.write(jcs(file) + b"\n", f"the {kind} {file[kind]}")


def shown(value: Mapping[str, Any]) -> str:
    """The subject of a signed document, for a person."""
    return json.dumps(value, indent=2, ensure_ascii=False)
