"""Mistakes in node.toml and in the files that it names: each has a code of its own. Keys by URI."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509 import load_pem_x509_certificate

from carbonseal.findings import Refused
from carbonseal.keys.signers import open_signer
from carbonseal.ledger import TransientError
from carbonseal.node.anchoring.adapters import NodeSecrets
from carbonseal_adapters.fabric.sending.ledger import connect
from carbonseal_adapters.fabric.sending.options import read_options
from carbonseal_adapters.fabric.sending.signers import CLIENT_KEY, public_key_of
from carbonseal_devnet.fabric.network import FabricNetwork
from tests.fabric import networks
from tests.tokens import SoftHsm

# The network, a node's directory, the connection profile in it, and the ledger's options.
Given = tuple[FabricNetwork, Path, dict[str, Any], dict[str, str]]


@pytest.fixture
def given(
    carbonseal_fabric: FabricNetwork, tmp_path: Path
) -> tuple[FabricNetwork, Path, dict[str, Any], dict[str, str]]:
    """A node's directory with an MSP folder and a connection profile, and options that name them."""
    shutil.copytree(carbonseal_fabric.msp(), tmp_path / "msp")
    profile = json.loads(carbonseal_fabric.profile().read_text())
    options = carbonseal_fabric.node_options() | {"msp": "msp", "profile": "profile.json"}
    (tmp_path / "profile.json").write_text(json.dumps(profile))
    return carbonseal_fabric, tmp_path, profile, options


def refused(network: FabricNetwork, directory: Path, options: dict[str, str], address: str | None = None) -> str:
    with pytest.raises(Refused) as caught:
        read_options(address or network.uri, options, NodeSecrets(directory))
    return caught.value.finding.code.name


def test_as_given_it_is_taken(given: tuple[FabricNetwork, Path, dict[str, Any], dict[str, str]]) -> None:
    network, directory, _, options = given
    read = read_options(network.uri, options, NodeSecrets(directory))
    assert read.gateways[0].address == network.endpoint()
    assert str(read.attest) == "2 of Org1MSP, Org2MSP"
    assert len(read.client.publisher) == 64


def test_a_nodes_directory_may_be_relative_to_the_current_one(
    given: tuple[FabricNetwork, Path, dict[str, Any], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`carbonseal init my-node`: the key in the MSP folder's keystore is found all the same."""
    network, directory, _, options = given
    options.pop("key", None)
    monkeypatch.chdir(directory.parent)
    read = read_options(network.uri, options, NodeSecrets(Path(directory.name)))
    assert len(read.client.publisher) == 64


def test_left_out_a_majority_of_the_profiles_organisations_attests(
    given: tuple[FabricNetwork, Path, dict[str, Any], dict[str, str]],
) -> None:
    network, directory, _, options = given
    del options["attest"]
    assert str(read_options(network.uri, options, NodeSecrets(directory)).attest) == "2 of Org1MSP, Org2MSP"


@pytest.mark.parametrize("option", ["channel", "profile", "msp"])
def test_what_is_needed(given: tuple[FabricNetwork, Path, dict[str, Any], dict[str, str]], option: str) -> None:
    network, directory, _, options = given
    del options[option]
    assert refused(network, directory, options) == "fabric.option-missing"


def test_wrong_options(given: tuple[FabricNetwork, Path, dict[str, Any], dict[str, str]]) -> None:
    network, directory, _, options = given
    assert refused(network, directory, options | {"chanel": "x"}) == "fabric.option-unknown"
    assert refused(network, directory, options | {"attest": "3:Org1MSP,Org2MSP"}) == "fabric.organisations-malformed"
    assert refused(network, directory, options | {"attest": "1:Org9MSP"}) == "fabric.attesters-without-peers"
    assert refused(network, directory, options | {"endorse": "1:Org9MSP"}) == "fabric.attesters-without-peers"
    assert refused(network, directory, options | {"endorse": "Org1MSP"}) == "fabric.organisations-malformed"
    assert refused(network, directory, options | {"config": "nowhere"}) == "fabric.file-unreadable"
    assert refused(network, directory, options, "fabric+grpcs://127.0.0.1:1") == "fabric.gateway-unknown"


def test_wrong_profiles(given: tuple[FabricNetwork, Path, dict[str, Any], dict[str, str]]) -> None:
    network, directory, profile, options = given
    path = directory / "profile.json"
    for text in ("name: yaml", "[]", "{}", json.dumps(profile | {"peers": {}}), json.dumps(profile | {"client": {}})):
        path.write_text(text)
        assert refused(network, directory, options) == "fabric.profile-unreadable"
    path.unlink()
    assert refused(network, directory, options) == "fabric.profile-unreadable"


def test_a_root_by_path_beside_the_profile(given: tuple[FabricNetwork, Path, dict[str, Any], dict[str, str]]) -> None:
    network, directory, profile, options = given
    for name, peer in profile["peers"].items():
        (directory / f"{name}.pem").write_text(peer["tlsCACerts"]["pem"])
        peer["tlsCACerts"] = {"path": f"{name}.pem"}
    (directory / "profile.json").write_text(json.dumps(profile))

    async def run() -> None:
        ledger = await connect(network.uri, options, NodeSecrets(directory))
        assert ledger.name == network.ledger
        await ledger.close()

    asyncio.run(run())


def test_wrong_folders(given: tuple[FabricNetwork, Path, dict[str, Any], dict[str, str]]) -> None:
    network, directory, _, options = given
    (directory / "msp" / "signcerts" / "another.pem").write_text("x")
    assert refused(network, directory, options) == "fabric.folder-unreadable"
    shutil.rmtree(directory / "msp" / "signcerts")
    assert refused(network, directory, options) == "fabric.folder-unreadable"


def key_file(directory: Path) -> Path:
    (path,) = (directory / "msp" / "keystore").iterdir()
    return path


def test_keys_elsewhere_encrypted_wrong_and_of_another(
    given: tuple[FabricNetwork, Path, dict[str, Any], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    network, directory, _, options = given
    key = load_pem_private_key(key_file(directory).read_bytes(), None)
    shutil.rmtree(directory / "msp" / "keystore")

    def store(key: PrivateKeyTypes, encryption: KeySerializationEncryption) -> None:
        path = directory / "client.pem"
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
        path.chmod(0o600)

    plain, locked = options | {"key": "file:client.pem"}, options | {"key": "file:client.pem?password=env:WORD"}
    store(key, NoEncryption())
    assert read_options(network.uri, plain, NodeSecrets(directory)).client
    assert refused(network, directory, locked | {}) in {"secret.not-encrypted", "secret.missing"}
    monkeypatch.setenv("WORD", "a long word")
    assert refused(network, directory, locked) == "secret.not-encrypted"
    store(key, BestAvailableEncryption(b"a long word"))
    assert read_options(network.uri, locked, NodeSecrets(directory)).client
    assert refused(network, directory, plain) == "secret.encrypted"
    monkeypatch.setenv("WORD", "another word")
    assert refused(network, directory, locked) == "secret.wrong-password"
    for other in (ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256K1())):
        store(other, NoEncryption())
        assert refused(network, directory, plain) == "fabric.key-malformed"
    store(ec.generate_private_key(ec.SECP256R1()), NoEncryption())
    assert refused(network, directory, plain) == "fabric.key-of-another"


def test_a_tls_certificate_and_its_key(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both or neither; the key in PEM, encrypted where the URI names a password, and never in a token."""
    network, directory, _, options = given
    shutil.copytree(network.msp().parent / "tls", directory / "tls")
    path = directory / "tls" / "client.key"
    both = options | {"tls-certificate": "tls/client.crt", "tls-key": "file:tls/client.key"}
    read = read_options(network.uri, both, NodeSecrets(directory))
    assert read.tls is not None
    assert read.tls.key not in repr(read.tls).encode()
    for name in ("tls-certificate", "tls-key"):
        assert refused(network, directory, options | {name: both[name]}) == "fabric.option-missing"
    assert refused(network, directory, both | {"tls-certificate": "nowhere"}) == "fabric.tls-certificate-unreadable"
    assert (
        refused(network, directory, both | {"tls-certificate": "profile.json"}) == "fabric.tls-certificate-unreadable"
    )
    assert refused(network, directory, both | {"tls-key": "file:nowhere"}) == "secret.missing"
    assert refused(network, directory, both | {"tls-key": "pkcs11:token=t;object=o"}) == "secret.unsupported"
    locked = both | {"tls-key": "file:tls/client.key?password=env:WORD"}
    monkeypatch.setenv("WORD", "a long word")
    assert refused(network, directory, locked) == "secret.not-encrypted"
    key = load_pem_private_key(path.read_bytes(), None)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"a long word")))
    assert read_options(network.uri, locked, NodeSecrets(directory)).tls == read.tls
    assert refused(network, directory, both) == "secret.encrypted"
    monkeypatch.setenv("WORD", "another word")
    assert refused(network, directory, locked) == "secret.wrong-password"
    for wrong, code in (
        (ed25519.Ed25519PrivateKey.generate(), "malformed"),
        (ec.generate_private_key(ec.SECP256R1()), "of-another"),
    ):
        path.write_bytes(wrong.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        assert refused(network, directory, both) in {f"fabric.tls-key-{code}", f"fabric.key-{code}"}
    path.write_text("no key")
    assert refused(network, directory, both) == "fabric.tls-key-malformed"


@pytest.mark.parametrize("days", [3, 4000])  # a TLS certificate has ten years
def test_the_certificate_that_expires_first_counts(
    carbonseal_fresh_fabric: FabricNetwork, tmp_path: Path, days: int
) -> None:
    network = carbonseal_fresh_fabric
    signing = network.organisations["Org1MSP"].renew(network.msp(), lasts=timedelta(days=days)).certificate
    read = read_options(network.uri, network.node_options() | network.tls_options(), NodeSecrets(tmp_path))
    assert read.tls is not None
    first = signing if days == 3 else read.tls.certificate
    assert read.expires == first.not_valid_after_utc.timestamp()


def test_several_channels_are_several_ledgers_and_an_unknown_one_is_none(
    given: tuple[FabricNetwork, Path, dict[str, Any], dict[str, str]],
) -> None:
    network, directory, _, options = given

    async def run() -> None:
        with pytest.raises(TransientError):
            await connect(network.uri, options | {"channel": "nowhere"}, NodeSecrets(directory))
        async with networks.connected(network) as one, networks.connected(network, "Org2MSP") as two:
            assert one.name == two.name
            assert one.publisher != two.publisher

    asyncio.run(run())


def test_secrets_are_relative_to_the_nodes_directory() -> None:
    assert NodeSecrets(Path("node")).directory == Path("node")


def test_a_key_in_a_token_anchors(carbonseal_fresh_fabric: FabricNetwork, softhsm: SoftHsm, tmp_path: Path) -> None:
    """P-256 in SoftHSM, with a certificate that the organisation's own authority issues for it."""
    network = carbonseal_fresh_fabric
    softhsm.make_key("client", "secp256r1")
    uri_of_key = softhsm.uri("token=carbonseal;object=client")
    public = public_key_of(open_signer(uri_of_key, CLIENT_KEY, NodeSecrets(tmp_path)))
    folder = network.msp(user="Tokened")
    organisation = network.organisations["Org1MSP"]
    (old,) = (folder / "signcerts").iterdir()
    subject = load_pem_x509_certificate(old.read_bytes()).subject
    old.write_bytes(organisation.ca.issue(subject, public).public_bytes(Encoding.PEM))
    shutil.rmtree(folder / "keystore")
    options = network.node_options() | {"msp": str(folder), "key": uri_of_key}

    async def run() -> None:
        ledger = await connect(network.uri, options, NodeSecrets(tmp_path))
        try:
            await networks.write(ledger, networks.anchor(1, "token"))
        finally:
            await ledger.close()

    asyncio.run(run())
    softhsm.remove_key("client")
