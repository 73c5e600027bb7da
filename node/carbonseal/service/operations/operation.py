"""Operation: JSON in, JSON out, for a node that is open here and one that is served.

Each is a POST to `/v1/NAME` with a closed object: what it needs, its form, and what it does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from carbonseal.node.access.callers import Caller
from carbonseal.node.access.codes import ACCESS_MALFORMED
from carbonseal.node.node import Node
from carbonseal.passport.schemas import Shape
from carbonseal.service.listeners import Needs

Json = Mapping[str, Any]
Act = Callable[[Node, Caller, Json], Awaitable[Json]]

DIGEST: Json = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
AFTER: Json = {"type": "integer", "minimum": 0, "maximum": (1 << 63) - 1}


@dataclass(frozen=True, slots=True)
class Operation:
    """`shape` is the form of its request; `is_large`: it may have the size of an issue request."""

    needs: Needs
    shape: Shape
    act: Act
    is_large: bool = False

    async def run(self, node: Node, caller: Caller, request: Any) -> Json:
        """Do it on behalf of `caller`, whom the gate let in. Raises Refused."""
        self.shape.check(request, ACCESS_MALFORMED)
        return await self.act(node, caller, request)


def closed(required: Json, optional: Json | None = None) -> Shape:
    """The form of an object with these members and no others, by the schema of each."""
    return Shape(
        {
            "type": "object",
            "properties": {**required, **(optional or {})},
            "required": [*required],
            "additionalProperties": False,
        }
    )
