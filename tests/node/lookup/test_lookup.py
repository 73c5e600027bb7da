"""The index of a real node: what is found, by whom; a second figure under one footprint id; and how the index is made again."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal.instants import parse_instant
from carbonseal.node.access.callers import OPERATOR, Caller, Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.config import TenantConfig
from carbonseal.node.lookup import search as searching
from carbonseal.node.lookup.said import microseconds
from carbonseal.node.lookup.search import MOST_VALUES, Query
from carbonseal.node.node import Node
from tests import nodes
from tests.records.documents import encoded, footprint

MINE, THEIRS = (Caller(name, Kind.SYSTEM, name, frozenset({Scope.READ})) for name in ("mine", "theirs"))
FIGURE = "/pcf/pcfExcludingBiogenicUptake"


def pact(number: int, **changes: Any) -> dict[str, Any]:
    own = {"/id": f"5a0a1b34-6b1d-4a5a-9d7a-{number:012x}", "/productIds": [f"urn:xy:{number}"]}
    return footprint({**own, **{place.replace("__", "/"): value for place, value in changes.items()}})


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    tenants = tuple(TenantConfig(name, f"file:keys/salt-{name}.key") for name in ("mine", "theirs"))
    return nodes.make_node(tmp_path / "node", nodes.settings(tenants=tenants))


@asynccontextmanager
async def opened(directory: Path, *documents: dict[str, Any], tenant: str = "mine") -> AsyncIterator[Node]:
    """The node, after it sealed these and read them into its index."""
    async with Node.open(directory) as node:
        await seal(node, documents, tenant)
        yield node


async def seal(node: Node, documents: Iterable[dict[str, Any]], tenant: str = "mine") -> None:
    for document in documents:
        await node.submit(encoded(document), "pact/3.0", tenant)
    await node.sequence()
    await node.lookup.indexer.catch_up()


async def products(node: Node, query: Query, caller: Caller = MINE, limit: int = 100) -> list[str]:
    """The products of all pages, each with its own cursor."""
    found: list[str] = []
    after: int | None = 0
    while after is not None:
        page, after = await node.lookup.find(caller, query, after, limit)
        found += (told.record.said.names["product"][0] for told in page)
    return found


def at(text: str) -> int:
    return microseconds(parse_instant(text))


def run(act: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(act())  # type: ignore[arg-type]


def test_records_are_found_by_what_they_say(directory: Path) -> None:
    async def act() -> None:
        french = pact(2, __pcf__geographyCountry="FR", __productClassifications=["urn:pact:CPC:1"])
        old = pact(
            3,
            __status="Deprecated",
            __validityPeriodStart="2020-01-01T00:00:00Z",
            __validityPeriodEnd="2021-01-01T00:00:00Z",
        )
        async with opened(directory, pact(1), french, old) as node:
            for query, numbers in (
                (Query(), "123"),
                (Query({"product": ["URN:XY:1", "urn:xy:3", "urn:xy:9"]}), "13"),
                (Query({"footprint": ["5a0a1b34-6b1d-4a5a-9d7a-000000000002"]}), "2"),
                (Query({"geography": ["fr"], "classification": ["urn:pact:cpc:1"]}), "2"),
                (Query({"geography": ["FR"], "product": ["urn:xy:1"]}), ""),
                (Query({"status": ["DEPRECATED"]}), "3"),
                (Query({"company": ["urn:pact:nordkupfer.example:company:1"]}, profile="pact/3.0"), "123"),
                (Query({"product": ["urn:xy:1"]}, profile="pact/2.3"), ""),
                (Query(valid_on=(at("2021-01-01T00:00:00Z"),)), "3"),
                (Query(valid_after=(at("2020-01-01T00:00:00Z"),)), "12"),
                (Query(valid_before=(at("2021-01-01T00:00:00Z"),)), ""),
                (Query(valid_before=(at("2021-01-01T00:00:01Z"),)), "3"),
            ):
                assert await products(node, query) == [f"urn:xy:{number}" for number in numbers], query

    run(act)


def test_another_tenants_records_are_not_there(directory: Path) -> None:
    async def act() -> None:
        async with opened(directory, pact(1)) as node:
            await seal(node, [pact(1), pact(2)], "theirs")
            for query in (Query(), Query({"product": ["urn:xy:1"]}), Query(profile="pact/3.0"), Query(is_current=True)):
                assert await products(node, query) == ["urn:xy:1"]
            assert await products(node, Query({"product": ["urn:xy:2"]})) == []
            assert await products(node, Query(), THEIRS) == ["urn:xy:1", "urn:xy:2"]
            assert await products(node, Query(), OPERATOR, limit=1) == ["urn:xy:1", "urn:xy:1", "urn:xy:2"]

    run(act)


def test_a_second_figure_is_told_of_both_records_and_in_the_log(
    directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def act() -> None:
        async with opened(directory, pact(1), pact(2)) as node:
            assert await products(node, Query(is_disputed=True)) == []
            with caplog.at_level(logging.WARNING):
                await seal(node, [pact(1, **{FIGURE: "1.93"})])
            found, _ = await node.lookup.find(MINE, Query(is_disputed=True))
            assert [told.record.entry for told in found] == [1, 3]
            for told, other in zip(found, reversed(found), strict=True):
                (finding,) = told.findings
                assert finding.code.name == "lookup.second-figure"
                assert finding.facts["other"] == other.record.commitment.hex()
                assert finding.facts["other_figure"] == other.record.said.shown
            assert "second figure under one footprint id: footprint=5a0a1b34-" in caplog.text
            (dispute,) = node.lookup.indexer.index.disputes(nodes.ORIGIN, 3, 10)
            assert (dispute.first.entry, dispute.second.entry) == (1, 3)
            assert node.lookup.indexer.index.disputes(nodes.ORIGIN, 4, 10) == []

    run(act)


def test_honest_records_of_one_footprint_dispute_nothing(directory: Path) -> None:
    async def act() -> None:
        same = {"__pcf__declaredUnitAmount": "2", FIGURE: "7.72", "__pcf__pcfIncludingBiogenicUptake": "7.60"}
        async with opened(directory, pact(1), pact(1, **same), pact(1, __status="Deprecated")) as node:
            await seal(node, [pact(1, **{FIGURE: "1.93"})], "theirs")  # another tenant's id is its own affair
            assert await products(node, Query(is_disputed=True), OPERATOR) == []
            current, _ = await node.lookup.find(MINE, Query({"product": ["urn:xy:1"]}, is_current=True))
            assert [told.record.said.names["status"] for told in current] == [("deprecated",)]

    run(act)


def test_what_waits_is_not_found_and_reach_says_so(directory: Path) -> None:
    async def act() -> None:
        async with opened(directory, pact(1)) as node:
            await node.submit(encoded(pact(2)), "pact/3.0", "mine")
            await node.lookup.indexer.catch_up()
            assert await products(node, Query()) == ["urn:xy:1"]
            await node.sequence()
            assert node.lookup.reach()["default"].to_json() == {"indexed": 2, "size": 3}
            await node.lookup.indexer.catch_up()
            assert await products(node, Query()) == ["urn:xy:1", "urn:xy:2"]

    run(act)


def test_the_index_goes_on_where_it_stopped_and_is_made_again_where_it_is_lost(directory: Path) -> None:
    async def act() -> None:
        async with opened(directory, pact(1), pact(1, **{FIGURE: "1.93"})):
            pass
        for spoil in (lambda path: None, Path.unlink, lambda path: path.write_bytes(b"no database " * 4096)):
            spoil(directory / "index.db")
            async with Node.open(directory) as node:
                await node.lookup.indexer.catch_up()
                found, _ = await node.lookup.find(MINE, Query())
                assert [(told.record.number, told.record.entry) for told in found] == [(1, 1), (2, 2)]
                assert len(node.lookup.indexer.index.disputes(nodes.ORIGIN, 0, 10)) == 1

    run(act)


@pytest.mark.parametrize("origin", [nodes.ORIGIN, "log.example/another"], ids=["another copy", "another node"])
def test_an_index_of_other_logs_is_made_anew(directory: Path, tmp_path: Path, origin: str) -> None:
    async def act() -> None:
        async with opened(directory, pact(1), pact(2)):
            pass
        tenants = (TenantConfig("mine", "file:keys/salt-mine.key"),)
        other = nodes.make_node(tmp_path / "other", nodes.settings(nodes.log_config(origin=origin), tenants=tenants))
        async with opened(other, pact(3)):
            pass
        (other / "index.db").write_bytes((directory / "index.db").read_bytes())
        async with opened(other) as node:
            assert await products(node, Query()) == ["urn:xy:3"]

    run(act)


def test_a_record_that_rotted_holds_up_no_other(directory: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def act() -> None:
        async with opened(directory, pact(1), pact(2)):
            pass
        (directory / "index.db").unlink()
        with closing(sqlite3.connect(directory / "logs/default.db")) as database:
            database.execute("UPDATE payloads SET canonical = ? WHERE number = 1", (b'{"id"',))
            database.commit()
        async with opened(directory) as node:
            assert await products(node, Query({"product": ["urn:xy:2"]})) == ["urn:xy:2"]
            (rotted, _), _ = await node.lookup.find(MINE, Query())
            assert (rotted.record.entry, rotted.record.said.names) == (1, {})
        assert "lookup.unreadable" in caplog.text

    run(act)


def described(directory: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in directory.rglob("*")}


def test_a_directory_that_is_only_read_is_left_as_it_is(directory: Path) -> None:
    async def act() -> None:
        async with opened(directory, pact(1)):
            pass
        (directory / "index.db").unlink()
        before = described(directory)
        async with Node.open(directory, read_only=True) as node:
            await node.lookup.indexer.catch_up()
            assert await products(node, Query()) == ["urn:xy:1"]
        assert described(directory) == before

    run(act)


def test_a_page_looks_at_a_bounded_number_of_records(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is asked for, and however little is found of it."""
    monkeypatch.setattr(searching, "SCAN", 10)
    monkeypatch.setattr(searching, "STEP", 5)

    async def act() -> None:
        async with opened(directory, *(pact(number) for number in range(1, 31))) as node:
            page, after = await node.lookup.find(MINE, Query({"geography": ["de"], "status": ["deprecated"]}), 0, 4)
            assert (page, after) == ([], 15 - 5)
            assert len(await products(node, Query({"geography": ["de"]}), limit=4)) == 30
            assert await products(node, Query({"geography": ["de"], "product": ["urn:xy:29"]}), limit=4) == [
                "urn:xy:29"
            ]

    run(act)


def test_the_running_node_follows_its_log(directory: Path) -> None:
    async def act() -> None:
        rested = asyncio.Event()

        async def sleep(seconds: float) -> None:
            assert seconds == 1.0
            rested.set()
            await asyncio.Event().wait()

        async with Node.open(directory) as node:
            await node.submit(encoded(pact(1)), "pact/3.0", "mine")
            await node.sequence()
            following = asyncio.create_task(node.lookup.indexer.run(sleep))
            await rested.wait()
            assert await products(node, Query()) == ["urn:xy:1"]
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    run(act)


def test_who_asks_first_at_one_time_opens_one_index(directory: Path) -> None:
    async def act() -> None:
        async with opened(directory, pact(1)):
            pass
        (directory / "index.db").unlink()
        async with Node.open(directory) as node:
            asking = [node.lookup.search(MINE, Query(), 0, 1) for _ in range(8)]
            await asyncio.gather(node.lookup.indexer.catch_up(), *asking)
            assert await products(node, Query()) == ["urn:xy:1"]

    run(act)


def test_two_who_fill_the_index_at_one_time_add_each_record_once(directory: Path) -> None:
    async def act() -> None:
        async with Node.open(directory) as node:
            for number in range(3):
                await node.submit(encoded(pact(number)), "pact/3.0", "mine")
            await node.sequence()
            indexer = node.lookup.indexer
            await asyncio.gather(indexer.catch_up(), indexer.rebuild(), indexer.catch_up(), indexer.rebuild())
            await indexer.catch_up()
            assert await products(node, Query()) == ["urn:xy:0", "urn:xy:1", "urn:xy:2"]

    run(act)


def test_too_many_values_are_refused(directory: Path) -> None:
    Query({"product": ["x"] * MOST_VALUES})
    with pytest.raises(Refused) as refused:
        Query({"product": ["x"] * MOST_VALUES, "company": ["y"]})
    assert refused.value.finding.code.name == "lookup.malformed"
