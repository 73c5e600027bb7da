"""Records in: durable before acknowledged, deduplicated, many at once, bounded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.node.admission.submitted import Item
from carbonseal.node.config import TenantConfig
from carbonseal.node.node import Node
from carbonseal.node.sealing import known, queue
from carbonseal.node.sealing.intake import MOST_WAITING, Busy
from carbonseal.node.secrets import open_key
from carbonseal.records.codes import JSON_TOO_LARGE
from carbonseal.records.commitments import commit, salt_for
from carbonseal.records.sources import Source
from carbonseal.storage.database import Database
from carbonseal.storage.schema import LOG
from tests.node.conftest import Begin

T = TypeVar("T")


def within(directory: Path, work: Callable[[Node], Awaitable[T]], clock: Callable[[], float] = lambda: 1_000_000) -> T:
    async def run() -> T:
        async with Node.open(directory, clock=clock) as node:
            return await work(node)

    return asyncio.run(run())


def test_the_same_record_gets_the_same_receipt(begin: Begin) -> None:
    """For ever: in one group, later, in bulk, after a restart, when `known` has caught up; written differently too."""
    directory = begin()

    async def first(node: Node) -> list[queue.Receipt]:
        both = await asyncio.gather(node.submit(b'{"a": 1, "b": 2}', "json/1"), node.submit(b'{"b":2,"a":1}', "json/1"))
        return [*both, await node.submit(b'{"a":1,"b":2.0}', "json/1")]

    async def later(node: Node) -> list[queue.Receipt]:
        source = Source((), b'{"a":1,"b":2}')
        bulk = [result.receipt async for result in node.submit_many([source, source], "json/1")]
        assert node.log().waiting == 2
        return [receipt for receipt in bulk if receipt]

    receipts = within(directory, first) + within(directory, later, lambda: 2_000_000)
    assert len(receipts) == 5
    assert len(set(receipts)) == 1
    receipt = receipts[0]
    key = open_key("file:keys/salt-default.key", directory)
    salt = salt_for(key, "json/1", b'{"a":1,"b":2}')
    assert receipt.salt == salt
    assert receipt.to_json() == {
        "profile": "json/1",
        "commitment": commit("json/1", salt, b'{"a":1,"b":2}').hex(),
        "salt": salt.hex(),
        "acknowledged": "1970-01-12T13:46:40Z",
    }

    async def kept(node: Node) -> None:
        record = node.record(receipt.commitment)
        assert (record.index, record.stored.tenant, record.receipt) == (1, "default", receipt)
        assert record.canonical() == b'{"a":1,"b":2}'
        assert node.knows(receipt.commitment)
        assert not node.knows(bytes(32))

    within(directory, kept)


def test_tenants_are_apart(begin: Begin) -> None:
    tenants = (TenantConfig("default", "file:keys/salt-default.key"), TenantConfig("other", "file:keys/other.key"))
    directory = begin(tenants=(*tenants, TenantConfig("twin", "file:keys/twin.key")))

    async def work(node: Node) -> None:
        receipts = [await node.submit(b"{}", "json/1", tenant) for tenant in ("default", "other", "twin")]
        assert receipts[0].commitment != receipts[1].commitment
        assert receipts[0].commitment != receipts[2].commitment  # each tenant has a salt key of its own
        assert node.log().waiting == 4
        for tenant in ("default", "other", "twin"):
            await node.submit(b"{}", "json/1", tenant)
        assert node.log().waiting == 4
        with pytest.raises(Refused) as caught:
            await node.submit(b"{}", "json/1", "nobody")
        assert caught.value.finding.code.name == "node.unknown-tenant"

    within(directory, work)


def test_commitments_that_begin_alike_are_distinguished(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    """`known` looks at 8 bytes; here they are all the same."""
    monkeypatch.setattr(known, "prefix", lambda commitment: 7)
    directory = begin()

    async def work(node: Node) -> None:
        receipts = [await node.submit(b'{"n": %d}' % number, "json/1") for number in range(5)]
        assert len({receipt.commitment for receipt in receipts}) == 5

    within(directory, work)
    within(directory, work)

    async def count(node: Node) -> int:
        return node.log().waiting

    assert within(directory, count) == 6


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=st.lists(st.lists(st.integers(0, 30), max_size=40), max_size=5), run_length=st.integers(1, 20))
def test_deduplication_against_a_set(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, runs: list[list[int]], run_length: int
) -> None:
    """Whatever comes in whatever groups over whatever restarts, and however long the runs of the index are."""
    monkeypatch.setattr(known, "RUN", run_length)
    directory = begin(f"node-{len(list(tmp_path.iterdir()))}")
    expected: dict[int, queue.Receipt] = {}
    for time, run in enumerate(runs):

        async def work(node: Node, run: list[int] = run) -> list[queue.Receipt | None]:
            items = (Source((str(number),), b'{"n":%d}' % number) for number in run)
            return [result.receipt async for result in node.submit_many(items, "json/1")]

        for number, receipt in zip(run, within(directory, work, lambda time=time: time), strict=True):  # type: ignore[misc]
            assert receipt is not None
            assert expected.setdefault(number, receipt) == receipt

    async def count(node: Node) -> int:
        return node.log().waiting

    assert within(directory, count) == (1 + len(expected) if expected else 0)


def test_bad_ones_are_reported_and_the_good_ones_go_on(begin: Begin) -> None:
    directory = begin()
    too_large = JSON_TOO_LARGE("file", "line 4", limit=1)
    items: list[Item] = [
        Source(("file", "line 1"), b'{"n": 1}'),
        Source(("file", "line 2"), b'{"n": 1, "n": 2}'),
        Source(("file", "line 3"), b'{"n": {"x": NaN}}'),
        too_large,
        Source(("file", "line 5"), b'{"n": 5}'),
    ]

    async def work(node: Node) -> None:
        async def stream() -> AsyncIterator[Item]:
            for item in items:
                yield item

        sources: list[Iterable[Item] | AsyncIterable[Item]] = [items, stream()]
        for source in sources:
            results = [result async for result in node.submit_many(source, "json/1")]
            assert [result.receipt is not None for result in results] == [True, False, False, False, True]
            assert [result.place[1] for result in results] == [f"line {number}" for number in range(1, 6)]
            for result in results:
                assert result.finding is None or result.finding.place[:2] == result.place[:2]
            assert results[1].finding is not None
            assert results[1].finding.code.name == "json.duplicate-key"
            assert results[3].finding == too_large
        assert node.log().waiting == 3
        with pytest.raises(Refused):
            [result async for result in node.submit_many(items, "json/1", "nobody")]
        with pytest.raises(Refused):
            await node.submit(b"{}", "no/profile")

    within(directory, work)


def test_whoever_goes_away_half_way_loses_nothing_that_was_acknowledged(begin: Begin) -> None:
    directory = begin()

    async def work(node: Node) -> None:
        seen: list[queue.Receipt] = []
        items = (Source((), b'{"n": %d}' % number) for number in range(5000))
        results = node.submit_many(items, "json/1")
        async for result in results:
            assert result.receipt
            seen.append(result.receipt)
            if len(seen) == 700:
                break
        await results.aclose()
        going = asyncio.create_task(node.submit(b'{"n": "gone"}', "json/1"))
        staying = asyncio.create_task(node.submit(b'{"n": "here"}', "json/1"))
        await asyncio.sleep(0)
        going.cancel()
        seen.append(await staying)
        assert all(node.knows(receipt.commitment) for receipt in seen)

    within(directory, work)


def test_too_many_at_once(begin: Begin) -> None:
    """Records beyond the bound are refused as busy, kept nowhere, and may be submitted again."""
    directory = begin()

    async def work(node: Node) -> None:
        raws = [json.dumps({"n": number}).encode() for number in range(MOST_WAITING + 10)]
        results = await asyncio.gather(*(node.submit(raw, "json/1") for raw in raws), return_exceptions=True)
        busy = [raw for raw, result in zip(raws, results, strict=True) if isinstance(result, Busy)]
        assert len(busy) == 10
        assert {result.finding.code.name for result in results if isinstance(result, Busy)} == {"node.busy"}
        assert node.log().waiting == 1 + MOST_WAITING
        await asyncio.gather(*(node.submit(raw, "json/1") for raw in busy))
        assert node.log().waiting == 1 + len(raws)

    within(directory, work)


def test_group_commit(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    """What queued during one commit is stored by the next one."""
    directory = begin()
    groups: list[int] = []
    put = queue.EntryQueue.put

    def counted(self: queue.EntryQueue, submissions: list[queue.Submission], now: int) -> list[queue.Placed]:
        groups.append(len(submissions))
        return put(self, submissions, now)

    monkeypatch.setattr(queue.EntryQueue, "put", counted)

    async def work(node: Node) -> None:
        await asyncio.gather(*(node.submit(b'{"n": %d}' % number, "json/1") for number in range(100)))
        assert sum(groups) == 100
        assert len(groups) <= 3

    within(directory, work)


def test_what_was_acknowledged_survives_without_closing(begin: Begin) -> None:
    """A second copy of the files, taken while the node is open, holds every acknowledged record."""
    directory = begin()

    async def work(node: Node) -> None:
        receipt = await node.submit(b'{"n": 1}', "json/1")
        copy = directory.with_name("copy")
        copy.mkdir()
        for path in directory.glob("logs/default.db*"):
            (copy / path.name).write_bytes(path.read_bytes())
        database = Database(copy / "default.db", LOG)
        try:
            found = queue.EntryQueue(database).find(receipt.commitment)
            assert [one.receipt for one in found] == [receipt]
        finally:
            database.close()

    within(directory, work)


def test_databases_are_the_owners_alone(begin: Begin) -> None:
    """Records and salts are in them."""
    directory = begin()
    asyncio.run(_open(directory))
    for path in (directory / "node.db", directory / "logs/default.db"):
        assert path.stat().st_mode & 0o077 == 0


async def _open(directory: Path) -> None:
    async with Node.open(directory) as node:
        await node.submit(b"{}", "json/1")
