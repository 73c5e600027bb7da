"""The node that a command works on: opened in this process, or reached over HTTP where `carbonseal serve` has it open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from carbonseal.service.client.nodes import AnyNode

T = TypeVar("T")


def with_node(directory: Path, work: Callable[[AnyNode], Awaitable[T]], *, read_only: bool = False) -> T:
    """The result of `work` with the node in `directory`. `read_only`: for a command that only reads, which changes nothing there
    and works where nothing can be changed. Raises what opening the node and `work` raise."""
    from carbonseal.service.client.nodes import open_node

    async def run() -> T:
        async with open_node(directory, read_only=read_only) as node:
            return await work(node)

    return asyncio.run(run())
