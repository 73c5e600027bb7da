"""Routes of status lists (W3C Bitstring Status List 1.0): what the id of a list leads to, for everybody."""

from __future__ import annotations

import uuid

from aiohttp import web

from carbonseal.findings import Refused
from carbonseal.passport.schemas import STATUS_LIST
from carbonseal.service import codes
from carbonseal.service.context import NODE
from carbonseal.service.listeners import PUBLIC, Routes
from carbonseal.service.openapi.facts import Content, Facts, Parameter

ROUTES = Routes()

TYPE = "application/vc"  # W3C Verifiable Credentials Data Model 2.0, section C.2
NOT_FOR_LONG = {"Cache-Control": "no-cache"}
_NAME = Parameter("name", {"type": "string"}, "The UUID in the id of the list")


@ROUTES.get(
    "/v1/status-lists/{name}",
    PUBLIC,
    Facts("The newest version of a status list", {200: Content({TYPE: STATUS_LIST})}, (_NAME,)),
)
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
