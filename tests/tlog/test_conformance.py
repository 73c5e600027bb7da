"""The adapter against the kit that every adapter must pass: a real node, served on loopback."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.ledger import Anchor, log_id
from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.notes import NoteSigner
from carbonseal_adapters.conformance import CHECKS, Subject
from carbonseal_adapters.conformance.subject import Check
from carbonseal_adapters.tlog.checking.evidence import VERIFIER
from carbonseal_adapters.tlog.sending.ledger import connect
from tests.conformance.relay import relayed
from tests.service.nodes import make_node, served

OURS = NoteSigner("sealing.example/log", Ed25519PrivateKey.from_private_bytes(b"o" * 32))


def head(size: int, root: bytes = b"r" * 32) -> Anchor:
    checkpoint = Checkpoint(OURS.name, size, root)
    return Anchor(checkpoint.statement(), sign_checkpoint(checkpoint, OURS))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_conforms(check: Check, tmp_path: Path) -> None:
    key = make_node(tmp_path / "other", "other.example/log", foreign=[OURS.verifier]).verifier
    options = {"key": key.encode()}
    sizes = itertools.count(1)

    async def run() -> None:
        async with served(tmp_path / "other") as (other, url), relayed(url) as relay:

            async def progress() -> None:
                await other.sequence()

            subject = Subject(
                connect=lambda: connect(f"tlog+{relay.url}/v1/logs/default", options, lambda uri: b""),
                anchor=lambda: head(next(sizes)),
                contradiction=lambda anchor: head(anchor.statement.size, b"q" * 32),
                progress=progress,
                verifier=VERIFIER,
                options=options,
                publisher=log_id(OURS.name).hex(),
                trust=lambda evidence: (),
                outage=relay.outage,
            )
            await check(subject)

    asyncio.run(run())
