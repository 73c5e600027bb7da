"""Operations on identities: who at the OpenID Connect issuer is which person or system here."""

from __future__ import annotations

from collections.abc import Mapping

from carbonseal.instants import format_seconds
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.oidc.bearer import MAX_SUBJECT
from carbonseal.node.access.oidc.identities import Known
from carbonseal.node.access.principals import Principal
from carbonseal.node.access.scopes import Scope
from carbonseal.node.node import Node
from carbonseal.passport.schemas import INSTANT, SAID, TEXT, Schema, list_of
from carbonseal.service.listeners import OPERATOR_ONLY

from .access import KIND, NAME, OF_PRINCIPAL, SCOPE, SCOPES, TOGETHER, wanted_in
from .listing import Page, in_memory, listing
from .operation import Json, Operation, closed


async def _add(node: Node, _caller: Caller, request: Json) -> Json:
    await node.access.add_identity(node.access.identity(request["subject"]), wanted_in(request))
    return {}


async def _remove(node: Node, _caller: Caller, request: Json) -> Json:
    identity = node.access.identity(request["subject"], request.get("issuer"))
    await node.access.remove_identity(identity, request["reason"])
    return {}


async def _list(node: Node, _caller: Caller, page: Page) -> list[Json]:
    whose = page.filters.get("principal")
    known = ((one, principal) for one, principal in node.access.identities.all() if whose in (None, principal.name))
    return [_told(*one) for one in in_memory(known, page, lambda one: one[0].number)]


def _told(known: Known, principal: Principal) -> Json:
    return {
        "number": known.number,
        "issuer": known.identity.issuer,
        "subject": known.identity.subject,
        "principal": principal.name,
        "kind": principal.kind.value,
        "tenant": principal.tenant,
        "scopes": [scope.value for scope in Scope if scope in principal.scopes],
        "added": format_seconds(known.added),
    }


_SUBJECT = {"type": "string", "minLength": 1, "maxLength": MAX_SUBJECT}
_KNOWN: Schema = {"issuer": TEXT, "subject": _SUBJECT, "principal": NAME, "kind": KIND, "tenant": NAME}
_LISTED: Schema = {**_KNOWN, "scopes": list_of(SCOPE), "added": INSTANT}

OPERATIONS: Mapping[str, Operation] = {
    "identities/add": Operation(
        OPERATOR_ONLY,
        "Let a person or system in by the issuer's tokens for a subject",
        closed({"subject": _SUBJECT, "principal": NAME, "kind": KIND}, {"tenant": NAME, "scopes": SCOPES}),
        closed({}),
        _add,
        rules=TOGETHER,
    ),
    "identities/remove": Operation(
        OPERATOR_ONLY,
        "Let nobody in by the issuer's tokens for a subject",
        closed({"subject": _SUBJECT, "reason": SAID}, {"issuer": TEXT}),
        closed({}),
        _remove,
    ),
    "identities/list": listing(OPERATOR_ONLY, "Identities, and whose they are", _LISTED, _list, OF_PRINCIPAL),
}
