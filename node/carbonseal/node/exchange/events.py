"""Events of PACT 3 (CloudEvents 1.0, structured mode): those that a partner sends, and those that answer them. Pure.

| event | from a partner | to a partner |
|---|---|---|
| PublishedEvent | kept, for people and programs to read | |
| RequestCreatedEvent | kept, and answered later | |
| RequestFulfilledEvent, RequestRejectedEvent | refused: this host asks nobody | the answers |
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from carbonseal.findings import Refused
from carbonseal.footprints.documents import read_instant
from carbonseal.instants import format_seconds
from carbonseal.passport.schemas import Shape
from carbonseal.records.places import printable
from carbonseal.records.strict import Limits, parse

from . import codes
from .criteria import NAMES, TIMES

PREFIX = "org.wbcsd.pact.ProductFootprint."
PUBLISHED, CREATED, FULFILLED, REJECTED = (
    f"{PREFIX}{name}.3"
    for name in ("PublishedEvent", "RequestCreatedEvent", "RequestFulfilledEvent", "RequestRejectedEvent")
)
MEDIA = "application/cloudevents+json"
LARGEST = 32 * 1024  # bytes of an event that a partner sends: a client has thousands of them here
LIMITS = Limits(LARGEST)

_TEXT = {"type": "string", "minLength": 1, "maxLength": 1000}
_TEXTS = {"type": "array", "items": _TEXT}
_UUID = {"type": "string", "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"}
_EVENT = Shape(
    {
        "type": "object",
        "properties": {
            **dict.fromkeys(("type", "id", "source", "time"), _TEXT),
            "specversion": {"const": "1.0"},
            "data": {"type": "object"},
        },
        "required": ["type", "specversion", "id", "source", "time", "data"],
    }
)
_DATA = {
    PUBLISHED: Shape(
        {
            "type": "object",
            "properties": {"pfIds": {"type": "array", "items": _UUID, "minItems": 1}},
            "required": ["pfIds"],
        }
    ),
    CREATED: Shape(
        {
            "type": "object",
            "properties": {
                **dict.fromkeys(("productId", "companyId", "geography", "classification"), _TEXTS),
                **dict.fromkeys(("status", "validOn", "validAfter", "validBefore"), _TEXT),
                "comment": {"type": "string"},
            },
        }
    ),
}


def read_event(raw: bytes) -> Mapping[str, Any]:
    """The event in the body of a request. Raises Refused (`json.*`, `exchange.event`)."""
    event: Any = parse(raw, LIMITS)
    _EVENT.check(event, codes.EXCHANGE_EVENT)
    if read_instant(event["time"]) is None:
        raise Refused(codes.EXCHANGE_EVENT("/time", problem="time is not a date-time (RFC 3339)"))
    if event["type"] not in _DATA:
        problem = f"this host takes {PUBLISHED} and {CREATED}, not {printable(event['type'], 80)}"
        raise Refused(codes.EXCHANGE_EVENT("/type", problem=problem))
    _DATA[event["type"]].check(event["data"], codes.EXCHANGE_EVENT)
    if event["type"] == CREATED:
        _check_criteria(event["data"])
    if event["type"] == CREATED and not list(criteria_of(event["data"])):
        raise Refused(codes.EXCHANGE_EVENT("/data", problem="the request has no criteria"))
    taken: Mapping[str, Any] = event
    return taken


def _check_criteria(data: Mapping[str, Any]) -> None:
    """Criteria are texts, or lists of them, whatever the case of their names. Raises Refused."""
    for name, values in data.items():
        if _is_criterion(name):
            listed = [values] if isinstance(values, str) else values
            if not isinstance(listed, list) or not all(isinstance(one, str) and one for one in listed):
                problem = "it is no text, and no list of texts"
                raise Refused(codes.EXCHANGE_EVENT(f"/data/{printable(name, 80)}", problem=problem))


def _is_criterion(name: str) -> bool:
    return name.lower() in NAMES or name.lower() in TIMES


def criteria_of(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The criteria of a request, as `read_criteria` takes them."""
    for name, values in data.items():
        if _is_criterion(name):
            yield from ((name, value) for value in ([values] if isinstance(values, str) else values))


def fulfilled(request: Mapping[str, Any], source: str, now: int, footprints: Sequence[bytes]) -> bytes:
    """The answer with these footprints, each as it was sealed."""
    return _answer(FULFILLED, request, source, now, {"pfs": [orjson.Fragment(one) for one in footprints]})


def rejected(request: Mapping[str, Any], source: str, now: int, code: str, message: str) -> bytes:
    """The answer that there are none."""
    return _answer(REJECTED, request, source, now, {"error": {"code": code, "message": message}})


def _answer(type: str, request: Mapping[str, Any], source: str, now: int, content: Mapping[str, Any]) -> bytes:
    """An answer. A request that is answered again, after a crash, has an answer with the same id."""
    return orjson.dumps(
        {
            "type": type,
            "specversion": "1.0",
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{source}\n{request['source']}\n{request['id']}")),
            "source": source,
            "time": format_seconds(now),
            "data": {"requestEventId": request["id"], **content},
        }
    )


def told(events: Iterable[Any]) -> list[dict[str, Any]]:
    """Kept events (`inbox.Event`) as JSON."""
    return [
        {
            "number": one.number,
            "client": one.client,
            "tenant": one.tenant,
            "received": format_seconds(one.received),
            "state": one.state.value,
            "tries": one.tries,
            "answer": one.answer,
            "reason": one.reason,
            "event": orjson.loads(one.body),
        }
        for one in events
    ]
