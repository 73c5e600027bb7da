"""A served node with two tenants: each has a record, an issuer and a passport of its own, and callers with every scope."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from carbonseal.node.access.callers import Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.config import SignerConfig, TenantConfig
from carbonseal.node.node import Node
from carbonseal.passport.passports import parse
from carbonseal.service.app import serving
from tests import nodes

TENANTS = ("mine", "theirs")
OF_PERSONS = frozenset({Scope.REVIEW, Scope.RELEASE})
JSON = {"Content-Type": "application/json"}
Json = dict[str, Any]


def make(directory: Path) -> Path:
    log = nodes.log_config()
    config = nodes.settings(
        log,
        tenants=tuple(TenantConfig(name, f"file:keys/salt-{name}.key") for name in TENANTS),
        issuers=tuple(
            SignerConfig(f"maker-of-{name}", f"did:web:{name}.example", f"file:keys/{name}.key", name)
            for name in TENANTS
        ),
    )
    return nodes.make_node(directory, config)


@dataclass
class Party:
    """What a tenant has, and how its people ask."""

    tenant: str
    session: aiohttp.ClientSession
    tokens: dict[Scope, str]
    commitment: str = ""
    salt: str = ""
    passport: bytes = b""

    @property
    def digest(self) -> str:
        return parse(self.passport).root.hex()

    async def ask(self, scope: Scope, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Status and body of the answer."""
        raw = body if isinstance(body, bytes) else None if body is None else orjson.dumps(body)
        headers = {**JSON, "Authorization": f"Bearer {self.tokens[scope]}"}
        async with self.session.request(method, path, data=raw, headers=headers) as response:
            return response.status, await response.read()

    async def seal(self, document: bytes) -> Json:
        status, raw = await self.ask(Scope.SUBMIT, "POST", "/v1/records?profile=json/1", document)
        assert status == 201, raw
        receipt: Json = orjson.loads(raw)
        return receipt

    def request(self, commitment: str, **changes: Any) -> Json:
        listed = {"role": "footprint", "commitment": commitment, **changes}
        return {"issuer": f"maker-of-{self.tenant}", "subject": f"urn:example:{self.tenant}", "records": [listed]}


@asynccontextmanager
async def parties(directory: Path) -> AsyncIterator[tuple[Node, Party, Party]]:
    """The node, and both tenants: each has sealed the same document, and issued a passport about it."""
    async with Node.open(directory) as node, serving(node) as url, aiohttp.ClientSession(url) as session:
        found = []
        for tenant in TENANTS:
            party = Party(tenant, session, await _tokens(node, tenant))
            receipt = await party.seal(b'{"kilograms": "12.50"}')
            party.commitment, party.salt = receipt["commitment"], receipt["salt"]
            status, party.passport = await party.ask(
                Scope.ISSUE, "POST", "/v1/passports", party.request(party.commitment)
            )
            assert status == 201, party.passport
            found.append(party)
        yield node, found[0], found[1]


async def _tokens(node: Node, tenant: str) -> dict[Scope, str]:
    """A person and a system of the tenant, which have all scopes together."""
    person = await node.access.create_token(
        NewToken(f"p-{tenant}", f"person-{tenant}", Kind.PERSON, tenant, OF_PERSONS, 1)
    )
    rest = frozenset(Scope) - OF_PERSONS
    system = await node.access.create_token(NewToken(f"s-{tenant}", f"system-{tenant}", Kind.SYSTEM, tenant, rest, 1))
    return {scope: person if scope in OF_PERSONS else system for scope in Scope}
