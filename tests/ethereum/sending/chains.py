"""An endpoint in front of a chain, and what the chain holds, for the tests of sending."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from carbonseal_adapters.ethereum.checking import registry
from carbonseal_adapters.ethereum.sending.ledger import EthereumLedger, connect
from carbonseal_devnet.ethereum.network import Network


@asynccontextmanager
async def through(endpoint: str, network: Network, **options: str) -> AsyncIterator[EthereumLedger]:
    options = {"registry": network.deployment.registry, "key": "env:KEY", **options}
    ledger = await connect(f"ethereum+{endpoint}", options, lambda uri: network.key(0).hex().encode())
    try:
        yield ledger
    finally:
        await ledger.close()


def events_of(network: Network) -> list[dict[str, Any]]:
    topics = ["0x" + registry.ANCHORED.hex()]
    found: list[dict[str, Any]] = network.ask(
        "eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest", "topics": topics}
    )
    return found


def sent_by(network: Network, account: int = 0) -> int:
    return int(network.ask("eth_getTransactionCount", network.publisher(account), "latest"), 16)
