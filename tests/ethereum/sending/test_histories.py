"""Random histories of attempts, replacements, reorgs and losses, after which every anchor is on the chain exactly once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import suppress

import pytest

from carbonseal.ledger import Attempt, AttemptStatus, Evidence, Observation, OutcomeUnknownError, TransientError
from carbonseal_adapters.ethereum.checking import registry
from carbonseal_adapters.ethereum.checking.evidence import VERIFIER
from carbonseal_adapters.ethereum.gathering.trust import gather
from carbonseal_adapters.ethereum.sending.ledger import EthereumLedger
from carbonseal_devnet.ethereum.network import Network
from tests.ethereum.networks import anchor, command, connected, statement

CONFIRMATIONS = 4
ANCHORS = 8


class Outbox:
    """What the node's outbox does, as small as it gets: every attempt is kept, oldest first."""

    def __init__(self, ledger: EthereumLedger) -> None:
        self.ledger = ledger
        self.attempts: list[Attempt] = []

    def of(self, size: int) -> list[Attempt]:
        return [attempt for attempt in reversed(self.attempts) if attempt.statement.size == size]

    async def prepare(self, size: int) -> None:
        self.attempts.append(await self.ledger.prepare(anchor(size), tuple(self.attempts)))

    async def send(self, attempt: Attempt) -> None:
        with suppress(TransientError, OutcomeUnknownError):  # following tells
            await self.ledger.send(attempt)

    async def until_final(self, chain: Network) -> dict[int, Observation]:
        """Until all are final; the observations."""
        for _ in range(60):
            seen = {size: await self.ledger.follow(self.of(size)) for size in range(1, ANCHORS + 1)}
            if all(observation.status is AttemptStatus.FINAL for observation in seen.values()):
                return seen
            for size, observation in seen.items():
                if observation.status is AttemptStatus.REFUSED:
                    await self.prepare(size)
                if observation.status in {AttemptStatus.MISSING, AttemptStatus.REFUSED}:
                    await self.send(self.of(size)[0])
            await command(chain, "evm_mine")
        raise AssertionError({size: observation.status for size, observation in seen.items()})


@pytest.mark.parametrize("seed", range(6))
def test_every_anchor_is_included_once(seed: int, carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain
    chance = random.Random(seed)

    async def history() -> list[Evidence]:
        await command(chain, "evm_setAutomine", chance.random() < 0.5)
        async with connected(chain, confirmations=str(CONFIRMATIONS)) as ledger:
            outbox = Outbox(ledger)
            for size in range(1, ANCHORS + 1):
                await outbox.prepare(size)
                for _ in range(chance.randrange(6)):
                    await step(outbox)
            seen = await outbox.until_final(chain)
            return [await ledger.evidence(outbox.of(size)[0], observation) for size, observation in seen.items()]

    async def step(outbox: Outbox) -> None:
        match chance.choice(["send", "send", "mine", "replace", "reorg"]):
            case "send":
                await outbox.send(chance.choice(outbox.attempts))
            case "mine":
                await command(chain, "evm_mine")
            case "replace":
                await outbox.prepare(chance.choice(outbox.attempts).statement.size)
            case "reorg":
                height = int(await command(chain, "eth_blockNumber"), 16) - chain.deployment.block
                if height > 0:
                    depth = chance.randint(1, min(height, CONFIRMATIONS - 1))
                    await command(chain, "dev_reorg", depth, chance.choice(["keep", "drop"]))

    evidence = asyncio.run(history())
    topics = ["0x" + registry.ANCHORED.hex()]
    events = chain.ask("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest", "topics": topics})
    assert Counter(int(event["topics"][3], 16) for event in events) == Counter(range(1, ANCHORS + 1))
    sent = int(chain.ask("eth_getTransactionCount", chain.publisher(0), "latest"), 16)
    assert sent == ANCHORS  # no transaction was wasted, no nonce left out
    trust = gather(chain.ledger, evidence, chain.endpoint, "2026-01-01T00:00:00Z")
    pins = VERIFIER.pin(chain.ledger, chain.options(chain.publisher(0)))
    for size, one in enumerate(evidence, start=1):
        assert VERIFIER.check(one, statement(size), pins, trust).proved
