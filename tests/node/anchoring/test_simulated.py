"""The simulated ledger that nodes are tested with is a sound one: the conformance kit passes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from carbonseal.ledger import Evidence, Ledger, TrustItem
from carbonseal_adapters.conformance import CHECKS, Check, Stranger, Subject
from tests.conformance.subjects import contradiction, numbered_anchors
from tests.node.simulated import SimulatedLedger, SimulatedVerifier


def simulated(folder: Path) -> Subject:
    path = folder / "ledger.db"
    chain = SimulatedLedger(path)

    async def connect() -> Ledger:
        return SimulatedLedger(path)

    async def other() -> Ledger:
        return SimulatedLedger(path, publisher="other")

    async def progress() -> None:
        chain.mine()

    def trust(_evidence: Evidence) -> Sequence[TrustItem]:
        values = [{"number": number, "hash": block} for number, block in chain.blocks()]
        return [TrustItem("sim:1", "block", value, "here", "2026-01-01T00:00:00Z") for value in values]

    @asynccontextmanager
    async def outage() -> AsyncIterator[None]:
        (folder / "down").touch()
        yield
        (folder / "down").unlink()

    return Subject(
        connect=connect,
        anchor=numbered_anchors(),
        contradiction=contradiction,
        progress=progress,
        verifier=SimulatedVerifier(),
        options={"publisher": "sim-publisher"},
        publisher="sim-publisher",
        trust=trust,
        stranger=Stranger(other, {"publisher": "other"}, "other"),
        outage=outage,
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_conforms(check: Check, tmp_path: Path) -> None:
    asyncio.run(check(simulated(tmp_path)))
