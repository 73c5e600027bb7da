"""The gate: who makes a request, and whether the scope that its route needs is theirs.

- A token, the node's own or one of its OpenID Connect issuer, comes in the header `Authorization: Bearer TOKEN` (RFC 6750) and
  nowhere else: addresses are logged.
- A person's browser cannot send that: where it only looks at the node (`GET` of what needs `admin`), a token is also taken as the
  password of HTTP Basic (RFC 7617), which browsers ask for. A page elsewhere that makes it ask changes nothing and reads nothing.
- 401 where it is missing, unknown, expired or revoked, 403 where the scope is missing, or only the operator has it. Such
  requests are counted, by code.
- While a node has no token, whoever reaches its listener is its operator: such a listener is on loopback (`running`).
- Other commands on the directory are the operator: they know the token in the lock file, which changes with every start.
"""

from __future__ import annotations

import hmac

from aiohttp import BasicAuth, web

from carbonseal.findings import Refused
from carbonseal.node.access.callers import OPERATOR, Caller
from carbonseal.node.access.codes import (
    ACCESS_NO_TOKEN,
    ACCESS_OPERATOR_ONLY,
    ACCESS_UNKNOWN_TOKEN,
)
from carbonseal.node.access.scopes import Scope
from carbonseal.node.node import Node
from carbonseal.service.listeners import Open, allow

SCHEME, BASIC = "bearer", "basic"


async def let_in(request: web.Request, node: Node, needs: Scope | Open) -> Caller:
    """Who makes this request, which may be made. Raises Refused (``access.*``), and counts that."""
    access = node.access
    try:
        secret = _bearer(request, may_be_basic=is_for_browsers(request, needs))
        if secret is None:
            if needs is Open.OPERATOR or access.principals.are_there:
                raise Refused(ACCESS_NO_TOKEN())
            caller = OPERATOR
        elif hmac.compare_digest(secret.encode(), node.operator_token.encode()):
            caller = OPERATOR
        elif needs is Open.OPERATOR:
            raise Refused(ACCESS_OPERATOR_ONLY())
        else:
            caller = await access.admit(secret)
        allow(caller, needs)
    except Refused as refused:
        access.tokens.refused[refused.finding.code.name] += 1
        raise
    return caller


def is_for_browsers(request: web.Request, needs: Scope | Open) -> bool:
    """Whether HTTP Basic lets in too: a browser can ask a person for no other token."""
    return needs is Scope.ADMIN and request.method in ("GET", "HEAD")


def _bearer(request: web.Request, *, may_be_basic: bool) -> str | None:
    """The token that came with the request, or None. Raises Refused where the header has another form."""
    values = request.headers.getall("Authorization", [])
    if not values:
        return None
    scheme, _, secret = values[0].partition(" ")
    if len(values) == 1 and scheme.lower() == BASIC and may_be_basic:
        return _password(values[0])
    if len(values) > 1 or scheme.lower() != SCHEME or not secret.strip() or not secret.isascii():
        raise Refused(ACCESS_UNKNOWN_TOKEN())
    return secret.strip()


def _password(header: str) -> str:
    """The password of HTTP Basic; the name before it says nothing. Raises Refused."""
    try:
        password: str = BasicAuth.decode(header, encoding="ascii").password
    except ValueError as error:
        raise Refused(ACCESS_UNKNOWN_TOKEN()) from error
    return password
