"""Lists: what is here, page by page, in one form.

    GET /v1/grants?after=41&limit=2 -> {"items": [{"number": 42, ...}, {"number": 57, ...}], "next": 57}

- Items come in the order of their numbers, which only grow and never change; `next` is null on the last page.
- A page costs what it has, however much there is: every filter has its index.
- What a caller may not see is in no page, and moves no number.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from carbonseal.findings import Refused
from carbonseal.instants import parse_instant
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.codes import ACCESS_MALFORMED
from carbonseal.node.node import Node
from carbonseal.passport import schemas
from carbonseal.passport.schemas import INSTANT, Schema, Shape, list_of
from carbonseal.service.listeners import Needs
from carbonseal.service.openapi.schemas import NUMBER, null_or
from carbonseal.storage.paging import Span

from .operation import Json, Operation, closed

LIMIT, MOST = 100, 1000  # items of a page, where the request does not say and at most

PAGING: Schema = {
    "after": {
        **NUMBER,
        "description": "The number of the last item that is known: next of the page before",
        "default": 0,
    },
    "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": MOST,
        "description": "The most items of the page",
        "default": LIMIT,
    },
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
Known = TypeVar("Known")


def page_of(item: Schema, more: Schema | None = None) -> Shape:
    """The form of a page: items of this form, each with its `number`, and what the page has `more`."""
    form = schemas.closed({"number": NUMBER, **item})
    return closed({"items": list_of(form), "next": null_or(NUMBER), **(more or {})})


def listing(
    needs: Needs, summary: str, item: Schema, find: Find, filters: Schema | None = None, *, of: Schema | None = None
) -> Operation:
    """The list of what `find` finds: items of this form without their `number`, which each has too. `filters` are the schemas of
    its filters, with a description each; those in `of` are required, and name what there has to be."""

    async def act(node: Node, caller: Caller, request: Json) -> Json:
        limit = request.get("limit", LIMIT)
        found = await find(node, caller, Page(request.get("after", 0), limit + 1, request))
        items = found[:limit]
        return {"items": items, "next": items[-1]["number"] if len(found) > limit else None}

    shape = closed(of or {}, {**PAGING, **(filters or {})})
    return Operation(needs, summary, shape, page_of(item), act, is_list=True, refused=(404,) if of else ())


def in_memory(known: Iterable[Known], page: Page, number: Callable[[Known], int]) -> list[Known]:
    """What is on a page of a few things that are in memory, in the order of their numbers."""
    return [*islice((one for one in known if number(one) > page.after), page.limit)]
