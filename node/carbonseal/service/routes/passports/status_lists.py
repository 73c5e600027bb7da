"""Routes of status lists (W3C Bitstring Status List 1.0): what the id of a list leads to, for everybody."""

from __future__ import annotations

import uuid

from aiohttp import web

from carbonseal.findings import Refused
from carbonseal.service import codes
from carbonseal.service.context import NODE
from carbonseal.service.listeners import PUBLIC, Routes

ROUTES = Routes()

TYPE = "application/vc"  # W3C Verifiable Credentials Data Model 2.0, section C.2
NOT_FOR_LONG = {"Cache-Control": "no-cache"}


@ROUTES.get("/v1/status-lists/{name}", PUBLIC)
async def newest(request: web.Request) -> web.Response:
    """The newest signed version of one of the node's status lists. Not to be cached."""
    name = request.match_info["name"]
    found = await request.app[NODE].status_list(uuid.UUID(name)) if _is_uuid(name) else None
    if found is None:
        raise Refused(codes.UNKNOWN_STATUS_LIST())
    return web.Response(body=found, content_type=TYPE, headers=NOT_FOR_LONG)


def _is_uuid(text: str) -> bool:
    """Whether a text is a UUID in the one form that ids have it in."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
