"""Passports over HTTP: what the node itself would have made, and nothing for a bad request."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from carbonseal.findings import Refused
from carbonseal.node.config import SignerConfig
from carbonseal.node.node import Node
from carbonseal.passport.passports import parse
from carbonseal.passport.status_lists import STATUS_LIST
from carbonseal.service.app import serving
from carbonseal.service.client.nodes import AnyNode, LocalNode
from carbonseal.service.client.remote import RemoteNode
from carbonseal.service.context import USUAL, Bounds, Slots
from tests.service.nodes import make_node

MAKER = SignerConfig("maker", "did:web:maker.example", "file:keys/maker.key")
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    make_node(tmp_path / "node", issuers=[MAKER])
    return tmp_path / "node"


def run(
    directory: Path, act: Callable[[AnyNode, AnyNode, aiohttp.ClientSession], Awaitable[None]], bounds: Bounds = USUAL
) -> None:
    """`act` with the node from near, from far, and bare."""

    async def go() -> None:
        async with (
            Node.open(directory) as node,
            serving(node, bounds=bounds) as url,
            RemoteNode(url) as far,
            aiohttp.ClientSession(url) as session,
        ):
            await act(LocalNode(node), far, session)

    asyncio.run(go())


async def request(node: AnyNode) -> dict[str, Any]:
    receipt = await node.submit(b'{"kilograms": "12.50"}', "json/1")
    listed = {"role": "footprint", "commitment": receipt.commitment.hex()}
    return {"issuer": "maker", "subject": "urn:example:reader", "records": [listed], "components": []}


def test_a_passport_is_issued_refreshed_and_handed_out_again(directory: Path) -> None:
    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        raw = await far.issue(await request(far))
        passport = parse(raw)
        assert passport.credential.issuer == MAKER.id
        assert parse(await far.refresh(raw)).root == passport.root
        assert await far.refresh(raw) == await near.refresh(raw)
        assert await far.passport(passport.root) == await near.passport(passport.root)
        async with session.get(f"/v1/passports/{passport.root.hex()}") as response:
            assert response.content_type == "application/json"
            assert response.headers["Cache-Control"] == "no-store"
            assert parse(await response.read()).root == passport.root

    run(directory, act)


async def refusal(response: aiohttp.ClientResponse) -> tuple[int, str]:
    return response.status, (await response.json())["code"]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/passports", b"", 400, "json.truncated"),
        ("/v1/passports", b"[]", 400, "issue.malformed"),
        ("/v1/passports", b'{"issuer":"maker","issuer":"other"}', 400, "json.duplicate-key"),
        ("/v1/passports", b" " * 3000, 413, "http.body-too-large"),
        ("/v1/passports/refresh", b"{}", 422, "passport.other-file"),
        ("/v1/passports/refresh", b'{"carbonseal":"passport/1"', 400, "json.truncated"),
        ("/v1/passports/refresh", b" " * 5000, 413, "http.body-too-large"),
    ],
)
def test_what_is_refused(directory: Path, path: str, body: bytes, status: int, code: str) -> None:
    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        async with session.post(path, data=body, headers=JSON) as response:
            assert await refusal(response) == (status, code)
        async with session.post(path, data=body) as response:
            assert await refusal(response) == (415, "http.wrong-type")

    run(directory, act, Bounds(issue_request=2048, passport=4096))


def test_a_tampered_passport_is_not_refreshed(directory: Path) -> None:
    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        raw = await far.issue(await request(far))
        for wrong, code in (
            (raw.replace(b"12.50", b"12.51"), "passport.wrong-key"),
            (raw.replace(MAKER.id.encode(), b"did:web:thief.example"), "passport.wrong-key"),
            (raw[:-2], "json.truncated"),
        ):
            async with session.post("/v1/passports/refresh", data=wrong, headers=JSON) as response:
                assert await refusal(response) == (400, code)

    run(directory, act)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("/v1/passports/" + "0" * 64, 404, "http.unknown-passport"), ("/v1/passports/00", 400, "http.malformed-path")],
)
def test_passports_that_are_not_there(directory: Path, path: str, status: int, code: str) -> None:
    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        async with session.get(path) as response:
            assert await refusal(response) == (status, code)

    run(directory, act)


async def endless(first: bytes, begun: asyncio.Event) -> AsyncIterator[bytes]:
    """A body of which no more comes."""
    yield first
    begun.set()
    await asyncio.Event().wait()


@pytest.mark.parametrize("path", ["/v1/passports", "/v1/passports/refresh"])
def test_slow_senders_hold_up_nobody(directory: Path, path: str) -> None:
    """However many there are: a body is read before it takes a slot."""

    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        slow = []
        for _ in range(3):
            begun = asyncio.Event()
            slow.append(asyncio.create_task(session.post(path, data=endless(b"{", begun), headers=JSON)))
            await begun.wait()
        raw = await far.issue(await request(near))
        assert parse(await far.refresh(raw)).root == parse(raw).root
        for one in slow:
            async with await one as response:
                assert await refusal(response) == (408, "http.body-too-slow")

    run(directory, act, Bounds(refreshes=1, idle=0.5))


def test_who_sends_byte_by_byte_comes_to_an_end(directory: Path) -> None:
    async def drip() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0)

    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        async with session.post("/v1/passports/refresh", data=drip(), headers=JSON) as response:
            assert await refusal(response) == (408, "http.body-too-slow")

    run(directory, act, Bounds(body=0.3))


def test_bodies_have_so_much_memory_together(directory: Path) -> None:
    """Whoever finds none left may try again: it is free once the others are read, or given up."""
    path, memory = "/v1/passports/refresh", 1 << 20

    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        begun = asyncio.Event()
        body = endless(b" " * (memory - 100), begun)
        slow = asyncio.create_task(session.post(path, data=body, headers=JSON))
        await begun.wait()
        while True:  # until all of it has come
            async with session.post(path, data=b" " * 200, headers=JSON) as response:
                if response.status == 503:
                    assert await refusal(response) == (503, "http.busy")
                    break
        async with session.post(path, data=b"{", headers=JSON) as response:
            assert response.status == 422  # it was read, and is no passport
        async with await slow as response:
            assert response.status == 408
        for _ in range(2):
            async with session.post(path, data=b" " * (memory - 100), headers=JSON) as response:
                assert response.status == 422

    run(directory, act, Bounds(memory=memory, idle=2.0))


def test_no_more_at_a_time_than_there_is_room_for(directory: Path) -> None:
    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        async with session.post("/v1/passports/refresh", data=b"{}", headers=JSON) as response:
            assert await refusal(response) == (503, "http.busy")

    run(directory, act, Bounds(refreshes=0))


def test_a_slot_is_held_and_given_back() -> None:
    slots = Slots("refreshing passports", 1)
    for _ in range(2):
        with slots.take(), pytest.raises(Refused, match="refreshing passports has no free slot"), slots.take():
            pass


def test_refreshing_holds_up_no_issuing(directory: Path) -> None:
    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        assert await far.issue(await request(near))

    run(directory, act, Bounds(refreshes=0))


def test_a_passport_is_revoked_from_afar(directory: Path) -> None:
    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        raw = await far.issue(await request(far))
        await far.revoke(parse(raw).root, "wrong")
        lists = parse(await far.refresh(raw)).status_lists.values()
        assert any(one.signed.is_set(0) for one in lists)
        with pytest.raises(Refused) as refused:
            await far.revoke(bytes(32), "wrong")
        assert refused.value.finding.code.name == "node.unknown-credential"

    run(directory, act)


def test_a_passport_is_suspended_and_reinstated_from_afar(directory: Path) -> None:
    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        root = parse(await far.issue(await request(far))).root
        assert [await far.suspend(root, "why"), await far.suspend(root, "why")] == [True, False]
        assert [(one.revoked, one.suspended) for one in await far.issued()] == [(False, True)]
        assert [await far.reinstate(root, "why"), await far.reinstate(root, "why")] == [True, False]
        assert await far.issued() == await near.issued()

    run(directory, act)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "http.missing-reason"),
        (b"{}", "http.missing-reason"),
        (b'{"reason":""}', "http.missing-reason"),
        (b'{"reason":"  "}', "http.missing-reason"),
        (b'{"reason":1}', "http.missing-reason"),
        (b'{"reason":"a\\nb"}', "http.missing-reason"),
        (b'{"reason":"x","more":1}', "http.missing-reason"),
        (b'["reason"]', "http.missing-reason"),
        (b'{"reason"', "json.truncated"),
    ],
)
@pytest.mark.parametrize("act", ["revoke", "suspend", "reinstate"])
def test_nothing_is_taken_back_without_a_reason(directory: Path, act: str, body: bytes, code: str) -> None:
    async def go(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        async with session.post(f"/v1/passports/{'0' * 64}/{act}", data=body, headers=JSON) as response:
            assert await refusal(response) == (400, code)

    run(directory, go)


def test_anybody_reads_a_status_list_at_its_address(directory: Path) -> None:
    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        passport = parse(await far.issue(await request(far)))
        for entry in passport.credential.status:
            async with session.get("/v1/status-lists/" + entry.list_id.removeprefix("urn:uuid:")) as response:
                assert (response.status, response.content_type) == (200, "application/vc")
                found = STATUS_LIST.parse(await response.json(content_type=None))
                assert (found.id, found.purpose, found.is_set(entry.index)) == (entry.list_id, entry.purpose, False)
        for path in ("00000000-0000-0000-0000-000000000001", "x", str(uuid.UUID(int=1)).upper()):
            async with session.get(f"/v1/status-lists/{path}") as response:
                assert await refusal(response) == (404, "http.unknown-status-list")

    run(directory, act)


@pytest.mark.parametrize("path", ["/v1/records?profile=json/1", "/v1/passports", "/v1/anchor", "/v1/sequence"])
def test_pages_in_a_browser_change_nothing(directory: Path, path: str) -> None:
    async def act(near: AnyNode, far: AnyNode, session: aiohttp.ClientSession) -> None:
        page = {"Origin": "http://evil.example", **JSON}
        async with session.post(path, data=b"{}", headers=page) as response:
            assert (response.status, (await response.json())["code"]) == (403, "http.from-a-page")
        assert (await near.health())["logs"][0]["size"] == 0

    run(directory, act)
