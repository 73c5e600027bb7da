"""Adapters of ledgers in memory, ready for the kit."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from carbonseal.ledger import (
    Anchor,
    Evidence,
    EvidenceVerifier,
    Ledger,
    Statement,
    TrustItem,
)
from carbonseal_adapters.conformance import Stranger, Subject
from tests.conformance.memory import (
    Authority,
    MemoryLedger,
    MemoryVerifier,
    StampLedger,
    StampVerifier,
    World,
)

LOG = hashlib.sha256(b"log").digest()


def memory(ledger: type[Any] = MemoryLedger, verifier: EvidenceVerifier | None = None) -> Subject:
    """A ledger that can do everything."""
    world = World()

    async def progress() -> None:
        world.mine()

    def trust(evidence: Evidence) -> Sequence[TrustItem]:
        values = [{"number": block.number, "hash": block.hash} for block in world.blocks]
        return [TrustItem("memory:1", "block", value, "here", "2026-01-01T00:00:00Z") for value in values]

    async def other() -> Ledger:
        made: Ledger = ledger(world, "other")
        return made

    stranger = Stranger(other, {"publisher": "other"}, "other")
    return _subject(
        world, ledger, verifier or MemoryVerifier(), progress, trust, stranger, {"publisher": "ours"}, "ours"
    )


def stamp(ledger: type[Any] = StampLedger, verifier: EvidenceVerifier | None = None) -> Subject:
    """A ledger that can do nothing of what may be declared."""

    async def progress() -> None:
        pass

    world = Authority()
    options = asyncio.run(StampLedger(world, "any").pins())

    async def other() -> Ledger:
        made: Ledger = ledger(world, "any")
        return made

    stranger = Stranger(other, options, "any")
    return _subject(world, ledger, verifier or StampVerifier(), progress, lambda _: (), stranger, options, "any")


def numbered_anchors() -> Callable[[], Anchor]:
    """Makes anchors of one log, each of the next size."""
    sizes = itertools.count(1)
    return lambda: Anchor(Statement(LOG, next(sizes), b"\x01" * 32), b"")


def contradiction(anchor: Anchor) -> Anchor:
    """Another root for the same log and size."""
    return replace(anchor, statement=replace(anchor.statement, root=b"\x02" * 32))


def _subject(
    world: World | Authority,
    ledger: type[Any],
    verifier: EvidenceVerifier,
    progress: Callable[[], Any],
    trust: Callable[[Evidence], Sequence[TrustItem]],
    stranger: Stranger,
    options: Mapping[str, str],
    publisher: str,
) -> Subject:
    async def connect() -> Ledger:
        made: Ledger = ledger(world, publisher)
        return made

    @asynccontextmanager
    async def outage() -> AsyncIterator[None]:
        world.down = True
        yield
        world.down = False

    return Subject(
        connect=connect,
        anchor=numbered_anchors(),
        contradiction=contradiction,
        progress=progress,
        verifier=verifier,
        options=options,
        publisher=publisher,
        trust=trust,
        stranger=stranger,
        outage=outage,
    )
