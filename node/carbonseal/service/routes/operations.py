"""Routes of the operations (`carbonseal.service.operations`): one POST each, or one GET of a list."""

from __future__ import annotations

from aiohttp import web

from carbonseal.passport.schemas import Schema
from carbonseal.service.bodies import read_body, require_type
from carbonseal.service.context import BOUNDS, NODE, TIMEOUT, answer, caller_of, query_of
from carbonseal.service.errors import Handler
from carbonseal.service.idempotency import under_key
from carbonseal.service.listeners import Routes
from carbonseal.service.listening.shares import client_of
from carbonseal.service.openapi.facts import JSON, Facts, Parameter, of_json
from carbonseal.service.operations.listed import OPERATIONS, address_of
from carbonseal.service.operations.operation import Operation
from carbonseal.service.operations.reading import read_request

ROUTES = Routes()


def _handler(operation: Operation) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        require_type(request, JSON)
        bounds, node, caller = request.app[BOUNDS], request.app[NODE], caller_of(request)
        most = bounds.issue_request if operation.is_read_at_desk else bounds.record
        body = await read_body(request, most, request.app[TIMEOUT])
        wanted = body
        if not operation.is_read_at_desk:
            wanted = await read_request(node.work, client_of(request), body, operation.shape, operation.malformed)
        if not operation.takes_key:
            return answer(await operation.run(node, caller, wanted))
        async with under_key(request, body) as key:
            if operation.issue is None:
                return answer(await operation.run(node, caller, wanted, key))
            async with node.turns.take(caller.name, len(body)):
                return answer(await operation.run(node, caller, wanted, key))

    return handle


def _facts(operation: Operation) -> Facts:
    return Facts(
        operation.summary,
        {200: of_json(operation.answer)},
        body=of_json({**operation.shape.schema, **operation.rules} if operation.rules else operation.shape),
        refused=operation.refused,
        takes_key=operation.takes_key,
    )


def _list_handler(operation: Operation) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        wanted = {name: value for name, value in query_of(request).items() if value is not None}
        operation.check(wanted)
        return answer(await operation.run(request.app[NODE], caller_of(request), wanted))

    return handle


def _list_facts(operation: Operation) -> Facts:
    members: Schema = operation.shape.schema["properties"]
    required = operation.shape.schema["required"]
    parameters = (_parameter(name, schema, is_required=name in required) for name, schema in members.items())
    return Facts(operation.summary, {200: of_json(operation.answer)}, tuple(parameters), refused=operation.refused)


def _parameter(name: str, schema: Schema, *, is_required: bool) -> Parameter:
    """A member of a list's request as a parameter of the query."""
    form = {keyword: value for keyword, value in schema.items() if keyword not in ("description", "default")}
    return Parameter(name, form, schema["description"], schema.get("default"), is_required)


for _name, _operation in OPERATIONS.items():
    if _operation.is_list:
        ROUTES.get(address_of(_name), _operation.needs, _list_facts(_operation))(_list_handler(_operation))
    else:
        ROUTES.post(address_of(_name), _operation.needs, _facts(_operation))(_handler(_operation))
