"""Operations on identities: who at the OpenID Connect issuer is which person or system here."""

from __future__ import annotations

from collections.abc import Mapping

from carbonseal.instants import format_seconds
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.oidc.bearer import MAX_SUBJECT
from carbonseal.node.access.scopes import Scope
from carbonseal.node.node import Node
from carbonseal.passport import schemas
from carbonseal.passport.schemas import INSTANT, TEXT, list_of
from carbonseal.service.listeners import OPERATOR_ONLY

from .access import KIND, NAME, SCOPE, SCOPES, wanted_in
from .operation import Json, Operation, closed


async def _add(node: Node, _caller: Caller, request: Json) -> Json:
    await node.access.add_identity(node.access.identity(request["subject"]), wanted_in(request))
    return {}


async def _remove(node: Node, _caller: Caller, request: Json) -> Json:
    identity = node.access.identity(request["subject"], request.get("issuer"))
    await node.access.remove_identity(identity, request["reason"])
    return {}


async def _list(node: Node, _caller: Caller, _request: Json) -> Json:
    return {
        "identities": [
            {
                "issuer": known.identity.issuer,
                "subject": known.identity.subject,
                "principal": principal.name,
                "kind": principal.kind.value,
                "tenant": principal.tenant,
                "scopes": [scope.value for scope in Scope if scope in principal.scopes],
                "added": format_seconds(known.added),
            }
            for known, principal in node.access.identities.all()
        ]
    }


_SUBJECT = {"type": "string", "minLength": 1, "maxLength": MAX_SUBJECT}
_KNOWN = {"issuer": TEXT, "subject": _SUBJECT, "principal": NAME, "kind": KIND, "tenant": NAME}
_LISTED = schemas.closed({**_KNOWN, "scopes": list_of(SCOPE), "added": INSTANT})

OPERATIONS: Mapping[str, Operation] = {
    "identities/add": Operation(
        OPERATOR_ONLY,
        "Let a person or system in by the issuer's tokens for a subject",
        closed({"subject": _SUBJECT, "principal": NAME, "kind": KIND}, {"tenant": NAME, "scopes": SCOPES}),
        closed({}),
        _add,
    ),
    "identities/remove": Operation(
        OPERATOR_ONLY,
        "Let nobody in by the issuer's tokens for a subject",
        closed({"subject": _SUBJECT, "reason": TEXT}, {"issuer": TEXT}),
        closed({}),
        _remove,
    ),
    "identities/list": Operation(
        OPERATOR_ONLY, "Every identity, and whose it is", closed({}), closed({"identities": list_of(_LISTED)}), _list
    ),
}
