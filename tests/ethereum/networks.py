"""What the tests of sending share."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from carbonseal.ledger import Anchor, Statement
from carbonseal_adapters.ethereum.sending.ledger import EthereumLedger, connect
from carbonseal_devnet.ethereum.network import Network


def statement(size: int, log: str = "log", root: str = "root") -> Statement:
    return Statement(hashlib.sha256(log.encode()).digest(), size, hashlib.sha256(root.encode()).digest())


def anchor(size: int, log: str = "log", root: str = "root") -> Anchor:
    return Anchor(statement(size, log, root), b"a signed note, which Ethereum does not look at")


@asynccontextmanager
async def connected(network: Network, account: int = 0, **options: Any) -> AsyncIterator[EthereumLedger]:
    options = {"registry": network.deployment.registry, "key": "env:KEY", **options}
    ledger = await connect(network.uri, options, lambda uri: network.key(account))
    try:
        yield ledger
    finally:
        await ledger.close()


async def command(network: Network, method: str, *params: object) -> Any:
    return await asyncio.to_thread(network.ask, method, *params)
