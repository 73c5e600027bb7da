"""The adapter against the kit that every adapter must pass: a real node, served on loopback."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest

from carbonseal_adapters.conformance import CHECKS, Subject
from carbonseal_adapters.conformance.subject import Check
from carbonseal_adapters.tlog.checking.evidence import VERIFIER
from carbonseal_adapters.tlog.sending.ledger import connect
from tests.conformance.relay import relayed
from tests.foreign_logs import ForeignLog
from tests.service.nodes import make_node, served

OURS = ForeignLog("sealing.example/log")
OTHERS = ForeignLog("sealing.example/log", forks_at=0)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_conforms(check: Check, tmp_path: Path) -> None:
    key = make_node(tmp_path / "other", "other.example/log", foreign=[OURS.signer.verifier]).verifier
    options = {"key": key.encode()}
    sizes = itertools.count(1)

    async def run() -> None:
        async with served(tmp_path / "other") as (other, url), relayed(url) as relay:

            async def progress() -> None:
                await other.sequence()

            subject = Subject(
                connect=lambda: connect(f"tlog+{relay.url}/v1/logs/default", options, lambda uri: b""),
                anchor=lambda: OURS.anchor(next(sizes)),
                contradiction=lambda anchor: OTHERS.anchor(anchor.statement.size),
                progress=progress,
                verifier=VERIFIER,
                options=options,
                publisher=OURS.id.hex(),
                trust=lambda evidence: (),
                outage=relay.outage,
            )
            await check(subject)

    asyncio.run(run())
