"""Routes of foreign anchors (docs/spec.md, section 19): checkpoints of logs whose keys `node.toml` lists."""

from __future__ import annotations

from aiohttp import web

from carbonseal.findings import Refused
from carbonseal.service import codes
from carbonseal.service.bodies import read_body, require_type
from carbonseal.service.context import BOUNDS, TIMEOUT, answer, digest_in_path, log_in_path, number_in_path

ROUTES = web.RouteTableDef()


@ROUTES.post("/v1/logs/{log}/foreign-anchors")
async def submit(request: web.Request) -> web.Response:
    """Enter a signed checkpoint. The same again is a success; another root for the same log and size is 409."""
    log = log_in_path(request)
    require_type(request, "text/plain")
    checkpoint = await read_body(request, request.app[BOUNDS].checkpoint, request.app[TIMEOUT])
    state = await log.submit_foreign(checkpoint)
    return answer(state.to_json(), status=202 if state.index is None else 200)


@ROUTES.get("/v1/logs/{log}/foreign-anchors/{log_id}/{size}")
async def one(request: web.Request) -> web.Response:
    """The state of the foreign anchor of that log id and size."""
    state = log_in_path(request).foreign(digest_in_path(request, "log_id"), number_in_path(request, "size"))
    if state is None:
        raise Refused(codes.UNKNOWN_ANCHOR())
    return answer(state.to_json())


@ROUTES.get("/v1/logs/{log}/foreign-anchors/{log_id}")
async def newest(request: web.Request) -> web.Response:
    """The state of the foreign anchor of that log id with the largest size."""
    state = log_in_path(request).foreign(digest_in_path(request, "log_id"))
    if state is None:
        raise Refused(codes.UNKNOWN_ANCHOR())
    return answer(state.to_json())
