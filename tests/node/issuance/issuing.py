"""A node that issues, on a clock that the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from carbonseal.node.config import SignerConfig
from carbonseal.node.node import Node

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
MAKER = SignerConfig("maker", "did:web:maker.example", "file:keys/maker.key")
RECORD = b'{"kilograms": "12.50"}'

T = TypeVar("T")


class Clock:
    """A clock that moves only when a test moves it, or the node sleeps."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now.timestamp()

    async def sleep(self, seconds: float) -> None:
        """Takes no time but this clock's."""
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


def within(directory: Path, clock: Clock, work: Callable[[Node], Awaitable[T]]) -> T:
    async def opened() -> T:
        async with Node.open(directory, clock=clock, sleep=clock.sleep) as node:
            return await work(node)

    return asyncio.run(opened())


def request(commitment: bytes, **changes: Any) -> dict[str, Any]:
    record = {"role": "footprint", "commitment": commitment.hex()}
    return {"issuer": "maker", "subject": "urn:example:reader", "records": [record], **changes}


async def issue(node: Node, raw: bytes = RECORD, **changes: Any) -> bytes:
    receipt = await node.submit(raw, "json/1")
    return await node.issue(request(receipt.commitment, **changes))


def part(passport: dict[str, Any], quantity: str, **changes: Any) -> dict[str, Any]:
    """A component of a request: so many pieces in one piece of the product."""
    share = {"quantity": quantity, "unit": "piece", "per": {"amount": "1", "unit": "piece"}, "basis": "used"}
    return {"passport": passport, **share, **changes}
