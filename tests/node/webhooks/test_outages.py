"""Outages: told to the operator's receivers when they begin and when they end, once, and also while nothing can be kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from carbonseal.node.access.callers import OPERATOR
from carbonseal.node.webhooks.events import Event
from carbonseal.node.webhooks.failures import Failure
from carbonseal.node.webhooks.outages import Outages
from carbonseal.node.webhooks.receivers import NewReceiver
from carbonseal.node.webhooks.watching import DISK, LOOK, Watch
from carbonseal.storage.database import Database
from carbonseal.storage.schema import NODE
from carbonseal.storage.writer_thread import WriterThread
from tests.node.conftest import Begin, ledger_in
from tests.node.webhooks.receiving import Receiver, Time, receiving, run, telling
from tests.node.webhooks.test_events import LOOPBACK, TENANTS, wanted


def test_a_ledger_that_does_not_answer(begin: Begin, tmp_path: Path) -> None:
    directory = begin(tenants=TENANTS, webhooks=LOOPBACK, ledgers=(ledger_in(tmp_path / "ledger"),))
    down = tmp_path / "ledger" / "down"
    down.touch()
    run(a_ledger_that_does_not_answer(directory, down.unlink))


async def a_ledger_that_does_not_answer(directory: Path, restore: Callable[[], None]) -> None:
    time = Time()
    async with receiving(Receiver()) as pager, receiving(Receiver()) as erp:
        async with telling(directory, time) as node:
            await node.webhooks.add(OPERATOR, NewReceiver("", "pager", pager.url, frozenset()))
            await node.webhooks.add(OPERATOR, wanted("erp", erp))
            await node.startup_checked()
            [failing] = await pager.passing(time, "failing")
            assert failing.data["about"] == failing.event.get_subject() == "ledger/sim:1"
            assert failing.data["problem"] == "the ledger is down"
        async with telling(directory, time, only=False) as node:  # it goes on over a restart
            await node.startup_checked()
            await time.pass_by(LOOK)
            await time.pass_by(LOOK)
            assert {one.id for one in pager.messages} == {failing.id}
            restore()
            recovered = (await pager.passing(time, "recovered"))[-1]
            assert {one.id for one in pager.messages} == {failing.id, recovered.id}
            assert recovered.data["about"] == "ledger/sim:1"
            assert recovered.data["since"] == failing.data["since"]
            assert erp.messages == []


def test_a_log_that_freezes(begin: Begin) -> None:
    """Frozen, and then successful again as its guard is adopted."""
    directory = begin(tenants=TENANTS, webhooks=LOOPBACK)

    async def work() -> None:
        time = Time()
        async with receiving(Receiver()) as pager:
            async with telling(directory, time) as node:
                await node.webhooks.add(OPERATOR, NewReceiver("", "pager", pager.url, frozenset()))
                await node.submit(b'{"n": 1}', "json/1", "mine")
                await node.sequence()
            guard = next((directory / "guard").iterdir())
            guard.unlink()
            async with telling(directory, time) as node:
                [frozen] = await pager.passing(time, "frozen")
                assert frozen.data["about"] == "log/default"
                await node.adopt_guard()
                await pager.passing(time, "recovered")

    run(work())


def test_what_cannot_be_kept_is_told_at_once_and_later_once_more_with_the_same_id(tmp_path: Path) -> None:
    """The database is full, as SQLite has it."""
    asyncio.run(a_full_disk(tmp_path / "node.db"))


async def a_full_disk(path: Path) -> None:
    told: list[Event] = []
    failing = {"ledger/sim:1": Failure("x" * 200_000, "wait")}

    async def tell(event: Event) -> None:
        told.append(event)

    with closing(Database(path, NODE)) as database:
        thread, outages, time = WriterThread("test"), Outages(database), Time()
        watch = Watch(outages, lambda: failing, origin="log.example", thread=thread, clock=time.clock)
        with database.write() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        await watch.look(tell)
        first = {event.subject: event for event in told}
        assert set(first) == {"ledger/sim:1", DISK}
        time.now += LOOK
        await watch.look(tell)
        assert {event.id for event in told} == {event.id for event in first.values()}  # whoever took one drops it
        assert outages.last == 0
        with database.write() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        failing.clear()
        for _ in range(2):
            time.now += LOOK
            await watch.look(tell)
        kept = outages.changes(0, 10)
        assert sorted((one.subject, one.type.value) for one in kept) == [
            ("disk", "failing"),
            ("disk", "recovered"),
            ("ledger/sim:1", "failing"),
            ("ledger/sim:1", "recovered"),
        ]
        assert {one.since for one in kept} == {first[DISK].time}
        with closing(Database.read_only(path, NODE, live=True)) as again:
            assert not Outages(again).differs({})
        thread.close()
