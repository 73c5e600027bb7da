"""Three listeners: which address has which routes, and by which names it may be called."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from carbonseal.node.access.scopes import Scope
from carbonseal.node.node import Node
from carbonseal.service.app import ROUTES, serving
from carbonseal.service.listeners import PUBLIC, Listener, Route
from tests.service.nodes import make_node

PARTS = {
    "identifiers": "1",
    "log": "default",
    "name": "0",
    "path": "0/000",
    "index": "0",
    "log_id": "0" * 64,
    "job": "00000000-0000-4000-8000-000000000000",
    "size": "1",
}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    make_node(tmp_path / "node")
    return tmp_path / "node"


def address(route: Route) -> str:
    """An address that this route has."""
    filled = route.path.replace(":.+", "")
    for name, value in {**PARTS, "digest": "0" * 64, "commitment": "0" * 64}.items():
        filled = filled.replace(f"{{{name}}}", value)
    return filled


def run(directory: Path, act: Callable[[dict[Listener, str]], Awaitable[None]]) -> None:
    """`act` with the URL of every listener."""

    async def go() -> None:
        async with Node.open(directory) as node, AsyncExitStack() as stack:
            urls = {
                listener: await stack.enter_async_context(serving(node, listener=listener, hosts=["node.example"]))
                for listener in Listener
            }
            await act(urls)

    asyncio.run(go())


def test_each_listener_has_its_routes_and_no_other(directory: Path) -> None:
    async def act(urls: dict[Listener, str]) -> None:
        async with aiohttp.ClientSession() as session:
            for listener, url in urls.items():
                for route in ROUTES:
                    async with session.request(route.method, url + address(route)) as response:
                        told = await response.read()
                        assert (b'"http.not-found"' not in told) == listener.serves(route.needs), (listener, route)

    run(directory, act)


def test_what_everybody_may_have_is_what_the_design_lists() -> None:
    """A route that is added is not public by accident."""
    assert {(route.method, route.path) for route in ROUTES if route.needs is PUBLIC} == {
        ("GET", "/v1/logs/{log}/checkpoint"),
        ("GET", "/v1/logs/{log}/tile/{path:.+}"),
        ("GET", "/v1/logs/{log}/proofs/{index}"),
        ("POST", "/v1/logs/{log}/add-checkpoint"),
        ("POST", "/v1/logs/{log}/foreign-anchors"),
        ("GET", "/v1/logs/{log}/foreign-anchors/{log_id}"),
        ("GET", "/v1/logs/{log}/foreign-anchors/{log_id}/{size}"),
        ("GET", "/v1/logs/{log}/taken-heads/{log_id}"),
        ("GET", "/v1/status-lists/{name}"),
        ("GET", "/p/{digest}"),
        ("GET", "/p/{digest}.json"),
        ("GET", "/01/{identifiers:.+}"),
        ("POST", "/v1/passports/refresh"),
        ("GET", "/openapi.json"),
    }
    assert {route.needs for route in ROUTES} >= {Scope.SUBMIT, Scope.READ, Scope.ISSUE, Scope.REVOKE, Scope.ADMIN}


@pytest.mark.parametrize(
    ("host", "is_taken"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:1", True),
        ("[::1]:9100", True),
        ("192.0.2.7:9100", True),
        ("localhost:9100", True),
        ("node.example", True),
        ("NODE.example:443", True),
        ("evil.example", False),
        ("evil.example:9100", False),
        ("node.example.evil.example", False),
        ("localhost.evil.example", False),
        ("node.example@evil.example", False),
        ("", False),
        ("127.0.0.1.evil.example", False),
    ],
)
def test_a_request_for_another_name_is_refused(directory: Path, host: str, is_taken: bool) -> None:
    """DNS rebinding: a page's own name leads to this machine, and the browser takes the answers for the page's own."""

    async def act(urls: dict[Listener, str]) -> None:
        async with aiohttp.ClientSession() as session:
            for url in urls.values():
                for path in ("/health", "/v1/passports", "/nothing", "/v1/logs/default/checkpoint"):
                    async with session.get(url + path, headers={"Host": host}) as response:
                        assert (response.status != 421) == is_taken
                        if not is_taken:
                            assert (await response.json())["code"] == "http.wrong-host"

    run(directory, act)


def test_a_request_with_no_name_or_two_is_refused(directory: Path) -> None:
    async def act(urls: dict[Listener, str]) -> None:
        port = int(urls[Listener.PRIVATE].rpartition(":")[2])
        for hosts in ("", "Host: 127.0.0.1\r\nHost: evil.example\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"GET /health HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n".encode())
            assert (await reader.readline()).split()[1] in (b"421", b"400")
            writer.close()

    run(directory, act)
