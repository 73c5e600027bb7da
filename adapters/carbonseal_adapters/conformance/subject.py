"""An adapter under test, and the steps that the checks share."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from carbonseal.findings import Refused
from carbonseal.ledger import (
    Anchor,
    Attempt,
    AttemptStatus,
    Balance,
    Capabilities,
    Checked,
    Evidence,
    EvidenceVerifier,
    Ledger,
    Observation,
    OutcomeUnknownError,
    PermanentError,
    Statement,
    TransientError,
    TrustItem,
)

ROUNDS = 50  # of `progress`, until an anchor has to be final

T = TypeVar("T")


@dataclass(frozen=True)
class Stranger:
    """Another publisher on the same ledger."""

    connect: Callable[[], Awaitable[Ledger]]
    options: Mapping[str, str]  # of a policy's line that lists this publisher alone
    publisher: str  # as evidence must name it


@dataclass(frozen=True)
class Subject:
    """How to reach a ledger, what to anchor there, and how to verify it."""

    connect: Callable[[], Awaitable[Ledger]]  # a new adapter each time, as after a restart
    anchor: Callable[[], Anchor]  # the next checkpoint of one log; sizes grow
    contradiction: Callable[[Anchor], Anchor]  # another root for the same log and size, signed as validly
    progress: Callable[[], Awaitable[None]]  # lets the ledger move on: mine a block, sequence a log
    verifier: EvidenceVerifier
    options: Mapping[str, str]  # of a policy's line that lists this publisher alone
    publisher: str  # as evidence must name it
    trust: Callable[[Evidence], Sequence[TrustItem]]  # what a verifier would gather for the evidence now
    stranger: Stranger | None = None  # None only where the publisher is the log itself (`Ledger.publisher` is "")
    outage: Callable[[], AbstractAsyncContextManager[None]] | None = (
        None  # the ledger is down within it; None: not tried
    )

    def check(
        self,
        ledger: Ledger,
        evidence: Evidence,
        statement: Statement,
        *,
        options: Mapping[str, str] | None = None,
        trust: Sequence[TrustItem] | None = None,
    ) -> Checked:
        """What a verifier makes of the evidence; under this policy line and with this trust, where they are given."""
        try:
            pins: Any = self.verifier.pin(ledger.name, self.options if options is None else options)
        except Refused as refused:
            raise AssertionError(f"the verifier refuses the policy line: {refused.finding}") from refused
        gathered = self.trust(evidence) if trust is None else trust
        try:
            return self.verifier.check(evidence, statement, pins, gathered)
        except Exception as error:
            raise AssertionError(f"the verifier raised {error!r}, and must never raise on bad bytes") from error

    async def until_final(self, ledger: Ledger, attempts: Sequence[Attempt]) -> Observation:
        """Follow one anchor's attempts, newest first, to the end, as a node that took evidence of the first inclusion."""
        proved: Mapping[str, Any] | None = None
        for _ in range(ROUNDS):
            seen = await ledger.follow(attempts, proved)
            assert seen.status is not AttemptStatus.REFUSED, f"an honest anchor was refused: {seen.reason}"
            if seen.status is AttemptStatus.FINAL:
                return stored(seen)
            proved = stored(seen).facts if seen.status is AttemptStatus.INCLUDED else None
            await self.progress()
        raise AssertionError(f"the anchor is not final after {ROUNDS} rounds, but {seen.status.value}")

    async def write(
        self, ledger: Ledger, anchor: Anchor, earlier: Sequence[Attempt] = ()
    ) -> tuple[Attempt, Observation]:
        """Prepare, send, follow to the end: the attempt as the outbox has it, and what was observed last."""
        attempt = await self.send(ledger, await ledger.prepare(anchor, earlier))
        return attempt, await self.until_final(ledger, [attempt])

    async def proved(self, ledger: Ledger, anchor: Anchor) -> Evidence:
        """Write an anchor; its evidence."""
        return await ledger.evidence(*await self.write(ledger, anchor))

    async def send(self, ledger: Ledger, attempt: Attempt) -> Attempt:
        """Send it: the attempt with the ledger's answer, as the outbox stores it."""
        answer = await ledger.send(attempt)
        return kept(replace(attempt, answer=answer) if answer else attempt)


Check = Callable[[Subject], Coroutine[Any, Any, None]]


def stored(seen: Observation) -> Observation:
    """The observation as read back from the outbox, which keeps its facts as JSON."""
    return replace(seen, facts=json.loads(json.dumps(seen.facts)))


def kept(attempt: Attempt) -> Attempt:
    """The attempt as read back from the outbox, which keeps its texts and its bytes."""
    statement = Statement.decode(attempt.statement.encode())
    return Attempt(statement, str(attempt.id), str(attempt.slot), bytes(attempt.payload), bytes(attempt.answer))


@asynccontextmanager
async def connected(source: Subject | Stranger) -> AsyncIterator[Ledger]:
    """A new adapter, which may raise what the interface allows and nothing else."""
    ledger = GuardedLedger(await source.connect())
    try:
        yield ledger
    finally:
        await ledger.close()


class GuardedLedger:
    """A `Ledger` that turns errors outside of the closed set, or of another method, into AssertionError."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.name: str = ledger.name
        self.publisher: str = ledger.publisher
        self.capabilities: Capabilities = ledger.capabilities
        self.expires: float | None = ledger.expires
        self.replace_after: float | None = ledger.replace_after

    async def prepare(self, anchor: Anchor, earlier: Sequence[Attempt]) -> Attempt:
        return await _guarded("prepare", self._ledger.prepare(anchor, earlier), PermanentError)

    async def send(self, attempt: Attempt) -> bytes:
        answer = await _guarded("send", self._ledger.send(attempt), PermanentError, OutcomeUnknownError)
        assert isinstance(answer, bytes), "what send returns is not bytes"
        return answer

    async def follow(self, attempts: Sequence[Attempt], proved: Mapping[str, Any] | None = None, /) -> Observation:
        return await _guarded("follow", self._ledger.follow(attempts, proved))

    async def evidence(self, attempt: Attempt, observation: Observation) -> Evidence:
        return await _guarded("evidence", self._ledger.evidence(attempt, observation))

    async def latest(self, log: bytes) -> Statement | None:
        return await _guarded("latest", self._ledger.latest(log))

    async def pins(self) -> Mapping[str, str]:
        return await _guarded("pins", self._ledger.pins())

    async def balance(self) -> Balance | None:
        return await _guarded("balance", self._ledger.balance())

    async def close(self) -> None:
        await self._ledger.close()


async def _guarded(method: str, call: Awaitable[T], *others: type[Exception]) -> T:
    allowed: tuple[type[Exception], ...] = (TransientError, *others)
    try:
        return await call
    except allowed:
        raise
    except Exception as error:
        raise AssertionError(f"{method} raised {error!r}, which the interface does not allow there") from error
