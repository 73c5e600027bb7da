"""The node that a command works on: opened in this process, or reached over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from carbonseal.cli.targets import Target
    from carbonseal.service.client.nodes import AnyNode

T = TypeVar("T")


def with_node(target: Target, work: Callable[[AnyNode], Awaitable[T]], *, read_only: bool = False) -> T:
    """The result of `work` with the node of a command. `read_only`: for a command that only reads, which changes nothing in a
    directory and works where nothing can be changed. Raises what opening the node and `work` raise."""

    async def run() -> T:
        async with target.open(read_only=read_only) as node:
            return await work(node)

    return asyncio.run(run())
