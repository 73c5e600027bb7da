"""Routes of the operations (`carbonseal.service.operations`): one POST each."""

from __future__ import annotations

import asyncio

from aiohttp import web

from carbonseal.passport.passports import PASSPORT_LIMITS
from carbonseal.records.strict import RECORD_LIMITS, Limits, parse
from carbonseal.service.bodies import read_body, require_type
from carbonseal.service.context import BOUNDS, NODE, TIMEOUT, answer, caller_of
from carbonseal.service.errors import Handler
from carbonseal.service.idempotency import under_key
from carbonseal.service.listeners import Routes
from carbonseal.service.openapi.facts import JSON, Facts, of_json
from carbonseal.service.operations.listed import OPERATIONS
from carbonseal.service.operations.operation import Operation

ROUTES = Routes()


def _handler(operation: Operation) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        require_type(request, JSON)
        bounds = request.app[BOUNDS]
        most = bounds.issue_request if operation.is_large else bounds.checkpoint
        limits = Limits(most, max_values=PASSPORT_LIMITS.max_values) if operation.is_large else RECORD_LIMITS
        body = await read_body(request, most, request.app[TIMEOUT])
        wanted = await asyncio.to_thread(parse, body, limits)
        node, caller = request.app[NODE], caller_of(request)
        if not operation.takes_key:
            return answer(await operation.run(node, caller, wanted))
        async with under_key(request, body) as key:
            return answer(await operation.run(node, caller, wanted, key))

    return handle


def _facts(operation: Operation) -> Facts:
    return Facts(
        operation.summary,
        {200: of_json(operation.answer)},
        body=of_json(operation.shape),
        takes_key=operation.takes_key,
    )


for _name, _operation in OPERATIONS.items():
    ROUTES.post(f"/v1/{_name}", _operation.needs, _facts(_operation))(_handler(_operation))
