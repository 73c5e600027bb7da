"""Route of the interface's own description."""

from __future__ import annotations

from aiohttp import web

from carbonseal.service.context import DOCUMENT
from carbonseal.service.listeners import PUBLIC, Routes
from carbonseal.service.openapi.facts import JSON, Facts, of_json

ROUTES = Routes()


@ROUTES.get(
    "/openapi.json",
    PUBLIC,
    Facts("The OpenAPI document of this listener", {200: of_json({"type": "object"})}, tag="interface"),
)
async def openapi(request: web.Request) -> web.Response:
    """What this listener answers, as OpenAPI 3.1 has it."""
    return web.Response(body=request.app[DOCUMENT], content_type=JSON, headers={"Cache-Control": "no-cache"})
