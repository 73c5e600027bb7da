"""Operations on the exchange with partners: what they sent, and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from carbonseal.node.access.callers import Caller
from carbonseal.node.access.scopes import Scope
from carbonseal.node.exchange.events import told
from carbonseal.node.exchange.inbox import State
from carbonseal.node.node import Node
from carbonseal.passport.schemas import INSTANT, Schema
from carbonseal.service.openapi.schemas import NUMBER, STRING

from .listing import Page, listing
from .operation import Json, Operation

EVENT: dict[str, Schema] = {
    "client": STRING,
    "tenant": STRING,
    "received": INSTANT,
    "state": {"enum": [state.value for state in State]},
    "tries": NUMBER,
    "answer": STRING,
    "reason": STRING,
    "event": {"type": "object"},
}


async def _events(node: Node, caller: Caller, page: Page) -> Sequence[Json]:
    exchange = node.partners.exchange
    if exchange is None:
        return []
    return await asyncio.to_thread(lambda: told(exchange.inbox.page(caller.tenant, page.after, page.limit)))


OPERATIONS: Mapping[str, Operation] = {
    "exchange/events/list": listing(Scope.READ, "What partners sent, and what became of it", EVENT, _events),
}
