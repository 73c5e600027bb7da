"""What the tests of sending share."""

import asyncio
import hashlib
from contextlib import asynccontextmanager

from carbonseal.ledger import Anchor, Statement
from carbonseal_adapters.ethereum.sending.ledger import connect


def statement(size, log="log", root="root"):
    return Statement(hashlib.sha256(log.encode()).digest(), size, hashlib.sha256(root.encode()).digest())


def anchor(size, log="log", root="root"):
    return Anchor(statement(size, log, root), b"a signed note, which Ethereum does not look at")


@asynccontextmanager
async def connected(network, account=0, **options):
    options = {"registry": network.deployment.registry, "key": "env:KEY", **options}
    ledger = await connect(network.uri, options, lambda uri: network.key(account))
    try:
        yield ledger
    finally:
        await ledger.close()


async def command(network, method, *params):
    return await asyncio.to_thread(network.ask, method, *params)
