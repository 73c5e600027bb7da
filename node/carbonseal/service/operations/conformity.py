"""Operations on statements and accreditations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import orjson

from carbonseal.findings import Finding
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.scopes import Scope
from carbonseal.node.issuance.conformity.accreditations import Accreditations
from carbonseal.node.issuance.conformity.acts import REINSTATE, SUSPEND, WITHDRAW
from carbonseal.node.issuance.conformity.statements import Statements
from carbonseal.node.node import Node
from carbonseal.passport.schemas import TEXT, Shape

from .operation import AFTER, DIGEST, Act, Json, Operation, closed

_ANY = Shape({"type": "object"})  # whose form the node checks


async def _state(node: Node, caller: Caller, request: Json) -> Json:
    warnings: list[Finding] = []
    file = await node.statements.issue(request, caller, warnings.append)
    return {"file": orjson.loads(file), "warnings": [str(one) for one in warnings]}


async def _accredit(node: Node, caller: Caller, request: Json) -> Json:
    return {"file": orjson.loads(await node.accreditations.issue(request, caller)), "warnings": []}


def _documents(kind: str, part: Callable[[Node], Statements | Accreditations], acts: Iterable[str]) -> Json:
    """The operations on documents of one kind, a statement or an accreditation."""

    async def listed(node: Node, caller: Caller, request: Json) -> Json:
        return {f"{kind}s": part(node).listed(caller, request["after"])}

    async def export(node: Node, caller: Caller, request: Json) -> Json:
        file = part(node).file(bytes.fromhex(request[kind]), caller)
        return {"file": orjson.loads(await node.refresh(file))}

    def mark(act: str) -> Act:
        async def marked(node: Node, caller: Caller, request: Json) -> Json:
            digest = bytes.fromhex(request[kind])
            return {"new": await part(node).act(act, digest, request["reason"], caller)}

        return marked

    named = closed({kind: DIGEST, "reason": TEXT})
    return {
        f"{kind}s/list": Operation(Scope.READ, closed({"after": AFTER}), listed),
        f"{kind}s/export": Operation(Scope.READ, closed({kind: DIGEST}), export),
        **{f"{kind}s/{act}": Operation(Scope.REVOKE, named, mark(act)) for act in acts},
    }


OPERATIONS: Mapping[str, Operation] = {
    "statements/issue": Operation(Scope.ISSUE, _ANY, _state, is_large=True),
    "accreditations/issue": Operation(Scope.ISSUE, _ANY, _accredit, is_large=True),
    **_documents("statement", lambda node: node.statements, (WITHDRAW, SUSPEND, REINSTATE)),
    **_documents("accreditation", lambda node: node.accreditations, (WITHDRAW, SUSPEND)),
}
