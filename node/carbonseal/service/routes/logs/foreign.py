"""Routes of other logs' heads (docs/spec.md, section 19): cosigned, as C2SP tlog-witness has it, and entered."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from carbonseal.findings import Refused
from carbonseal.log.notes import Signature
from carbonseal.node.witnessing.anchors import ForeignAnchorState
from carbonseal.node.witnessing.heads import Conflict
from carbonseal.passport.schemas import DIGEST, closed
from carbonseal.service import codes
from carbonseal.service.bodies import read_body, require_no_encoding
from carbonseal.service.context import BOUNDS, TIMEOUT, answer, digest_in_path, log_in_path, number_in_path
from carbonseal.service.listeners import PUBLIC, Routes
from carbonseal.service.openapi.facts import Content, Facts, of_json, of_text
from carbonseal.service.openapi.parameters import LOG, LOG_ID, SIZE
from carbonseal.service.openapi.schemas import NUMBER, STRING, null_or

ROUTES = Routes()

_SIZE_TYPE = "text/x.tlog.size"
_ENTERED = {"state": {"enum": ["queued", "sequenced"]}, "index": null_or(NUMBER), "size": NUMBER, "root": DIGEST}
_WITNESSED = Content({"*/*": {}}, "old SIZE, a consistency proof, and a signed checkpoint (C2SP tlog-witness)")
_CONFLICT = of_text("The size that was taken last: this head does not continue it", _SIZE_TYPE)
_COSIGNED = closed({**_ENTERED, "cosignature": STRING})
_ADD = Facts(
    "Cosign a head of another log",
    {200: of_text("Cosignatures, a line by each witness key"), 409: _CONFLICT},
    (LOG,),
    _WITNESSED,
)
_SUBMIT = Facts(
    "Cosign a head of another log, and enter it once",
    {200: of_json(_COSIGNED, "Sequenced"), 202: of_json(_COSIGNED, "Queued"), 409: _CONFLICT},
    (LOG,),
    _WITNESSED,
)
_STATE = {200: of_json(closed(_ENTERED))}
_HEAD = {200: of_json(closed({"size": NUMBER, "root": DIGEST}))}


@ROUTES.post("/v1/logs/{log}/add-checkpoint", PUBLIC, _ADD)
async def add_checkpoint(request: web.Request) -> web.Response:
    """Cosign a head of another log: 200 with the cosignatures; 409 with the size taken last, where it does not continue that."""
    log = log_in_path(request)
    body = await _body(request)
    try:
        cosignatures = await log.add_checkpoint(body)
    except Conflict as conflict:
        return _size(conflict.taken)
    return web.Response(text=_lines(cosignatures), content_type="text/plain", headers={"Cache-Control": "no-store"})


@ROUTES.post("/v1/logs/{log}/foreign-anchors", PUBLIC, _SUBMIT)
async def submit(request: web.Request) -> web.Response:
    """Cosign a head of another log, and enter it once: 202 queued, 200 sequenced; 409 as `add_checkpoint`."""
    log = log_in_path(request)
    body = await _body(request)
    try:
        cosignatures, state = await log.submit_foreign(body)
    except Conflict as conflict:
        return _size(conflict.taken)
    return answer({**state.to_json(), "cosignature": _lines(cosignatures)}, status=202 if state.index is None else 200)


@ROUTES.get(
    "/v1/logs/{log}/foreign-anchors/{log_id}/{size}",
    PUBLIC,
    Facts("The state of a foreign anchor", _STATE, (LOG, LOG_ID, SIZE)),
)
async def state_of(request: web.Request) -> web.Response:
    """The state of the foreign anchor of that log id and size."""
    return _state(log_in_path(request).foreign(digest_in_path(request, "log_id"), number_in_path(request, "size")))


@ROUTES.get(
    "/v1/logs/{log}/foreign-anchors/{log_id}",
    PUBLIC,
    Facts("The state of the newest foreign anchor of a log", _STATE, (LOG, LOG_ID)),
)
async def newest(request: web.Request) -> web.Response:
    """The state of the foreign anchor of that log id with the largest size."""
    return _state(log_in_path(request).foreign(digest_in_path(request, "log_id")))


@ROUTES.get(
    "/v1/logs/{log}/taken-heads/{log_id}",
    PUBLIC,
    Facts("The head of another log that was taken last", _HEAD, (LOG, LOG_ID)),
)
async def taken(request: web.Request) -> web.Response:
    """Size and root of the head of that log id that was taken last: what the next one has to continue."""
    head = log_in_path(request).taken(digest_in_path(request, "log_id"))
    if head is None:
        raise Refused(codes.UNKNOWN_ANCHOR())
    return answer({"size": head.size, "root": head.root.hex()})


async def _body(request: web.Request) -> bytes:
    """The request to a witness, of any content type: tlog-witness names none."""
    require_no_encoding(request)
    return await read_body(request, request.app[BOUNDS].checkpoint, request.app[TIMEOUT])


def _state(state: ForeignAnchorState | None) -> web.Response:
    if state is None:
        raise Refused(codes.UNKNOWN_ANCHOR())
    return answer(state.to_json())


def _lines(cosignatures: Iterable[Signature]) -> str:
    return "".join(one.encode() for one in cosignatures)


def _size(taken: int) -> web.Response:
    """Conflict, as tlog-witness has it."""
    headers = {"Content-Type": _SIZE_TYPE, "Cache-Control": "no-store"}
    return web.Response(body=b"%d\n" % taken, status=409, headers=headers)
