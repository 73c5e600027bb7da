"""The adapter against the kit that every adapter must pass, on every chain."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace

import pytest

from carbonseal.ledger import Anchor
from carbonseal_adapters.conformance import CHECKS, Subject
from carbonseal_adapters.conformance.subject import Check
from carbonseal_adapters.ethereum.checking.evidence import VERIFIER
from carbonseal_adapters.ethereum.gathering.trust import gather
from carbonseal_adapters.ethereum.sending.ledger import connect
from carbonseal_devnet.ethereum.network import Network

from . import networks


@pytest.mark.parametrize("finality", [{}, {"confirmations": "3"}, {"finality": "finalized"}], ids=str)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_conforms(check: Check, finality: dict[str, str], carbonseal_every_chain: Network) -> None:
    chain = carbonseal_every_chain
    options = {"registry": chain.deployment.registry, "key": "env:KEY", **finality}
    sizes = itertools.count(1)
    log = f"{check.__name__} {finality}"

    async def progress() -> None:
        await networks.command(chain, "evm_mine")

    subject = Subject(
        connect=lambda: connect(chain.uri, options, lambda uri: chain.key(1)),
        anchor=lambda: networks.anchor(next(sizes), log),
        contradiction=lambda anchor: Anchor(replace(anchor.statement, root=b"\x66" * 32), b""),
        progress=progress,
        verifier=VERIFIER,
        options=chain.options(chain.publisher(1)),
        publisher=chain.publisher(1),
        trust=lambda evidence: gather(chain.ledger, [evidence], chain.endpoint, "2026-01-01T00:00:00Z"),
    )
    asyncio.run(check(subject))
