"""Client of the node in a directory: opens it, or speaks to the `carbonseal serve` that has it open. One interface for both."""

from __future__ import annotations

import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import orjson

from carbonseal.findings import Refused
from carbonseal.log.proofs import TlogProof
from carbonseal.node.access.callers import OPERATOR, Caller
from carbonseal.node.access.scopes import Scope
from carbonseal.node.admission.submitted import Item, Submitted
from carbonseal.node.config import load
from carbonseal.node.issuance.issuance import Warn, ignore
from carbonseal.node.issuance.issued import Issued
from carbonseal.node.lock import Locked
from carbonseal.node.node import Node
from carbonseal.node.sealing.guard import Frozen
from carbonseal.node.sealing.queue import Receipt
from carbonseal.passport.seals import Seal
from carbonseal.service import codes
from carbonseal.service.client.jobs import AnyJobs, LocalJobs
from carbonseal.service.health import health
from carbonseal.service.listeners import allow
from carbonseal.service.listening.tls import fingerprint
from carbonseal.service.operations.listed import OPERATIONS


class AnyNode(Protocol):
    """What commands do with a node. Every method raises Refused, with the same codes for a local and a remote node."""

    async def submit(self, raw: bytes, profile: str, tenant: str = "", media: str = "") -> Receipt:
        """Seal one record. It is durable when the receipt is returned. `media` is the media type of a file; without a
        tenant it is the caller's own, for the operator `default`."""
        ...

    def submit_many(
        self, items: Iterable[Item] | AsyncIterable[Item], profile: str, tenant: str = ""
    ) -> AsyncIterator[Submitted]:
        """Seal many records in bounded memory: a result for each, in their order."""
        ...

    async def sequence(self) -> dict[str, bytes]:
        """Sequence what is queued. The new checkpoint (a signed note) of each log that grew, by the log's name."""
        ...

    async def anchor(self) -> None:
        """Make every log's newest checkpoint due on its ledgers."""
        ...

    async def wait_for_anchors(self, timeout: float) -> dict[str, Any]:  # noqa: ASYNC109
        """Wait until no ledger has an open anchor, for `timeout` seconds at most; then the same as `health`."""
        ...

    async def health(self) -> dict[str, Any]:
        """The state of the node, its logs and its ledgers, as GET /health answers it."""
        ...

    async def find(self, commitment: bytes) -> tuple[str, int]:
        """Where a record's entry is: the name of its log and its index there."""
        ...

    async def proof(self, log: str, index: int) -> TlogProof:
        """The proof of an entry under its log's newest checkpoint."""
        ...

    async def seal(self, commitment: bytes) -> Seal:
        """A record's seal as it is now."""
        ...

    async def issue(self, request: Mapping[str, Any], warn: Warn = ignore) -> bytes:
        """The passport that an issue request asks for. `warn` is called with what is known to be wrong with it."""
        ...

    async def refresh(self, passport: bytes) -> bytes:
        """The same passport with newer heads, anchors and status lists."""
        ...

    async def passport(self, digest: bytes) -> bytes:
        """The refreshed passport of the credential with this digest, which was issued here."""
        ...

    async def issued(self, after: int = 0) -> list[Issued]:
        """A page of what was issued here, in order, from after this number on; empty at the end."""
        ...

    async def revoke(self, digest: bytes, reason: str) -> bool:
        """Revoke the credential with this digest, which was issued here, for ever. Whether it was not revoked before."""
        ...

    async def suspend(self, digest: bytes, reason: str) -> bool:
        """Suspend the credential with this digest, which was issued here. Whether it was not suspended before."""
        ...

    async def reinstate(self, digest: bytes, reason: str) -> bool:
        """Take back the suspension of the credential with this digest. Whether it was suspended."""
        ...

    @property
    def jobs(self) -> AnyJobs:
        """Its jobs."""
        ...

    async def operate(self, name: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer of one of the `operations.OPERATIONS`."""
        ...


class LocalNode:
    """`AnyNode` for a node that this process has open, `node`, on behalf of `caller`, who may do here what the same caller may
    do over HTTP."""

    def __init__(self, node: Node, caller: Caller = OPERATOR) -> None:
        self.node = node
        self.caller = caller

    async def submit(self, raw: bytes, profile: str, tenant: str = "", media: str = "") -> Receipt:
        allow(self.caller, Scope.SUBMIT)
        return await self.node.submit(raw, profile, self.caller.tenant_for(tenant), media)

    def submit_many(
        self, items: Iterable[Item] | AsyncIterable[Item], profile: str, tenant: str = ""
    ) -> AsyncIterator[Submitted]:
        allow(self.caller, Scope.SUBMIT)
        return self.node.submit_many(items, profile, self.caller.tenant_for(tenant))

    async def sequence(self) -> dict[str, bytes]:
        allow(self.caller, Scope.ADMIN)
        return await self.node.sequence()

    async def anchor(self) -> None:
        allow(self.caller, Scope.ADMIN)
        await self.node.anchor()

    async def wait_for_anchors(self, timeout: float) -> dict[str, Any]:  # noqa: ASYNC109
        allow(self.caller, Scope.ADMIN)
        await self.node.wait_for_anchors(timeout)
        return health(self.node)

    async def health(self) -> dict[str, Any]:
        allow(self.caller, Scope.ADMIN)
        await self.node.startup_checked()
        return health(self.node)

    async def find(self, commitment: bytes) -> tuple[str, int]:
        allow(self.caller, Scope.READ)
        record = self.node.record(commitment, self.caller)
        return record.log.name, record.index

    async def proof(self, log: str, index: int) -> TlogProof:
        return self.node.log(log).proof(index)

    async def seal(self, commitment: bytes) -> Seal:
        allow(self.caller, Scope.READ)
        return self.node.seal(commitment, self.caller)

    async def issue(self, request: Mapping[str, Any], warn: Warn = ignore) -> bytes:
        allow(self.caller, Scope.ISSUE)
        return await self.node.issue(request, warn, self.caller)

    async def refresh(self, passport: bytes) -> bytes:
        return await self.node.refresh(passport)

    async def passport(self, digest: bytes) -> bytes:
        allow(self.caller, Scope.READ)
        passport = await self.node.passport(digest, self.caller)
        if passport is None:
            raise Refused(codes.UNKNOWN_PASSPORT())
        return passport

    async def issued(self, after: int = 0) -> list[Issued]:
        allow(self.caller, Scope.READ)
        return self.node.issued(after, self.caller)

    async def revoke(self, digest: bytes, reason: str) -> bool:
        allow(self.caller, Scope.REVOKE)
        return await self.node.revoke(digest, self.caller, reason)

    async def suspend(self, digest: bytes, reason: str) -> bool:
        allow(self.caller, Scope.REVOKE)
        return await self.node.suspend(digest, self.caller, reason)

    async def reinstate(self, digest: bytes, reason: str) -> bool:
        allow(self.caller, Scope.REVOKE)
        return await self.node.reinstate(digest, self.caller, reason)

    @property
    def jobs(self) -> LocalJobs:
        """As `AnyNode` has it."""
        return LocalJobs(self.node, self.caller)

    async def operate(self, name: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        operation = OPERATIONS[name]
        allow(self.caller, operation.needs)
        operation.check(request)
        answer = await operation.run(self.node, self.caller, request)
        read: Mapping[str, Any] = orjson.loads(orjson.dumps(answer))  # files in it are bytes up to here
        return read


@asynccontextmanager
async def open_node(
    directory: Path, clock: Callable[[], float] = time.time, *, read_only: bool = False, token: str = ""
) -> AsyncIterator[AnyNode]:
    """Open the node in `directory`, or connect to the `carbonseal serve` that has it open. `read_only`: for commands that change
    nothing, as `Node.open` has it. With a `token` on behalf of whom it belongs to, without as the operator. Raises Refused; Locked
    where another process has the directory and does not serve it; BrokenOff where the one that serves it does not answer."""
    async with AsyncExitStack() as stack:
        node: AnyNode
        try:
            opened = await stack.enter_async_context(Node.open(directory, clock=clock, read_only=read_only))
            caller = await opened.access.admit(token) if token else OPERATOR
            if not read_only:
                stack.push_async_callback(_finish, opened, caller)
            node = LocalNode(opened, caller)
        except Locked as locked:
            if locked.address is None:
                raise
            from carbonseal.service.client.remote import RemoteNode  # aiohttp: where there is something to connect to

            certificate = _certificate(directory)
            here = partial(RemoteNode, locked.address, certificate=certificate, same_machine=True)
            operator = await stack.enter_async_context(here(token=locked.token))
            await operator.health()  # one that hangs is noticed now, and not after the longest that any answer may take
            node = await stack.enter_async_context(here(token=token)) if token else operator
        yield node


def _certificate(directory: Path) -> bytes:
    """The SHA-256 of the certificate that the directory's service has; empty where it has none."""
    chain = load(directory).listen.certificate
    return fingerprint(directory / chain) if chain else b""


async def _finish(node: Node, caller: Caller) -> None:
    """What was done becomes part of a log also where no `carbonseal serve` runs, which would sequence what was submitted, and have
    the audit join. A frozen log takes both once it is not."""
    with suppress(Frozen):
        if caller is not OPERATOR:  # who sequences as the command says
            await node.sequence()
        await node.audit_heads.join()
