"""The gate: who makes a request, and whether the scope that its route needs is theirs.

- A token comes in the header `Authorization: Bearer TOKEN` (RFC 6750) and nowhere else: addresses are logged.
- 401 where it is missing, unknown, expired or revoked, 403 where the scope is missing. Such requests are counted, by code.
- While a node has no token, whoever reaches its listener is its operator: such a listener is on loopback (`running`).
- Other commands on the directory are the operator: they know the token in the lock file, which changes with every start.
"""

from __future__ import annotations

import hmac

from aiohttp import web

from carbonseal.findings import Refused
from carbonseal.node.access.callers import OPERATOR, Caller
from carbonseal.node.access.codes import (
    ACCESS_NO_TOKEN,
    ACCESS_OPERATOR_ONLY,
    ACCESS_SCOPE_MISSING,
    ACCESS_UNKNOWN_TOKEN,
)
from carbonseal.node.access.scopes import Scope
from carbonseal.node.access.tokens import format_scopes
from carbonseal.node.node import Node
from carbonseal.service.listeners import Open

SCHEME = "bearer"


def let_in(request: web.Request, node: Node, needs: Scope | Open) -> Caller:
    """Who makes this request, which may be made. Raises Refused (``access.*``), and counts that."""
    try:
        caller = _caller(request, node, needs)
        if isinstance(needs, Scope) and needs not in caller.scopes:
            facts = {"scope": needs.value, "caller": caller.name, "scopes": format_scopes(caller.scopes) or "none"}
            raise Refused(ACCESS_SCOPE_MISSING(**facts))
    except Refused as refused:
        node.access.tokens.refused[refused.finding.code.name] += 1
        raise
    return caller


def _caller(request: web.Request, node: Node, needs: Scope | Open) -> Caller:
    secret = _bearer(request)
    if secret is not None and hmac.compare_digest(secret.encode(), node.operator_token.encode()):
        return OPERATOR
    if needs is Open.OPERATOR:
        raise Refused(ACCESS_OPERATOR_ONLY())
    if secret is not None:
        return node.access.admit(secret)
    if node.access.tokens.are_needed:
        raise Refused(ACCESS_NO_TOKEN())
    return OPERATOR


def _bearer(request: web.Request) -> str | None:
    """The token that came with the request, or None. Raises Refused where the header has another form."""
    values = request.headers.getall("Authorization", [])
    if not values:
        return None
    scheme, _, secret = values[0].partition(" ")
    if len(values) > 1 or scheme.lower() != SCHEME or not secret.strip() or not secret.isascii():
        raise Refused(ACCESS_UNKNOWN_TOKEN())
    return secret.strip()
