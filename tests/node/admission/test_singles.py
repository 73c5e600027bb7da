"""Records that come one by one: whatever happens to one call, the next is made."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from carbonseal.node.admission.documents import Admitted, Document
from carbonseal.node.admission.singles import Kind, Singles


class Work:
    """Admits; the first answer lacks a commitment."""

    def __init__(self) -> None:
        self._calls = 0

    async def small(self, _client: str, _function: Any, documents: list[Any], *_more: Any) -> Admitted:
        self._calls += 1
        count = len(documents)
        return Admitted([b"s"] * count, [b"c"] * (count - (self._calls == 1)), [b"x"] * count)


def test_a_defect_in_one_answer_is_that_calls_alone() -> None:
    async def go() -> None:
        work: Any = Work()
        singles, kind = Singles(work), Kind("client", "tenant", "json/1", b"k" * 32)
        async with asyncio.timeout(60):
            with pytest.raises(ValueError, match="zip"):
                await singles.admit(Document(b"{}"), kind)
            await singles.admit(Document(b"{}"), kind)

    asyncio.run(go())
