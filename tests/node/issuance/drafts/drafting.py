"""A node with four eyes, its people, and drafts of what they prepare."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from carbonseal.node.access.callers import Caller, Kind
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken
from carbonseal.node.issuance.drafts.setting import ReleaseRule
from carbonseal.node.issuance.drafts.tables import Stored
from carbonseal.node.node import Node
from tests.node.conftest import Begin
from tests.node.issuance.issuing import MAKER, request
from tests.node.issuance.stating import ACCREDITOR, BODY, footprint, statement_request, subject

ROLES = {
    "anna": (Scope.ISSUE, Scope.READ, Scope.SUBMIT, Scope.REVIEW, Scope.RELEASE),
    "ben": (Scope.REVIEW, Scope.READ),
    "carl": (Scope.RELEASE, Scope.READ),
    "dora": (Scope.ISSUE, Scope.REVIEW, Scope.RELEASE, Scope.READ),
}


def four_eyes(begin: Begin, name: str = "node", **changes: object) -> Path:
    """The directory of a node with four eyes, an issuer, a body and an accreditor."""
    signers = {"issuers": (MAKER,), "bodies": (BODY,), "accreditors": (ACCREDITOR,)}
    return begin(name, **{**signers, "release": ReleaseRule.FOUR_EYES, **changes})


async def token(
    node: Node, name: str, *scopes: Scope, whose: str = "", kind: Kind = Kind.PERSON, tenant: str = "default"
) -> Caller:
    """The caller that a new token of this name lets in."""
    new = NewToken(name, whose or name, kind, tenant, frozenset(scopes), 1)
    return await node.access.admit(await node.access.create_token(new))


async def people(node: Node) -> dict[str, Caller]:
    """Anna, who may do everything; Ben, who reviews; Carl, who releases; Dora, who may do everything too."""
    return {name: await token(node, name, *scopes) for name, scopes in ROLES.items()}


async def wanted(node: Node, raw: bytes = b'{"kilograms": "12.50"}', **changes: Any) -> dict[str, Any]:
    """A passport request on a new record."""
    return request(await footprint(node, raw), **changes)


async def statement_wanted(node: Node, **changes: Any) -> dict[str, Any]:
    return statement_request(subject([await footprint(node)]), **changes)


async def prepared(node: Node, asked: Mapping[str, Any], by: Caller, kind: str = "passport") -> Stored:
    return (await node.drafts.prepare(kind, asked, by))[0]


async def reviewed(node: Node, asked: Mapping[str, Any], who: Mapping[str, Caller], kind: str = "passport") -> Stored:
    """A draft that Anna prepared and Ben reviewed."""
    draft = (await prepared(node, asked, who["anna"], kind)).draft
    return await node.drafts.review(draft.number, draft.content, who["ben"])
