"""A node that is watched: two records under a final anchor, one that waits, a ledger without money, and one that is down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from carbonseal.node.node import Node
from tests.node.conftest import ledger_in
from tests.nodes import make_node, settings

Begin = Callable[..., Path]


def watched_node(folder: Path) -> Path:
    """Its directory. The simulated ledger has to be on the path."""
    directory = make_node(
        folder / "node", settings(ledgers=(ledger_in(folder / "poor"), ledger_in(folder / "down", "sim:2")))
    )
    (folder / "poor/poor").touch()  # it says what is left: nothing more
    asyncio.run(_live(directory))
    (folder / "down/down").touch()
    return directory


async def _live(directory: Path) -> None:
    async with Node.open(directory) as node:
        for word in ("a", "b"):
            await node.submit(b'{"word": "%s"}' % word.encode(), "json/1")
        await node.sequence()
        await node.anchor()
        await node.wait_for_anchors(60)
        await node.submit(b'{"word": "c"}', "json/1")
