"""Parts of a stream: results keep their order, what is raised comes in its place, and what was begun is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from carbonseal.node.admission.ordered import in_order, read_ahead


async def numbers(count: int, *, then_fail: bool = False) -> AsyncGenerator[int, None]:
    for number in range(count):
        yield number
    if then_fail:
        raise ValueError("the stream broke off")


def test_results_keep_the_order_of_the_parts() -> None:
    """Whichever is done first."""

    async def run() -> list[tuple[int, int]]:
        async def work(number: int) -> int:
            for _ in range(10 - number):
                await asyncio.sleep(0)
            return number * number

        async with aclosing(in_order(numbers(10), work, 3)) as results:
            return [result async for result in results]

    assert asyncio.run(run()) == [(number, number * number) for number in range(10)]


def test_a_result_comes_while_the_next_part_does_not() -> None:
    """Whoever waits for one before it sends the next gets it."""

    async def run() -> None:
        answered = asyncio.Event()

        async def turns() -> AsyncGenerator[int, None]:
            for number in range(3):
                yield number
                await answered.wait()
                answered.clear()

        async def work(number: int) -> int:
            return number

        async with aclosing(in_order(turns(), work, 2)) as results:
            async for _ in results:
                answered.set()

    asyncio.run(run())


@pytest.mark.parametrize("in_work", [False, True])
def test_what_is_raised_comes_after_what_was_before_it(in_work: bool) -> None:
    async def run() -> list[int]:
        seen = []

        async def work(number: int) -> int:
            if in_work and number == 4:
                raise ValueError("the work failed")
            return number

        with pytest.raises(ValueError, match="failed" if in_work else "broke off"):
            async with aclosing(in_order(numbers(4 + in_work, then_fail=not in_work), work, 2)) as results:
                async for number, _ in results:
                    seen.append(number)
        return seen

    assert asyncio.run(run()) == [0, 1, 2, 3]


def test_who_goes_away_leaves_nothing_behind() -> None:
    async def run() -> None:
        ended = []

        async def work(number: int) -> int:
            await asyncio.sleep(0)
            ended.append(number)
            return number

        async with aclosing(in_order(numbers(100), work, 2)) as results:
            async for number, _ in results:
                if number == 5:
                    break
        assert sorted(ended) == [*range(len(ended))]
        assert len(ended) < 20
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(run())


async def closing_late(closed: list[str]) -> AsyncGenerator[int, None]:
    """More than anybody reads, of something that is not closed in one step."""
    try:
        async with aclosing(numbers(1000)) as all_numbers:
            async for number in all_numbers:
                yield number
    finally:
        for _ in range(3):
            await asyncio.sleep(0)
        closed.append("the source")


async def gathered(source: AsyncGenerator[int, None]) -> AsyncGenerator[int, None]:
    """As a stream's parts are: what was read ahead."""
    async with aclosing(read_ahead(source, 4)) as several:
        async for together in several:
            for _ in together:
                yield 0


def test_a_loop_that_ends_closes_each_once() -> None:
    """As a node does that stops while nobody reads what a stream came to."""
    closed: list[str] = []
    faults: list[str] = []

    async def stall() -> None:
        async with aclosing(in_order(gathered(closing_late(closed)), asyncio.sleep, 2)) as results:
            async for _ in results:
                await asyncio.Event().wait()

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: faults.append(context["message"]))
        stalled = asyncio.create_task(stall())
        for _ in range(50):
            await asyncio.sleep(0)
        assert not stalled.done()

    asyncio.run(run())
    assert (closed, faults) == (["the source"], [])


def test_what_came_meanwhile_comes_together() -> None:
    async def run() -> list[list[int]]:
        found = []
        async with aclosing(read_ahead(numbers(10), 4)) as several:
            async for together in several:
                found.append(together)
                for _ in range(20):
                    await asyncio.sleep(0)
        return found

    found = asyncio.run(run())
    assert [number for together in found for number in together] == [*range(10)]
    assert max(map(len, found)) == 4
