"""The adapter against the kit that every adapter must pass, with another operator's node behind its real service."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest

from carbonseal.ledger import Anchor, log_id
from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.notes import NoteSigner
from carbonseal.node.node import Node
from carbonseal.service.app import serving
from carbonseal_adapters.conformance import CHECKS, Check, Subject
from carbonseal_adapters.tlog.evidence import VERIFIER
from carbonseal_adapters.tlog.ledger import connect
from tests.service.nodes import free_port, make_node

OURS, OTHER = "sealing.example/log", "other.example/log"


def anchor(signer: NoteSigner, size: int, root: bytes) -> Anchor:
    checkpoint = Checkpoint(OURS, size, root)
    return Anchor(checkpoint.statement(), sign_checkpoint(checkpoint, signer))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_conforms(check: Check, tmp_path: Path) -> None:
    key = make_node(tmp_path / "other", OTHER).verifier.encode()
    signer = make_node(tmp_path / "ours", OURS)
    with (tmp_path / "other/node.toml").open("a") as file:
        file.write(f'\n[[foreign]]\nkey = "{signer.verifier.encode()}"\n')
    sizes = itertools.count(1)

    async def go() -> None:
        port = free_port()
        async with Node.open(tmp_path / "other") as other, serving(other, port=port):

            async def progress() -> None:
                await other.sequence()

            await progress()
            await check(
                Subject(
                    connect=lambda: connect(f"tlog+http://127.0.0.1:{port}", {"key": key}, lambda _: b""),
                    anchor=lambda: anchor(signer, next(sizes), b"\x01" * 32),
                    contradiction=lambda honest: anchor(signer, honest.statement.size, b"\x02" * 32),
                    progress=progress,
                    verifier=VERIFIER,
                    options={"key": key},
                    publisher=log_id(OURS).hex(),
                    trust=lambda _: (),
                )
            )

    asyncio.run(go())
