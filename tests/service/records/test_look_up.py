"""Look-up over HTTP: by what records say, within a tenant, page by page; and the second figure in a record's state."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from carbonseal.node.access.scopes import Scope
from carbonseal.node.node import Node
from tests.records.documents import footprint
from tests.service.access.tenants import Party, make, parties

PRODUCT, OTHER = "urn:gtin:4712345060507", "5a0a1b34-6b1d-4a5a-9d7a-6f2f0f5f8f12"
FIGURE = "/pcf/pcfExcludingBiogenicUptake"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return make(tmp_path / "node")


@asynccontextmanager
async def filled(directory: Path) -> AsyncIterator[tuple[Node, Party, Party, list[str]]]:
    """Both tenants, and the commitments of three footprints of the first: two of them have one id, and two figures."""
    async with parties(directory) as (node, mine, theirs):
        commitments = []
        for changes in ({}, {FIGURE: "1.93"}, {"/id": OTHER, "/pcf/geographyCountry": "FR"}):
            status, raw = await mine.ask(
                Scope.SUBMIT, "POST", "/v1/records?profile=pact/3.0", orjson.dumps(footprint(changes))
            )
            assert status == 201, raw
            commitments.append(orjson.loads(raw)["commitment"])
        await node.sequence()
        await node.lookup.indexer.catch_up()
        yield node, mine, theirs, commitments


async def found(party: Party, query: str) -> Any:
    status, raw = await party.ask(Scope.READ, "GET", f"/v1/records?{query}")
    assert status == 200, raw
    return orjson.loads(raw)


def test_records_are_found_and_told_of(directory: Path) -> None:
    async def act() -> None:
        async with filled(directory) as (node, mine, theirs, commitments):
            first, second, third = commitments
            answer = await found(mine, f"product={PRODUCT}")
            assert [one["commitment"] for one in answer["items"]] == commitments
            assert answer["next"] is None
            size = node.log().size
            assert answer["index"] == {"default": {"indexed": size, "size": size}}
            (one,) = (await found(mine, f"footprint={OTHER.upper()}"))["items"]
            assert one["names"]["geography"] == ["fr"]
            assert one["figure"] == "3.86 kg CO2e for 1 kilogram, excluding biogenic uptake"
            assert (one["validFrom"], one["validUntil"]) == ("2026-01-01T00:00:00Z", "2029-01-01T00:00:00Z")
            for query, expected in (
                ("profile=pact/3.0&limit=2", [first, second]),
                ("disputed=true", [first, second]),
                ("profile=pact/3.0&current=true", [second, third]),
                (f"digest={answer['items'][0]['names']['digest'][0]}", [first]),
                ("validOn=2027-01-01&geography=fr", [third]),
                ("batch=L-1", []),
            ):
                assert [one["commitment"] for one in (await found(mine, query))["items"]] == expected, query
            several = {"footprint": [OTHER, "5" * 36], "product": [PRODUCT.upper()], "limit": 1000}
            status, raw = await mine.ask(Scope.READ, "POST", "/v1/records/find", several)
            assert (status, orjson.loads(raw)) == (200, await found(mine, f"footprint={OTHER}"))
            page = await found(mine, "profile=pact/3.0&limit=1")
            following = await found(mine, f"profile=pact/3.0&limit=1&after={page['next']}")
            assert following["items"][0]["commitment"] == second

            status, raw = await mine.ask(Scope.READ, "GET", f"/v1/records/{first}")
            state = orjson.loads(raw)
            assert (status, state["isIndexed"], state["findings"][0]["code"]) == (200, True, "lookup.second-figure")
            assert second in state["findings"][0]["message"]

            assert (await found(theirs, f"product={PRODUCT}"))["items"] == []
            assert (await found(theirs, "disputed=true"))["items"] == []
            assert (await theirs.ask(Scope.READ, "GET", f"/v1/records/{first}"))[0] == 404
            own = await found(theirs, "profile=json/1")
            assert [one["tenant"] for one in own["items"]] == ["theirs"]

    asyncio.run(act())


MALFORMED = (
    ("GET", "/v1/records?validOn=tomorrow", None, "lookup.malformed"),
    ("GET", "/v1/records?product=a&product=b", None, "http.repeated-parameter"),
    ("GET", "/v1/records?colour=red", None, "http.unknown-parameter"),
    ("GET", "/v1/records?limit=0", None, "http.malformed-parameter"),
    ("POST", "/v1/records/find", {"limit": 1001}, "lookup.malformed"),
    ("POST", "/v1/records/find", {"after": -1}, "lookup.malformed"),
    ("POST", "/v1/records/find", {"product": "a"}, "lookup.malformed"),
    ("POST", "/v1/records/find", {"product": ["x"] * 501}, "lookup.malformed"),
    ("POST", "/v1/records/find", {"product": ["x"] * 300, "company": ["x"] * 300}, "lookup.malformed"),
    ("POST", "/v1/records/find", {"tenant": "theirs"}, "lookup.malformed"),
)


def test_filters_that_are_not_valid(directory: Path) -> None:
    async def act() -> None:
        async with parties(directory) as (_, mine, _theirs):
            for method, path, body, code in MALFORMED:
                status, raw = await mine.ask(Scope.READ, method, path, body)
                assert (status, orjson.loads(raw)["code"]) == (400, code), path

    asyncio.run(act())
