"""Other logs' heads, entered into one of these: nothing but a checkpoint signed by a log whose key `node.toml` names."""

from __future__ import annotations

from aiohttp import web

from carbonseal.findings import Refused

from .bodies import read_body, require_type
from .context import BOUNDS, TIMEOUT, answer, digest_in_path, log_in_path, number_in_path
from .errors import UNKNOWN_ANCHOR

ROUTES = web.RouteTableDef()


@ROUTES.post("/v1/logs/{log}/foreign-anchors")
async def submit(request: web.Request) -> web.Response:
    """The same again is a success; another root for the same log and size is not (409)."""
    log = log_in_path(request)
    require_type(request, "text/plain")
    checkpoint = await read_body(request, request.app[BOUNDS].checkpoint, request.app[TIMEOUT])
    state = await log.submit_foreign(checkpoint)
    return answer(state.to_json(), status=202 if state.index is None else 200)


@ROUTES.get("/v1/logs/{log}/foreign-anchors/{log_id}/{size}")
async def one(request: web.Request) -> web.Response:
    state = log_in_path(request).foreign(digest_in_path(request, "log_id"), number_in_path(request, "size"))
    if state is None:
        raise Refused(UNKNOWN_ANCHOR())
    return answer(state.to_json())


@ROUTES.get("/v1/logs/{log}/foreign-anchors/{log_id}")
async def newest(request: web.Request) -> web.Response:
    state = log_in_path(request).foreign(digest_in_path(request, "log_id"))
    if state is None:
        raise Refused(UNKNOWN_ANCHOR())
    return answer(state.to_json())
