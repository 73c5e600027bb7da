"""The gate: each route of the private and admin listeners lets in who has its scope, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from carbonseal.findings import Refused
from carbonseal.node.access.callers import Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.node import Node
from carbonseal.service.app import ROUTES, serving
from carbonseal.service.client.nodes import open_node
from carbonseal.service.client.remote import RemoteNode
from carbonseal.service.listeners import OPERATOR_ONLY, PUBLIC, Listener
from tests.service.access.test_listeners import address
from tests.service.nodes import make_node

JSON = {"Content-Type": "application/json"}
FOR_PERSONS = {Scope.REVIEW, Scope.RELEASE}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    make_node(tmp_path / "node")
    return tmp_path / "node"


@asynccontextmanager
async def served(directory: Path) -> AsyncIterator[tuple[Node, str, aiohttp.ClientSession]]:
    async with Node.open(directory) as node, serving(node) as url, aiohttp.ClientSession(url) as session:
        yield node, url, session


async def token(node: Node, name: str, *scopes: Scope, days: int = 1) -> str:
    kind = Kind.PERSON if FOR_PERSONS & {*scopes} else Kind.SYSTEM
    return await node.access.create_token(NewToken(name, name, kind, "default", frozenset(scopes), days))


async def answer(session: aiohttp.ClientSession, method: str, path: str, authorization: str = "") -> tuple[int, str]:
    headers = {**JSON, **({"Authorization": authorization} if authorization else {})}
    async with session.request(method, path, headers=headers, data=b"[" if method == "POST" else None) as response:
        if response.status == 401:
            assert response.headers["WWW-Authenticate"].startswith("Bearer ")
        told = await response.json() if response.content_type.endswith("json") else {}
        return response.status, told.get("code", "")


def test_every_route_asks_for_its_scope(directory: Path) -> None:
    async def go() -> None:
        async with served(directory) as (node, _, session):
            having = {scope: await token(node, f"only-{scope}", scope) for scope in Scope}
            for route in ROUTES:
                path = address(route)
                bare = await answer(session, route.method, path)
                if route.needs is PUBLIC:
                    assert bare[0] not in (401, 403), route
                    continue
                assert bare == (401, "access.no-token"), route
                for scope, secret in having.items():
                    status, code = await answer(session, route.method, path, f"Bearer {secret}")
                    if scope is route.needs:
                        assert status not in (401, 403), route
                    else:
                        expected = "operator-only" if route.needs is OPERATOR_ONLY else "scope-missing"
                        assert (status, code) == (403, f"access.{expected}"), route

    asyncio.run(go())


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic {}",
        "{}",
        "Bearer {}x",
        "Bearer x{}",
        "Bearer \u00e9",
        "Bearer {}, Bearer {}",
    ],
)
def test_what_is_no_token_lets_nobody_in(directory: Path, authorization: str) -> None:
    async def go() -> None:
        async with served(directory) as (node, _, session):
            secret = await token(node, "reader", Scope.READ)
            assert (await answer(session, "GET", "/v1/passports", f"bearer {secret}"))[0] == 200
            wrong = authorization.replace("{}", secret)
            assert await answer(session, "GET", "/v1/passports", wrong) == (401, "access.unknown-token")
            assert (await answer(session, "GET", f"/v1/passports?access_token={secret}"))[0] == 401
            assert node.access.tokens.refused == {"access.unknown-token": 1, "access.no-token": 1}

    asyncio.run(go())


def test_a_node_without_tokens_is_its_machines(directory: Path) -> None:
    """The first minutes: nothing but the making of tokens needs the directory. With the first token, everything needs one."""

    async def go() -> None:
        async with served(directory) as (node, _, session):
            assert (await answer(session, "GET", "/v1/passports"))[0] == 200
            assert await answer(session, "GET", "/v1/passports", "Bearer x") == (401, "access.unknown-token")
            assert await answer(session, "POST", "/v1/tokens/create") == (401, "access.no-token")
            secret = await token(node, "reader", Scope.READ)
            assert await answer(session, "GET", "/v1/passports") == (401, "access.no-token")
            await node.access.revoke_token("reader", "lost")
            assert await answer(session, "GET", "/v1/passports") == (401, "access.no-token")
            assert await answer(session, "GET", "/v1/passports", f"Bearer {secret}") == (401, "access.token-revoked")

    asyncio.run(go())


def test_other_commands_on_the_directory_are_the_operator(directory: Path) -> None:
    """They know the token in the lock file, which only the directory's owner can read."""

    lock = directory / "lock"

    async def go() -> None:
        async with served(directory) as (node, url, _):
            node.advertise(url)
            await token(node, "reader", Scope.READ)
            assert lock.stat().st_mode & 0o777 == 0o600
            async with open_node(directory) as far:
                assert isinstance(far, RemoteNode)
                assert (await far.submit(b"{}", "json/1")).profile == "json/1"
                made = await far.operate(
                    "tokens/create",
                    {
                        "name": "n",
                        "principal": "n",
                        "kind": "system",
                        "days": 1,
                        "tenant": "default",
                        "scopes": ["submit"],
                    },
                )
                told = await far.operate("tokens/list", {})
                assert {one["name"] for one in told["items"]} == {"n", "reader"}
                with pytest.raises(Refused) as refused:
                    await far.operate("tokens/rotate", {"name": "n", "days": 0})
                assert refused.value.finding.code.name == "access.malformed"
            async with RemoteNode(url, token=made["token"]) as stranger:
                assert (await stranger.submit(b"{}", "json/1")).profile == "json/1"
                with pytest.raises(Refused) as refused:
                    await stranger.health()
                assert refused.value.finding.code.name == "access.scope-missing"
                with pytest.raises(Refused) as refused:
                    await stranger.operate("tokens/list", {})
                assert refused.value.finding.code.name == "access.operator-only"
            old = node.operator_token
        async with served(directory) as (node, _, session):
            assert await answer(session, "GET", "/health", f"Bearer {old}") == (401, "access.unknown-token")

    asyncio.run(go())


def test_refused_logins_are_counted_and_nothing_else_is_kept(directory: Path) -> None:
    async def go() -> None:
        async with served(directory) as (node, _, session):
            admin = await token(node, "watch", Scope.ADMIN)
            for _ in range(3):
                await answer(session, "GET", "/health", "Bearer a-wrong-secret")
            async with session.get("/health", headers={"Authorization": f"Bearer {admin}"}) as response:
                health = await response.json()
            assert health["refused"] == {"access.unknown-token": 3}

    asyncio.run(go())
    stored = b"".join(file.read_bytes() for file in directory.rglob("*") if file.is_file())
    assert b"a-wrong-secret" not in stored


def test_the_admin_listener_asks_too(directory: Path) -> None:
    async def go() -> None:
        async with (
            Node.open(directory) as node,
            serving(node, listener=Listener.ADMIN) as url,
            aiohttp.ClientSession(url) as session,
        ):
            secret = await token(node, "watch", Scope.ADMIN)
            assert await answer(session, "GET", "/health") == (401, "access.no-token")
            assert (await answer(session, "GET", "/health", f"Bearer {secret}"))[0] == 200

    asyncio.run(go())
