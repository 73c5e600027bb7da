"""OpenID Connect at a served node: a real issuer over TLS, persons who are known here, and what its tokens give: nothing more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from carbonseal.findings import Refused
from carbonseal.node.access.callers import Kind
from carbonseal.node.access.principals import Wanted
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.node import Node
from carbonseal.service.app import serving
from carbonseal.service.client.nodes import open_node
from carbonseal.service.client.paging import every
from carbonseal.service.listening.tls import Certificate
from tests.node.access.oidc.issuing import SUBJECT, IssuerServer, answering, claims, jwk, signed
from tests.service.access.test_tls import CHAIN, KEY, write
from tests.service.nodes import make_node

READER = Wanted("anna", Kind.PERSON, "default", frozenset({Scope.READ, Scope.ADMIN}))


@dataclass
class Scene:
    """A node that is served, and its issuer."""

    directory: Path
    node: Node
    session: aiohttp.ClientSession
    issuer: IssuerServer

    def token(self, which: int = 0, **said: Any) -> str:
        now = int(time.time())
        return signed(claims(self.issuer.url, iat=now - 1, exp=now + 60, **said), which=which)

    async def get(self, token: str, path: str = "/v1/passports") -> tuple[int, str]:
        async with self.session.get(path, headers={"Authorization": f"Bearer {token}"}) as response:
            return response.status, (await response.json()).get("code", "")


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    directory = folder / "node"
    make_node(directory)
    write(directory, "localhost")
    tls = Certificate(directory, CHAIN, KEY).context
    async with answering(IssuerServer([jwk("ES256", "ES256")]), tls) as issuer:
        with (directory / "node.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'[oidc]\nissuer = "{issuer.url}"\naudience = "carbonseal"\nauthorities = "{CHAIN}"\n')
        async with Node.open(directory) as node, serving(node) as url, aiohttp.ClientSession(url) as session:
            node.advertise(url)
            yield Scene(directory, node, session, issuer)


def test_a_person_is_let_in_by_the_issuers_token_for_what_the_node_says(tmp_path: Path) -> None:
    async def go() -> None:
        async with scene(tmp_path) as at, open_node(at.directory) as operator:
            everything: dict[str, Any] = {"scope": "admin release revoke", "tenant": "other", "groups": ["admin"]}
            token = at.token(**everything)
            assert await at.get(token) == (401, "oidc.unknown-identity")
            asked = {"subject": SUBJECT, "principal": "anna", "kind": "person"}
            await operator.operate("identities/add", {**asked, "tenant": "default", "scopes": ["read"]})
            assert await at.get(token) == (200, "")
            assert await at.get(token, "/health") == (403, "access.scope-missing")
            assert await at.get(at.token(sub="somebody else")) == (401, "oidc.unknown-identity")
            assert await at.get(at.token(aud="web-app")) == (401, "oidc.not-for-here")
            assert await at.get(at.token(which=1)) == (401, "oidc.signature")
            assert await at.get("a.b.c") == (401, "oidc.malformed")
            assert (await at.get("a" * 9000 + ".b.c"))[0] == 400  # longer than a header may be
            # several identities and tokens belong to one, who is one person
            await operator.operate("identities/add", {**asked, "subject": "anna-at-home"})
            own = await at.node.access.create_token(NewToken("laptop", "anna", Kind.PERSON, None, None, 1))
            callers = [await at.node.access.admit(one) for one in (token, at.token(sub="anna-at-home"), own)]
            assert {(one.name, one.kind, one.tenant, one.scopes) for one in callers} == {
                ("anna", Kind.PERSON, "default", frozenset({Scope.READ}))
            }
            assert [one.token for one in callers] == [f"oidc:{SUBJECT}", "oidc:anna-at-home", "laptop"]
            # taken back: from the next request on
            await operator.operate("identities/remove", {"subject": SUBJECT, "reason": "she left"})
            assert await at.get(token) == (401, "oidc.unknown-identity")
            assert await at.get(own) == (200, "")
            events = [one async for one in every(operator, "audit/list")]
            acts = [(one["event"]["what"], one["event"]["about"].get("subject"), one["event"]["why"]) for one in events]
            assert acts == [
                ("add-identity", SUBJECT, ""),
                ("add-identity", "anna-at-home", ""),
                ("create-token", None, ""),
                ("remove-identity", SUBJECT, "she left"),
            ]
            assert at.node.access.tokens.refused["oidc.unknown-identity"] == 3
        kept = b"".join(file.read_bytes() for file in at.directory.rglob("*") if file.is_file())
        assert token.encode() not in kept

    asyncio.run(go())


def test_whose_an_identity_may_be(tmp_path: Path) -> None:
    async def go() -> None:
        async with scene(tmp_path) as at:
            access = at.node.access
            identity = access.identity(SUBJECT)

            async def code(wanted: Wanted) -> str:
                with pytest.raises(Refused) as refused:
                    await access.add_identity(identity, wanted)
                return refused.value.finding.code.name

            assert await code(Wanted("erp", Kind.SYSTEM, None, None)) == "access.new-principal"
            assert await code(Wanted("erp", Kind.SYSTEM, "nobody", frozenset({Scope.READ}))) == "node.unknown-tenant"
            assert (
                await code(Wanted("erp", Kind.SYSTEM, "default", frozenset({Scope.RELEASE})))
                == "access.scopes-together"
            )
            before = access.principals.are_there
            await access.add_identity(identity, READER)
            assert (before, access.principals.are_there) == (False, True)  # nobody is let in without a token any more
            assert await code(READER) == "oidc.identity-taken"
            assert await code(Wanted("erp", Kind.SYSTEM, "default", frozenset({Scope.READ}))) == "oidc.identity-taken"
            with pytest.raises(Refused) as refused:
                await access.remove_identity(access.identity("nobody"), "x")
            assert refused.value.finding.code.name == "oidc.no-such-identity"
        async with Node.open(at.directory) as again:
            assert again.access.identities.caller(identity).name == "anna"

    asyncio.run(go())


def test_an_issuer_that_is_down_stops_nobody_else(tmp_path: Path) -> None:
    async def go() -> None:
        async with scene(tmp_path) as at:
            at.issuer.status = 500
            await at.node.access.add_identity(at.node.access.identity(SUBJECT), READER)
            own = await at.node.access.create_token(NewToken("laptop", "anna", Kind.PERSON, None, None, 1))
            assert await at.get(at.token()) == (503, "oidc.unreachable")
            assert await at.get(own) == (200, "")

    asyncio.run(go())


def test_a_node_that_names_no_issuer_takes_no_such_token(tmp_path: Path) -> None:
    async def go() -> None:
        make_node(tmp_path / "node")
        async with Node.open(tmp_path / "node") as node:
            with pytest.raises(Refused) as refused:
                await node.access.admit("a.b.c")
            assert refused.value.finding.code.name == "access.unknown-token"
            with pytest.raises(Refused) as refused:
                node.access.identity(SUBJECT)
            assert refused.value.finding.code.name == "oidc.not-set"

    asyncio.run(go())
