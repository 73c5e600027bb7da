"""What is submitted as one of many, and what comes of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from dataclasses import dataclass

from carbonseal.findings import Finding, Place
from carbonseal.node.sealing.queue import Receipt
from carbonseal.records.sources import Source

Item = Source | Finding


@dataclass(frozen=True, slots=True)
class Submitted:
    """The outcome of one of many records: a receipt, or a finding that says where and why it was refused."""

    place: Place
    receipt: Receipt | None = None
    finding: Finding | None = None


async def one_by_one(items: Iterable[Item] | AsyncIterable[Item]) -> AsyncGenerator[Item, None]:
    """What comes from either, in its order."""
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item
