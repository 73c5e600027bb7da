"""TLS from files: spoken at every listener, loaded again when the files change, known to commands on the directory."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from carbonseal.findings import BrokenOff, Refused
from carbonseal.node.node import Node
from carbonseal.service.app import serving
from carbonseal.service.client.nodes import open_node
from carbonseal.service.client.remote import RemoteNode
from carbonseal.service.listening.tls import Certificate, fingerprint
from tests.service.nodes import make_node

CHAIN, KEY = "chain.pem", "key.pem"


def write(directory: Path, name: str, mode: int = 0o600) -> None:
    """A certificate of its own for this name, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begin)
    builder = builder.not_valid_after(begin + timedelta(days=3_650))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    made = builder.sign(key, hashes.SHA256())
    (directory / CHAIN).write_bytes(made.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (directory / KEY).unlink(missing_ok=True)
    (directory / KEY).touch(mode)
    (directory / KEY).write_bytes(secret)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    node = tmp_path / "node"
    make_node(node)
    settings = node / "node.toml"
    listen = f'[listen]\ncertificate = "{CHAIN}"\ncertificate-key = "{KEY}"\n'
    settings.write_text(settings.read_text("utf-8").replace("[listen]\n", listen), "utf-8")
    write(node, "node.example")
    return node


async def name_at(url: str) -> str:
    """For which name the certificate is that a new connection meets."""
    host, port = url.removeprefix("https://").split(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection(host, int(port), ssl=context)
    found = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    subject = x509.load_der_x509_certificate(found).subject
    return str(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def test_a_renewed_certificate_is_loaded_without_a_restart(directory: Path) -> None:
    async def go() -> None:
        certificate = Certificate(directory, CHAIN, KEY)
        async with Node.open(directory) as node, serving(node, tls=certificate.context) as url:
            assert url.startswith("https://127.0.0.1:")
            assert await name_at(url) == "node.example"
            assert not certificate.reload()
            write(directory, "renewed.example")
            assert await name_at(url) == "node.example"
            assert certificate.reload()
            assert await name_at(url) == "renewed.example"

    asyncio.run(go())


def test_what_cannot_be_used_leaves_what_was_loaded(directory: Path) -> None:
    async def go() -> None:
        certificate = Certificate(directory, CHAIN, KEY)
        async with Node.open(directory) as node, serving(node, tls=certificate.context) as url:
            old = (directory / KEY).read_bytes()
            write(directory, "renewed.example")
            (directory / KEY).write_bytes(old)  # the renewed chain is there, its key not yet
            with pytest.raises(Refused) as refused:
                certificate.reload()
            assert refused.value.finding.code.name == "http.certificate-unusable"
            assert await name_at(url) == "node.example"

    asyncio.run(go())


def test_commands_on_the_directory_know_the_certificate_and_no_other(directory: Path) -> None:
    async def go() -> None:
        certificate = Certificate(directory, CHAIN, KEY)
        async with Node.open(directory) as node, serving(node, tls=certificate.context) as url:
            node.advertise(url)
            async with open_node(directory) as far:
                assert isinstance(far, RemoteNode)
                assert (await far.submit(b"{}", "json/1")).profile == "json/1"
            for wrong in (b"\0" * 32, b""):  # another certificate; none that this machine trusts
                async with RemoteNode(url, certificate=wrong) as stranger:
                    with pytest.raises(BrokenOff) as broken:
                        await stranger.health()
                    assert broken.value.finding.code.name == "client.untrusted"
            async with aiohttp.ClientSession() as session:
                with pytest.raises(aiohttp.ClientError):
                    await session.get(url.replace("https://", "http://") + "/health")

    asyncio.run(go())


def test_a_client_trusts_the_certificate_in_a_file_for_the_name_that_it_has(directory: Path) -> None:
    write(directory, "localhost")
    trusted = directory / CHAIN

    async def go() -> None:
        certificate = Certificate(directory, CHAIN, KEY)
        async with Node.open(directory) as node, serving(node, "localhost", tls=certificate.context) as url:
            async with RemoteNode(url, authorities=trusted) as far:
                assert (await far.submit(b"{}", "json/1")).profile == "json/1"
            async with RemoteNode(url.replace("localhost", "127.0.0.1"), authorities=trusted) as other:
                with pytest.raises(BrokenOff) as broken:
                    await other.health()
                assert broken.value.finding.code.name == "client.untrusted"

    asyncio.run(go())


@pytest.mark.parametrize("what", ["key missing", "chain missing", "key open to others", "not PEM", "another key"])
def test_files_that_cannot_be_used_are_refused_at_the_start(directory: Path, what: str) -> None:
    match what:
        case "key missing":
            (directory / KEY).unlink()
        case "chain missing":
            (directory / CHAIN).unlink()
        case "key open to others":
            (directory / KEY).chmod(0o644)
        case "not PEM":
            (directory / CHAIN).write_text("x")
        case _:
            old = (directory / KEY).read_bytes()
            write(directory, "other.example")
            (directory / KEY).write_bytes(old)
    with pytest.raises(Refused) as refused:
        Certificate(directory, CHAIN, KEY)
    expected = "secret.open-to-others" if what == "key open to others" else "http.certificate-unusable"
    assert refused.value.finding.code.name == expected


def test_the_fingerprint_is_that_of_the_first_certificate(directory: Path) -> None:
    own = fingerprint(directory / CHAIN)
    first = (directory / CHAIN).read_bytes()
    write(directory, "issuer.example")
    (directory / CHAIN).write_bytes(first + (directory / CHAIN).read_bytes())
    assert fingerprint(directory / CHAIN) == own
