"""Retries: a request that may be repeated is sent again where no answer came, or the node has no room just now. It may be if it
only reads, if the same one gives the same answer (a record's receipt), or under an idempotency key."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import TypeVar

from carbonseal.findings import Refused
from carbonseal.node.requests.codes import IDEMPOTENCY_UNDER_WAY
from carbonseal.node.sealing.codes import NODE_BUSY
from carbonseal.service import codes

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

HEADER = "Idempotency-Key"
DELAYS = (0.25, 0.5, 1.0, 2.0, 4.0)  # seconds before the second try, the third, ...
AGAIN = {code.name for code in (codes.UNREACHABLE, codes.BUSY, NODE_BUSY, IDEMPOTENCY_UNDER_WAY)}


async def under_one_key(send: Callable[[dict[str, str]], Awaitable[T]], sleep: Sleep = asyncio.sleep) -> T:
    """What `send` gives, called with the header fields of a new key: with the same ones until there is an answer, or no try is
    left. Raises what the last try raised."""
    headers = {HEADER: f'"{uuid.uuid4()}"'}
    return await again(lambda: send(headers), sleep)


async def again(send: Callable[[], Awaitable[T]], sleep: Sleep = asyncio.sleep) -> T:
    """What `send` gives, called until there is an answer, or no try is left. Raises what the last try raised."""
    for delay in DELAYS:
        try:
            return await send()
        except Refused as refused:
            if refused.finding.code.name not in AGAIN:
                raise
        await sleep(delay)
    return await send()
