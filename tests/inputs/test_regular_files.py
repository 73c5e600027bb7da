"""What is opened by name is a regular file: nothing waits for a pipe that nobody writes to, or reads a device without an end.

A device stands in for both where other parts open files: a mistake there fails, and does not hang.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import click
import pytest

from carbonseal.examining.files.items import read_passport
from carbonseal.examining.log_tiles import LogTiles
from carbonseal.examining.named_bytes import NamedBytes
from carbonseal.findings import Finding, Refused
from carbonseal.inputs import regular_files
from carbonseal.keys.signers import Curve
from carbonseal.keys.tokens import TokenKey
from carbonseal.node import config
from carbonseal.node.access.oidc.config import OidcConfig
from carbonseal.node.access.oidc.fetching import fetch_for
from carbonseal.node.copying import MANIFEST, read_backup
from carbonseal.node.outgoing.reach import Reach
from carbonseal.node.secrets import open_key, open_ml_dsa_44, open_secret, open_signer
from carbonseal.records.sources import Source, read_files, read_records
from carbonseal.service.client.addresses import tls_to
from carbonseal.service.listening.tls import fingerprint
from carbonseal_adapters.fabric.chaincode.pem_file import PemFile
from carbonseal_adapters.fabric.gathering.trust import GATHERER
from carbonseal_adapters.fabric.sending.profiles import read_profile
from carbonseal_adapters.fabric.sending.tls import open_tls

NAME = "device.json"
GENESIS = f"fabric:{'ab' * 32}"


def oidc(folder: Path, keys: str = "", authorities: str = "") -> object:
    settings = OidcConfig("https://login.example", "carbonseal", keys=keys, authorities=authorities)

    async def fetch() -> object:
        return await fetch_for(settings, folder)()

    return asyncio.run(fetch())


def refuse(sources: Iterable[Source | Finding]) -> None:
    """Raise what the one source is refused for."""
    (finding,) = sources
    assert isinstance(finding, Finding)
    raise Refused(finding)


def no_secret(uri: str) -> bytes:
    raise AssertionError(uri)


OPENED: dict[str, Callable[[Path], object]] = {
    "a secret": lambda folder: open_secret(f"file:{NAME}", folder),
    "an encrypted key": lambda folder: open_signer(f"file:{NAME}?password=env:PATH", folder),
    "a salt key": lambda folder: open_key(f"file:{NAME}", folder),
    "an Ed25519 key": lambda folder: open_signer(f"file:{NAME}", folder),
    "an ML-DSA-44 key": lambda folder: open_ml_dsa_44(f"file:{NAME}", folder),
    "a certificate": lambda folder: fingerprint(folder / NAME),
    "a client's authorities": lambda folder: tls_to(b"", folder / NAME),
    "a receiver's authorities": lambda folder: Reach(authorities=NAME).context(folder),
    "an issuer's keys": lambda folder: oidc(folder, keys=NAME),
    "an issuer's authorities": lambda folder: oidc(folder, authorities=NAME),
    "records": lambda folder: refuse(read_records([folder / NAME])),
    "packed records": lambda folder: refuse(read_records([folder / "device.ndjson.gz"])),
    "a record as it is": lambda folder: refuse(read_files([folder / NAME], "text/plain")),
    "a passport": lambda folder: read_passport(str(folder / NAME)),
    "a policy": lambda folder: NamedBytes.read(folder / NAME),
    "a log's checkpoint": lambda folder: LogTiles(str(folder)).checkpoint,
    "a connection profile": lambda folder: read_profile(folder / NAME),
    "a client's certificate": lambda folder: open_tls(folder / NAME, "file:key", no_secret),
    "a configuration block": lambda folder: GATHERER.pin(GENESIS, [str(folder / NAME)]),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (NAME, "device.ndjson.gz", "checkpoint", config.FILE, MANIFEST):
        (tmp_path / name).symlink_to("/dev/null")
    return tmp_path


@pytest.mark.parametrize("what", OPENED)
def test_what_is_no_regular_file_is_refused_in_a_sentence(folder: Path, what: str) -> None:
    with pytest.raises((OSError, Refused), match="not a regular file"):
        OPENED[what](folder)


def test_a_directory_of_pipes_is_no_node_and_no_backup(folder: Path) -> None:
    with pytest.raises(OSError, match="not a regular file"):
        config.load(folder)
    with pytest.raises(Refused) as refused:
        read_backup(folder)
    assert refused.value.finding.code.name == "backup.none"


def test_a_module_of_a_token_is_not_loaded_from_a_pipe(folder: Path) -> None:
    pytest.importorskip("pkcs11")
    uri = f"pkcs11:token=t;object=o?module-path={folder / NAME}&pin-source=env:PIN"
    with pytest.raises(Refused, match="not a regular file"):
        TokenKey(uri, no_secret, Curve.ED25519)


def test_a_chaincode_reads_no_pipe(folder: Path) -> None:
    with pytest.raises(click.BadParameter, match="not a regular file"):
        PemFile().convert(str(folder / NAME), None, None)


@pytest.mark.parametrize("read", [regular_files.check_regular, regular_files.open_regular, regular_files.read_regular])
def test_a_pipe_is_not_waited_for(tmp_path: Path, read: Callable[[Path], object]) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "to-pipe").symlink_to("pipe")
    for name in ("pipe", "to-pipe"):
        with pytest.raises(regular_files.NotRegular, match="not a regular file"):
            read(tmp_path / name)
    with pytest.raises(IsADirectoryError):
        read(tmp_path)
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none")


def test_a_regular_file_is_read_through_links(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"bytes")
    (tmp_path / "link").symlink_to("file")
    assert regular_files.read_regular(tmp_path / "link") == b"bytes"
    with regular_files.open_regular(tmp_path / "file") as file:
        assert file.read(2) == b"by"
