"""Records that come one by one: whatever happens to one call, the next is made."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from carbonseal.node.admission.documents import Admitted
from carbonseal.node.admission.singles import Singles
from carbonseal.node.admission.storing import Kind
from carbonseal.node.sealing.queue import Placed, Submission


class Work:
    """Admits; the first answer lacks a commitment."""

    def __init__(self) -> None:
        self._calls = 0

    async def small(self, _client: str, _function: Any, documents: list[Any], *_more: Any) -> Admitted:
        self._calls += 1
        count = len(documents)
        return Admitted([b"s"] * count, [b"c"] * (count - (self._calls == 1)), [b"x"] * count)


class Intake:
    """Stores at once, and notes how many came together."""

    def __init__(self) -> None:
        self.groups: list[int] = []

    async def store_all(self, submissions: list[Submission]) -> list[Placed]:
        self.groups.append(len(submissions))
        await asyncio.sleep(0)
        return [Placed(number, 7) for number, _ in enumerate(submissions)]


def test_a_defect_in_one_answer_is_that_calls_alone() -> None:
    async def go() -> None:
        work, intake = cast(Any, Work()), cast(Any, Intake())
        singles, kind = Singles(work), Kind("client", "tenant", "json/1", b"k" * 32)
        async with asyncio.timeout(60):
            with pytest.raises(ValueError, match="zip"):
                await singles.submit(b"{}", "", kind, intake)
            assert (await singles.submit(b"{}", "", kind, intake)).acknowledged == 7

    asyncio.run(go())


def test_what_comes_meanwhile_is_admitted_and_stored_together() -> None:
    async def go() -> list[int]:
        work, intake = cast(Any, Work()), Intake()
        singles, kind = Singles(work), Kind("client", "tenant", "json/1", b"k" * 32)
        with pytest.raises(ValueError, match="zip"):
            await singles.submit(b"{}", "", kind, cast(Any, intake))
        sending = [asyncio.create_task(singles.submit(b"{}", "", kind, cast(Any, intake))) for _ in range(50)]
        async with asyncio.timeout(60):
            await asyncio.gather(*sending)
        return intake.groups

    groups = asyncio.run(go())
    assert sum(groups) == 50
    assert len(groups) <= 2


def test_what_comes_during_a_call_is_stored_with_what_the_call_admits() -> None:
    class Slow(Work):
        async def small(self, client: str, function: Any, documents: list[Any], *more: Any) -> Admitted:
            calls.append(len(documents))
            if len(calls) == 2:
                sending.extend(asyncio.create_task(submit()) for _ in range(4))
                await asyncio.sleep(0)
            return await super().small(client, function, documents, *more)

    calls: list[int] = []
    sending: list[asyncio.Task[Any]] = []
    intake = Intake()

    async def go() -> None:
        with pytest.raises(ValueError, match="zip"):
            await submit()
        async with asyncio.timeout(60):
            await submit()
            await asyncio.gather(*sending)

    singles, kind = Singles(cast(Any, Slow())), Kind("client", "tenant", "json/1", b"k" * 32)

    async def submit() -> Any:
        return await singles.submit(b"{}", "", kind, cast(Any, intake))

    asyncio.run(go())
    assert calls == [1, 1, 4]
    assert intake.groups == [0, 5]
