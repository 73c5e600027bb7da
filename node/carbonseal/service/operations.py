"""Operations: JSON in, JSON out, for a node that is open here and one that is served. On who is let in and what they may read; on
statements and accreditations.

Each is a POST to `/v1/NAME` with a closed object: `OPERATIONS` has its name, what it needs, its form and what it does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from carbonseal.findings import Finding
from carbonseal.instants import format_seconds
from carbonseal.node.access.access import OVERLAP
from carbonseal.node.access.callers import Caller, Kind
from carbonseal.node.access.codes import ACCESS_MALFORMED
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken, Principal, Token
from carbonseal.node.issuance.conformity.accreditations import Accreditations
from carbonseal.node.issuance.conformity.acts import REINSTATE, SUSPEND, WITHDRAW
from carbonseal.node.issuance.conformity.statements import Statements
from carbonseal.node.node import Node
from carbonseal.passport.schemas import TEXT, Shape
from carbonseal.service.listeners import OPERATOR_ONLY, Needs

Json = Mapping[str, Any]
Act = Callable[[Node, Caller, Json], Awaitable[Json]]

MOST_DAYS = 732
_NAME = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}
_DAYS = {"type": "integer", "minimum": 1, "maximum": MOST_DAYS}
_SCOPES = {
    "type": "array",
    "items": {"enum": [scope.value for scope in Scope]},
    "minItems": 1,
    "maxItems": len(Scope),
    "uniqueItems": True,
}


@dataclass(frozen=True, slots=True)
class Operation:
    """`shape` is the form of its request; `is_large`: it may have the size of an issue request."""

    needs: Needs
    shape: Shape
    act: Act
    is_large: bool = False

    async def run(self, node: Node, caller: Caller, request: Any) -> Json:
        """Do it on behalf of `caller`, whom the gate let in. Raises Refused."""
        self.shape.check(request, ACCESS_MALFORMED)
        return await self.act(node, caller, request)


def _closed(required: Json, optional: Json | None = None) -> Shape:
    return Shape(
        {
            "type": "object",
            "properties": {**required, **(optional or {})},
            "required": [*required],
            "additionalProperties": False,
        }
    )


# --- tokens ----------------------------------------------------------------------------------------------------------


async def _create(node: Node, _caller: Caller, request: Json) -> Json:
    scopes = request.get("scopes")
    new = NewToken(
        request["name"],
        request["principal"],
        Kind(request["kind"]),
        request.get("tenant"),
        None if scopes is None else frozenset(map(Scope, scopes)),
        request["days"],
    )
    return {"token": await node.access.create_token(new)}


async def _rotate(node: Node, _caller: Caller, request: Json) -> Json:
    return {"token": await node.access.rotate_token(request["name"], request["days"], request.get("overlap", OVERLAP))}


async def _revoke(node: Node, _caller: Caller, request: Json) -> Json:
    return {"revoked": await node.access.revoke_token(request["name"], request["reason"])}


async def _set_scopes(node: Node, _caller: Caller, request: Json) -> Json:
    await node.access.set_scopes(request["principal"], [*map(Scope, request["scopes"])])
    return {}


async def _list(node: Node, _caller: Caller, _request: Json) -> Json:
    return {"tokens": [_told(token, principal) for token, principal in node.access.tokens.all()]}


def _told(token: Token, principal: Principal) -> Json:
    return {
        "name": token.name,
        "principal": principal.name,
        "kind": principal.kind.value,
        "tenant": principal.tenant,
        "scopes": [scope.value for scope in Scope if scope in principal.scopes],
        "created": format_seconds(token.created),
        "expires": format_seconds(token.expires),
        "revoked": None if token.revoked is None else format_seconds(token.revoked),
    }


# --- grants ----------------------------------------------------------------------------------------------------------


async def _grant(node: Node, caller: Caller, request: Json) -> Json:
    commitment = bytes.fromhex(request["commitment"])
    tenant = node.own_record(commitment, caller).stored.tenant
    return {"new": await node.access.grant(caller, request["reader"], tenant, commitment)}


async def _revoke_grant(node: Node, caller: Caller, request: Json) -> Json:
    commitment = bytes.fromhex(request["commitment"])
    tenant = node.own_record(commitment, caller).stored.tenant
    return {"new": await node.access.revoke_grant(caller, request["reader"], tenant, commitment)}


async def _list_grants(node: Node, caller: Caller, request: Json) -> Json:
    return {
        "grants": [
            {
                "number": grant.number,
                "tenant": grant.tenant,
                "commitment": grant.commitment.hex(),
                "reader": grant.reader,
                "granted": format_seconds(grant.granted),
                "revoked": None if grant.revoked is None else format_seconds(grant.revoked),
            }
            for grant in node.access.granted(caller, request.get("after", 0))
        ]
    }


# --- audit -----------------------------------------------------------------------------------------------------------


async def _read_audit(node: Node, _caller: Caller, request: Json) -> Json:
    events = await asyncio.to_thread(node.access.audit.page, request.get("after", 0))
    return {"events": [{"event": orjson.loads(event), "hash": hash_.hex()} for event, hash_ in events]}


async def _check_audit(node: Node, _caller: Caller, _request: Json) -> Json:
    head = await asyncio.to_thread(node.audit_heads.check)
    return {"events": head.number, "head": head.hash.hex(), "inLog": node.access.audit.in_log}


_GRANT = _closed({"commitment": {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "reader": _NAME})
_PAGE = _closed({}, {"after": {"type": "integer", "minimum": 0, "maximum": (1 << 63) - 1}})

# --- statements and accreditations -----------------------------------------------------------------------------------

_ANY = Shape({"type": "object"})  # whose form the node checks
_DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


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

    named = _closed({kind: _DIGEST, "reason": TEXT})
    return {
        f"{kind}s/list": Operation(Scope.READ, _closed({"after": {"type": "integer", "minimum": 0}}), listed),
        f"{kind}s/export": Operation(Scope.READ, _closed({kind: _DIGEST}), export),
        **{f"{kind}s/{act}": Operation(Scope.REVOKE, named, mark(act)) for act in acts},
    }


OPERATIONS: Mapping[str, Operation] = {
    "statements/issue": Operation(Scope.ISSUE, _ANY, _state, is_large=True),
    "accreditations/issue": Operation(Scope.ISSUE, _ANY, _accredit, is_large=True),
    **_documents("statement", lambda node: node.statements, (WITHDRAW, SUSPEND, REINSTATE)),
    **_documents("accreditation", lambda node: node.accreditations, (WITHDRAW, SUSPEND)),
    "grants": Operation(Scope.RELEASE, _GRANT, _grant),
    "grants/revoke": Operation(Scope.RELEASE, _GRANT, _revoke_grant),
    "grants/list": Operation(Scope.READ, _PAGE, _list_grants),
    "audit/read": Operation(OPERATOR_ONLY, _PAGE, _read_audit),
    "audit/check": Operation(OPERATOR_ONLY, _closed({}), _check_audit),
    "tokens/create": Operation(
        OPERATOR_ONLY,
        _closed(
            {"name": _NAME, "principal": _NAME, "kind": {"enum": ["person", "system"]}, "days": _DAYS},
            {"tenant": _NAME, "scopes": _SCOPES},
        ),
        _create,
    ),
    "tokens/rotate": Operation(
        OPERATOR_ONLY,
        _closed({"name": _NAME, "days": _DAYS}, {"overlap": {"type": "integer", "minimum": 0, "maximum": 30 * 86_400}}),
        _rotate,
    ),
    "tokens/revoke": Operation(OPERATOR_ONLY, _closed({"name": _NAME, "reason": TEXT}), _revoke),
    "tokens/scopes": Operation(OPERATOR_ONLY, _closed({"principal": _NAME, "scopes": _SCOPES}), _set_scopes),
    "tokens/list": Operation(OPERATOR_ONLY, _closed({}), _list),
}
