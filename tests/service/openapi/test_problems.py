"""Every refusal is a problem (RFC 9457), also those that aiohttp makes before anything of ours is asked."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from carbonseal.node.node import Node
from carbonseal.passport.schemas import Shape
from carbonseal.service.app import serving
from carbonseal.service.errors import STATUS
from carbonseal.service.listening.protocol import Runner
from carbonseal.service.openapi.problems import PROBLEM, title
from carbonseal.service.openapi.refusals import REFUSALS
from tests.service.nodes import make_node

MEMBERS = Shape(PROBLEM)
HOST = b"Host: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("problems") / "node"
    make_node(directory)
    return directory


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """aiohttp logs what is wrong with a request, with its traceback."""
    logging.getLogger("aiohttp.server").disabled = True
    yield
    logging.getLogger("aiohttp.server").disabled = False


async def told(port: int, raw: bytes) -> tuple[int, dict[str, Any]]:
    """Status and problem of what answers these bytes; the problem is complete, and of that status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(raw)
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
    body = await reader.readexactly(int(fields[b"content-length"]))
    writer.close()
    status, problem = int(head.split()[1]), json.loads(body)
    assert fields[b"content-type"] == b"application/problem+json"
    assert MEMBERS.problem(problem) is None
    assert problem["status"] == status
    return status, problem


AS_JSON = b"Content-Type: application/json\r\nContent-Length: 8\r\n"


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"\x16\x03\x01 hello\r\n\r\n", 400, "http.malformed-request"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "http.malformed-request"),
        (b"GET\r\n\r\n", 400, "http.malformed-request"),
        (b"GET /health HTTP/9.9\r\n" + HOST + b"\r\n", 400, "http.malformed-request"),
        (b"GET /health HTTP/1.1\r\nno colon\r\n\r\n", 400, "http.malformed-request"),
        (b"GET /health HTTP/1.1\r\nX: " + b"x" * 9000 + b"\r\n\r\n", 400, "http.malformed-request"),
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 400, "http.malformed-request"),
        (b"POST /v1/records?profile=json/1 HTTP/1.1\r\nContent-Length: -1\r\n" + HOST + b"\r\n", 400, "http.malformed-request"),
        (b"POST /v1/records HTTP/1.1\r\nExpect: miracles\r\n" + HOST + b"\r\n", 417, "http.unknown-expectation"),
        (b"POST /v1/sequence HTTP/1.1\r\n" + AS_JSON + HOST + b'\r\n{"x": 1}', 400, "http.malformed-body"),
        (b"GET /nothing HTTP/1.1\r\n" + HOST + b"\r\n", 404, "http.not-found"),
        (b"GET /%ff%00 HTTP/1.1\r\n" + HOST + b"\r\n", 404, "http.not-found"),
        (b"DELETE /health HTTP/1.1\r\n" + HOST + b"\r\n", 405, "http.wrong-method"),
        (b"MIRACLE /health HTTP/1.1\r\n" + HOST + b"\r\n", 400, "http.malformed-request"),
        (b"GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421, "http.wrong-host"),
        (b"GET /health?x=1 HTTP/1.1\r\n" + HOST + b"\r\n", 400, "http.unknown-parameter"),
        (b"GET /v1/passports?after=1&after=1 HTTP/1.1\r\n" + HOST + b"\r\n", 400, "http.repeated-parameter"),
        (b"GET /v1/passports?after=%ff HTTP/1.1\r\n" + HOST + b"\r\n", 400, "http.malformed-parameter"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_what_is_refused_is_a_problem(directory: Path, raw: bytes, status: int, code: str) -> None:
    async def go() -> None:
        async with Node.open(directory) as node, serving(node) as url:
            got, problem = await told(int(url.rpartition(":")[2]), raw)
            assert (got, problem["code"]) == (status, code)
            assert "\\n" not in problem["detail"], "one line in words"

    asyncio.run(go())


def test_an_error_that_nothing_foresaw_says_nothing_of_itself() -> None:
    async def fails(_request: web.Request) -> web.Response:
        raise RuntimeError("the key is hunter2")

    async def go() -> None:
        app = web.Application()
        app.router.add_get("/", fails)
        runner = Runner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        status, problem = await told(runner.addresses[0][1], b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
        assert (status, problem["code"]) == (500, "http.failed")
        assert "hunter2" not in str(problem)
        await runner.cleanup()

    asyncio.run(go())


def test_a_reader_that_expects_to_be_asked_is_asked(directory: Path) -> None:
    async def go() -> None:
        async with Node.open(directory) as node, serving(node) as url:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
            fields = b"Expect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
            writer.write(b"POST /v1/records?profile=json/1 HTTP/1.1\r\n" + HOST + fields + b"\r\n")
            assert (await reader.readuntil(b"\r\n\r\n")).split()[1] == b"100"
            writer.write(b"{}")
            assert (await reader.readuntil(b"\r\n\r\n")).split()[1] == b"201"
            writer.close()

    asyncio.run(go())


def test_every_status_has_its_words_and_every_code_that_has_one_a_title() -> None:
    form = Shape(PROBLEM["properties"]["code"])
    assert not [name for name in STATUS if form.problem(name) or not title(name).partition(": ")[2]]
    assert set(STATUS.values()) <= set(REFUSALS)
