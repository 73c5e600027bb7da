"""`python -m carbonseal_adapters.fabric.chaincode.package`: the package that peers install, the same bytes each time.

A chaincode package is a tar.gz with `metadata.json` and `code.tar.gz`; of a chaincode as a service the code is
`connection.json`, which says where it runs (hyperledger-fabric.readthedocs.io, "Running Chaincode as an External Service").
Its id is the label and the SHA-256 of the package, so both archives hold no times, no owners and nothing compressed, which
another zlib might do otherwise.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import click

from carbonseal_adapters.fabric.chaincode.address import Address
from carbonseal_adapters.fabric.chaincode.pem_file import PemFile

LABEL = "carbonseal_1"


def package(address: str, *, label: str = LABEL, root: str | None = None) -> bytes:
    """The package of a service at `address`; with `root`, the PEM of an authority, peers connect by TLS."""
    connection = {"address": address, "dial_timeout": "10s", "tls_required": root is not None}
    if root is not None:
        connection["root_cert"] = root
    metadata = {"path": "", "type": "ccaas", "label": label}
    return _archive({"metadata.json": _json(metadata), "code.tar.gz": _archive({"connection.json": _json(connection)})})


def package_id(packed: bytes, label: str = LABEL) -> str:
    """The id that peers give the package."""
    return f"{label}:{hashlib.sha256(packed).hexdigest()}"


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _archive(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    return _gzip(packed.getvalue())


def _gzip(data: bytes) -> bytes:
    """RFC 1952, with stored blocks, no time and an unknown system."""
    store = zlib.compressobj(0, zlib.DEFLATED, -15)
    check = zlib.crc32(data).to_bytes(4, "little") + len(data).to_bytes(4, "little")
    return bytes.fromhex("1f8b080000000000 00ff") + store.compress(data) + store.flush() + check


@click.command()
@click.option("--address", required=True, type=Address(1), help="Where the organisation's peers reach the service.")
@click.option("--root", type=PemFile(), help="PEM: connect by TLS, trust this.")
@click.option("--label", default=LABEL, show_default=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
def main(address: str, root: Path | None, label: str, output: Path) -> None:
    """Write the package to install with `peer lifecycle chaincode install`, and say its id."""
    packed = package(address, label=label, root=root.read_text("ascii") if root else None)
    output.write_bytes(packed)
    click.echo(package_id(packed, label))


if __name__ == "__main__":
    main()
