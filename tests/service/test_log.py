"""The log's static files as C2SP tlog-tiles has them, and nothing but them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from carbonseal.findings import Finding
from carbonseal.log.checkpoints import open_checkpoint
from carbonseal.log.proofs import TlogProof
from carbonseal.log.tiles import decode_bundle
from carbonseal.log.tree import leaf_hashes, tree_root
from carbonseal.node.node import Node
from carbonseal.records.sources import Source
from tests import nodes
from tests.service.nodes import make_node, served

SIZE = 600
FOR_EVER = "public, max-age=31536000, immutable"
LOG = "/v1/logs/default"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node whose log has 600 entries: two full tiles, and a partial one of 88."""
    directory = tmp_path_factory.mktemp("node")
    make_node(directory)
    (directory / "log.secret").write_text("not for you")

    async def fill() -> None:
        async with Node.open(directory) as node:
            records: list[Source | Finding] = [Source((), b'{"n":%d}' % n) for n in range(SIZE - 1)]
            assert len([result async for result in node.submit_many(records, "json/1")]) == SIZE - 1
            await node.sequence()

    asyncio.run(fill())
    return directory


def run(directory: Path, act: Callable[[Node, aiohttp.ClientSession], Awaitable[None]]) -> None:
    async def go() -> None:
        async with served(directory) as (node, url), aiohttp.ClientSession(url) as session:
            await act(node, session)

    asyncio.run(go())


def test_the_tree_can_be_rebuilt_from_what_is_served(directory: Path) -> None:
    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        async with session.get(f"{LOG}/checkpoint") as response:
            assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
            assert response.headers["Cache-Control"] == "no-cache"
            checkpoint = open_checkpoint(await response.read(), node.log().verifier)
        assert checkpoint.size == SIZE
        entries = []
        for path, width in (("000", 256), ("001", 256), ("002.p/88", 88)):
            async with session.get(f"{LOG}/tile/entries/{path}") as response:
                entries += decode_bundle(await response.read(), width)
            async with session.get(f"{LOG}/tile/0/{path}") as response:
                assert response.status == 200
                assert response.headers["Content-Type"] == "application/octet-stream"
                assert response.headers["Cache-Control"] == FOR_EVER
                assert await response.read() == b"".join(leaf_hashes(entries[-width:]))
        assert tree_root(leaf_hashes(entries)) == checkpoint.root
        async with session.get(f"{LOG}/tile/1/000.p/2") as response:
            assert await response.read() == tree_root(leaf_hashes(entries[:256])) + tree_root(
                leaf_hashes(entries[256:512])
            )

    run(directory, act)


@pytest.mark.parametrize(
    ("path", "length"),
    [("/tile/0/000", 8192), ("/tile/0/000.p/7", 224), ("/tile/0/002.p/88", 2816), ("/checkpoint", None)],
)
def test_head_tells_the_length_and_sends_nothing(directory: Path, path: str, length: int | None) -> None:
    """A full tile also serves where a narrower one is asked for."""

    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        async with session.head(LOG + path) as head, session.get(LOG + path) as whole:
            assert (head.status, whole.status) == (200, 200)
            body = await whole.read()
            assert int(head.headers["Content-Length"]) == len(body) == (length or len(body))
            assert await head.read() == b""
            assert head.headers["Cache-Control"] == whole.headers["Cache-Control"]

    run(directory, act)


@pytest.mark.parametrize(
    "path",
    ["/tile/0/002", "/tile/0/003", "/tile/0/003.p/1", "/tile/0/002.p/89", "/tile/1/000", "/tile/1/000.p/3", "/tile/2/000.p/1",
     "/tile/0/000.p/0", "/tile/0/000.p/256", "/tile/0/000.p/007", "/tile/0/000.p/-1", "/tile/0/000.p/", "/tile/0/0",
     "/tile/0/0000", "/tile/00/000", "/tile/64/000", "/tile/-1/000", "/tile/0/x000/000", "/tile/0/x001/000", "/tile/0/000/",
     "/tile/0/x001/000.p/1", "/tile/entries/003", "/tile/entries/002", "/tile/entries/000.p/256", "/tile/data/000",
     "/tile/0/" + "x999/" * 40 + "999", "/tile/", "/tile", "/tile/0/%D9%A0%D9%A0%D9%A0", "/tile/0/000%00", "/tile/0/000%0A",
     "/tile/0//000", "/tile/0/000?x=1#y/../"],
)  # fmt: skip
def test_tiles_that_are_none(directory: Path, path: str) -> None:
    expected = (200,) if "?" in path else (404,)

    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        async with session.get(LOG + path) as response:
            assert response.status in expected
            if response.status == 404:
                assert (await response.json())["code"] in ("http.no-tile", "http.not-found")

    run(directory, act)


@pytest.mark.parametrize(
    "path",
    ["/tile/../../node.toml", "/tile/%2e%2e/%2e%2e/node.toml", "/tile/0/..%2f..%2f..%2fnode.toml",
     "/tile/0/000/../../../log.secret",
     "/tile//etc/passwd", "/tile/entries/../../../keys/log-default.key", "/checkpoint/../node.toml", "/../node.toml", "//node.toml",
     "/tile/..\\..\\node.toml", "/tile/0/000%2f..%2f..%2f..%2fnode.toml", "/keys/log-default.key", "/node.db", "/../default.db",
     "/../none/checkpoint", "/../%2e%2e/checkpoint", "/../../../default/checkpoint"],
)  # fmt: skip
def test_no_way_leads_out_of_the_log(directory: Path, path: str) -> None:
    """Sent byte for byte: a client library would normalise the path."""

    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        url = session._base_url
        assert url is not None
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(f"GET {LOG}{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        assert answer.split(b" ", 2)[1] in (b"400", b"404")
        assert b"not for you" not in answer
        assert b"origin =" not in answer

    run(directory, act)


def test_a_log_that_has_not_begun(tmp_path: Path) -> None:
    make_node(tmp_path / "new")

    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        async with session.get(f"{LOG}/checkpoint") as response:
            assert (response.status, (await response.json())["code"]) == (404, "http.no-checkpoint")
        async with session.get(f"{LOG}/tile/0/000.p/1") as response:
            assert (response.status, (await response.json())["code"]) == (404, "http.no-tile")

    run(tmp_path / "new", act)


def test_each_log_has_an_address_of_its_own(tmp_path: Path) -> None:
    logs = [nodes.log_config(), nodes.log_config("motors", "log.example/motors")]
    nodes.make_node(tmp_path / "node", nodes.settings(*logs))

    async def act(node: Node, session: aiohttp.ClientSession) -> None:
        for tenant in ("default", "motors"):
            async with session.post(f"/v1/records?profile=json/1&tenant={tenant}", json={"a": 1}) as response:
                commitment = (await response.json())["commitment"]
            async with session.get(f"/v1/records/{commitment}") as response:
                state = await response.json()
                assert (state["state"], state["log"], state["index"]) == ("queued", tenant, 1)
        async with session.post("/v1/records?profile=json/1&tenant=none", json={"a": 1}) as response:
            assert (response.status, (await response.json())["code"]) == (404, "node.unknown-tenant")
        async with session.post("/v1/sequence", json={}) as response:
            notes = (await response.json())["checkpoints"]
        for log in node.logs.values():
            async with session.get(f"/v1/logs/{log.name}/checkpoint") as response:
                assert (await response.text()) == notes[log.name]
                assert open_checkpoint(await response.read(), log.verifier).size == 2
            async with session.get(f"/v1/logs/{log.name}/proofs/1") as response:
                assert TlogProof.parse(await response.read()).index == 1
        for path in ("checkpoint", "tile/0/000.p/2", "proofs/1", f"foreign-anchors/{'00' * 32}"):
            async with session.get(f"/v1/logs/none/{path}") as response:
                assert (response.status, (await response.json())["code"]) == (404, "node.unknown-log")

    run(tmp_path / "node", act)
