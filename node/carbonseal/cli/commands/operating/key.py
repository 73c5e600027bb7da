"""`carbonseal key`: makes signing keys, and prints the verifier key of one."""

from __future__ import annotations

from pathlib import Path

import click

from carbonseal.cli.errors import Failed
from carbonseal.findings import Refused

KINDS = ED25519, ML_DSA_44 = "ed25519", "ml-dsa-44"
TYPE = click.option(
    "--type",
    "kind",
    type=click.Choice(KINDS),
    default=ED25519,
    show_default=True,
    help="The key's algorithm. Beside an Ed25519 key, an ML-DSA-44 key adds nothing until policies drop the former.",
)


@click.group(short_help="Make a signing key; print its verifier key.")
def key() -> None:
    """Signing keys of logs and witnesses.

    \b
    Examples:
      carbonseal key new my-node/keys/log-ml-dsa.pem --type ml-dsa-44
      carbonseal key show file:my-node/keys/log-ml-dsa.pem --type ml-dsa-44 --name log.example.org/2026
    """


@key.command(short_help="Make a signing key, in a new file.")
@click.argument("file", type=click.Path(path_type=Path))
@TYPE
def new(file: Path, kind: str) -> None:
    """Write a new signing key into FILE, which its owner alone can read and which must not exist: an Ed25519 key as 64
    hexadecimal digits, an ML-DSA-44 key as PKCS#8 in PEM. It is not encrypted: whoever reads FILE has the key.

    \b
    Example:
      carbonseal key new my-node/keys/log-ml-dsa.pem --type ml-dsa-44
    """
    from carbonseal.node.secrets import make_key, make_ml_dsa_44_key

    try:
        make_key(file) if kind == ED25519 else make_ml_dsa_44_key(file)
    except FileExistsError as error:
        raise Failed(f"{file} exists, and no key is overwritten", "name another file") from error
    click.echo(f"wrote {file}")


@key.command(short_help="Print the verifier key of a signing key.")
@click.argument("uri")
@click.option("--name", required=True, help="The key's name: a log's origin, or the name of a witness.")
@TYPE
@click.option("--witness", is_flag=True, help="The key of a witness, which cosigns. For ML-DSA-44 both are one type.")
def show(uri: str, name: str, kind: str, witness: bool) -> None:
    """Print the verifier key (C2SP signed-note) of the signing key at URI, as a policy's lines `log` and `witness` need it.
    Paths in URI are relative to this folder.

    \b
    Examples:
      carbonseal key show file:my-node/keys/log.key --name log.example.org/2026
      carbonseal key show file:witness.key --name witness.example.org --witness
    """
    from carbonseal.log.notes import Cosigner, NoteSigner, SubtreeSigner
    from carbonseal.node.secrets import open_ml_dsa_44, open_signer

    here = Path()
    try:
        if kind == ML_DSA_44:
            verifier = SubtreeSigner(name, open_ml_dsa_44(uri, here)).verifier
        else:
            verifier = (Cosigner if witness else NoteSigner)(name, open_signer(uri, here)).verifier
    except Refused as refused:
        raise Failed.by(refused) from refused
    click.echo(verifier.encode())
