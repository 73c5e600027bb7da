"""Lists: what is here, page by page, in one form.

    GET /v1/grants?after=41&limit=2 -> {"items": [{"number": 42, ...}, {"number": 57, ...}], "next": 57}

- Items come in the order of their numbers, which never change; `next` is null on the last page.
- A page costs what it has, however much there is: every filter has its index.
- What a caller may not see is in no page, and moves no number.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from carbonseal.findings import Refused
from carbonseal.instants import parse_instant
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.codes import ACCESS_MALFORMED
from carbonseal.node.node import Node
from carbonseal.passport import schemas
from carbonseal.passport.schemas import INSTANT, Schema, list_of
from carbonseal.service.listeners import Needs
from carbonseal.service.openapi.schemas import NUMBER, null_or
from carbonseal.storage.paging import Span

from .operation import Json, Operation, closed

LIMIT, MOST = 100, 1000  # items of a page, where the request does not say and at most

_AFTER: Schema = {
    **NUMBER,
    "description": "The number of the last item that is known: next of the page before",
    "default": 0,
}
_LIMIT: Schema = {
    "type": "integer",
    "minimum": 1,
    "maximum": MOST,
    "description": "The most items of the page",
    "default": LIMIT,
}
TIMES: Schema = {
    "issuedFrom": {**INSTANT, "description": "From the first that was issued then or later"},
    "issuedBefore": {**INSTANT, "description": "To the last that was issued before"},
}


@dataclass(frozen=True, slots=True)
class Page:
    """A request for at most `limit` items whose numbers are above `after`, and which pass the filters."""

    after: int
    limit: int
    filters: Mapping[str, Any]

    @property
    def span(self) -> Span:
        """What the page may have, where times are among its filters (`TIMES`). Raises Refused (`access.malformed`)."""
        since, until = (_seconds(name, self.filters.get(name)) for name in TIMES)
        return Span(self.after, self.limit, since, until)


def _seconds(name: str, text: str | None) -> int | None:
    try:
        return None if text is None else int(parse_instant(text).timestamp())
    except ValueError as error:
        raise Refused(ACCESS_MALFORMED(name, problem=str(error))) from error


Find = Callable[[Node, Caller, Page], Awaitable[Sequence[Json]]]


def listing(needs: Needs, summary: str, item: Schema, find: Find, filters: Schema | None = None) -> Operation:
    """The list of what `find` finds: items of this form without their `number`, which each has too. `filters` are the schemas of
    its filters, with a description each."""

    async def act(node: Node, caller: Caller, request: Json) -> Json:
        limit = request.get("limit", LIMIT)
        found = await find(node, caller, Page(request.get("after", 0), limit + 1, request))
        items = found[:limit]
        return {"items": items, "next": items[-1]["number"] if len(found) > limit else None}

    form = schemas.closed({"number": NUMBER, **item})
    answer = closed({"items": list_of(form), "next": null_or(NUMBER)})
    shape = closed({}, {"after": _AFTER, "limit": _LIMIT, **(filters or {})})
    return Operation(needs, summary, shape, answer, act, is_list=True)
