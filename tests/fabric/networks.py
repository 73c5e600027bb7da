"""What the tests of sending share."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

from carbonseal.ledger import (
    Anchor,
    Attempt,
    AttemptStatus,
    Checked,
    Evidence,
    Observation,
    OutcomeUnknownError,
    Statement,
    TransientError,
    TrustItem,
)
from carbonseal.node.anchoring.adapters import NodeSecrets
from carbonseal_adapters.fabric.checking.evidence import VERIFIER
from carbonseal_adapters.fabric.checking.pinning import CONFIG_BLOCK, item_value
from carbonseal_adapters.fabric.sending.ledger import FabricLedger, connect
from carbonseal_devnet.fabric.network import FabricNetwork

T = TypeVar("T")
TIMEOUT = 60  # seconds for a network to come to itself


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def anchor(size: int, log: str = "log", root: str = "root") -> Anchor:
    return Anchor(Statement(digest(log), size, digest(root)), b"a signed note, which Fabric does not look at")


async def open_ledger(
    network: FabricNetwork, msp_id: str = "Org1MSP", user: str = "User1", **options: str
) -> FabricLedger:
    secrets = NodeSecrets(Path(network.directory))
    return await connect(network.uri_of(msp_id), network.node_options(msp_id, user) | options, secrets)


@asynccontextmanager
async def connected(
    network: FabricNetwork, msp_id: str = "Org1MSP", user: str = "User1", **options: str
) -> AsyncIterator[FabricLedger]:
    ledger = await open_ledger(network, msp_id, user, **options)
    try:
        yield ledger
    finally:
        await ledger.close()


async def until(ask: Callable[[], Awaitable[T | None]]) -> T:
    """The answer of `ask`, which raises Retry or gives None as long as there is none."""
    async with asyncio.timeout(TIMEOUT):
        while True:
            try:
                if (answer := await ask()) is not None:
                    return answer
            except TransientError:
                pass
            await asyncio.sleep(0.05)


async def submit(network: FabricNetwork, ledger: FabricLedger, attempt: Attempt) -> None:
    """Hand it to the ordering service as it is, and wait for nothing."""
    await ledger._channel.gateway(lambda peer: peer.submit(network.channel, attempt.id, attempt.payload))


async def final(ledger: FabricLedger, attempts: Sequence[Attempt]) -> Observation:
    async def ask() -> Observation | None:
        seen = await ledger.follow(attempts)
        assert seen.status is not AttemptStatus.REFUSED, seen.reason
        return seen if seen.status is AttemptStatus.FINAL else None

    return await until(ask)


async def write(ledger: FabricLedger, one: Anchor) -> tuple[Attempt, Observation]:
    """Anchor it, as the outbox would: what is to be sent is there before it is sent, followed where nobody knows what became of
    it (its peer ended meanwhile), and sent again while it is missing. The attempt, and what was seen of it."""
    attempt = await until(lambda: ledger.prepare(one, ()))

    async def step() -> tuple[Attempt, Observation] | None:
        with suppress(OutcomeUnknownError):
            await ledger.send(attempt)
        seen = await ledger.follow([attempt])
        assert seen.status is not AttemptStatus.REFUSED, seen.reason
        return (attempt, seen) if seen.status is AttemptStatus.FINAL else None

    return await until(step)


def trust(network: FabricNetwork, raw: bytes | None = None) -> list[TrustItem]:
    """What a verifier pins: the channel's first block, or another one."""
    return [TrustItem(network.ledger, CONFIG_BLOCK, item_value(network.ledger, raw or network.genesis), "test", "now")]


async def checked(
    network: FabricNetwork, ledger: FabricLedger, evidence: Evidence, statement: Statement, raw: bytes | None = None
) -> Checked:
    pins = VERIFIER.pin(ledger.name, await ledger.pins())
    return VERIFIER.check(evidence, statement, pins, trust(network, raw))
