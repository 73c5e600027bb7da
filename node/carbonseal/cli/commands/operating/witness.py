"""`carbonseal witness`: the key with which a node cosigns the heads of other logs."""

from __future__ import annotations

from pathlib import Path

import click

from carbonseal.cli.options import NODE
from carbonseal.cli.targets import DirectoryCommand


@click.group(short_help="Replace the key with which a node cosigns other logs.")
def witness() -> None:
    """The witness that every node is: it cosigns the heads of the logs whose keys are in its node.toml.

    \b
    Example:
      carbonseal witness new-key my-node
    """


@witness.command("new-key", cls=DirectoryCommand, short_help="Replace the witness key.")
@click.argument("directory", type=NODE)
@click.option("--key", "uri", default="", metavar="URI", help="Where the new key is (default: a new file below keys/).")
@click.option("--name", default="", help="The name of the new key (default: that of the old one).")
@click.confirmation_option(prompt="Verifiers who list the old key have to list the new one. Replace it?")
def new_key(directory: Path, uri: str, name: str) -> None:
    """Replace the key with which the node in DIRECTORY cosigns, where the guard of other logs' heads is lost or old. With the old
    key the node could cosign a second history of a log; the new one begins from the heads that are still known.

    The node must be stopped. Only [cosigner] in node.toml is changed.

    \b
    Examples:
      carbonseal witness new-key my-node
      carbonseal witness new-key my-node --key 'file:keys/witness.pem?password=env:WORD'
    """
    from carbonseal.node.witnessing.new_key import replace_key

    key = replace_key(directory, uri, name)
    click.echo(f"{directory}: other logs are cosigned with a new key")
    click.echo(f"Policies name it with this line: witness NAME {key.encode()}")
