"""Operations on webhooks: receivers, their secrets, what waits for them and dead letters.

A tenant's person who may release what is the tenant's may also have it told to a receiver; so may the operator, for every
tenant, and for the node itself (no tenant).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson

from carbonseal.instants import format_seconds
from carbonseal.keys.endpoints import redacted
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.scopes import Scope
from carbonseal.node.node import Node
from carbonseal.node.webhooks.delivery.machine import Delivery
from carbonseal.node.webhooks.events import EventType
from carbonseal.node.webhooks.outbox import Counts
from carbonseal.node.webhooks.receivers import OPERATORS, NewReceiver, Receiver
from carbonseal.node.webhooks.webhooks import OVERLAP
from carbonseal.passport.schemas import INSTANT, SAID, TEXT, Schema, Shape
from carbonseal.service.openapi.schemas import BOOLEAN, IS_NEW, NUMBER, STRING, null_or

from .listing import Page, in_memory, listing
from .operation import Json, Operation, closed

LONGEST_OVERLAP = 30 * 86_400  # seconds
_NAME = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}
_TYPES = {
    "type": "array",
    "items": {"enum": [type_.value for type_ in EventType if type_ is not EventType.TEST]},
    "minItems": 1,
    "uniqueItems": True,
}
_ID = {"type": "string", "pattern": "^msg_[0-9a-f]{40}$"}
_IDS = {"type": "array", "items": _ID, "minItems": 1, "maxItems": 100}
_ONE: Schema = {"name": _NAME}
_WHOSE: Schema = {"tenant": _NAME}


async def _add(node: Node, caller: Caller, request: Json) -> Json:
    types = frozenset(map(EventType, request.get("types", ())))
    new = NewReceiver(_tenant(caller, request), request["name"], request["url"], types)
    return {"secret": await node.webhooks.add(caller, new)}


async def _list(node: Node, caller: Caller, page: Page) -> list[Json]:
    whose = page.filters.get("tenant")
    known = (one for one in node.webhooks.listed(caller) if whose in (None, one[0].tenant))
    return [_told(*one) for one in in_memory(known, page, lambda one: one[0].number)]


async def _rotate(node: Node, caller: Caller, request: Json) -> Json:
    overlap = request.get("overlap", OVERLAP)
    return {"secret": await node.webhooks.rotate(caller, _tenant(caller, request), request["name"], overlap)}


async def _pause(node: Node, caller: Caller, request: Json) -> Json:
    is_new = await node.webhooks.pause(caller, _tenant(caller, request), request["name"], request["reason"])
    return {"new": is_new}


async def _resume(node: Node, caller: Caller, request: Json) -> Json:
    return {"new": await node.webhooks.resume(caller, _tenant(caller, request), request["name"])}


async def _remove(node: Node, caller: Caller, request: Json) -> Json:
    await node.webhooks.remove(caller, _tenant(caller, request), request["name"])
    return {}


async def _test(node: Node, caller: Caller, request: Json) -> Json:
    problem = await node.webhooks.test(caller, _tenant(caller, request), request["name"])
    return {"delivered": not problem, "reason": problem}


async def _dead(node: Node, caller: Caller, page: Page) -> list[Json]:
    which = caller, _tenant(caller, page.filters), page.filters["name"]
    return [*map(_letter, await asyncio.to_thread(node.webhooks.dead, *which, page.after, page.limit))]


async def _replay(node: Node, caller: Caller, request: Json) -> Json:
    ids = request.get("ids", ())
    return {"replayed": await node.webhooks.replay(caller, _tenant(caller, request), request["name"], ids)}


def _tenant(caller: Caller, request: Json) -> str:
    """Whose receiver a request means. That it is the caller's, the node sees to."""
    return str(request.get("tenant", OPERATORS if caller.tenant is None else caller.tenant))


def _told(receiver: Receiver, counts: Counts) -> Mapping[str, Any]:
    return {
        "number": receiver.number,
        "name": receiver.name,
        "tenant": receiver.tenant or None,
        "url": redacted(receiver.url),  # the rest may be a key
        "types": sorted(receiver.types) or None,
        "created": format_seconds(receiver.created),
        "paused": receiver.paused,
        "made": counts.made,
        "delivered": counts.delivered,
        "pending": counts.pending,
        "dead": counts.dead,
        "last": None if counts.last is None else format_seconds(counts.last),
    }


def _letter(delivery: Delivery) -> Mapping[str, Any]:
    return {
        "number": delivery.number,
        "id": delivery.id,
        "tries": delivery.tries,
        "reason": delivery.reason,
        "event": orjson.loads(delivery.body),
    }


_RECEIVER: Schema = {
    "name": _NAME,
    "tenant": null_or(_NAME),
    "url": STRING,
    "types": null_or(_TYPES),
    "created": INSTANT,
    "paused": null_or(STRING),
    "made": NUMBER,
    "delivered": NUMBER,
    "pending": NUMBER,
    "dead": NUMBER,
    "last": null_or(INSTANT),
}
_LETTER: Schema = {"id": _ID, "tries": NUMBER, "reason": STRING, "event": {"type": "object"}}
_OF_RECEIVER: Schema = {"name": {**_NAME, "description": "The name of the receiver"}}
_OF_TENANT: Schema = {"tenant": {**_NAME, "description": "Whose: the token's own tenant unless it has none"}}
_NEW_RECEIVER = closed({**_ONE, "url": TEXT}, {**_WHOSE, "types": _TYPES})
_OVERLAP = closed(_ONE, {**_WHOSE, "overlap": {"type": "integer", "minimum": 0, "maximum": LONGEST_OVERLAP}})
_SECRET = closed({"secret": STRING})
_NAMED = closed(_ONE, _WHOSE)
_IS_NEW = Shape(IS_NEW)

OPERATIONS: Mapping[str, Operation] = {
    "webhooks/add": Operation(
        Scope.RELEASE, "Add a receiver of events: its secret is shown once", _NEW_RECEIVER, _SECRET, _add
    ),
    "webhooks/list": listing(Scope.READ, "Receivers, and what became of their messages", _RECEIVER, _list, _OF_TENANT),
    "webhooks/rotate": Operation(
        Scope.RELEASE, "Make another secret: the old one signs too for an overlap", _OVERLAP, _SECRET, _rotate
    ),
    "webhooks/pause": Operation(
        Scope.RELEASE,
        "Send a receiver nothing until it is resumed",
        closed({**_ONE, "reason": SAID}, _WHOSE),
        _IS_NEW,
        _pause,
    ),
    "webhooks/resume": Operation(Scope.RELEASE, "Send a receiver what waits, now", _NAMED, _IS_NEW, _resume),
    "webhooks/remove": Operation(
        Scope.RELEASE, "Remove a receiver, and what waits for it", _NAMED, closed({}), _remove
    ),
    "webhooks/test": Operation(
        Scope.RELEASE,
        "Send a receiver a message that says nothing",
        _NAMED,
        closed({"delivered": BOOLEAN, "reason": STRING}),
        _test,
    ),
    "webhooks/dead/list": listing(Scope.READ, "A receiver's dead letters", _LETTER, _dead, _OF_TENANT, of=_OF_RECEIVER),
    "webhooks/replay": Operation(
        Scope.RELEASE,
        "Send dead letters again",
        closed(_ONE, {**_WHOSE, "ids": _IDS}),
        closed({"replayed": NUMBER}),
        _replay,
    ),
}
