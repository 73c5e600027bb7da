"""A served node with a record, a passport, a statement, an accreditation, a draft, a grant and tokens: what the interface is tried
on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from carbonseal.node.access.callers import OPERATOR, Caller, Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.exchange.settings import ExchangeConfig
from carbonseal.node.listen_config import Address
from carbonseal.node.node import Node
from carbonseal.passport.passports import parse
from carbonseal.service.app import serving
from carbonseal.service.context import USUAL, Bounds
from carbonseal.service.listeners import Listener
from tests import nodes
from tests.node.issuance.issuing import MAKER
from tests.node.issuance.stating import ACCREDITOR, BODY, accredit, state, subject
from tests.service.exchange.hosted import PUBLISHED, event

DOCUMENT = b'{"kilograms": "12.50"}'


@dataclass(frozen=True)
class World:
    """`url` of the listener, and what is here."""

    node: Node
    url: str
    token: str  # of a system of the tenant with all scopes that one may have
    commitment: bytes
    passport: bytes
    statement: bytes
    accreditation: bytes
    draft: bytes  # its content; its number is 1

    @property
    def known(self) -> dict[str, str]:
        """Names of what is here, by the parameters of paths and the members of bodies that have such."""
        digest = parse(self.passport).root.hex()
        return {
            "commitment": self.commitment.hex(),
            "digest": digest,
            "statement": self.statement.hex(),
            "content": self.draft.hex(),
            "accreditation": self.accreditation.hex(),
            "issuer": MAKER.name,
            "body": BODY.name,
            "accreditor": ACCREDITOR.name,
            "principal": "reader",
            "reader": "reader",
            "tenant": "default",
            "log": "default",
            "index": "1",
            "path": "0/000.p/2",
        }


def make(directory: Path) -> Path:
    pact = ExchangeConfig(Address("127.0.0.1", 0), "https://pact.example")
    config = nodes.settings(issuers=(MAKER,), bodies=(BODY,), accreditors=(ACCREDITOR,), pact=pact)
    return nodes.make_node(directory, config)


@asynccontextmanager
async def world(directory: Path, listener: Listener = Listener.PRIVATE, bounds: Bounds = USUAL) -> AsyncIterator[World]:
    """The node that `make` made, filled and served."""
    async with Node.open(directory) as node, serving(node, bounds=bounds, listener=listener) as url:
        scopes = frozenset(Scope) - {Scope.REVIEW, Scope.RELEASE}
        token = await node.access.create_token(NewToken("all", "system", Kind.SYSTEM, "default", scopes, 1))
        await node.access.create_token(NewToken("other", "reader", Kind.SYSTEM, "default", frozenset({Scope.READ}), 1))
        commitment = (await node.submit(DOCUMENT, "json/1")).commitment
        request = {
            "issuer": MAKER.name,
            "subject": "urn:example:cell",
            "records": [{"role": "footprint", "commitment": commitment.hex()}],
        }
        passport = await node.issue(request)
        statement = await state(node, subject([commitment]))
        accreditation = await accredit(node)
        await node.access.grant(OPERATOR, "reader", "default", commitment)
        drafted, _ = await node.drafts.prepare("passport", request, OPERATOR)
        content = drafted.draft.content
        exchange = node.partners.exchange
        assert exchange is not None
        for number in range(3):
            data = {"pfIds": ["5a0a1b34-6b1d-4a5a-9d7a-000000000001"]}
            sent = event(PUBLISHED, data, "https://partner.example", f"event-{number}")
            await exchange.take(Caller("reader", Kind.SYSTEM, "default", frozenset({Scope.READ})), orjson.dumps(sent))
        yield World(node, url, token, commitment, passport, statement.root, accreditation.root, content)
