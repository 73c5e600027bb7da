"""Peers that are far away, or behind others: what takes long is waited for, on a first connection too."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from carbonseal_devnet.fabric.network import FabricNetwork
from tests.fabric import distant, networks

DELAY = 0.15  # seconds, in each direction


def test_peers_300_ms_away_are_reached(carbonseal_fabric: FabricNetwork) -> None:
    """From the first connection to evidence that verifies."""

    async def run() -> None:
        async with distant.connected(carbonseal_fabric, DELAY) as ledger:
            one = networks.anchor(1, "distance")
            attempt, seen = await networks.write(ledger, one)
            evidence = await ledger.evidence(attempt, seen)
            assert (await networks.checked(carbonseal_fabric, ledger, evidence, one.statement)).proved

    asyncio.run(run())


def test_far_away_with_mutual_tls_by_a_peer_that_joined_by_a_snapshot(
    carbonseal_mutual_tls_fabric: FabricNetwork, tmp_path: Path
) -> None:
    """All of it at once, as a member of a consortium may find it who joins late and from afar."""
    network, first, one = carbonseal_mutual_tls_fabric, tmp_path / "genesis.block", networks.anchor(1)
    first.write_bytes(network.genesis)
    options = {"genesis": str(first), "attest": "2:Org1MSP,Org2MSP,Org3MSP", "endorse": "2:Org1MSP,Org2MSP,Org3MSP"}

    async def run() -> None:
        await asyncio.to_thread(partial(network.add_organisation, by_snapshot=True))
        async with distant.connected(network, DELAY, "Org3MSP", **options) as ledger:
            attempt, seen = await networks.write(ledger, one)
            evidence = await networks.until(lambda: ledger.evidence(attempt, seen))
            assert (await networks.checked(network, ledger, evidence, one.statement)).proved

    asyncio.run(run())
