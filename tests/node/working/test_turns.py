"""Turns: who waits, who is refused, and that a flood of one client's requests holds up no other's."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from carbonseal.findings import Refused
from carbonseal.node.working.codes import WORK_BUSY
from carbonseal.node.working.pool import Failures
from carbonseal.node.working.turns import Turns


class Order:
    """Takes turns of which each lasts until it is let go, and notes in which order they came."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.came: list[str] = []
        self._held: list[asyncio.Event] = []

    async def ask(self, client: str) -> asyncio.Task[None]:
        task = asyncio.create_task(self._hold(client))
        await settle()
        return task

    async def _hold(self, client: str) -> None:
        over = asyncio.Event()
        async with self.turns.take(client):
            self.came.append(client)
            self._held.append(over)
            await over.wait()

    async def finish_all(self) -> None:
        while self._held:
            self._held.pop(0).set()
            await settle()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_clients_are_served_in_turn() -> None:
    async def run() -> list[str]:
        order = Order(Turns(1, most=99, each=99))
        for client in "aaaabbc":
            await order.ask(client)
        await order.finish_all()
        return order.came

    assert asyncio.run(run()) == [*"aabcaba"] or asyncio.run(run()) == [*"aabcaba"]


def test_where_there_are_several_places_one_client_leaves_one() -> None:
    async def run() -> list[str]:
        order = Order(Turns(3, most=99, each=99))
        for client in "aaaab":
            await order.ask(client)
        return order.came

    assert asyncio.run(run()) == ["a", "a", "b"]


def test_a_client_that_waits_too_often_is_refused_and_another_is_not() -> None:
    async def run() -> None:
        order = Order(Turns(1, most=3, each=2))
        for client in "aaa":
            await order.ask(client)
        for client, own in (("a", 2), ("c", 0)):  # the second because all that may wait do
            with pytest.raises(Refused) as refused:
                await (await order.ask(client))
            assert refused.value.finding == WORK_BUSY(waiting=2 + (client == "c"), own=own)
            if client == "a":
                await order.ask("b")
        await order.finish_all()
        assert order.came == ["a", "a", "b", "a"]

    asyncio.run(run())


@pytest.mark.parametrize("is_served", [False, True])
def test_who_goes_away_gives_up_the_place(is_served: bool) -> None:
    """Also one whose turn came just when it went away."""

    async def run() -> None:
        turns = Turns(1, most=9, each=9)
        async with AsyncExitStack() as first:
            await first.enter_async_context(turns.take("a"))
            waiting = asyncio.create_task(turns.take("b").__aenter__())
            await settle()
            if is_served:
                await first.aclose()
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        assert turns.waiting == 0
        async with asyncio.timeout(5), turns.take("c"):
            pass

    asyncio.run(run())


def test_a_place_is_let_go_in_the_moment_in_which_who_waits_for_it_goes_away() -> None:
    async def run() -> None:
        turns = Turns(1, most=9, each=9)
        async with AsyncExitStack() as first:
            await first.enter_async_context(turns.take("a"))
            waiting = [asyncio.create_task(turns.take(client).__aenter__()) for client in "bbc"]
            await settle()
            for one in waiting:
                one.cancel()
            await first.aclose()  # before any of them is woken
            results = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(one) for one in results] == [asyncio.CancelledError] * 3
        assert turns.waiting == 0
        async with asyncio.timeout(5), turns.take("c"):
            pass

    asyncio.run(run())


def test_what_ends_at_once_is_not_started_over_and_over() -> None:
    failures = Failures()
    for _ in range(2):
        failures.failed(0.0, "no memory")
    assert not failures.forbids(0.0)
    waits = []
    now = 0.0
    for _ in range(9):
        failures.failed(now, "no memory")
        until = next(second for second in range(100) if not failures.forbids(now + second))
        waits.append(until)
        now += until
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30, 30]
    failures.succeeded()
    failures.failed(now, "once more")
    assert not failures.forbids(now)
