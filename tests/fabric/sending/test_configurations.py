"""A channel that changes while anchors are written: evidence carries the chain of configurations from the pinned one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from carbonseal.findings import Refused
from carbonseal.ledger import Checked, Evidence, TransientError
from carbonseal_adapters.fabric.checking.packing import FabricEvidence
from carbonseal_adapters.fabric.sending.ledger import FabricLedger
from carbonseal_devnet.fabric.network import FabricNetwork
from tests.fabric import networks


async def proved(
    network: FabricNetwork, ledger: FabricLedger, size: int, raw: bytes | None = None
) -> tuple[Evidence, Checked]:
    attempt, seen = await networks.write(ledger, networks.anchor(size))
    evidence = await networks.until(lambda: ledger.evidence(attempt, seen))
    checked = await networks.checked(network, ledger, evidence, networks.anchor(size).statement, raw)
    assert checked.proved, checked.findings
    return evidence, checked


def test_a_new_organisation_and_a_new_orderer_certificate_are_followed(carbonseal_fresh_fabric: FabricNetwork) -> None:
    network = carbonseal_fresh_fabric

    async def run() -> None:
        async with networks.connected(network) as ledger:
            before, _ = await proved(network, ledger, 1)
            joined = await asyncio.to_thread(network.add_organisation, "Org3MSP")
            between, _ = await proved(network, ledger, 2)
            renewed = await asyncio.to_thread(network.renew_orderer)
            after, _ = await proved(network, ledger, 3)
            chains = [
                [block.number for block in FabricEvidence.decode(e.data).config] for e in (before, between, after)
            ]
            assert chains == [[], [joined], sorted({joined, renewed})]  # a single raft orderer's is in no configuration
            attempt = await ledger.prepare(networks.anchor(1), ())
            again = await ledger.evidence(attempt, await networks.final(ledger, [attempt]))
            assert FabricEvidence.decode(again.data).config == ()  # an old anchor needs no new configuration
        blocks = await asyncio.to_thread(network.config_blocks)
        path = network.directory / "pinned.block"
        path.write_bytes(blocks[1])
        async with networks.connected(network, config=str(path)) as ledger:
            evidence, _ = await proved(network, ledger, 4, blocks[1])
            numbers = [block.number for block in FabricEvidence.decode(evidence.data).config]
            assert numbers == sorted({joined, renewed} - {joined})
        async with networks.connected(network, "Org3MSP", attest="2:Org1MSP,Org2MSP,Org3MSP") as ledger:
            _, checked = await proved(network, ledger, 5)
            assert checked.findings[1].facts["attesters"] == "Org1MSP, Org2MSP, Org3MSP"

    asyncio.run(run())


def test_whose_certificate_is_revoked_anchors_nothing_more(carbonseal_fresh_fabric: FabricNetwork) -> None:
    network = carbonseal_fresh_fabric

    async def run() -> None:
        async with networks.connected(network, user="User2") as ledger:
            await proved(network, ledger, 1)
            stored = await networks.until(lambda: ledger.prepare(networks.anchor(2), ()))
            await asyncio.to_thread(network.revoke, "Org1MSP", "User2")
            with pytest.raises(TransientError):
                await ledger.prepare(networks.anchor(3), ())
            with pytest.raises(TransientError):
                await ledger.send(stored)
        async with networks.connected(network) as other:
            await proved(network, other, 1)

    asyncio.run(run())


def test_a_renewed_certificate_is_the_same_publisher(carbonseal_fresh_fabric: FabricNetwork) -> None:
    network = carbonseal_fresh_fabric

    async def run() -> None:
        async with networks.connected(network) as ledger:
            attempt, first = await networks.write(ledger, networks.anchor(1))
            before = ledger.publisher
        await asyncio.to_thread(network.organisations["Org1MSP"].renew, network.msp())
        async with networks.connected(network) as ledger:
            assert ledger.publisher == before
            await ledger.evidence(attempt, first)
            await proved(network, ledger, 2)
            latest = await ledger.latest(networks.digest("log"))
            assert latest is not None
            assert latest.size == 2

    asyncio.run(run())


def test_another_channels_block_cannot_be_pinned(carbonseal_fabric: FabricNetwork, tmp_path: Path) -> None:
    path = tmp_path / "no.block"
    path.write_bytes(b"\x0a\x00")

    async def run() -> None:
        with pytest.raises(Refused) as caught:
            await networks.open_ledger(carbonseal_fabric, config=str(path))
        assert caught.value.finding.code.name.startswith("fabric.")

    asyncio.run(run())
