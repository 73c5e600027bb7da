"""The adapter against the kit that every adapter must pass, on whichever network --carbonseal-fabric names."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from carbonseal.ledger import Anchor
from carbonseal_adapters.conformance import CHECKS, Check, Stranger, Subject
from carbonseal_adapters.fabric.checking.evidence import VERIFIER
from carbonseal_devnet.fabric.network import FabricNetwork

from . import networks


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_conforms(check: Check, carbonseal_fabric: FabricNetwork) -> None:
    network = carbonseal_fabric
    sizes = itertools.count(1)
    other = network.publisher("Org2MSP")

    @asynccontextmanager
    async def outage() -> AsyncIterator[None]:
        """The peer is down that alone a node of this organisation asks and sends to."""
        await asyncio.to_thread(network.stop_peer, "Org1MSP")
        yield
        await asyncio.to_thread(network.start_peer, "Org1MSP")
        for msp_id in network.msp_ids:  # native peers find each other again; what the kit asks, it asks once
            async with networks.connected(network, msp_id) as ledger:
                await networks.until(lambda: ledger.prepare(networks.anchor(1, "after the outage"), ()))

    async def run() -> None:
        async with networks.connected(network) as ledger:
            pins = dict(await ledger.pins())
        subject = Subject(
            connect=lambda: networks.open_ledger(network),
            anchor=lambda: networks.anchor(next(sizes), check.__name__),
            contradiction=lambda anchor: Anchor(replace(anchor.statement, root=b"\x66" * 32), b""),
            progress=lambda: asyncio.sleep(0.05),  # blocks come by themselves
            verifier=VERIFIER,
            options=pins,
            publisher=network.publisher(),
            trust=lambda evidence: networks.trust(network),
            stranger=Stranger(lambda: networks.open_ledger(network, "Org2MSP"), {**pins, "publisher": other}, other),
            outage=outage,
        )
        await check(subject)

    asyncio.run(run())


def test_a_peer_calls_the_chaincode_fifty_times_at_once(carbonseal_fabric: FabricNetwork) -> None:
    async def run() -> None:
        async with networks.connected(carbonseal_fabric) as ledger:
            await networks.write(ledger, networks.anchor(1, "fifty"))
            logs = [networks.digest("fifty" if number % 2 else f"no log {number}") for number in range(50)]
            found = await asyncio.gather(*(ledger.latest(log) for log in logs))
            assert [statement is not None for statement in found] == [number % 2 == 1 for number in range(50)]

    asyncio.run(run())
