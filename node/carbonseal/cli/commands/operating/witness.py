"""`carbonseal witness`: the key with which a node cosigns the heads of other logs."""

from __future__ import annotations

from pathlib import Path

import click

from carbonseal.cli.commands.operating.key import ED25519, KINDS, ML_DSA_44
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
@click.option(
    "--type",
    "kind",
    type=click.Choice(KINDS),
    default=ED25519,
    help="ed25519: all witness keys are replaced. ml-dsa-44: one is added beside the Ed25519 key, or replaced.",
)
@click.confirmation_option(prompt="Verifiers who list an old key have to list the new one. Change it?")
def new_key(directory: Path, uri: str, name: str, kind: str) -> None:
    """Replace the key with which the node in DIRECTORY cosigns, where the guard of other logs' heads is lost or old. With the old
    key the node could cosign a second history of a log; the new one begins from the heads that are still known.

    An ML-DSA-44 key may cosign beside the Ed25519 one. It adds nothing for policies that still list the Ed25519 key.

    The node must be stopped. Only [cosigner] in node.toml is changed.

    \b
    Examples:
      carbonseal witness new-key my-node
      carbonseal witness new-key my-node --key 'file:keys/witness.pem?password=env:WORD'
      carbonseal witness new-key my-node --type ml-dsa-44
    """
    from carbonseal.node.witnessing.new_key import add_ml_dsa_44, replace_keys

    if kind == ML_DSA_44 and name:
        raise click.UsageError("--name cannot be given with --type ml-dsa-44: both keys have one name.")
    keys = add_ml_dsa_44(directory, uri) if kind == ML_DSA_44 else replace_keys(directory, uri, name)
    click.echo(f"{directory}: other logs are cosigned with a new key")
    for key in keys:
        click.echo(f"Policies name it with this line: witness NAME {key.encode()}")
