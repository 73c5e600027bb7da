"""What the tests of sending share."""

import asyncio
import hashlib
from contextlib import asynccontextmanager
from pathlib import Path

from carbonseal.ledger import Anchor, AttemptStatus, Statement, TransientError, TrustItem
from carbonseal.node.anchoring.adapters import NodeSecrets
from carbonseal_adapters.fabric.checking.evidence import VERIFIER
from carbonseal_adapters.fabric.checking.pinning import CONFIG_BLOCK, item_value
from carbonseal_adapters.fabric.sending.ledger import connect

TIMEOUT = 60  # seconds for a network to come to itself


def digest(text):
    return hashlib.sha256(text.encode()).digest()


def anchor(size, log="log", root="root"):
    return Anchor(Statement(digest(log), size, digest(root)), b"a signed note, which Fabric does not look at")


async def open_ledger(network, msp_id="Org1MSP", user="User1", **options):
    secrets = NodeSecrets(Path(network.directory))
    return await connect(network.uri_of(msp_id), network.node_options(msp_id, user) | options, secrets)


@asynccontextmanager
async def connected(network, msp_id="Org1MSP", user="User1", **options):
    ledger = await open_ledger(network, msp_id, user, **options)
    try:
        yield ledger
    finally:
        await ledger.close()


async def until(ask):
    """The answer of `ask`, which raises Retry or gives None as long as there is none."""
    async with asyncio.timeout(TIMEOUT):
        while True:
            try:
                if (answer := await ask()) is not None:
                    return answer
            except TransientError:
                pass
            await asyncio.sleep(0.05)


async def final(ledger, attempts):
    async def ask():
        seen = await ledger.follow(attempts)
        assert seen.status is not AttemptStatus.REFUSED, seen.reason
        return seen if seen.status is AttemptStatus.FINAL else None

    return await until(ask)


async def write(ledger, one):
    """Anchor it, as the outbox would: what is to be sent is there before it is sent, and sent again while it is missing. The
    attempt, and what was seen of it."""
    attempt = await until(lambda: ledger.prepare(one, ()))

    async def step():
        await ledger.send(attempt)
        seen = await ledger.follow([attempt])
        assert seen.status is not AttemptStatus.REFUSED, seen.reason
        return (attempt, seen) if seen.status is AttemptStatus.FINAL else None

    return await until(step)


def trust(network, raw=None):
    """What a verifier pins: the channel's first block, or another one."""
    return [TrustItem(network.ledger, CONFIG_BLOCK, item_value(network.ledger, raw or network.genesis), "test", "now")]


async def checked(network, ledger, evidence, statement, raw=None):
    pins = VERIFIER.pin(ledger.name, await ledger.pins())
    return VERIFIER.check(evidence, statement, pins, trust(network, raw))
