"""The thread that writes: one call after the other, in their order, whoever waits for them."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing

import pytest

from carbonseal.storage.writer_thread import WriterThread


def test_calls_run_one_after_the_other_in_one_thread_of_that_name() -> None:
    seen: list[tuple[int, str]] = []

    def write(number: int, *, twice: int) -> int:
        seen.append((number, threading.current_thread().name))
        return number * twice

    async def work() -> list[int]:
        with closing(WriterThread("writer")) as thread:
            return await asyncio.gather(*(thread.run(write, number, twice=2) for number in range(50)))

    assert asyncio.run(work()) == [2 * number for number in range(50)]
    assert [number for number, _ in seen] == list(range(50))
    assert {name for _, name in seen} == {"writer_0"}


def test_what_a_call_raises_reaches_its_caller_alone() -> None:
    def fail() -> None:
        raise ValueError("this one")

    async def work() -> int:
        with closing(WriterThread("writer")) as thread:
            with pytest.raises(ValueError, match="this one"):
                await thread.run(fail)
            return await thread.run(lambda: 7)

    assert asyncio.run(work()) == 7


def test_a_call_that_has_begun_is_finished_though_its_caller_is_cancelled() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def write() -> None:
        begun.set()
        go_on.wait()
        done.set()

    async def work() -> None:
        with closing(WriterThread("writer")) as thread:
            caller = asyncio.create_task(thread.run(write))
            await asyncio.to_thread(begun.wait)
            caller.cancel()
            with pytest.raises(asyncio.CancelledError):
                await caller
            assert not done.is_set()
            go_on.set()

    asyncio.run(work())
    assert done.is_set()
