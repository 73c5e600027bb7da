"""Which organisations endorse: as the chaincode's policy has it, or those that `endorse` names."""

from __future__ import annotations

import asyncio

import pytest

from carbonseal.ledger import PermanentError, TransientError
from carbonseal_adapters.fabric.sending.ledger import FabricLedger
from carbonseal_devnet.fabric.network import FabricNetwork
from tests.fabric import networks


async def endorsers(network: FabricNetwork, ledger: FabricLedger, size: int) -> str:
    """Of an anchor whose evidence verifies under the ledger's own pins."""
    one = networks.anchor(size)
    attempt, seen = await networks.write(ledger, one)
    evidence = await networks.until(lambda: ledger.evidence(attempt, seen))
    checked = await networks.checked(network, ledger, evidence, one.statement)
    assert checked.proved, checked.findings
    return str(checked.findings[0].facts["endorsers"])


def test_a_chaincode_with_a_policy_of_its_own(carbonseal_fresh_fabric: FabricNetwork) -> None:
    """One endorsement suffices on the channel, and not for verifiers, who know the channel's policy alone: with `endorse` either
    they are told, or both organisations endorse all the same."""
    network = carbonseal_fresh_fabric

    async def run() -> None:
        await asyncio.to_thread(network.let_any_endorse)
        async with networks.connected(network) as ledger:
            assert "endorse" not in await ledger.pins()
            attempt, seen = await networks.write(ledger, networks.anchor(1))
            with pytest.raises(TransientError, match="do not meet the endorsement policy"):
                await ledger.evidence(attempt, seen)
        async with networks.connected(network, endorse="1:Org2MSP") as ledger:
            assert (await ledger.pins())["endorse"] == "1:Org2MSP"
            assert await endorsers(network, ledger, 2) == "Org2MSP"
        async with networks.connected(network, endorse="2:Org2MSP,Org1MSP") as ledger:
            assert (await ledger.pins())["endorse"] == "2:Org1MSP,Org2MSP"
            assert await endorsers(network, ledger, 3) == "Org1MSP, Org2MSP"
        async with networks.connected(network, endorse="1:Org1MSP,Org2MSP") as ledger:
            await asyncio.to_thread(network.stop_peer, "Org2MSP")
            attempt, _ = await networks.write(ledger, networks.anchor(4))
        async with networks.connected(network, endorse="2:Org1MSP,Org2MSP") as ledger:
            with pytest.raises(TransientError, match="1 organisations endorse, and 2 of Org1MSP, Org2MSP are wanted"):
                await ledger.prepare(networks.anchor(5), ())

    asyncio.run(run())


def test_a_second_root_is_refused_by_those_who_are_asked(carbonseal_fabric: FabricNetwork) -> None:
    async def run() -> None:
        async with networks.connected(carbonseal_fabric, endorse="2:Org1MSP,Org2MSP") as ledger:
            await networks.write(ledger, networks.anchor(1, "asked"))
            await networks.write(ledger, networks.anchor(1, "asked"))
            with pytest.raises(PermanentError, match="another root"):
                await ledger.prepare(networks.anchor(1, "asked", "another"), ())

    asyncio.run(run())
