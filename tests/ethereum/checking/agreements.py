"""Evidence, pins and gathered trust, for the tests of endpoints that agree or lie."""

from __future__ import annotations

import asyncio
from typing import Any

from carbonseal.findings import Code, Finding
from carbonseal.gathering import GatherRequest
from carbonseal.ledger import Evidence
from carbonseal.verification.trust import Trust, parse_trust
from carbonseal_adapters.ethereum.checking.evidence import VERIFIER, Pins
from carbonseal_adapters.ethereum.gathering.trust import Gatherer
from carbonseal_devnet.ethereum.network import Network
from tests.ethereum.networks import anchor, connected

WHEN = "2026-01-01T00:00:00Z"


NO_TRUST = Trust()


GATHERER = Gatherer(pause=lambda seconds: None)


def anchored(chain: Network, *sizes: int) -> list[Evidence]:
    """The evidence of anchors of these sizes."""

    async def scenario() -> list[Evidence]:
        async with connected(chain) as ledger:
            found = []
            for size in sizes:
                attempt = await ledger.prepare(anchor(size), [])
                await ledger.send(attempt)
                found.append(await ledger.evidence(attempt, await ledger.follow([attempt])))
            return found

    return asyncio.run(scenario())


def pins(chain: Network, agree: int = 2) -> Pins:
    pins = VERIFIER.pin(chain.ledger, {**chain.options(chain.publisher(0)), "agree": str(agree)})
    assert isinstance(pins, Pins)
    return pins


def gathered(
    chain: Network, evidence: list[Evidence], *endpoints: str, trust: Trust = NO_TRUST, **asked: Any
) -> tuple[Trust, list[Code]]:
    """What all of these endpoints say, and what was found on the way."""
    findings: list[Finding] = []
    for endpoint in endpoints:
        question = GatherRequest(WHEN, evidence, trust.on(chain.ledger), **asked)
        found = GATHERER.gather(chain.ledger, question, endpoint)
        findings += found.findings
        trust = trust.without(found.replaced).joined(found.items)
    return parse_trust(trust.encode()), [finding.code for finding in findings]
