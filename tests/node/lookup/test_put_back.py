"""One log of several that was put back from an older copy: the index is made anew of all of them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from carbonseal.node.lookup.indexer import Indexer
from carbonseal.node.working.work import Here


class Log:
    """A log without records, whose entries say which copy they are of."""

    def __init__(self, origin: str, copy: bytes) -> None:
        self.origin = origin
        self.size = 5
        self._copy = copy

    def entry(self, index: int) -> bytes:
        return b"%s %d" % (self._copy, index)

    def records(self, _start: int, _end: int) -> list[Any]:
        return []


def test_the_others_are_read_again(tmp_path: Path) -> None:
    async def reach(*logs: Log) -> dict[str, int]:
        named: Any = {log.origin: log for log in logs}
        indexer = Indexer(tmp_path, named, Here(), read_only=False)
        await indexer.catch_up()
        found = {name: one.indexed for name, one in indexer.reach().items()}
        indexer.close()
        return found

    idle = Log("a", b"only")
    assert asyncio.run(reach(idle, Log("b", b"new"))) == {"a": 5, "b": 5}
    assert asyncio.run(reach(idle, Log("b", b"old"))) == {"a": 5, "b": 5}
