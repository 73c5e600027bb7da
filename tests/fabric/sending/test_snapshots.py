"""Peers that joined the channel by a snapshot: they have the state, and no block before it."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
from fabric_protos.common import common_pb2

from carbonseal.findings import Refused
from carbonseal.ledger import AttemptStatus
from carbonseal_adapters.fabric.checking.packing import FabricEvidence
from carbonseal_adapters.fabric.sending.channels import NOT_VALIDATED
from carbonseal_devnet.fabric.genesis import Settings, genesis_block
from carbonseal_devnet.fabric.network import FabricNetwork
from tests.devnet.fabric import making
from tests.fabric import networks


async def refused(network: FabricNetwork, *, msp_id: str = "Org3MSP", **options: str) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        await networks.open_ledger(network, msp_id, **options)
    return caught.value.finding.code.name, str(caught.value.finding)


def another_first_block(network: FabricNetwork, channel: str = "") -> bytes:
    """Block 0 of another network's channel; without `channel` it has this one's name."""
    peers = [(making.organisation(name), "127.0.0.1", 7051) for name in ("Org1", "Org2")]
    settings, orderers = Settings(channel=channel or network.channel), making.organisation("Orderer")
    raw: bytes = genesis_block(settings, peers, orderers, making.seats()).SerializeToString()
    return raw


def test_a_client_whose_peer_joined_by_a_snapshot(carbonseal_fresh_fabric: FabricNetwork, tmp_path: Path) -> None:
    """The first block comes from a file, the configurations before the snapshot from other organisations' peers. What was
    anchored before is attested by the new peer too, and the old transaction is told by those who have it."""
    network, first, another = carbonseal_fresh_fabric, tmp_path / "genesis.block", tmp_path / "another.block"
    first.write_bytes(network.genesis)

    async def run() -> None:
        async with networks.connected(network) as ledger:
            old, _ = await networks.write(ledger, networks.anchor(1))
        number = await asyncio.to_thread(partial(network.add_organisation, by_snapshot=True))
        assert (await refused(network))[0] == "fabric.genesis-needed"
        another.write_bytes(another_first_block(network))
        assert (
            "another first block" in (await refused(network, genesis=str(another)))[1]
        )  # by what others' block 1 names
        both = {"genesis": str(first), "attest": "2:Org1MSP,Org2MSP,Org3MSP"}
        async with networks.connected(network, "Org3MSP", **both) as ledger:
            assert ledger.name == network.ledger
            attempt, seen = await networks.write(ledger, networks.anchor(2))
            evidence = await networks.until(lambda: ledger.evidence(attempt, seen))
            assert [block.number for block in FabricEvidence.decode(evidence.data).config] == [number]
            checked = await networks.checked(network, ledger, evidence, networks.anchor(2).statement)
            assert checked.proved
            assert checked.findings[1].facts["attesters"] == "Org1MSP, Org2MSP, Org3MSP"
            assert await ledger._channel.validation_code(old.id) == 0
            for msp_id in ("Org1MSP", "Org2MSP"):
                await asyncio.to_thread(network.stop_peer, msp_id)
            assert await ledger._channel.validation_code(old.id) == NOT_VALIDATED
            lost = await ledger.follow([old])  # this client's state has no such anchor, so that it is not valid
            assert lost.status is AttemptStatus.REFUSED

    asyncio.run(run())


def test_who_joined_after_an_anchor_is_left_out_of_its_evidence(carbonseal_fresh_fabric: FabricNetwork) -> None:
    """Its peer attests the old anchor as well, and the configuration that governs the anchor's block does not know it."""
    network, one = carbonseal_fresh_fabric, networks.anchor(1)

    async def run() -> None:
        async with networks.connected(network) as ledger:
            attempt, seen = await networks.write(ledger, one)
        await asyncio.to_thread(partial(network.add_organisation, by_snapshot=True))
        async with networks.connected(network, attest="2:Org1MSP,Org2MSP,Org3MSP") as ledger:
            evidence = await networks.until(lambda: ledger.evidence(attempt, seen))
            checked = await networks.checked(network, ledger, evidence, one.statement)
            assert checked.proved
            assert checked.findings[1].facts["attesters"] == "Org1MSP, Org2MSP"

    asyncio.run(run())


def test_a_first_block_that_is_not_the_channels(carbonseal_fabric: FabricNetwork, tmp_path: Path) -> None:
    network, path = carbonseal_fabric, tmp_path / "genesis.block"
    later = common_pb2.Block.FromString(network.genesis)
    later.header.number = 7

    async def run() -> None:
        for wrong, problem in (
            (b"\x0a\x00", "configuration block"),
            (later.SerializeToString(), "it is block 7"),
            (another_first_block(network, "another-channel"), "it is of channel another-channel"),
            (another_first_block(network), "another first block"),
        ):
            path.write_bytes(wrong)
            code, text = await refused(network, msp_id="Org1MSP", genesis=str(path))
            assert code == "fabric.file-malformed"
            assert problem in text
        path.write_bytes(network.genesis)
        await (await networks.open_ledger(network, genesis=str(path))).close()

    asyncio.run(run())
