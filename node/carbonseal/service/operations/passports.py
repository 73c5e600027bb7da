"""Operations on passports: the list of what was issued here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from carbonseal.node.access.callers import Caller
from carbonseal.node.access.scopes import Scope
from carbonseal.node.node import Node
from carbonseal.passport.schemas import DIGEST, INSTANT, URI, Schema
from carbonseal.service.openapi.schemas import BOOLEAN, STRING

from .listing import TIMES, Page, listing
from .operation import Json, Operation

_ISSUED: Schema = {
    "credential": DIGEST,
    "issuer": STRING,
    "subject": STRING,
    "name": STRING,
    "issued": INSTANT,
    "revoked": BOOLEAN,
    "suspended": BOOLEAN,
}
_FILTERS: Schema = {
    "subject": {**URI, "description": "The id of the product"},
    "issuer": {**URI, "description": "The id of the issuer"},
    **TIMES,
}


async def _list(node: Node, caller: Caller, page: Page) -> list[Json]:
    named = page.filters.get("subject"), page.filters.get("issuer")
    return [one.to_json() for one in await asyncio.to_thread(node.passports.issued, caller, page.span, *named)]


OPERATIONS: Mapping[str, Operation] = {
    "passports/list": listing(Scope.READ, "Passports that were issued here", _ISSUED, _list, _FILTERS)
}
