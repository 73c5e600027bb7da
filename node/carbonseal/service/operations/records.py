"""Operations on records: found by what they say of themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from carbonseal.findings import Refused
from carbonseal.footprints.documents import read_instant
from carbonseal.instants import format_seconds
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.scopes import Scope
from carbonseal.node.lookup.codes import LOOKUP_MALFORMED
from carbonseal.node.lookup.lookup import Told
from carbonseal.node.lookup.said import NAMES, microseconds
from carbonseal.node.lookup.search import MOST_VALUES, Query
from carbonseal.node.node import Node
from carbonseal.passport.schemas import DIGEST, INSTANT, Schema, list_of
from carbonseal.passport.schemas import closed as object_of
from carbonseal.service.listeners import OPERATOR_ONLY
from carbonseal.service.openapi.schemas import BOOLEAN, FINDING, NUMBER, STRING, null_or

from .listing import LIMIT, PAGING, page_of
from .operation import Json, Operation, closed

TIMES = ("validOn", "validAfter", "validBefore")
SECOND = 1_000_000  # microseconds

_TEXT: Schema = {"type": "string", "minLength": 1}
_TIME: Schema = {"type": "string", "format": "date-time"}  # RFC 3339; a date is its first second
_VALUES: Schema = {"type": "array", "items": _TEXT, "maxItems": MOST_VALUES}
_FOUND: Schema = {
    "commitment": DIGEST,
    "tenant": STRING,
    "profile": STRING,
    "log": STRING,
    "index": NUMBER,
    "acknowledged": INSTANT,
    "title": STRING,
    "names": object_of({}, {name: list_of(STRING) for name in NAMES}),
    "figure": STRING,
    "validFrom": null_or(INSTANT),
    "validUntil": null_or(INSTANT),
    "isCurrent": BOOLEAN,
    "findings": list_of(FINDING),
}
_REACH = object_of({"indexed": NUMBER, "size": NUMBER})
_INDEX: Schema = {"type": "object", "additionalProperties": _REACH}
_PAGE = page_of(_FOUND, {"index": _INDEX})
_REST: Schema = {
    "profile": {**_TEXT, "description": "Its profile"},
    **{name: {**_TIME, "description": "A date-time (RFC 3339), or a date"} for name in TIMES},
    "disputed": {**BOOLEAN, "description": "Those whose footprint id has two figures", "default": False},
    "current": {**BOOLEAN, "description": "Of those with one footprint id the last", "default": False},
    **PAGING,
}
_ONE_OF_EACH = {name: {**_TEXT, "description": f"Its {name}, whatever the case"} for name in NAMES}
_SEVERAL = {name: {**_VALUES, "description": f"Its {name} is one of these, whatever the case"} for name in NAMES}

MOST_COMMITMENTS = 1000  # of one request for their states
UNKNOWN: Json = {"state": "unknown", "log": None, "index": None, "ledgers": {}}
_LEDGERS: Schema = {"type": "object", "additionalProperties": {"enum": ["included", "final"]}}
STATE: Schema = {
    "state": {"enum": ["queued", "sequenced", "anchored", "final"]},
    "log": STRING,
    "index": NUMBER,
    "ledgers": _LEDGERS,
}
_COMMITMENTS = closed({"commitments": {**list_of(DIGEST), "minItems": 1, "maxItems": MOST_COMMITMENTS}})
_STATES = closed(
    {
        "items": list_of(
            object_of(
                {
                    "commitment": DIGEST,
                    "state": {"enum": [*STATE["state"]["enum"], "unknown"]},
                    "log": null_or(STRING),
                    "index": null_or(NUMBER),
                    "ledgers": _LEDGERS,
                }
            )
        )
    }
)


async def _list(node: Node, caller: Caller, request: Json) -> Json:
    """`_find` with one value for each name."""
    return await _find(node, caller, {name: [value] if name in NAMES else value for name, value in request.items()})


async def _find(node: Node, caller: Caller, request: Json) -> Json:
    """A page of the caller's records that match the request, how far the index reaches in each log, and the number after which
    the next page begins. Raises Refused (`lookup.malformed`)."""
    query = read_query(request)
    if not node.lookup.indexer.is_running:  # a command that has the node open, where nothing else fills the index
        await node.lookup.indexer.catch_up()
    reach = await asyncio.to_thread(node.lookup.reach)  # before: what is answered reaches at least as far
    found, following = await node.lookup.find(caller, query, request.get("after", 0), request.get("limit", LIMIT))
    return {
        "items": [_told(node, told) for told in found],
        "next": following,
        "index": {name: one.to_json() for name, one in reach.items()},
    }


async def _index(node: Node, _caller: Caller, request: Json) -> Json:
    """Bring the index up to date, or make it anew."""
    indexer = node.lookup.indexer
    await (indexer.rebuild() if request["rebuild"] else indexer.catch_up())
    return {"index": {name: one.to_json() for name, one in (await asyncio.to_thread(indexer.reach)).items()}}


def read_query(request: Mapping[str, Any]) -> Query:
    """What a request looks for. Raises Refused (`lookup.malformed`)."""
    names = {name: values for name in NAMES if (values := request.get(name))}
    times = [_time(name, request[name]) if name in request else () for name in TIMES]
    flags = {"is_disputed": request.get("disputed", False), "is_current": request.get("current", False)}
    return Query(
        names, request.get("profile", ""), **flags, valid_on=times[0], valid_after=times[1], valid_before=times[2]
    )


def _time(name: str, text: str) -> tuple[int, ...]:
    instant = read_instant(text)
    if instant is None:
        raise Refused(LOOKUP_MALFORMED(name, problem=f"{name} is not a date or a date-time (RFC 3339)"))
    return (microseconds(instant),)


def _told(node: Node, told: Told) -> Json:
    record, said = told.record, told.record.said
    return {
        "number": record.number,
        "commitment": record.commitment.hex(),
        "tenant": record.tenant,
        "profile": record.profile,
        "log": next(log.name for log in node.logs.values() if log.origin == record.log),
        "index": record.entry,
        "acknowledged": format_seconds(record.acknowledged),
        "title": said.title,
        "names": {name: list(values) for name, values in said.names.items()},
        "figure": said.shown,
        "validFrom": None if said.start is None else format_seconds(said.start // SECOND),
        "validUntil": None if said.end is None else format_seconds(said.end // SECOND),
        "isCurrent": record.is_current,
        "findings": [finding.outline() for finding in told.findings],
    }


async def states(node: Node, caller: Caller, request: Json) -> Json:
    """How far each of the commitments that are asked for has got; those that the caller does not see are unknown."""
    wanted = [bytes.fromhex(one) for one in request["commitments"]]
    found = await asyncio.to_thread(lambda: node.states_of(node.records(wanted, caller)))
    return {
        "items": [{"commitment": one.hex(), **(found[one].to_json() if one in found else UNKNOWN)} for one in wanted]
    }


OPERATIONS: Mapping[str, Operation] = {
    "records/states": Operation(Scope.READ, "How far many records have got", _COMMITMENTS, _STATES, states),
    "records/list": Operation(
        Scope.READ,
        "Records, by what they say of themselves; and how far the index reaches that they are found in",
        closed({}, {**_ONE_OF_EACH, **_REST}),
        _PAGE,
        _list,
        malformed=LOOKUP_MALFORMED,
        is_list=True,
    ),
    "records/find": Operation(
        Scope.READ,
        "The same list, with several values for each name",
        closed({}, {**_SEVERAL, **_REST}),
        _PAGE,
        _find,
        malformed=LOOKUP_MALFORMED,
    ),
    "records/index": Operation(
        OPERATOR_ONLY,
        "Bring the index of records up to date, or make it anew from the logs",
        closed({"rebuild": BOOLEAN}),
        closed({"index": _INDEX}),
        _index,
    ),
}
