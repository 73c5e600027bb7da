"""All pages of a list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

from carbonseal.service.operations.listing import MOST


class Operates(Protocol):
    """What knows a node's operations."""

    async def operate(self, name: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer of one of them."""
        ...


async def every(node: Operates, name: str, /, **filters: Any) -> AsyncIterator[Mapping[str, Any]]:
    """Every item of the list `name` that passes the filters, page by page; `after` begins behind the item of that number. Raises
    as `operate`."""
    following: int | None = filters.pop("after", 0)
    while following is not None:
        page = await node.operate(name, {**filters, "after": following, "limit": MOST})
        for item in page["items"]:
            yield item
        following = page["next"]


async def all_of(node: Operates, name: str, /, **filters: Any) -> list[Mapping[str, Any]]:
    """The whole list `name`, of what passes the filters, as `every` reads it."""
    return [one async for one in every(node, name, **filters)]
