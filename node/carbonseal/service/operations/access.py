"""Operations on who is let in, and what they may read: tokens, grants, the audit chain."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import orjson

from carbonseal.instants import format_seconds
from carbonseal.node.access.access import OVERLAP
from carbonseal.node.access.callers import Caller, Kind
from carbonseal.node.access.principals import FOR_PERSONS, Principal, Wanted
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import NewToken, Token
from carbonseal.node.node import Node
from carbonseal.passport.schemas import INSTANT, SAID, TEXT, Schema, Shape, list_of
from carbonseal.service.listeners import OPERATOR_ONLY
from carbonseal.service.openapi.schemas import IS_NEW, NUMBER, null_or

from .listing import Page, in_memory, listing
from .operation import DIGEST, Json, Operation, closed

MOST_DAYS = 732
NAME = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}
KIND = {"enum": [kind.value for kind in (Kind.PERSON, Kind.SYSTEM)]}
_DAYS = {"type": "integer", "minimum": 1, "maximum": MOST_DAYS}
SCOPE = {"enum": [scope.value for scope in Scope]}
SCOPES = {
    "type": "array",
    "items": SCOPE,
    "minItems": 1,
    "maxItems": len(Scope),
    "uniqueItems": True,
}
OF_PRINCIPAL: Schema = {"principal": {**NAME, "description": "Whose they are"}}
_GRANT = closed({"commitment": DIGEST, "reader": NAME})

# --- tokens ----------------------------------------------------------------------------------------------------------


async def _create(node: Node, _caller: Caller, request: Json) -> Json:
    wanted = wanted_in(request)
    new = NewToken(request["name"], wanted.name, wanted.kind, wanted.tenant, wanted.scopes, request["days"])
    return {"token": await node.access.create_token(new)}


def wanted_in(request: Json) -> Wanted:
    """The person or system that a request is about."""
    scopes = request.get("scopes")
    return Wanted(
        request["principal"],
        Kind(request["kind"]),
        request.get("tenant"),
        None if scopes is None else frozenset(map(Scope, scopes)),
    )


async def _rotate(node: Node, _caller: Caller, request: Json) -> Json:
    return {"token": await node.access.rotate_token(request["name"], request["days"], request.get("overlap", OVERLAP))}


async def _revoke(node: Node, _caller: Caller, request: Json) -> Json:
    return {"revoked": await node.access.revoke_token(request["name"], request["reason"])}


async def _set_scopes(node: Node, _caller: Caller, request: Json) -> Json:
    await node.access.set_scopes(request["principal"], [*map(Scope, request["scopes"])])
    return {}


async def _list(node: Node, _caller: Caller, page: Page) -> list[Json]:
    whose = page.filters.get("principal")
    known = ((token, principal) for token, principal in node.access.tokens.all() if whose in (None, principal.name))
    return [_told(*one) for one in in_memory(known, page, lambda one: one[0].number)]


def _told(token: Token, principal: Principal) -> Json:
    return {
        "number": token.number,
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


async def _list_grants(node: Node, caller: Caller, page: Page) -> list[Json]:
    found = await asyncio.to_thread(node.access.granted, caller, page.after, page.limit)
    return [
        {
            "number": grant.number,
            "tenant": grant.tenant,
            "commitment": grant.commitment.hex(),
            "reader": grant.reader,
            "granted": format_seconds(grant.granted),
            "revoked": None if grant.revoked is None else format_seconds(grant.revoked),
        }
        for grant in found
    ]


# --- audit -----------------------------------------------------------------------------------------------------------


async def _read_audit(node: Node, _caller: Caller, page: Page) -> list[Json]:
    events = await asyncio.to_thread(node.access.audit.page, page.after, page.limit)
    return [
        {"number": number, "event": orjson.loads(event), "hash": hash_.hex()}
        for number, (event, hash_) in enumerate(events, page.after + 1)
    ]


async def _check_audit(node: Node, _caller: Caller, _request: Json) -> Json:
    head = await asyncio.to_thread(node.audit_heads.check)
    return {"events": head.number, "head": head.hash.hex(), "inLog": node.access.audit.in_log}


_TOKEN = closed({"token": TEXT})
_TOKEN_LISTED = {
    "name": NAME,
    "principal": NAME,
    "kind": KIND,
    "tenant": null_or(NAME),
    "scopes": list_of(SCOPE),
    "created": INSTANT,
    "expires": INSTANT,
    "revoked": null_or(INSTANT),
}
_GRANT_LISTED = {
    "tenant": NAME,
    "commitment": DIGEST,
    "reader": NAME,
    "granted": INSTANT,
    "revoked": null_or(INSTANT),
}
_EVENT = {"event": {"type": "object"}, "hash": DIGEST}
_NEW_TOKEN = closed(
    {"name": NAME, "principal": NAME, "kind": KIND, "days": _DAYS},
    {"tenant": NAME, "scopes": SCOPES},
)
_ROTATED = closed({"name": NAME, "days": _DAYS}, {"overlap": {"type": "integer", "minimum": 0, "maximum": 30 * 86_400}})
_NEW = Shape(IS_NEW)
_IN_GENERAL = {"properties": {"scopes": {"items": {"enum": [one.value for one in Scope if one not in FOR_PERSONS]}}}}
# only persons review and release, and no admin does
_SYSTEMS: Schema = {"if": {"properties": {"kind": {"const": Kind.SYSTEM.value}}}, "then": _IN_GENERAL}
_ADMINS: Schema = {
    "if": {"properties": {"scopes": {"contains": {"const": Scope.ADMIN.value}}}, "required": ["scopes"]},
    "then": _IN_GENERAL,
}
TOGETHER: Schema = {"allOf": [_SYSTEMS, _ADMINS]}
_OPERATOR = OPERATOR_ONLY

OPERATIONS: Mapping[str, Operation] = {
    "grants": Operation(
        Scope.RELEASE, "Let a principal of another tenant read and cite a record", _GRANT, _NEW, _grant
    ),
    "grants/revoke": Operation(Scope.RELEASE, "Take a grant back", _GRANT, _NEW, _revoke_grant),
    "grants/list": listing(Scope.READ, "Grants by this tenant, and to this principal", _GRANT_LISTED, _list_grants),
    "audit/list": listing(_OPERATOR, "Events of the audit chain", _EVENT, _read_audit),
    "audit/check": Operation(
        _OPERATOR,
        "Check the whole audit chain",
        closed({}),
        closed({"events": NUMBER, "head": DIGEST, "inLog": NUMBER}),
        _check_audit,
    ),
    "tokens/create": Operation(
        _OPERATOR, "Make a token: it is shown once", _NEW_TOKEN, _TOKEN, _create, rules=TOGETHER
    ),
    "tokens/rotate": Operation(
        _OPERATOR, "Make another token of that name: the old one ends after an overlap", _ROTATED, _TOKEN, _rotate
    ),
    "tokens/revoke": Operation(
        _OPERATOR,
        "Revoke a token",
        closed({"name": NAME, "reason": SAID}),
        closed({"revoked": NUMBER}),
        _revoke,
    ),
    "tokens/scopes": Operation(
        _OPERATOR,
        "Set a principal's scopes",
        closed({"principal": NAME, "scopes": SCOPES}),
        closed({}),
        _set_scopes,
        rules={"allOf": [_ADMINS]},
    ),
    "tokens/list": listing(_OPERATOR, "Tokens, without their secrets", _TOKEN_LISTED, _list, OF_PRINCIPAL),
}
