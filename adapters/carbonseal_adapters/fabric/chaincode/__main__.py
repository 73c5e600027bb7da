"""`python -m carbonseal_adapters.fabric.chaincode`: runs the chaincode for the peers of one organisation."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from contextlib import suppress
from pathlib import Path

import click
import grpc

from carbonseal_adapters.fabric.chaincode.address import Address
from carbonseal_adapters.fabric.chaincode.pem_file import PemFile
from carbonseal_adapters.fabric.chaincode.registry import Registry
from carbonseal_adapters.fabric.chaincode.shim import serving


@click.command()
@click.option("--address", required=True, type=Address(0), help="Where it listens. Peers connect as the package says.")
@click.option(
    "--id", "package_id", required=True, help="The package id that `peer lifecycle chaincode install` printed."
)
@click.option(
    "--tls-certificate", type=PemFile(), help="PEM. Without it, whoever reaches the address is answered in the clear."
)
@click.option("--tls-key", type=PemFile(), help="PEM, its private key.")
@click.option("--client-ca", type=PemFile(), help="PEM. With it, peers must show a certificate of this authority.")
def main(
    address: str, package_id: str, tls_certificate: Path | None, tls_key: Path | None, client_ca: Path | None
) -> None:
    """Run the anchor registry for the peers that have it installed, until Ctrl-C or SIGTERM."""
    if (tls_certificate is None) != (tls_key is None) or (client_ca and not tls_key):
        raise click.UsageError("--tls-certificate and --tls-key go together, and --client-ca with both")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    credentials = None
    if tls_certificate and tls_key:
        roots = client_ca.read_bytes() if client_ca else None
        pair = (tls_key.read_bytes(), tls_certificate.read_bytes())
        credentials = grpc.ssl_server_credentials([pair], roots, require_client_auth=roots is not None)
    try:
        asyncio.run(_run(address, package_id, credentials))
    except RuntimeError as error:
        raise click.ClickException(str(error)) from error


async def _run(address: str, package_id: str, credentials: grpc.ServerCredentials | None) -> None:
    stop = asyncio.Event()
    with suppress(NotImplementedError):  # Windows: there, Ctrl-C cancels this task
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with serving(address, package_id, Registry(time.time).answer, credentials) as port:
        click.echo(f"ready {port}")
        await stop.wait()


if __name__ == "__main__":
    main()
