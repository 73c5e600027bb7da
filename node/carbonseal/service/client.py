"""The node in a directory, whoever has it open: a command works with it in the same words either way."""

from __future__ import annotations

import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from carbonseal.findings import Refused
from carbonseal.log.proofs import TlogProof
from carbonseal.node.config import DEFAULT
from carbonseal.node.issuance.issued import Issued
from carbonseal.node.lock import Locked
from carbonseal.node.node import Node
from carbonseal.node.sealing.intake import Item, Submitted
from carbonseal.node.sealing.queue import Receipt
from carbonseal.passport.seals import Seal

from .errors import UNKNOWN_PASSPORT
from .health import health
from .remote import RemoteNode


class AnyNode(Protocol):
    """What commands do with a node. Everything raises `Refused`, with the same codes from near and far."""

    async def submit(self, raw: bytes, profile: str, tenant: str = DEFAULT) -> Receipt:
        """Seal one record. It is durable when its receipt is there."""
        ...

    def submit_many(
        self, items: Iterable[Item] | AsyncIterable[Item], profile: str, tenant: str = DEFAULT
    ) -> AsyncIterator[Submitted]:
        """Seal many records, in bounded memory, with a result for each in their order."""
        ...

    async def sequence(self) -> dict[str, bytes]:
        """Let everything that waits join its log; the new checkpoint of each log that something joined."""
        ...

    async def anchor(self) -> None:
        """Make every log's newest head due on its ledgers."""
        ...

    async def settle(self, timeout: float) -> dict[str, Any]:  # noqa: ASYNC109
        """Wait until every ledger is settled, for `timeout` seconds at most; then the same as `health`."""
        ...

    async def health(self) -> dict[str, Any]:
        """How the node is, and each of its ledgers: what GET /health answers."""
        ...

    async def find(self, commitment: bytes) -> tuple[str, int]:
        """Where a record's entry is: the name of its log, and its index there."""
        ...

    async def proof(self, log: str, index: int) -> TlogProof:
        """That an entry is in a log, under its newest head."""
        ...

    async def seal(self, commitment: bytes) -> Seal:
        """A record's seal as it is now."""
        ...

    async def issue(self, request: Mapping[str, Any]) -> bytes:
        """The passport that an issue request asks for."""
        ...

    async def refresh(self, passport: bytes) -> bytes:
        """The same passport with newer heads, anchors and status."""
        ...

    async def passport(self, digest: bytes) -> bytes:
        """The passport of the credential with this digest, which was issued here, as it is now."""
        ...

    async def issued(self, after: int = 0) -> list[Issued]:
        """What was issued here, in its order: the page that begins after this number, empty once there is no more."""
        ...

    async def revoke(self, digest: bytes) -> bool:
        """Revoke the credential with this digest, which was issued here, for ever; whether it was not revoked before."""
        ...


class LocalNode:
    """A node that this process has open. `node` is all of it."""

    def __init__(self, node: Node) -> None:
        self.node = node

    async def submit(self, raw: bytes, profile: str, tenant: str = DEFAULT) -> Receipt:
        return await self.node.submit(raw, profile, tenant)

    def submit_many(
        self, items: Iterable[Item] | AsyncIterable[Item], profile: str, tenant: str = DEFAULT
    ) -> AsyncIterator[Submitted]:
        return self.node.submit_many(items, profile, tenant)

    async def sequence(self) -> dict[str, bytes]:
        return await self.node.sequence()

    async def anchor(self) -> None:
        await self.node.anchor()

    async def settle(self, timeout: float) -> dict[str, Any]:  # noqa: ASYNC109
        await self.node.settle(timeout)
        return health(self.node)

    async def health(self) -> dict[str, Any]:
        await self.node.startup_checked()
        return health(self.node)

    async def find(self, commitment: bytes) -> tuple[str, int]:
        record = self.node.record(commitment)
        return record.log.name, record.index

    async def proof(self, log: str, index: int) -> TlogProof:
        return self.node.log(log).proof(index)

    async def seal(self, commitment: bytes) -> Seal:
        return self.node.seal(commitment)

    async def issue(self, request: Mapping[str, Any]) -> bytes:
        return await self.node.issue(request)

    async def refresh(self, passport: bytes) -> bytes:
        return await self.node.refresh(passport)

    async def passport(self, digest: bytes) -> bytes:
        passport = await self.node.passport(digest)
        if passport is None:
            raise Refused(UNKNOWN_PASSPORT())
        return passport

    async def issued(self, after: int = 0) -> list[Issued]:
        return self.node.issued(after)

    async def revoke(self, digest: bytes) -> bool:
        return await self.node.revoke(digest)


@asynccontextmanager
async def open_node(directory: Path, clock: Callable[[], float] = time.time) -> AsyncIterator[AnyNode]:
    """Open the node in `directory`, or speak to the `carbonseal serve` that has it open. Raises `Refused`; `Locked` where
    another process has the directory and does not serve it, `BrokenOff` where the one that does gives no answer."""
    async with AsyncExitStack() as stack:
        node: AnyNode
        try:
            node = LocalNode(await stack.enter_async_context(Node.open(directory, clock=clock)))
        except Locked as locked:
            if locked.address is None:
                raise
            node = await stack.enter_async_context(RemoteNode(locked.address))
            await node.health()  # what stands still is noticed now, and not after the longest that any answer may take
        yield node
