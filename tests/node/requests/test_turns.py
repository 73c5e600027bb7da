"""Turns: bounded, caller by caller, and the background when nobody waits."""

from __future__ import annotations

import asyncio

import pytest

from carbonseal.findings import Refused
from carbonseal.node.requests.turns import Turns


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class Scene:
    """Requests that hold their turn until they are let go, in the order in which they got it."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.got: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._leave: dict[str, asyncio.Event] = {}

    async def ask(self, name: str, size: int = 1) -> None:
        self._leave[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._hold(name, size))
        await settled()

    async def _hold(self, name: str, size: int) -> None:
        caller, _, number = name.partition("-")
        turn = self.turns.take(caller, size) if number else self.turns.spare()
        async with turn:
            self.got.append(name)
            await self._leave[name].wait()

    async def leave(self, name: str) -> None:
        self._leave[name].set()
        await settled()


def test_a_hundred_of_one_hold_up_another_for_one_turn() -> None:
    async def act() -> None:
        scene = Scene(Turns(1, each=100, room=1 << 20))
        for name in ("a-1", "a-2", "a-3", "a-4", "b-1", "b-2", "c-1"):
            await scene.ask(name)
        for name in ("a-1", "a-2", "b-1", "c-1", "a-3", "b-2", "a-4"):
            assert scene.got[-1] == name
            await scene.leave(name)
        assert len(scene.got) == 7

    asyncio.run(act())


def test_so_many_of_one_caller_wait_and_no_more() -> None:
    async def act() -> None:
        scene = Scene(Turns(1, each=2, room=1 << 20))
        for name in ("a-1", "a-2", "a-3", "a-4", "b-1"):
            await scene.ask(name)
        with pytest.raises(Refused) as refused:
            await scene.tasks["a-4"]
        assert refused.value.finding.code.name == "issue.busy"
        for name in ("a-1", "a-2", "b-1", "a-3"):
            await scene.leave(name)
        assert scene.got == ["a-1", "a-2", "b-1", "a-3"]

    asyncio.run(act())


def test_a_small_request_waits_behind_whatever_large_ones() -> None:
    async def act() -> None:
        scene = Scene(Turns(1, each=100, room=64))
        await scene.ask("a-0")
        for number in range(1, 5):
            await scene.ask(f"a-{number}", 16)  # 64, 48, 32: and 16 is more than half of 16
        assert [number for number in range(1, 5) if scene.tasks[f"a-{number}"].done()] == [4]
        with pytest.raises(Refused):
            await scene.tasks["a-4"]
        await scene.ask("b-1", 8)
        await scene.leave("a-0")
        await scene.leave("a-1")
        assert scene.got == ["a-0", "a-1", "b-1"]
        for task in scene.tasks.values():
            task.cancel()

    asyncio.run(act())


def test_the_background_leaves_one_free_and_waits_for_who_waits() -> None:
    async def act() -> None:
        scene = Scene(Turns(2, each=100, room=1 << 20))
        await scene.ask("x")
        await scene.ask("y")
        await scene.ask("a-1")
        assert scene.got == ["x", "a-1"]
        await scene.ask("b-1")
        await scene.leave("x")
        assert scene.got == ["x", "a-1", "b-1"]
        await scene.leave("a-1")
        assert "y" not in scene.got  # one is free, and stays so
        await scene.leave("b-1")
        assert scene.got[-1] == "y"
        await scene.leave("y")

    asyncio.run(act())


def test_who_gives_up_gives_back() -> None:
    """While it waits, and in the moment in which it was given a turn."""

    async def act() -> None:
        scene = Scene(Turns(1, each=100, room=1 << 20))
        for name in ("a-1", "a-2", "b-1", "c-1"):
            await scene.ask(name)
        scene.tasks["a-2"].cancel()
        await settled()
        scene._leave["a-1"].set()
        await asyncio.sleep(0)
        scene.tasks["b-1"].cancel()
        await settled()
        assert scene.got[-1] == "c-1"
        await scene.leave("c-1")
        await scene.ask("d-1")
        assert scene.got[-1] == "d-1"
        await scene.leave("d-1")

    asyncio.run(act())
