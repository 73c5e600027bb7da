"""A log that answers what it likes, and an anchor of ours on its way to it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from carbonseal.findings import CarbonsealError
from carbonseal.ledger import (
    Attempt,
    Observation,
)
from carbonseal.log.checkpoints import Checkpoint, sign_checkpoint
from carbonseal.log.entries import ForeignAnchor, RecordEntry
from carbonseal.log.notes import NoteSigner
from carbonseal.log.tree import Edge, leaf_hash
from carbonseal_adapters.tlog.sending.ledger import TlogLedger, connect
from carbonseal_adapters.tlog.sending.submission import Submission
from tests.foreign_logs import ForeignLog

ORIGIN = "other.example/log"
OURS = ForeignLog("sealing.example/log")
SIGNER = NoteSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"l" * 32))
HEAD = OURS.checkpoint(9)
ANCHOR = OURS.anchor(9)
INDEX = 300
STATE = f"/foreign-anchors/{ANCHOR.statement.log_id.hex()}"
TAKEN = f"/taken-heads/{ANCHOR.statement.log_id.hex()}"


class HostileLog:
    """A log of 70,000 entries, of which one is our anchor. `answers` come before the truth."""

    def __init__(self) -> None:
        edge = Edge()
        leaves = [leaf_hash(RecordEntry(n.to_bytes(32, "big")).encode()) for n in range(70_000)]
        leaves[INDEX] = leaf_hash(ForeignAnchor(ANCHOR.statement).encode())
        edge.extend(leaves)
        note = sign_checkpoint(Checkpoint(ORIGIN, edge.size, edge.root()), SIGNER)
        state = f'{{"state":"sequenced","root":"{HEAD.root.hex()}","size":{HEAD.size},"index":{INDEX}}}'
        self.truth = {"/checkpoint": note, STATE: state.encode(), f"{STATE}/{HEAD.size}": state.encode()}
        self.truth |= {f"/{tile.path}": data for tile, data in edge.take_tiles()}
        self.answers: dict[str, web.Response] = {}
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if request.path in self.answers:
            return self.answers.pop(request.path)
        body = self.truth.get(request.path)
        return web.Response(status=404) if body is None else web.Response(body=body)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[TlogLedger]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            ledger = await connected(f"tlog+http://127.0.0.1:{runner.addresses[0][1]}")
            try:
                yield ledger
            finally:
                await ledger.close()
        finally:
            await runner.cleanup()


async def connected(uri: str) -> TlogLedger:
    return await connect(uri, {"key": SIGNER.verifier.encode()}, lambda uri: b"")


PAYLOAD = Submission(ANCHOR.checkpoint, {4: OURS.proof(4, 9), 9: ()}).encode()
ATTEMPT = Attempt(ANCHOR.statement, hashlib.sha256(PAYLOAD).hexdigest(), "", PAYLOAD)


def taken(size: int, root: bytes | None = None) -> web.Response:
    """The head that the log reports as taken last."""
    return web.Response(text=f'{{"size":{size},"root":"{(root or OURS.checkpoint(size).root).hex()}"}}')


def conflict(size: int) -> web.Response:
    return web.Response(status=409, text=f"{size}\n", content_type="text/x.tlog.size")


async def follow(ledger: TlogLedger) -> Observation:
    return await ledger.follow([ATTEMPT])


async def sending(ledger: TlogLedger) -> None:
    await ledger.send(ATTEMPT)


async def send(log: HostileLog) -> None:
    """Hand the attempt over, to a log that is served meanwhile."""
    async with log.serving() as ledger:
        await sending(ledger)


async def proving(ledger: TlogLedger) -> None:
    await ledger.evidence(ATTEMPT, await follow(ledger))


def fails(log: HostileLog, act: Callable[[TlogLedger], Awaitable[object]]) -> CarbonsealError:
    """What `act` raises."""

    async def go() -> CarbonsealError:
        async with log.serving() as ledger:
            with pytest.raises(CarbonsealError) as error:
                await act(ledger)
            return error.value

    return asyncio.run(go())
