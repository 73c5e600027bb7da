"""Operations on jobs: export, list, show, cancel. Issuing many is a route of its own: its body is a stream."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from carbonseal.node.access.callers import Caller
from carbonseal.node.access.scopes import Scope
from carbonseal.node.issuance.issue_desk import Request
from carbonseal.node.jobs.export_requests import ID, WANTED
from carbonseal.node.jobs.job import JobKind, JobState
from carbonseal.node.node import Node
from carbonseal.node.requests.idempotency import NO_KEY, Unkeyed
from carbonseal.passport import schemas
from carbonseal.passport.schemas import INSTANT, Schema, Shape
from carbonseal.service.openapi.schemas import FINDING, NUMBER, STRING, null_or

from .listing import Page, listing
from .operation import Json, Operation, closed

_JOB: dict[str, Schema] = {
    "job": ID,
    "kind": {"enum": [kind.value for kind in JobKind]},
    "state": {"enum": [state.value for state in JobState]},
    "caller": STRING,
    "created": INSTANT,
    "of": NUMBER,
    "done": NUMBER,
    "failed": NUMBER,
    "ended": null_or(INSTANT),
    "expires": null_or(INSTANT),
    "problem": null_or(FINDING),
}
JOB = schemas.closed({"number": NUMBER, **_JOB})
_OF_JOB = closed({"job": ID})


async def _export(node: Node, caller: Caller, request: Request, key: Unkeyed) -> Json:
    return await node.jobs.export(caller, request, key)


async def _export_once(node: Node, caller: Caller, request: Request) -> Json:
    return await node.jobs.export(caller, request, NO_KEY)


async def _list(node: Node, caller: Caller, page: Page) -> list[Json]:
    return await asyncio.to_thread(node.jobs.listed, caller, page.after, page.limit)


async def _show(node: Node, caller: Caller, request: Json) -> Json:
    return node.jobs.show(request["job"], caller)


async def _cancel(node: Node, caller: Caller, request: Json) -> Json:
    return await node.jobs.cancel(request["job"], caller)


OPERATIONS: Mapping[str, Operation] = {
    "jobs/export": Operation(
        Scope.READ,
        "Export many passports, refreshed: those named, those that a job issued, or all (of a product, of an issuer)",
        WANTED,
        Shape(JOB),
        _export_once,
        is_read_at_desk=True,
        takes_key=True,
        issue=_export,
        refused=(429,),
    ),
    "jobs/list": listing(Scope.READ, "The jobs of this tenant", _JOB, _list),
    "jobs/show": Operation(Scope.READ, "How far one job is", _OF_JOB, Shape(JOB), _show),
    "jobs/cancel": Operation(
        Scope.READ,
        "Do no more of one job; one that issues needs the scope issue",
        _OF_JOB,
        Shape(JOB),
        _cancel,
        refused=(409,),
    ),
}
