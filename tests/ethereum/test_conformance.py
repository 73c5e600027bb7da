"""The adapter against the kit that every adapter must pass, on every chain."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from carbonseal.ledger import Anchor
from carbonseal_adapters.conformance import CHECKS, Stranger, Subject
from carbonseal_adapters.ethereum.checking.evidence import VERIFIER
from carbonseal_adapters.ethereum.gathering.trust import gather
from carbonseal_adapters.ethereum.sending.ledger import EthereumLedger, connect
from carbonseal_devnet.ethereum.network import Network
from carbonseal_devnet.pytest_plugin import ENGINES

from . import endpoints, networks

FINALITIES: tuple[dict[str, str], ...] = ({}, {"confirmations": "3"}, {"finality": "finalized"})


@pytest.mark.parametrize("number", range(len(CHECKS)), ids=lambda number: CHECKS[number].__name__)
def test_conforms(number: int, carbonseal_every_chain: Network) -> None:
    """Every check on every chain, and under every rule of finality; every chain has every rule (a Latin square: all three
    together would take three times as long, and each pair is tried)."""
    chain, check = carbonseal_every_chain, CHECKS[number]
    finality = FINALITIES[(number + ENGINES.index(chain.engine)) % len(FINALITIES)]
    options = {"registry": chain.deployment.registry, "key": "env:KEY", **finality}
    sizes = itertools.count(1)
    is_down: list[bool] = []
    log = f"{check.__name__} {finality}"

    async def progress() -> None:
        await networks.command(chain, "evm_mine")

    @asynccontextmanager
    async def outage() -> AsyncIterator[None]:
        is_down.append(True)
        yield
        is_down.clear()

    def adapter(account: int) -> Coroutine[Any, Any, EthereumLedger]:
        return connect(f"ethereum+{endpoint}", options, lambda uri: chain.key(account))

    subject = Subject(
        connect=lambda: adapter(1),
        anchor=lambda: networks.anchor(next(sizes), log),
        contradiction=lambda anchor: Anchor(replace(anchor.statement, root=b"\x66" * 32), b""),
        progress=progress,
        verifier=VERIFIER,
        options=chain.options(chain.publisher(1)),
        publisher=chain.publisher(1),
        trust=lambda evidence: gather(chain.ledger, [evidence], chain.endpoint, "2026-01-01T00:00:00Z"),
        stranger=Stranger(lambda: adapter(2), chain.options(chain.publisher(2)), chain.publisher(2)),
        outage=outage,
    )
    with endpoints.before(chain, lambda _method, _params, answer: None if is_down else answer()) as endpoint:
        asyncio.run(check(subject))
