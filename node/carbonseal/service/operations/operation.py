"""Operation: JSON in, JSON out, for a node that is open here and one that is served.

Each is a POST to `/v1/NAME` with a closed object: what it needs, its form, and what it does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from carbonseal.findings import Code
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.codes import ACCESS_MALFORMED
from carbonseal.node.node import Node
from carbonseal.passport import schemas
from carbonseal.passport.schemas import Schema, Shape
from carbonseal.service.listeners import Needs

Json = Mapping[str, Any]
Act = Callable[[Node, Caller, Json], Awaitable[Json]]

DIGEST: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
AFTER: Schema = {"type": "integer", "minimum": 0, "maximum": (1 << 63) - 1}


@dataclass(frozen=True, slots=True)
class Operation:
    """`summary` says what it does; `shape` is the form of its request, `answer` that of what it answers; `malformed`
    is the code of another form; `is_large`: it may have the
    size of an issue request."""

    needs: Needs
    summary: str
    shape: Shape
    answer: Shape
    act: Act
    malformed: Code = ACCESS_MALFORMED
    is_large: bool = False

    async def run(self, node: Node, caller: Caller, request: Any) -> Json:
        """Do it on behalf of `caller`, whom the gate let in. Raises Refused."""
        self.shape.check(request, self.malformed)
        return await self.act(node, caller, request)


def closed(required: Schema, optional: Schema | None = None) -> Shape:
    """The form of an object with these members and no others, by the schema of each."""
    return Shape(schemas.closed(required, optional))
