"""Operations on statements and accreditations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

import orjson

from carbonseal.findings import Finding
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.scopes import Scope
from carbonseal.node.issuance.conformity.accreditations import Accreditations
from carbonseal.node.issuance.conformity.acts import REINSTATE, SUSPEND, WITHDRAW
from carbonseal.node.issuance.conformity.statements import Statements
from carbonseal.node.issuance.issue_desk import Request
from carbonseal.node.node import Node
from carbonseal.node.requests.idempotency import Unkeyed
from carbonseal.passport.conformity.schemas import ACCREDITATION_REQUEST_SHAPE, STATEMENT_REQUEST_SHAPE
from carbonseal.passport.schemas import ACCREDITATION_FILE, INSTANT, SAID, STATEMENT_FILE, URI, Schema, Shape, list_of
from carbonseal.service.openapi.schemas import BOOLEAN, IS_NEW, STRING, null_or

from .listing import TIMES, Page, listing
from .operation import DIGEST, Act, Json, Operation, closed, issuing

_STATES = {"state": {"enum": ["issued", "suspended", "withdrawn"]}, "reason": STRING}
_LISTED: dict[str, Schema] = {
    "statement": {
        "statement": DIGEST,
        "body": STRING,
        "organisation": STRING,
        "name": STRING,
        "covers": STRING,
        "issued": INSTANT,
        "replaces": null_or(DIGEST),
        "attach": BOOLEAN,
        **_STATES,
    },
    "accreditation": {
        "accreditation": DIGEST,
        "accreditor": STRING,
        "body": STRING,
        "name": STRING,
        "issued": INSTANT,
        **_STATES,
    },
}
_FILTERS = {"statement": "organisation", "accreditation": "body"}
_FILES = {"statement": STATEMENT_FILE, "accreditation": ACCREDITATION_FILE}


async def _state(node: Node, caller: Caller, request: Request, key: Unkeyed) -> Json:
    warnings: list[Finding] = []
    file = await node.statements.issue(request, caller, warnings.append, key=key)
    return {"file": orjson.Fragment(file), "warnings": [str(one) for one in warnings]}


async def _accredit(node: Node, caller: Caller, request: Request, key: Unkeyed) -> Json:
    return {"file": orjson.Fragment(await node.accreditations.issue(request, caller, key=key)), "warnings": []}


def _documents(kind: str, part: Callable[[Node], Statements | Accreditations], acts: Iterable[str]) -> Json:
    """The operations on documents of one kind, a statement or an accreditation."""

    async def listed(node: Node, caller: Caller, page: Page) -> list[Json]:
        named = page.filters.get(_FILTERS[kind])
        return [*await asyncio.to_thread(part(node).listed, caller, page.span, named)]

    async def export(node: Node, caller: Caller, request: Json) -> Json:
        file = part(node).file(bytes.fromhex(request[kind]), caller)
        return {"file": orjson.Fragment(await node.refresh(file))}

    def mark(act: str) -> Act:
        async def marked(node: Node, caller: Caller, request: Json) -> Json:
            digest = bytes.fromhex(request[kind])
            return {"new": await part(node).act(act, digest, request["reason"], caller)}

        return marked

    named = closed({kind: DIGEST, "reason": SAID})
    file = closed({"file": _FILES[kind]})
    filters = {_FILTERS[kind]: {**URI, "description": f"The id of the {_FILTERS[kind]}"}, **TIMES}
    return {
        f"{kind}s/list": listing(
            Scope.READ, f"{kind.capitalize()}s that were issued here", _LISTED[kind], listed, filters
        ),
        f"{kind}s/export": Operation(
            Scope.READ, f"The file of one {kind}, refreshed", closed({kind: DIGEST}), file, export
        ),
        **{
            f"{kind}s/{act}": Operation(Scope.REVOKE, f"{act.capitalize()} one {kind}", named, Shape(IS_NEW), mark(act))
            for act in acts
        },
    }


def _issued(file: Schema) -> Shape:
    return closed({"file": file, "warnings": list_of({"type": "string"})})


OPERATIONS: Mapping[str, Operation] = {
    "statements/issue": issuing("Issue a statement", STATEMENT_REQUEST_SHAPE, _issued(STATEMENT_FILE), _state),
    "accreditations/issue": issuing(
        "Issue an accreditation", ACCREDITATION_REQUEST_SHAPE, _issued(ACCREDITATION_FILE), _accredit
    ),
    **_documents("statement", lambda node: node.statements, (WITHDRAW, SUSPEND, REINSTATE)),
    **_documents("accreditation", lambda node: node.accreditations, (WITHDRAW, SUSPEND)),
}
