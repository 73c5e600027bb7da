"""One node, one key, several chains: each has its own nonces, its own finality and its own troubles."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from carbonseal.node.anchoring.tracked import State
from carbonseal.node.node import Node
from carbonseal_adapters.ethereum.checking import registry
from carbonseal_devnet.ethereum.native.programs import find
from carbonseal_devnet.ethereum.network import Network
from carbonseal_devnet.ethereum.starting import in_thread
from carbonseal_devnet.supervised_process import ProgramMissing

from .test_sending_node import make_node


@pytest.fixture(params=["py-evm", "anvil", "geth"])
def other(request: pytest.FixtureRequest) -> Iterator[Network]:
    """A chain beside `carbonseal_fresh_chain`, whose id says nothing: it is as final as its finalized block."""
    if request.param != "py-evm":
        try:
            find(request.param)
        except ProgramMissing as missing:
            pytest.skip(str(missing))
    with in_thread(engine=request.param, chain_id=4242) as network:
        yield network


def make_node_on(directory: Path, here: Network, there: Network) -> Path:
    """A node on both chains, with one key."""
    make_node(directory, here)
    with (directory / "node.toml").open("a") as settings:
        settings.write(
            f'''
[[ledger]]
name = "{there.ledger}"
uri = "{there.uri}"
publisher = "{there.publisher(0)}"
cadence = 3600

[ledger.options]
registry = "{there.deployment.registry}"
key = "file:keys/ethereum.key"
'''
        )
    return directory


async def until(
    node: Node, condition: Callable[[dict[str, set[State]]], bool], meanwhile: Callable[[], Awaitable[object]]
) -> None:
    """Let the node run until its states are so, by ledger."""
    running = asyncio.create_task(node.run())
    try:
        async with asyncio.timeout(60):
            while not condition({one.name: set(one.counts) for one in node.states()}):
                await meanwhile()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def anchored(network: Network) -> list[int]:
    """The sizes that the chain's events tell of, each with its block."""
    topics = ["0x" + registry.ANCHORED.hex(), "0x" + network.publisher(0)[2:].rjust(64, "0")]
    events = network.ask("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest", "topics": topics})
    return [int(event["topics"][3], 16) for event in events]


def nonces(network: Network) -> int:
    return int(network.ask("eth_getTransactionCount", network.publisher(0), "pending"), 16)


def test_each_chain_has_every_anchor_once(carbonseal_fresh_chain: Network, other: Network, tmp_path: Path) -> None:
    """One of them is not there at first: it holds up nothing, and gets the newest head when it is back."""
    here, there = carbonseal_fresh_chain, other.another()
    directory = make_node_on(tmp_path / "node", here, there)
    there.fault("failing")

    async def scenario() -> None:
        async with Node.open(directory) as node:
            for number in range(3):
                await node.submit(b'{"record": %d}' % number, "json/1")
                await node.sequence()
                await node.anchor()
                await until(node, lambda states: states[here.ledger] == {State.FINAL}, lambda: asyncio.sleep(0.01))
            assert nonces(other) == 0
            there.heal()
            final = {here.ledger: {State.FINAL}, there.ledger: {State.FINAL}}
            await until(node, lambda states: states == final, lambda: asyncio.to_thread(other.mine))

    asyncio.run(scenario())
    assert anchored(here) == [2, 3, 4]
    assert nonces(here) == 3
    assert anchored(other) == [4]
    assert nonces(other) == 1
