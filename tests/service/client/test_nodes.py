"""A command finds the node in a directory, open or served, and both answer alike."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from carbonseal.findings import BrokenOff, Finding, Refused
from carbonseal.log.entries import RecordEntry
from carbonseal.node.lock import Locked
from carbonseal.node.node import Node
from carbonseal.records.codes import JSON_TOO_LARGE
from carbonseal.records.sources import Source, read_records
from carbonseal.service.app import serving
from carbonseal.service.client.nodes import AnyNode, LocalNode, open_node
from carbonseal.service.client.remote import RemoteNode
from carbonseal.service.context import Bounds
from tests.service.nodes import make_node


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    make_node(tmp_path / "node")
    return tmp_path / "node"


def near(directory: Path, work: Callable[[AnyNode], Awaitable[None]]) -> None:
    async def go() -> None:
        async with open_node(directory) as node:
            assert isinstance(node, LocalNode)
            await work(node)

    asyncio.run(go())


def far(directory: Path, work: Callable[[AnyNode], Awaitable[None]]) -> None:
    async def go() -> None:
        async with Node.open(directory) as served, serving(served) as url:
            served.advertise(url)
            async with open_node(directory) as node:
                assert isinstance(node, RemoteNode)
                await work(node)

    asyncio.run(go())


both = pytest.mark.parametrize("open_it", [near, far])
Open = Callable[[Path, Callable[[AnyNode], Awaitable[None]]], None]


async def code(work: Awaitable[object]) -> str:
    with pytest.raises(Refused) as refused:
        await work
    assert refused.value.finding.message
    assert isinstance(refused.value.finding.remedy, str)
    return refused.value.finding.code.name


@both
def test_the_way_of_a_record(directory: Path, open_it: Open) -> None:
    async def work(node: AnyNode) -> None:
        receipt = await node.submit(b'{"one":1}', "json/1")
        assert await node.submit(b'{ "one": 1 }', "json/1") == receipt
        assert await node.find(receipt.commitment) == ("default", 1)
        assert await code(node.proof("default", 1)) == "node.not-sequenced"
        assert await code(node.seal(receipt.commitment)) == "node.not-sequenced"
        note = (await node.sequence())["default"]
        assert await node.sequence() == {}
        seal = await node.seal(receipt.commitment)
        assert (seal.index, seal.entry) == (1, RecordEntry(receipt.commitment).encode())
        assert [head.checkpoint for head in seal.heads] == [note]
        proof = await node.proof("default", 1)
        assert (proof.hashes, proof.checkpoint_note) == (seal.heads[0].inclusion, note)
        await node.anchor()
        health = await node.wait_for_anchors(1)
        assert health == await node.health()
        (log,) = health["logs"]
        assert (health["state"], log["size"], log["waiting"], health["ledgers"]) == ("ok", 2, 0, [])

    open_it(directory, work)


@both
def test_what_is_refused_has_the_same_code_and_place(directory: Path, open_it: Open) -> None:
    async def work(node: AnyNode) -> None:
        assert await code(node.submit(b'{"a":{"b":1,"b":2}}', "json/1")) == "json.duplicate-key"
        assert await code(node.submit(b"{}", "none/1")) == "profile.unknown"
        assert await code(node.find(bytes(32))) == "node.unknown-commitment"
        assert await code(node.seal(bytes(32))) == "node.unknown-commitment"
        assert await code(node.proof("default", 9)) == "node.not-sequenced"
        assert await code(node.proof("none", 0)) == "node.unknown-log"
        assert await code(node.submit(b"{}", "json/1", "nobody")) == "node.unknown-tenant"
        assert await code(node.passport(bytes(32))) == "http.unknown-passport"
        with pytest.raises(Refused) as refused:
            await node.submit(b'{"a":{"b":NaN}}', "json/1")
        assert refused.value.finding.place == ("/a/b",)

    open_it(directory, work)


@both
def test_many_records_from_files_keep_their_places(directory: Path, tmp_path: Path, open_it: Open) -> None:
    files = {
        "a.json": b'{\n  "pretty": [\r\n    1,\n    2\n  ]\n}\n',
        "b.json": b'{"line\nfeed": 1}',  # forbidden inside of a text, and not made good on the way
        "c.json": b" \n\n ",
        "d.ndjson": b'{"d":1}\n\n{"d":2,"d":3}\n{"d":4}',
        "e.json": b" " * ((1 << 20) + 1),
        "f.json": b'{"last":true}',
    }
    (tmp_path / "in").mkdir()
    for name, content in files.items():
        (tmp_path / "in" / name).write_bytes(content)
    expected = [
        (("a.json",), "taken"),
        (("b.json",), "json.control-character"),
        (("c.json",), "json.truncated"),
        (("d.ndjson", "line 1"), "taken"),
        (("d.ndjson", "line 3"), "json.duplicate-key"),
        (("d.ndjson", "line 4"), "taken"),
        (("e.json",), "json.too-large"),
        (("f.json",), "taken"),
    ]

    async def work(node: AnyNode) -> None:
        results = []
        async for result in node.submit_many(read_records([tmp_path / "in"]), "json/1"):
            name, *rest = result.place
            if result.finding is not None:
                assert result.finding.place[: len(result.place)] == result.place
            results.append(((Path(name).name, *rest), "taken" if result.finding is None else result.finding.code.name))
        assert results == expected

    open_it(directory, work)


@both
def test_a_long_stream(directory: Path, open_it: Open) -> None:
    def records() -> Iterator[Source | Finding]:
        for number in range(5000):
            yield Source((f"record {number}",), b'{"n":%d,"filling":"%s"}' % (number, b"x" * 100))
            if not number % 1000:
                yield JSON_TOO_LARGE(f"beside {number}", limit=1)

    async def work(node: AnyNode) -> None:
        results = [result async for result in node.submit_many(records(), "json/1")]
        assert [result.place for result in results] == [item.place for item in records()]
        assert [result.receipt is None for result in results] == [isinstance(item, Finding) for item in records()]

    open_it(directory, work)


@both
def test_no_records_at_all(directory: Path, open_it: Open) -> None:
    async def none() -> AsyncIterator[Source | Finding]:
        nothing: tuple[Source, ...] = ()
        for item in nothing:
            yield item

    async def work(node: AnyNode) -> None:
        assert [result async for result in node.submit_many([], "json/1")] == []
        assert [result async for result in node.submit_many(none(), "json/1")] == []
        only = JSON_TOO_LARGE("there", limit=1)
        assert [result.finding async for result in node.submit_many([only], "json/1")] == [only]

    open_it(directory, work)


def test_a_directory_that_is_open_and_not_served(directory: Path) -> None:
    async def go() -> None:
        async with Node.open(directory):
            with pytest.raises(Locked) as locked:
                async with open_node(directory):
                    raise AssertionError("it was opened twice")
            finding = locked.value.finding
            assert (finding.code.name, finding.message) == ("node.locked", f"process {os.getpid()} has this node open")
            assert finding.remedy.startswith("wait until it has ended")

    asyncio.run(go())


def test_a_service_that_is_gone(directory: Path) -> None:
    async def go() -> None:
        async with Node.open(directory) as node:
            async with serving(node) as url:
                node.advertise(url)
            with pytest.raises(BrokenOff) as broken:
                async with open_node(directory):
                    raise AssertionError("nobody is there")
            assert broken.value.finding.code.name == "client.unreachable"
            async with RemoteNode(url) as far_node:
                assert await code(far_node.sequence()) == "client.unreachable"
                with pytest.raises(BrokenOff) as broken:
                    [_ async for _ in far_node.submit_many([Source((), b"{}")], "json/1")]
                assert broken.value.finding.code.name == "client.unreachable"

    asyncio.run(go())


def test_on_behalf_of_whom_a_directory_is_opened(directory: Path) -> None:
    """With a token, opened or served, its owner does what the same one may do over HTTP, for the own tenant."""

    async def go() -> None:
        async with open_node(directory) as operator:
            made = {"name": "t", "principal": "erp", "kind": "system", "days": 1, "tenant": "default"}
            secret = (await operator.operate("tokens/create", {**made, "scopes": ["submit"]}))["token"]
            receipt = await operator.submit(b'{"of":"the operator"}', "json/1")

        async def check(node: AnyNode) -> None:
            assert await node.submit(b'{"of":"the operator"}', "json/1") == receipt
            assert await code(node.seal(receipt.commitment)) == "access.scope-missing"
            assert await code(node.sequence()) == "access.scope-missing"
            assert await code(node.operate("tokens/list", {})) == "access.operator-only"
            assert await code(node.submit(b"{}", "json/1", "other")) == "node.unknown-tenant"
            (result,) = [one async for one in node.submit_many([Source((), b'{"of":"erp"}')], "json/1")]
            assert result.receipt is not None

        async with open_node(directory, token=secret) as node:
            await check(node)
        async with open_node(directory) as operator:
            assert (await operator.health())["logs"][0]["waiting"] == 0  # sequenced, though nobody serves
        async with Node.open(directory) as served, serving(served) as url:
            served.advertise(url)
            async with open_node(directory, token=secret) as node:
                await check(node)
            with pytest.raises(Refused):
                async with open_node(directory, token="carbonseal_wrong") as node:
                    await node.submit(b"{}", "json/1")
        with pytest.raises(Refused) as refused:
            async with open_node(directory, token="carbonseal_wrong"):
                raise AssertionError("nobody was let in")
        assert refused.value.finding.code.name == "access.unknown-token"

    asyncio.run(go())


def test_a_service_that_stalls(tmp_path: Path) -> None:
    """It accepts connections, as the system does for a process that was stopped, and does not answer."""

    async def go(port: int) -> None:
        async with RemoteNode(f"http://127.0.0.1:{port}", timeout=0.2) as node:
            with pytest.raises(BrokenOff) as broken:
                await node.health()
            assert "no answer in time" in broken.value.finding.message
            assert "not suspended" in broken.value.finding.remedy

    with socket.create_server(("127.0.0.1", 0)) as paused:
        asyncio.run(go(paused.getsockname()[1]))


def test_a_node_that_is_too_busy_still_says_how_it_is(directory: Path) -> None:
    async def go() -> None:
        async with (
            Node.open(directory) as node,
            serving(node, bounds=Bounds(requests=0)) as url,
            RemoteNode(url) as far,
        ):
            assert await code(far.find(bytes(32))) == "http.busy"
            assert (await far.health())["state"] == "ok"

    asyncio.run(go())


def test_a_database_that_somebody_else_keeps_locked(directory: Path) -> None:
    """A busy database is waited for; then the error says so, to local and remote callers alike, and blames no request."""

    async def go() -> None:
        asked = {"principal": "nobody", "scopes": ["read"]}
        async with (
            Node.open(directory) as node,
            serving(node) as url,
            RemoteNode(url, token=node.operator_token) as far,
        ):
            with closing(sqlite3.connect(directory / "node.db")) as other:
                other.execute("BEGIN IMMEDIATE")
                with pytest.raises(BrokenOff) as broken:
                    await far.operate("tokens/scopes", asked)
                assert broken.value.finding.code.name == "node.database-busy"
                assert str(directory / "node.db") in broken.value.finding.message
            assert await code(far.operate("tokens/scopes", asked)) == "access.no-such-principal"

    asyncio.run(go())


FINDING = {"code": "x.y", "outcome": "rejected", "place": ["a"], "detail": "m", "remedy": ""}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b"<html>", "client.not-a-node"),
        (200, b"[]", "client.not-a-node"),
        (404, b"{}", "client.not-a-node"),
        (500, b"500 Internal Server Error", "client.not-a-node"),
        (302, b"", "client.not-a-node"),
        (503, json.dumps({**FINDING, "detail": "{braces}", "remedy": "{}"}).encode(), "x.y"),
        (409, json.dumps({**FINDING, "outcome": "maybe"}).encode(), "client.not-a-node"),
        (502, b"<html>", "client.unreachable"),
        (503, b"<html>", "client.unreachable"),
        (504, b"", "client.unreachable"),
    ],
)
def test_something_else_at_the_address(status: int, body: bytes, expected: str) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, body=body)

    async def go() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        async with RemoteNode(f"http://127.0.0.1:{runner.addresses[0][1]}") as node:
            assert await code(node.find(bytes(32))) == expected
            if status >= 300:
                assert await code(node.health()) == expected
        await runner.cleanup()

    asyncio.run(go())


def test_where_a_redirect_leads_is_said() -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": "https://node.example/key"})

    async def go() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        async with RemoteNode(f"http://127.0.0.1:{runner.addresses[0][1]}") as node:
            with pytest.raises(Refused, match=r"a redirect to https://node\.example, which is not followed"):
                await node.find(bytes(32))
        await runner.cleanup()

    asyncio.run(go())


ERROR = json.dumps({"place": ["line 1"], "error": {**FINDING, "place": ["line 1"]}}).encode() + b"\n"
END = b'{"end":{"taken":0,"refused":1}}\n'


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (ERROR, "client.unreachable"),
        (ERROR + END, "client.not-a-node"),
        (ERROR * 3 + END, "client.not-a-node"),
        (ERROR + json.dumps({"broken": {**FINDING, "code": "b.c"}}).encode(), "b.c"),
    ],
    ids=["cut off", "one too few", "one too many", "broken"],
)
def test_a_stream_that_is_not_answered_in_full(answer: bytes, expected: str) -> None:
    async def reply(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=answer)

    async def go() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", reply)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        async with RemoteNode(f"http://127.0.0.1:{runner.addresses[0][1]}") as node:
            with pytest.raises(Refused) as refused:
                [_ async for _ in node.submit_many([Source(("a",), b"{}"), Source(("b",), b"{}")], "json/1")]
            assert refused.value.finding.code.name == expected
        await runner.cleanup()

    asyncio.run(go())


@pytest.mark.parametrize(
    "seconds", ['{"seconds":-1}', '{"seconds":31}', '{"seconds":true}', "{}", "[]", '{"seconds":"1"}']
)
def test_only_a_bounded_time_is_waited(directory: Path, seconds: str) -> None:
    async def go() -> None:
        async with Node.open(directory) as node, serving(node) as url, aiohttp.ClientSession(url) as session:
            headers = {"Content-Type": "application/json"}
            async with session.post("/v1/wait-for-anchors", data=seconds, headers=headers) as response:
                assert (response.status, (await response.json())["code"]) == (400, "http.malformed-wait")
            for path in ("/v1/sequence", "/v1/anchor", "/v1/wait-for-anchors"):
                async with session.post(path) as response:
                    assert response.status == 415

    asyncio.run(go())
