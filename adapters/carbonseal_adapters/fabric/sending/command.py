"""`carbonseal fabric`: what an operator does on a channel before there is a node."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from carbonseal.cli.errors import BrokeOff, Failed, MissingExtra
from carbonseal.cli.formatting.text import plain
from carbonseal.cli.options import READABLE
from carbonseal.cli.outputs import FORCE, WRITABLE, Output
from carbonseal.findings import Refused

if TYPE_CHECKING:
    from carbonseal_adapters.fabric.sending.profiles import Peer
    from carbonseal_adapters.fabric.sending.signers import Client
    from carbonseal_adapters.fabric.sending.tls import TlsIdentity

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def fabric() -> None:
    """Prepare a channel for anchors.

    \b
    Example:
      carbonseal fabric profile peer0.org1.example:7051 --channel anchors --organisation Org1MSP \\
          --msp anchorer/msp --tls-ca org1-tls-ca.pem -o connection-org1.json
    """


@fabric.command(short_help="Write a connection profile from what a peer knows.")
@click.argument("peer", metavar="HOST:PORT")
@click.option("--channel", required=True, help="The channel's name.")
@click.option("--organisation", required=True, metavar="MSPID", help="Your organisation, whose peer this is.")
@click.option("--msp", required=True, type=FOLDER, help="The MSP folder of a client of your organisation.")
@click.option(
    "--tls-ca", required=True, type=READABLE, help="The TLS authority that the peer's certificate leads to, PEM."
)
@click.option("--key", metavar="URI", help="The client's key, where it is not in the MSP folder.")
@click.option("--tls-certificate", type=READABLE, help="The client's TLS certificate, where peers ask for one.")
@click.option("--tls-key", metavar="URI", help="Its key: file: or env:. Paths are relative to where you are.")
@click.option("-o", "--output", required=True, type=WRITABLE, help="The profile. - is standard output.")
@FORCE
def profile(
    *,
    peer: str,
    channel: str,
    organisation: str,
    msp: Path,
    tls_ca: Path,
    key: str | None,
    tls_certificate: Path | None,
    tls_key: str | None,
    output: Path,
    force: bool,
) -> None:
    """Ask a peer of your organisation, by Fabric's discovery service, which peers and orderers the channel has, and write them
    down as a connection profile.

    Look at what was found: a peer knows of other organisations' peers by gossip, which takes seconds after a start, and
    only those that have an external endpoint. Peers that joined by a snapshot may be among them.

    \b
    Examples:
      carbonseal fabric profile peer0.org1.example:7051 --channel anchors --organisation Org1MSP \\
          --msp anchorer/msp --tls-ca org1-tls-ca.pem -o connection-org1.json
      carbonseal fabric profile peer0.org1.example:7051 --channel anchors --organisation Org1MSP \\
          --msp anchorer/msp --tls-ca org1-tls-ca.pem --tls-certificate anchorer/tls/client.crt \\
          --tls-key file:anchorer/tls/client.key -o connection-org1.json
    """
    if find_spec("grpc") is None:
        raise MissingExtra("carbonseal fabric profile", "fabric")
    if (tls_certificate is None) != (tls_key is None):
        raise click.UsageError("--tls-certificate and --tls-key go together")
    file = Output(output, over=force)
    found = _found(peer, channel, (organisation, msp, key), tls_ca.read_bytes(), (tls_certificate, tls_key))
    organisations = found["organizations"].values()
    summary = "; ".join(f"{one['mspid']} {', '.join(one['peers']) or 'none'}" for one in organisations)
    file.write(json.dumps(found, indent=2).encode() + b"\n", f"peers of {summary}")
    click.echo(
        plain(f"Next: --ledger 'NAME fabric+grpcs://{peer} channel={channel} profile={output} msp={msp}'"), err=True
    )


def _found(
    address: str,
    channel: str,
    client: tuple[str, Path, str | None],
    ca: bytes,
    tls: tuple[Path | None, str | None],
) -> Mapping[str, Any]:
    """The profile. `client` is its MSP id, MSP folder and key, `tls` its TLS certificate and key."""
    from carbonseal.ledger import TransientError
    from carbonseal.node.secrets import open_secret
    from carbonseal_adapters.fabric.sending.profiles import Peer
    from carbonseal_adapters.fabric.sending.signers import open_client
    from carbonseal_adapters.fabric.sending.tls import open_tls

    def secret(uri: str) -> bytes:
        return open_secret(uri, Path())

    msp_id, folder, key = client
    certificate, tls_key = tls
    try:
        identity = open_client(msp_id, folder, key, secret)
        own = open_tls(certificate, tls_key, secret) if certificate and tls_key else None
    except Refused as refused:
        raise Failed.by(refused) from refused
    try:
        return asyncio.run(_discover(Peer(address, msp_id, address, ca), identity, own, channel))
    except TransientError as error:
        raise BrokeOff(str(error), "is it a peer of your organisation, and are --tls-ca and --msp right?") from error


async def _discover(peer: Peer, client: Client, tls: TlsIdentity | None, channel: str) -> Mapping[str, Any]:
    from carbonseal_adapters.fabric.sending.discovery import discover
    from carbonseal_adapters.fabric.sending.peers import Connection

    connection = Connection(peer, tls)
    try:
        return await discover(connection, client, tls, channel)
    finally:
        await connection.close()
