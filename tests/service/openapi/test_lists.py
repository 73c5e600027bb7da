"""Lists over HTTP: one form, pages that are the whole, filters, and one tenant's view; the states of many records at once."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from carbonseal.node.access.callers import OPERATOR, Kind
from carbonseal.node.access.oidc.bearer import Identity
from carbonseal.node.access.principals import Wanted
from carbonseal.node.access.scopes import Scope
from carbonseal.node.node import Node
from carbonseal.node.webhooks.receivers import NewReceiver
from carbonseal.service.client.nodes import LocalNode
from carbonseal.service.client.paging import all_of
from carbonseal.service.client.remote import RemoteNode
from carbonseal.service.operations.listed import OPERATIONS, address_of
from carbonseal.service.operations.listing import MOST
from carbonseal.service.operations.records import MOST_COMMITMENTS
from tests.service.access.tenants import Party, parties
from tests.service.access.tenants import make as make_parties
from tests.service.openapi.world import World, make, world

LISTS = {name: operation for name, operation in OPERATIONS.items() if operation.is_list}
OF: dict[str, dict[str, str]] = {
    "webhooks/dead/list": {"name": "erp", "tenant": "default"}
}  # what a list has to be asked for
JSON = {"Content-Type": "application/json"}


def in_world(tmp_path: Path, act: Callable[[World, aiohttp.ClientSession], Awaitable[None]]) -> None:
    async def go() -> None:
        async with world(make(tmp_path / "node")) as here:
            headers = {"Authorization": f"Bearer {here.node.operator_token}"}
            async with aiohttp.ClientSession(here.url, headers=headers) as session:
                await act(here, session)

    asyncio.run(go())


async def tell(node: Node, directory: Path) -> None:
    """Receivers, of which one has two dead letters, and identities, of which the last and one more were removed."""
    for name in ("erp", "mes"):
        await node.webhooks.add(OPERATOR, NewReceiver("default", name, "https://erp.example/hook", frozenset()))
    for name in "abcd":
        wanted = Wanted("reader", Kind.SYSTEM, None, None)
        await node.access.add_identity(Identity("https://login.example", name), wanted)
    for name in "bd":
        await node.access.remove_identity(Identity("https://login.example", name), "left")
    with closing(sqlite3.connect(directory / "node.db")) as database, database:
        for number, state in enumerate(("dead", "pending", "dead"), 1):
            letter = (1, number, f"msg_{number:040x}", "test", b"{}", state, 1.8e9, 82, "answered 500")
            database.execute(f"INSERT INTO deliveries VALUES ({', '.join('?' * len(letter))})", letter)
        database.execute("UPDATE counters SET made = 3 WHERE receiver = 1")


async def get(session: aiohttp.ClientSession, path: str, **query: Any) -> tuple[int, Any]:
    async with session.get(path, params=query) as response:
        return response.status, await response.json()


def test_every_list_has_one_form_and_its_pages_are_the_whole(tmp_path: Path) -> None:
    async def act(here: World, session: aiohttp.ClientSession) -> None:
        request = {
            "issuer": "maker",
            "subject": "urn:example:other",
            "records": [{"role": "footprint", "commitment": here.commitment.hex()}],
        }
        for _ in range(2):
            await here.node.issue(request)
            async with session.post("/v1/jobs/export", json={"subject": request["subject"]}) as response:
                assert response.status < 300, await response.text()
        await tell(here.node, tmp_path / "node")
        await here.node.submit(b'{"n": 1}', "json/1")
        await here.node.sequence()
        async with RemoteNode(here.url, token=here.node.operator_token) as far:
            for name, operation in LISTS.items():
                path, of = address_of(name), OF.get(name, {})
                whole = (await get(session, path, limit=MOST, **of))[1]
                assert operation.answer.problem(whole) is None
                assert whole["items"], name
                assert whole["next"] is None
                numbers = [one["number"] for one in whole["items"]]
                assert numbers == sorted(set(numbers))
                for limit in (1, 2, len(whole["items"])):
                    pages: list[Any] = []
                    after: int | None = 0
                    while after is not None:
                        page = (await get(session, path, limit=limit, after=after, **of))[1]
                        pages += page["items"]
                        after = page["next"]
                    assert pages == whole["items"], (name, limit)
                assert await all_of(far, name, **of) == whole["items"]
                assert await all_of(LocalNode(here.node), name, **of) == whole["items"]
                last = (await get(session, path, after=2**53 - 1, **of))[1]
                assert (last["items"], last["next"]) == ([], None)

    in_world(tmp_path, act)


STRANGE: list[tuple[Any, str]] = [
    ({"limit": "0"}, "http.malformed-parameter"),
    ({"limit": str(MOST + 1)}, "http.malformed-parameter"),
    ({"limit": "1e2"}, "http.malformed-parameter"),
    ({"after": "-1"}, "http.malformed-parameter"),
    ({"after": str(2**53)}, "http.malformed-parameter"),
    ({"After": "1"}, "http.unknown-parameter"),
    ({"offset": "1"}, "http.unknown-parameter"),
    ([("limit", "1"), ("limit", "1")], "http.repeated-parameter"),
]


def test_a_strange_page_is_refused(tmp_path: Path) -> None:
    async def act(here: World, session: aiohttp.ClientSession) -> None:
        for name, (query, code) in itertools.product(LISTS, STRANGE):
            given = [*(query.items() if isinstance(query, dict) else query), *OF.get(name, {}).items()]
            async with session.get(address_of(name), params=given) as response:
                assert (response.status, (await response.json())["code"]) == (400, code), (name, query)

    in_world(tmp_path, act)


def test_numbers_are_never_given_again(tmp_path: Path) -> None:
    """So that whoever keeps the last one gets what is new, whatever was removed since."""

    async def act(here: World, session: aiohttp.ClientSession) -> None:
        await tell(here.node, tmp_path / "node")
        known = (await get(session, "/v1/identities"))[1]["items"]
        assert [(one["number"], one["subject"]) for one in known] == [(1, "a"), (3, "c")]
        wanted = Wanted("reader", Kind.SYSTEM, None, None)
        await here.node.access.add_identity(Identity("https://login.example", "d"), wanted)
        (new,) = (await get(session, "/v1/identities", after=known[-1]["number"]))[1]["items"]
        assert (new["number"], new["subject"]) == (5, "d")
        await here.node.webhooks.remove(OPERATOR, "default", "mes")
        await here.node.webhooks.add(OPERATOR, NewReceiver("", "mes", "https://mes.example/hook", frozenset()))
        (new,) = (await get(session, "/v1/webhooks", after=1))[1]["items"]
        assert (new["number"], new["tenant"]) == (3, None)
        tokens = (await get(session, "/v1/tokens"))[1]["items"]
        await here.node.access.rotate_token("all", 1)
        (new,) = (await get(session, "/v1/tokens", after=tokens[-1]["number"]))[1]["items"]
        assert new["name"] == "all"

    in_world(tmp_path, act)


def test_filters_leave_out_the_rest(tmp_path: Path) -> None:
    async def act(here: World, session: aiohttp.ClientSession) -> None:
        listed = [{"role": "footprint", "commitment": here.commitment.hex()}]
        await here.node.issue({"issuer": "maker", "subject": "urn:example:other", "records": listed})

        async def subjects(**query: str) -> list[str]:
            status, page = await get(session, "/v1/passports", **query)
            assert status == 200, page
            return [one["subject"] for one in page["items"]]

        assert await subjects() == ["urn:example:cell", "urn:example:other"]
        assert await subjects(subject="urn:example:other") == ["urn:example:other"]
        assert await subjects(subject="urn:example:nothing") == []
        assert await subjects(issuer="did:web:maker.example") == ["urn:example:cell", "urn:example:other"]
        assert await subjects(issuer="did:web:maker.example", subject="urn:example:cell") == ["urn:example:cell"]
        assert await subjects(issuer="did:web:nobody.example", subject="urn:example:cell") == []
        assert await subjects(issuedFrom="2020-01-01T00:00:00Z") == await subjects()
        assert await subjects(issuedBefore="2020-01-01T00:00:00Z") == []
        assert await subjects(issuedFrom="2999-01-01T00:00:00Z") == []
        for filter_, value, count in (
            ("organisation", "did:web:maker.example", 1),
            ("organisation", "did:web:x.example", 0),
        ):
            assert len((await get(session, "/v1/statements", **{filter_: value}))[1]["items"]) == count
        for body, count in (("did:web:body.example", 1), ("did:web:x.example", 0)):
            assert len((await get(session, "/v1/accreditations", body=body))[1]["items"]) == count
        await tell(here.node, tmp_path / "node")
        assert [
            one["number"] for one in (await get(session, "/v1/webhooks/dead", name="erp", tenant="default"))[1]["items"]
        ] == [1, 3]
        assert (await get(session, "/v1/webhooks/dead", name="mes", tenant="default"))[1]["items"] == []
        status, problem = await get(session, "/v1/webhooks/dead")
        assert (status, problem["code"]) == (400, "http.missing-parameter")
        for path, filter_, value, count in (
            ("/v1/webhooks", "tenant", "default", 2),
            ("/v1/webhooks", "tenant", "other", 0),
            ("/v1/identities", "principal", "reader", 2),
            ("/v1/identities", "principal", "nobody", 0),
            ("/v1/tokens", "principal", "reader", 1),
            ("/v1/tokens", "principal", "nobody", 0),
        ):
            assert len((await get(session, path, **{filter_: value}))[1]["items"]) == count, (path, value)
        for instant in ("2020-02-30T00:00:00Z", "0000-01-01T00:00:00Z"):
            status, problem = await get(session, "/v1/passports", issuedFrom=instant)
            assert (status, problem["code"]) == (400, "access.malformed")
        status, problem = await get(session, "/v1/passports", issuedFrom="yesterday")
        assert (status, problem["code"]) == (400, "http.malformed-parameter")

    in_world(tmp_path, act)


def test_the_states_of_many_records(tmp_path: Path) -> None:
    async def act(here: World, session: aiohttp.ClientSession) -> None:
        queued = (await here.node.submit(b'{"n": 1}', "json/1")).commitment.hex()
        wanted = [queued, "0" * 64, here.commitment.hex(), queued]
        async with session.post("/v1/records/states", json={"commitments": wanted}) as response:
            states = (await response.json())["items"]
        assert [one["commitment"] for one in states] == wanted
        assert [one["state"] for one in states] == ["queued", "unknown", "sequenced", "queued"]
        assert (states[2]["log"], states[2]["index"]) == ("default", 1)
        assert states[1] == {"commitment": "0" * 64, "state": "unknown", "log": None, "index": None, "ledgers": {}}
        for commitments in ([], ["0" * 63], ["A" * 64], ["0" * 64] * (MOST_COMMITMENTS + 1), "0" * 64):
            async with session.post("/v1/records/states", json={"commitments": commitments}) as response:
                assert response.status == 400
        async with session.post("/v1/records/states", json={"commitments": [queued] * MOST_COMMITMENTS}) as response:
            assert {one["state"] for one in (await response.json())["items"]} == {"queued"}

    in_world(tmp_path, act)


def test_lists_and_states_show_one_tenant_s_view(tmp_path: Path) -> None:
    """Another tenant's cursor, subject or commitment gives nothing: as what is not there."""

    async def act(node: Node, mine: Party, theirs: Party) -> None:
        _, raw = await mine.ask(Scope.READ, "GET", "/v1/passports")
        (own,) = orjson.loads(raw)["items"]
        assert own["credential"] == mine.digest
        _, raw = await theirs.ask(Scope.READ, "GET", f"/v1/passports?after={own['number'] - 1}")
        assert [one["credential"] for one in orjson.loads(raw)["items"]] == [theirs.digest]
        for query in ("subject=urn:example:mine", "issuer=did:web:mine.example"):
            _, raw = await theirs.ask(Scope.READ, "GET", f"/v1/passports?{query}")
            assert orjson.loads(raw) == {"items": [], "next": None}
        both = {"commitments": [mine.commitment, theirs.commitment, "0" * 64]}
        _, raw = await mine.ask(Scope.READ, "POST", "/v1/records/states", both)
        found = orjson.loads(raw)["items"]
        assert [one["state"] for one in found] == ["sequenced", "unknown", "unknown"]
        assert {**found[1], "commitment": ""} == {**found[2], "commitment": ""}
        grant = {"commitment": mine.commitment, "reader": "system-theirs"}
        assert (await mine.ask(Scope.RELEASE, "POST", "/v1/grants", grant))[0] == 200
        _, raw = await theirs.ask(Scope.READ, "POST", "/v1/records/states", both)
        assert [one["state"] for one in orjson.loads(raw)["items"]] == ["sequenced", "sequenced", "unknown"]

    async def go() -> None:
        async with parties(make_parties(tmp_path / "node")) as (node, mine, theirs):
            await act(node, mine, theirs)

    asyncio.run(go())
