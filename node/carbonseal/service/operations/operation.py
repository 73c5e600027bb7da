"""Operation: JSON in, JSON out, for a node that is open here and one that is served.

Each is a POST to `/v1/NAME` with a closed object: what it needs, its form, and what it does. A list, `NAME/list`, is a GET of
`/v1/NAME`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from carbonseal.findings import Code
from carbonseal.node.access.callers import Caller
from carbonseal.node.access.codes import ACCESS_MALFORMED
from carbonseal.node.access.scopes import Scope
from carbonseal.node.issuance.codes import ISSUE_MALFORMED
from carbonseal.node.node import Node
from carbonseal.node.requests.idempotency import NO_KEY, Unkeyed
from carbonseal.passport import schemas
from carbonseal.passport.schemas import Schema, Shape
from carbonseal.service.listeners import Needs

Json = Mapping[str, Any]
Act = Callable[[Node, Caller, Any], Awaitable[Json]]
Issue = Callable[[Node, Caller, Any, Unkeyed], Awaitable[Json]]

DIGEST: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


@dataclass(frozen=True, slots=True)
class Operation:
    """`summary` says what it does; `shape` is the form of its request, `answer` that of what it answers; `malformed`
    is the code of another form; `is_read_at_desk`: it may have the size of an issue request, and come as bytes, which are read
    where the work is done. `takes_key`: it may come under an idempotency key, with which its answer is kept, a small one; or it
    signs, by `issue`, which sees to the key itself. `refused` are HTTP statuses with which it may refuse beside those of all.
    `is_list`: it is a GET, with its request as the query (`listing`). `rules` are what a schema can say of the request beside
    `shape`, for the document alone: what refuses the rest has better words."""

    needs: Needs
    summary: str
    shape: Shape
    answer: Shape
    act: Act
    malformed: Code = ACCESS_MALFORMED
    refused: tuple[int, ...] = ()
    takes_key: bool = False
    issue: Issue | None = None
    is_list: bool = False
    is_read_at_desk: bool = False
    rules: Schema = field(default_factory=dict)

    def check(self, request: object) -> None:
        """Raise Refused where a request has another form."""
        self.shape.check(request, self.malformed)

    async def run(self, node: Node, caller: Caller, request: Any, key: Unkeyed = NO_KEY) -> Json:
        """Do what a request asks for, which was checked, or comes as bytes, on behalf of `caller`, whom the gate let in; under a
        key, once. Raises Refused."""
        if self.issue is not None:
            return await self.issue(node, caller, request, key)
        if key.answer is not None:
            before: Json = orjson.loads(key.answer)
            return before
        answer = await self.act(node, caller, request)
        if key is not NO_KEY:
            await node.idempotency.keep(key, orjson.dumps(answer))
        return answer


def issuing(summary: str, shape: Shape, answer: Shape, issue: Issue) -> Operation:
    """The operation that signs what a request asks for; the desk that reads it checks its form."""

    async def act(node: Node, caller: Caller, request: Json) -> Json:
        return await issue(node, caller, request, NO_KEY)

    return Operation(
        Scope.ISSUE,
        summary,
        shape,
        answer,
        act,
        ISSUE_MALFORMED,
        takes_key=True,
        issue=issue,
        is_read_at_desk=True,
    )


def closed(required: Schema, optional: Schema | None = None) -> Shape:
    """The form of an object with these members and no others, by the schema of each."""
    return Shape(schemas.closed(required, optional))
