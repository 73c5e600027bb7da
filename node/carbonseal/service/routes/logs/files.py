"""Routes of a log (C2SP tlog-tiles) under the prefix `/v1/logs/NAME`: checkpoint, tiles, entry bundles, proofs.

A path is read as the coordinates of a tile, never as a path of the file system.
"""

from __future__ import annotations

import re

from aiohttp import web

from carbonseal.findings import Refused
from carbonseal.log.tiles import WIDTH
from carbonseal.service import codes
from carbonseal.service.context import log_in_path, number_in_path
from carbonseal.service.listeners import PUBLIC, Routes
from carbonseal.service.openapi.facts import Facts, Parameter, of_bytes, of_text
from carbonseal.service.openapi.parameters import INDEX, LOG

ROUTES = Routes()

FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
NOT_FOR_LONG = {"Cache-Control": "no-cache"}
_TILE_PATH = Parameter(
    "path", {"type": "string"}, "Level and number as C2SP tlog-tiles has them: 0/x001/234.p/5, entries/000"
)

_NUMBER = r"(?P<number>(?:x[0-9]{3}/)*[0-9]{3})"
_WIDTH = r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
_TILE = re.compile(rf"(?P<level>entries|[0-9]|[1-5][0-9]|6[0-3])/{_NUMBER}{_WIDTH}", re.ASCII)


@ROUTES.get(
    "/v1/logs/{log}/checkpoint",
    PUBLIC,
    Facts("The newest signed checkpoint", {200: of_text("A signed note (C2SP tlog-checkpoint)")}, (LOG,), is_open=True),
)
async def checkpoint(request: web.Request) -> web.Response:
    """The log's newest signed checkpoint. Not to be cached."""
    note = log_in_path(request).checkpoint()
    if note is None:
        raise Refused(codes.NO_CHECKPOINT())
    return web.Response(body=note, content_type="text/plain", charset="utf-8", headers=NOT_FOR_LONG)


@ROUTES.get(
    "/v1/logs/{log}/tile/{path:.+}",
    PUBLIC,
    Facts("A tile or an entry bundle", {200: of_bytes("C2SP tlog-tiles")}, (LOG, _TILE_PATH), is_open=True),
)
async def tile(request: web.Request) -> web.Response:
    """A tile or an entry bundle. It never changes."""
    found = _TILE.fullmatch(request.match_info["path"])
    if found is None:
        raise Refused(codes.NO_TILE())
    number, width = _number(found["number"]), int(found["width"] or WIDTH)
    if found["width"] and width >= WIDTH:
        raise Refused(codes.NO_TILE())
    files = log_in_path(request).files
    try:
        level = found["level"]
        data = files.entries(number, width) if level == "entries" else files.tile(int(level), number, width)
    except Refused as missing:
        raise Refused(codes.NO_TILE()) from missing
    return web.Response(body=data, content_type="application/octet-stream", headers=FOR_EVER)


@ROUTES.get(
    "/v1/logs/{log}/proofs/{index}",
    PUBLIC,
    Facts(
        "The proof of an entry under the newest checkpoint",
        {200: of_text("C2SP tlog-proof")},
        (LOG, INDEX),
        refused=(409,),
        is_open=True,
    ),
)
async def proof(request: web.Request) -> web.Response:
    """The proof of an entry under the log's newest checkpoint (c2sp.org/tlog-proof@v1)."""
    found = log_in_path(request).proof(number_in_path(request, "index"))
    return web.Response(body=found.encode(), content_type="text/plain", charset="utf-8", headers=NOT_FOR_LONG)


def _number(text: str) -> int:
    """`x001/x234/067` as 1234067. Raises Refused on leading groups of zeros: each tile has one path."""
    groups = text.replace("x", "").split("/")
    if (len(groups) > 1 and groups[0] == "000") or len(groups) > 6:
        raise Refused(codes.NO_TILE())
    return int("".join(groups))
