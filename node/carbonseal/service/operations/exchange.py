"""Operations on the exchange with partners: what they sent, and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from carbonseal.node.access.callers import Caller
from carbonseal.node.access.scopes import Scope
from carbonseal.node.exchange.events import told
from carbonseal.node.exchange.inbox import State
from carbonseal.node.node import Node
from carbonseal.passport.schemas import INSTANT, list_of
from carbonseal.passport.schemas import closed as object_of
from carbonseal.service.openapi.schemas import NUMBER, STRING

from .operation import AFTER, Json, Operation, closed

EVENT = object_of(
    {
        "number": NUMBER,
        "client": STRING,
        "tenant": STRING,
        "received": INSTANT,
        "state": {"enum": [state.value for state in State]},
        "tries": NUMBER,
        "answer": STRING,
        "reason": STRING,
        "event": {"type": "object"},
    }
)


async def _events(node: Node, caller: Caller, request: Json) -> Json:
    exchange = node.partners.exchange
    if exchange is None:
        return {"events": []}
    inbox, after = exchange.inbox, request.get("after", 0)
    return {"events": await asyncio.to_thread(lambda: told(inbox.page(caller.tenant, after)))}


OPERATIONS: Mapping[str, Operation] = {
    "exchange/events": Operation(
        Scope.READ,
        "What partners sent, and what became of it",
        closed({}, {"after": AFTER}),
        closed({"events": list_of(EVENT)}),
        _events,
    ),
}
