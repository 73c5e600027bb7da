"""Peers that ask clients for a certificate: with the client's own they are reached, without one, or with a stranger's, not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from carbonseal.ledger import UnreachableError
from carbonseal.node.anchoring.adapters import NodeSecrets
from carbonseal_adapters.fabric.sending.ledger import connect
from carbonseal_devnet.fabric.identity import Organisation
from carbonseal_devnet.fabric.network import FabricNetwork
from tests.fabric import networks


def test_from_an_anchor_to_evidence_that_verifies(carbonseal_mutual_tls_fabric: FabricNetwork) -> None:
    """By way of the Gateway of one's own peer, and with attestations by the other organisation's."""
    network = carbonseal_mutual_tls_fabric

    async def run() -> None:
        async with networks.connected(network) as ledger:
            one = networks.anchor(1, "mutual")
            attempt, seen = await networks.write(ledger, one)
            evidence = await networks.until(lambda: ledger.evidence(attempt, seen))
            assert (await networks.checked(network, ledger, evidence, one.statement)).proved

    asyncio.run(run())


def test_without_a_certificate_of_the_channel_no_peer_is_reached(
    carbonseal_mutual_tls_fabric: FabricNetwork, tmp_path: Path
) -> None:
    network = carbonseal_mutual_tls_fabric
    stranger = Organisation("Org9MSP", "org9.example", tmp_path / "org9")
    stranger.user("User1")
    tls = stranger.user_folder("User1").parent / "tls"
    own = network.tls_options()
    bare = {name: value for name, value in network.node_options().items() if name not in own}
    theirs = bare | {"tls-certificate": str(tls / "client.crt"), "tls-key": f"file:{tls / 'client.key'}"}

    async def run(options: dict[str, str]) -> None:
        with pytest.raises(UnreachableError):
            await connect(network.uri, options, NodeSecrets(tmp_path))

    for options in (bare, theirs):
        asyncio.run(run(options))
