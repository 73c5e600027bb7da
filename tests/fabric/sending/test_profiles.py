"""`carbonseal fabric profile`: a connection profile from what a peer knows, and a node that anchors by it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from carbonseal.cli.main import carbonseal
from carbonseal.node.anchoring.adapters import NodeSecrets
from carbonseal_adapters.fabric.sending.ledger import connect
from carbonseal_devnet.fabric.network import ORDERER_MSP, FabricNetwork
from tests.fabric import networks


def run(network: FabricNetwork, output: Path, **changed: str | None) -> Result:
    """The command with what User1 of Org1 has, some of it changed or left out."""
    words = {
        "--channel": network.channel,
        "--organisation": "Org1MSP",
        "--msp": str(network.msp()),
        "--tls-ca": str(network.tls_ca()),
        "--output": str(output),
    }
    if network.mutual_tls:
        words |= {f"--{name}": value for name, value in network.tls_options().items()}
    given = {**words, **{f"--{name.replace('_', '-')}": value for name, value in changed.items()}}
    options = [word for name, value in given.items() if value is not None for word in (name, value)]
    return CliRunner().invoke(carbonseal, ["fabric", "profile", network.endpoint(), *options])


def shows_and_anchors(network: FabricNetwork, path: Path) -> None:
    done = run(network, path)
    assert done.exit_code == 0, done.output
    assert f"Org1MSP {network.endpoint()}; Org2MSP {network.endpoint('Org2MSP')}" in done.output
    profile = json.loads(path.read_text("utf-8"))
    assert set(profile["orderers"]) == set(network.orderer_addresses().values())
    assert profile["client"]["organization"] == "Org1MSP"
    assert ORDERER_MSP not in profile["organizations"]

    async def anchors() -> None:
        ledger = await connect(network.uri, network.node_options() | {"profile": str(path)}, NodeSecrets(path.parent))
        try:
            one = networks.anchor(1, str(path))
            attempt, seen = await networks.write(ledger, one)
            evidence = await networks.until(lambda: ledger.evidence(attempt, seen))
            assert (await networks.checked(network, ledger, evidence, one.statement)).proved
        finally:
            await ledger.close()

    asyncio.run(anchors())


def test_a_profile_that_a_node_anchors_by(carbonseal_fabric: FabricNetwork, tmp_path: Path) -> None:
    shows_and_anchors(carbonseal_fabric, tmp_path / "connection.json")


def test_the_same_where_peers_ask_for_certificates(carbonseal_mutual_tls_fabric: FabricNetwork, tmp_path: Path) -> None:
    """Discovery binds a request to its connection: it names the hash of the TLS certificate."""
    network = carbonseal_mutual_tls_fabric
    shows_and_anchors(network, tmp_path / "connection.json")
    bare = run(network, tmp_path / "bare.json", tls_certificate=None, tls_key=None)
    assert bare.exit_code == 1
    assert "go together" in run(network, tmp_path / "bare.json", tls_key=None).output


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"channel": "elsewhere"}, 1, "access denied"),
        ({"organisation": "Org2MSP"}, 1, "access denied"),
        ({"key": "file:nowhere"}, 2, "nowhere"),
    ],
)
def test_what_is_declined(
    carbonseal_fabric: FabricNetwork, tmp_path: Path, changed: dict[str, str], status: int, said: str
) -> None:
    done = run(carbonseal_fabric, tmp_path / "connection.json", **changed)
    assert done.exit_code == status, done.output
    assert said in done.output
    assert not (tmp_path / "connection.json").exists()


def test_an_existing_file_is_kept(carbonseal_fabric: FabricNetwork, tmp_path: Path) -> None:
    path = tmp_path / "connection.json"
    path.write_text("mine")
    assert run(carbonseal_fabric, path).exit_code == 2
    assert path.read_text() == "mine"
