"""Work in real worker processes: what is sent and what comes back, and what becomes of a request whose process dies."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.node.working import process
from carbonseal.node.working.codes import WORK_UNAVAILABLE
from carbonseal.node.working.config import WorkersConfig
from carbonseal.node.working.frames import in_pieces
from carbonseal.node.working.pool import Pool, PoolLimits
from carbonseal.node.working.process import Call
from carbonseal.node.working.work import Here, Work, Workers
from carbonseal.records.admission import admit

LARGE = 3 << 20


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.finding.code.name == code


Body = Callable[[Work], Awaitable[None]]


@asynccontextmanager
async def workers() -> AsyncIterator[Workers]:
    work = Workers(WorkersConfig(1, 1))
    try:
        yield work
    finally:
        await work.close()


def with_both(body: Body) -> None:
    """Run the same in worker processes and here: whoever calls cannot tell."""

    async def run() -> None:
        await body(Here())
        async with workers() as work:
            await body(work)

    asyncio.run(run())


# --- what workers are asked for --------------------------------------------------------------------------------------


def die(marker: Path) -> str:
    """The first time, by the signal that the system sends where memory runs out."""
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "alive"


def die_always() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def unsendable() -> object:
    return lambda: None


def defect() -> None:
    raise KeyError("a defect")


def exhaust() -> None:
    raise MemoryError


def grow() -> int:
    """More memory than a worker may keep, kept."""
    KEPT.append(bytearray(b"x") * (process.GROWN + LARGE))
    return os.getpid()


KEPT: list[bytearray] = []


class Counting:
    """A desk that counts, and asks for what to add."""

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask
        self.count = 0

    def add(self, what: str) -> int:
        self.count += self._ask(what)
        return self.count

    def where(self) -> int:
        return os.getpid()

    def die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def price(what: str) -> int:
    if what == "nothing":
        raise Refused(WORK_UNAVAILABLE(reason=what))
    return len(what)


# --- both ------------------------------------------------------------------------------------------------------------


def test_calls_return_and_raise_as_they_do_here() -> None:
    async def body(work: Work) -> None:
        record = await work.small("a", admit, b'{"b":1,"a":2}', "json/1")
        assert record == admit(b'{"b":1,"a":2}', "json/1")
        with pytest.raises(Refused) as found:
            await work.small("a", admit, b'{"a":1', "json/1")
        with pytest.raises(Refused) as expected:
            admit(b'{"a":1', "json/1")
        assert found.value.finding == expected.value.finding
        with pytest.raises(KeyError, match="a defect"):
            await work.small("a", defect)
        assert await work.small("a", bytes.upper, in_pieces([b"a" * LARGE, b"b"])) == b"A" * LARGE + b"B"

    with_both(body)


def test_a_desk_keeps_what_it_has_and_asks() -> None:
    async def body(work: Work) -> None:
        async with work.large("a", Counting, price) as desk:
            assert [await desk.call(Counting.add, word) for word in ("one", "three")] == [3, 8]
            with pytest.raises(Refused, match="nothing"):
                await desk.call(Counting.add, "nothing")
            assert await desk.call(Counting.add, "a") == 9
        async with work.large("a", Counting, price) as desk:
            assert await desk.call(Counting.add, "a") == 1

    with_both(body)


# --- processes -------------------------------------------------------------------------------------------------------


def test_work_is_done_in_other_processes_one_for_each_pool() -> None:
    async def run() -> None:
        async with workers() as work:
            small = {await work.small("a", os.getpid) for _ in range(3)}
            async with work.large("a", Counting) as desk:
                large = {await desk.call(Counting.where)}
                assert await work.small("a", os.getpid) in small  # while the other pool is taken
            assert len(small) == len(large) == 1
            assert len({*small, *large, os.getpid()}) == 3

    asyncio.run(run())


def test_a_process_that_dies_is_replaced_and_what_is_small_is_done_again(tmp_path: Path) -> None:
    async def run() -> None:
        async with workers() as work:
            assert await work.small("a", die, tmp_path / "died") == "alive"
            with refused("work.lost"):
                await work.small("a", die_always)
            assert await work.small("a", abs, -1) == 1

    asyncio.run(run())


def test_a_desk_whose_process_dies_is_refused_and_the_next_has_another() -> None:
    async def run() -> None:
        async with workers() as work:
            async with work.large("a", Counting) as desk:
                with refused("work.lost"):
                    await desk.call(Counting.die)
                with refused("work.lost"):
                    await desk.call(Counting.where)
            async with work.large("a", Counting) as desk:
                await desk.call(Counting.where)

    asyncio.run(run())


def test_a_worker_killed_while_it_is_idle_is_not_noticed() -> None:
    async def run() -> None:
        async with workers() as work:
            os.kill(await work.small("a", os.getpid), signal.SIGKILL)
            assert await work.small("a", abs, -1) == 1

    asyncio.run(run())


def test_what_cannot_be_sent_ends_no_process() -> None:
    async def run() -> None:
        async with workers() as work:
            pid = await work.small("a", os.getpid)
            with pytest.raises(TypeError, match="cannot be sent"):
                await work.small("a", unsendable)
            assert await work.small("a", os.getpid) == pid

    asyncio.run(run())


def test_a_worker_that_has_grown_or_has_no_memory_left_is_replaced() -> None:
    async def run() -> None:
        async with workers() as work:
            grown = await work.small("a", grow)
            assert await work.small("a", os.getpid) != grown
            with refused("work.lost"):
                await work.small("a", exhaust)

    asyncio.run(run())


def test_signals_to_the_whole_group_are_the_nodes_to_follow() -> None:
    async def run() -> None:
        async with workers() as work:
            pid = await work.small("a", os.getpid)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                os.kill(pid, number)
            assert await work.small("a", os.getpid) == pid

    asyncio.run(run())


def test_a_call_that_takes_too_long_is_ended() -> None:
    async def run() -> None:
        pool = Pool("test", PoolLimits(1, seconds=0.0), lambda: 0.0)
        async with pool.worker("a") as worker:
            with refused("work.too-long"):
                await pool.call(worker, Call(os.getpid, (), {}))
            assert not worker.is_alive
        await pool.close()

    asyncio.run(run())


def test_workers_that_end_at_once_are_told_to_the_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not started over and over; and started again after a while."""
    now = 0.0

    async def run() -> None:
        nonlocal now
        work = Workers(WorkersConfig(1, 1), clock=lambda: now)
        with monkeypatch.context() as changed:
            changed.setattr("sys.executable", "/bin/false")
            with refused("work.lost"):  # tried twice
                await work.small("a", abs, -1)
            with refused("work.unavailable"):
                await work.small("a", abs, -1)
        with refused("work.unavailable"):
            await work.small("a", abs, -1)
        now = 60.0
        assert await work.small("a", abs, -1) == 1
        await work.close()

    asyncio.run(run())


def test_a_program_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        work = Workers(WorkersConfig(1, 1))
        monkeypatch.setattr("sys.executable", "/nowhere/python")
        with refused("work.unavailable"):
            await work.small("a", abs, -1)
        await work.close()

    asyncio.run(run())
