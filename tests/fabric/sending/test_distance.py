"""Peers that are far away, or behind others: what takes long is waited for, on a first connection too."""

from __future__ import annotations

import asyncio

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
