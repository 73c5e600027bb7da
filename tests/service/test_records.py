"""Records over HTTP, from a real node: one by one, as streams, and all the ways to get it wrong."""

from __future__ import annotations

import asyncio
import io
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from carbonseal.node.node import Node
from carbonseal.records.sources import Source
from carbonseal.service.client.remote import RemoteNode
from carbonseal.service.context import USUAL, Bounds
from tests.service.nodes import make_node, served

RECORDS = "/v1/records?profile=json/1"
JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("node")
    make_node(directory)
    return directory


def run(directory: Path, act: Callable[[Node, aiohttp.ClientSession], Awaitable[None]], bounds: Bounds = USUAL) -> None:
    async def go() -> None:
        async with served(directory, bounds) as (node, url), aiohttp.ClientSession(url) as session:
            await act(node, session)

    asyncio.run(go())


async def refusal(response: aiohttp.ClientResponse) -> tuple[int, str]:
    """Status and code of an answer that refuses; it has all of its parts."""
    body = await response.json()
    assert response.content_type == "application/problem+json"
    assert set(body) == {"type", "title", "status", "detail", "code", "outcome", "place", "remedy"}
    assert (body["status"], body["type"]) == (response.status, f"urn:carbonseal:problem:{body['code']}")
    return response.status, body["code"]


async def results(response: aiohttp.ClientResponse) -> list[dict[str, Any]]:
    assert response.status == 200
    assert response.content_type == "application/x-ndjson"
    return [json.loads(line) async for line in response.content]


def summary(lines: list[dict[str, Any]]) -> list[str]:
    """For each result, where it belongs and the code of what was wrong with it."""
    return [f"{'/'.join(line['place'])}: {line['error']['code'] if 'error' in line else 'taken'}" for line in lines]


def test_one_record_gets_a_receipt_and_the_same_again_the_same(directory: Path) -> None:
    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        async with session.post(RECORDS, data=b'{"one": 1}', headers=JSON) as response:
            assert response.status == 201
            assert response.headers["Cache-Control"] == "no-store"
            receipt = await response.json()
            assert set(receipt) == {"profile", "commitment", "salt", "acknowledged"}
        async with session.post(RECORDS, data=b'{"one":1}', headers=JSON) as response:
            assert await response.json() == receipt
        async with session.get(f"/v1/records/{receipt['commitment']}") as response:
            state = await response.json()
            unknown = {"isIndexed": False, "findings": []}
            assert state == {"state": "queued", "log": "default", "index": 1, "ledgers": {}, **unknown}
            assert receipt["salt"] not in json.dumps(state)
        async with session.post("/v1/sequence", json={}) as response:
            assert (await response.json())["checkpoints"] == {"default": (node.log().checkpoint() or b"").decode()}
        async with session.get(f"/v1/records/{receipt['commitment']}") as response:
            assert await response.json() == {
                "state": "sequenced",
                "log": "default",
                "index": 1,
                "ledgers": {},
                **unknown,
            }

    run(directory, act)


@pytest.mark.parametrize(
    ("path", "headers", "body", "status", "code"),
    [
        (RECORDS, JSON, b'{"a":1,"a":1}', 400, "json.duplicate-key"),
        (RECORDS, JSON, b"", 400, "json.truncated"),
        (RECORDS, JSON, b"3", 400, "profile.not-an-object"),
        (RECORDS, JSON, b'{"a":"' + b"x" * USUAL.record + b'"}', 413, "http.body-too-large"),
        ("/v1/records?profile=none/1", JSON, b"{}", 422, "profile.unknown"),
        ("/v1/records", JSON, b"{}", 400, "http.missing-parameter"),
        (RECORDS, {"Content-Type": "text/plain"}, b"{}", 415, "http.wrong-type"),
        (RECORDS, {"Content-Type": "application/x-www-form-urlencoded"}, b"{}", 415, "http.wrong-type"),
    ],
)
def test_what_is_refused(
    directory: Path, path: str, headers: dict[str, str], body: bytes, status: int, code: str
) -> None:
    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        async with session.post(path, data=io.BytesIO(body), headers=headers) as response:
            assert await refusal(response) == (status, code)

    run(directory, act)


def test_a_body_without_a_length_is_cut_off(directory: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 65536

    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        async with session.post(RECORDS, data=endless(), headers=JSON) as response:
            assert await refusal(response) == (413, "http.body-too-large")

    run(directory, act)


def test_a_packed_body_is_not_unpacked(directory: Path) -> None:
    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        for kind in (JSON, NDJSON):
            headers = {**kind, "Content-Encoding": "gzip"}
            async with session.post(RECORDS, data=io.BytesIO(b" " * (1 << 24)), headers=headers) as response:
                assert await refusal(response) == (415, "http.packed")

    run(directory, act)


def test_in_a_stream_the_good_lines_go_on(directory: Path) -> None:
    lines = [
        b'{"a":1}',
        b'{"a":',
        b"",
        b'{"b":NaN}',
        b'{"c":"' + b"x" * USUAL.record + b'"}',
        b'{"d":1,"d":2}',
        b'{"e":[' + b"[]," * 70_000 + b"0]}",
        b'{"a":1}',
    ]

    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        async with session.post(RECORDS, data=io.BytesIO(b"\n".join(lines)), headers=NDJSON) as response:
            *found, end = await results(response)
        assert summary(found) == [
            "line 1: taken",
            "line 2: json.truncated",
            "line 4: json.not-a-number",
            "line 5: json.too-large",
            "line 6: json.duplicate-key",
            "line 7: json.too-many-values",
            "line 8: taken",
        ]
        assert found[0]["receipt"] == found[-1]["receipt"]
        assert end == {"end": {"taken": 2, "refused": 5}}

    run(directory, act)


def test_each_line_is_answered_while_the_stream_goes_on(directory: Path) -> None:
    """Whoever waits for a result before sending the next line gets it."""

    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        answered = asyncio.Event()

        async def one_by_one() -> AsyncIterator[bytes]:
            for number in range(3):
                yield f'{{"turn":{number}}}\n'.encode()
                await answered.wait()
                answered.clear()

        async with session.post(RECORDS, data=one_by_one(), headers=NDJSON) as response:
            for number in range(3):
                assert json.loads(await response.content.readline())["place"] == [f"line {number + 1}"]
                answered.set()
            assert json.loads(await response.content.readline()) == {"end": {"taken": 3, "refused": 0}}

    run(directory, act)


def test_a_long_stream_keeps_its_order(directory: Path) -> None:
    body = b"".join(f'{{"number":{n}}}\n'.encode() for n in range(3000))

    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        async with session.post(RECORDS, data=body, headers=NDJSON) as response:
            *found, end = await results(response)
        assert [line["place"] for line in found] == [[f"line {n + 1}"] for n in range(3000)]
        assert end == {"end": {"taken": 3000, "refused": 0}}
        assert len({line["receipt"]["commitment"] for line in found}) == 3000

    run(directory, act)


async def paused() -> AsyncIterator[bytes]:
    """A sender that stops in the middle of its second line."""
    yield b'{"said":1}\n{"unsa'
    await asyncio.Event().wait()


def test_a_stream_that_stalls_gets_the_results_so_far(directory: Path) -> None:
    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        async with session.post(RECORDS, data=paused(), headers=NDJSON) as response:
            first, broken = await results(response)
        assert summary([first]) == ["line 1: taken"]
        assert broken["broken"]["code"] == "http.body-too-slow"

    run(directory, act, Bounds(idle=0.2))


def test_a_body_that_falls_silent_is_refused(directory: Path) -> None:
    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        async with session.post(RECORDS, data=paused(), headers=JSON) as response:
            assert await refusal(response) == (408, "http.body-too-slow")

    run(directory, act, Bounds(idle=0.2))


def test_no_more_streams_than_there_is_room_for(directory: Path) -> None:
    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        async with session.post(RECORDS, data=paused(), headers=NDJSON) as first:
            await first.content.readline()
            async with session.post(RECORDS, data=b"{}\n", headers=NDJSON) as second:
                assert await refusal(second) == (503, "http.busy")
                assert second.headers["Retry-After"] == "1"
            async with session.post(RECORDS, data=b'{"still":"taken"}', headers=JSON) as third:
                assert third.status == 201
        while True:  # until the node has noticed that the first is gone
            async with session.post(RECORDS, data=b"{}\n", headers=NDJSON) as fourth:
                if fourth.status == 200:
                    assert (await results(fourth))[-1] == {"end": {"taken": 1, "refused": 0}}
                    return
                assert await refusal(fourth) == (503, "http.busy")

    run(directory, act, Bounds(streams=1, idle=0.5))


def test_no_more_requests_than_there_is_room_for(directory: Path) -> None:
    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        async with session.post(RECORDS, data=paused(), headers=NDJSON) as first:
            await first.content.readline()
            async with session.get("/v1/logs/default/checkpoint") as second:
                assert await refusal(second) == (503, "http.busy")

    run(directory, act, Bounds(requests=1, idle=0.5))


def test_stopping_finishes_what_came_and_tells_the_others(directory: Path) -> None:
    async def go() -> None:
        async with aiohttp.ClientSession() as session:
            async with served(directory) as (_, url):
                response = await session.post(url + RECORDS, data=paused(), headers=NDJSON)
                assert summary([json.loads(await response.content.readline())]) == ["line 1: taken"]
            assert json.loads(await response.content.readline())["broken"]["code"] == "http.stopping"
            response.close()
            with pytest.raises(aiohttp.ClientConnectionError):
                await session.get(url + "/v1/logs/default/checkpoint")

    asyncio.run(go())


async def gone(writer: asyncio.StreamWriter) -> None:
    """End a connection without a word."""
    writer.transport.abort()
    with suppress(ConnectionError):
        await writer.wait_closed()


@pytest.mark.parametrize("headers", [JSON, NDJSON], ids=["record", "stream"])
@pytest.mark.parametrize("length", ["Content-Length: 1000", "Transfer-Encoding: chunked"])
def test_a_sender_that_goes_away_disturbs_nobody(
    directory: Path, headers: dict[str, str], length: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        url = session._base_url
        assert url is not None
        for _ in range(3):
            _, writer = await asyncio.open_connection(url.host, url.port)
            kind = headers["Content-Type"]
            writer.write(
                f"POST {RECORDS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n{length}\r\n\r\n".encode()
            )
            writer.write(b'6\r\n{"a":1\r\n')
            await writer.drain()
            await gone(writer)
        async with session.get("/health") as response:
            assert response.status == 200

    run(directory, act)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


def test_chunks_that_are_none(directory: Path) -> None:
    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        url = session._base_url
        assert url is not None
        reader, writer = await asyncio.open_connection(url.host, url.port)
        head = f"POST {RECORDS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
        writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n0\r\n\r\n".encode())
        assert (await reader.read()).split(b" ", 2)[1] == b"400"
        writer.close()
        await writer.wait_closed()

    run(directory, act)


def test_a_sender_that_reads_no_results_is_let_go(directory: Path) -> None:
    """Its results fill every buffer; then it has its time, and then its place is another's."""
    body = b"1\n" * 20_000

    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        url = session._base_url
        assert url is not None
        _, writer = await asyncio.open_connection(url.host, url.port, limit=1024)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        head = f"POST {RECORDS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        busy, seen = True, set[int]()
        while busy or 503 not in seen:
            async with session.post(RECORDS, data=b"{}\n", headers=NDJSON) as response:
                seen.add(response.status)
                busy = response.status == 503
                await response.read()
        assert seen <= {200, 503}
        await gone(writer)

    run(directory, act, Bounds(streams=1, idle=0.3))


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_and_paths(directory: Path, method: str) -> None:
    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        async with session.request(method, "/v1/passports/refresh") as response:
            assert await refusal(response) == (405, "http.wrong-method")
            assert response.headers["Allow"] == "POST"
        async with session.request(method, "/v2/records") as response:
            assert await refusal(response) == (404, "http.not-found")

    run(directory, act)


@pytest.mark.parametrize(
    ("digest", "status", "code"),
    [("00" * 32, 404, "node.unknown-commitment"), ("00" * 31, 400, "http.malformed-path"),
     ("AB" * 32, 400, "http.malformed-path"), ("zz" * 32, 400, "http.malformed-path"), ("é" * 64, 400, "http.malformed-path")],
)  # fmt: skip
def test_records_that_are_not_there(directory: Path, digest: str, status: int, code: str) -> None:
    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        async with session.get(f"/v1/records/{digest}") as response:
            assert await refusal(response) == (status, code)

    run(directory, act)


class TestFiles:
    URL = "/v1/records?profile=file/1"

    def test_a_file_has_its_media_type_from_the_request(self, directory: Path) -> None:
        async def act(node: Node, session: aiohttp.ClientSession) -> None:
            data = b"\x00\xff not JSON"
            receipt = await node.submit(data, "file/1", media="application/pdf")
            async with session.post(self.URL, data=data, headers={"Content-Type": "application/pdf"}) as response:
                assert response.status == 201
                assert (await response.json()) == receipt.to_json()

        run(directory, act)

    @pytest.mark.parametrize(
        ("headers", "size", "status", "code"),
        [
            ({"Content-Type": "text/csv; charset=utf-8"}, 1, 400, "file.media-type"),
            ({"Content-Type": "application/x-www-form-urlencoded"}, 1, 415, "http.wrong-type"),
            ({"Content-Type": "text/csv", "Content-Encoding": "gzip"}, 1, 415, "http.packed"),
            ({"Content-Type": "text/csv"}, 1001, 413, "http.body-too-large"),
        ],
    )
    def test_what_is_refused(self, directory: Path, headers: dict[str, str], size: int, status: int, code: str) -> None:
        async def act(node: Node, session: aiohttp.ClientSession) -> None:
            async with session.post(self.URL, data=b"x" * size, headers=headers) as response:
                assert await refusal(response) == (status, code)

        run(directory, act, Bounds(file=1000))

    def test_many_are_sent_one_by_one(self, directory: Path) -> None:
        items = [Source(("a",), b"1", "text/csv"), Source(("b",), b"2", "CSV"), Source(("c",), b"3", "text/csv")]

        async def go() -> None:
            async with served(directory, USUAL) as (node, url), RemoteNode(url) as far:
                sent = [result async for result in far.submit_many(items, "file/1")]
                near = [result async for result in node.submit_many(items, "file/1")]
            assert [one.receipt for one in sent] == [one.receipt for one in near]
            assert sent[1].finding is not None
            assert (sent[1].finding.code.name, sent[1].finding.place) == ("file.media-type", ("b",))

        asyncio.run(go())
