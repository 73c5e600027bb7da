"""How the node is, and the two things that commands ask of it while it runs: sequence now, anchor now."""

from __future__ import annotations

from aiohttp import web

from .bodies import require_type
from .context import NODE, answer

ROUTES = web.RouteTableDef()


@ROUTES.post("/v1/sequence")
async def sequence(request: web.Request) -> web.Response:
    """Let everything that waits join the log now. The checkpoint is null where nothing waited."""
    require_type(request, "application/json")
    note = await request.app[NODE].sequence()
    return answer({"checkpoint": None if note is None else note.decode()})
