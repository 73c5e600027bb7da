"""An adapter under test, and the steps that the checks share."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

from carbonseal.ledger import (
    Anchor,
    Attempt,
    AttemptStatus,
    Checked,
    Evidence,
    EvidenceVerifier,
    Ledger,
    Observation,
    Statement,
    TrustItem,
)

ROUNDS = 50


@dataclass(frozen=True)
class Subject:
    """How to reach a ledger, what to anchor there, and how to verify it."""

    connect: Callable[[], Awaitable[Ledger]]  # a new adapter each time, as after a restart
    anchor: Callable[[], Anchor]  # the next head of one log; sizes grow
    contradiction: Callable[[Anchor], Anchor]  # another root for the same log and size, signed as validly
    progress: Callable[[], Awaitable[None]]  # lets the ledger move on: mine a block, sequence a log
    verifier: EvidenceVerifier
    options: dict[str, str]  # of the policy's line, for this publisher
    publisher: str  # as evidence must name it
    trust: Callable[[Evidence], Sequence[TrustItem]]  # what a verifier would gather for the evidence

    def check(self, ledger: Ledger, evidence: Evidence, statement: Statement) -> Checked:
        """What a verifier far away makes of it."""
        pins: Any = self.verifier.pin(ledger.name, self.options)
        return self.verifier.check(evidence, statement, pins, self.trust(evidence))

    async def until_final(self, ledger: Ledger, attempts: Sequence[Attempt]) -> Observation:
        """Follow one anchor's attempts, newest first, to the end."""
        for _ in range(ROUNDS):
            seen = await ledger.follow(attempts)
            assert seen.status is not AttemptStatus.REFUSED, f"an honest anchor was refused: {seen.reason}"
            if seen.status is AttemptStatus.FINAL:
                return stored(seen)
            await self.progress()
        raise AssertionError(f"the anchor is not final after {ROUNDS} rounds")

    async def write(
        self, ledger: Ledger, anchor: Anchor, earlier: Sequence[Attempt] = ()
    ) -> tuple[Attempt, Observation]:
        """Prepare, send, follow to the end: the attempt as the outbox has it, and what was seen of it last."""
        attempt = await self.send(ledger, await ledger.prepare(anchor, earlier))
        return attempt, await self.until_final(ledger, [attempt])

    async def send(self, ledger: Ledger, attempt: Attempt) -> Attempt:
        """Send it: the attempt with the ledger's answer, as the outbox stores it."""
        answer = await ledger.send(attempt)
        return kept(replace(attempt, answer=answer) if answer else attempt)


Check = Callable[[Subject], Coroutine[Any, Any, None]]


def stored(seen: Observation) -> Observation:
    """The observation after a stay in the outbox, which keeps its facts as JSON."""
    return replace(seen, facts=json.loads(json.dumps(seen.facts)))


def kept(attempt: Attempt) -> Attempt:
    """The attempt after a stay in the outbox, which keeps its texts and its bytes."""
    statement = Statement.decode(attempt.statement.encode())
    return Attempt(statement, str(attempt.id), str(attempt.slot), bytes(attempt.payload), bytes(attempt.answer))
