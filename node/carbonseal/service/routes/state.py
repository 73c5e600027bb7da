"""Routes of the node: health, ledgers; and on demand: sequence, anchor, wait for anchors."""

from __future__ import annotations

from aiohttp import web

from carbonseal.findings import Refused
from carbonseal.node.access.scopes import Scope
from carbonseal.records.strict import parse
from carbonseal.service import codes
from carbonseal.service.bodies import read_body, require_type
from carbonseal.service.context import BOUNDS, NODE, TIMEOUT, answer
from carbonseal.service.health import health
from carbonseal.service.listeners import Routes

ROUTES = Routes()

JSON = "application/json"


@ROUTES.get("/health", Scope.ADMIN)
async def get_health(request: web.Request) -> web.Response:
    """The node's health: 200, also with failing ledgers; 503 once a log is frozen that has no successor in this node."""
    state = health(request.app[NODE])
    return answer(state, status=503 if state["state"] == "frozen" else 200)


@ROUTES.get("/v1/ledgers", Scope.ADMIN)
async def ledgers(request: web.Request) -> web.Response:
    """The state of every ledger."""
    return answer({"ledgers": [ledger.to_json() for ledger in request.app[NODE].states()]})


@ROUTES.post("/v1/sequence", Scope.ADMIN)
async def sequence(request: web.Request) -> web.Response:
    """Sequence all queued entries now. Answers the new checkpoint of each log that grew."""
    require_type(request, JSON)
    notes = await request.app[NODE].sequence()
    return answer({"checkpoints": {log: note.decode() for log, note in notes.items()}})


@ROUTES.post("/v1/anchor", Scope.ADMIN)
async def anchor(request: web.Request) -> web.Response:
    """Make every log's newest checkpoint due on its ledgers, now."""
    require_type(request, JSON)
    await request.app[NODE].anchor()
    return answer({"sizes": {log.name: log.size for log in request.app[NODE].logs.values()}}, status=202)


@ROUTES.post("/v1/wait-for-anchors", Scope.ADMIN)
async def wait_for_anchors(request: web.Request) -> web.Response:
    """Wait until no ledger has an open anchor, for at most the seconds of the body: ``{"seconds": n}``, 0 to 30."""
    require_type(request, JSON)
    wanted = parse(await read_body(request, request.app[BOUNDS].checkpoint, request.app[TIMEOUT]))
    seconds = wanted.get("seconds") if isinstance(wanted, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= 30:
        raise Refused(codes.MALFORMED_WAIT())
    states = await request.app[NODE].wait_for_anchors(seconds)
    return answer({"idle": all(ledger.idle for ledger in states)})
