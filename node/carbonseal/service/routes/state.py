"""Routes of the node: health, ledgers; and on demand: sequence, anchor, wait for anchors."""

from __future__ import annotations

from aiohttp import web

from carbonseal.node.access.scopes import Scope
from carbonseal.passport.schemas import Shape, closed, list_of
from carbonseal.service import codes
from carbonseal.service.context import NODE, answer, json_in_body
from carbonseal.service.health import health
from carbonseal.service.listeners import Routes
from carbonseal.service.openapi.facts import Facts, of_json
from carbonseal.service.openapi.schemas import BOOLEAN, FINDING, NUMBER, STRING

ROUTES = Routes()

_OBJECT = {"type": "object"}
_NOTHING = Shape(closed({}))
_HEALTH = closed(
    {
        "state": {"enum": ["ok", "failing", "frozen"]},
        "logs": list_of(_OBJECT),
        "ledgers": list_of(_OBJECT),
        "failures": list_of(_OBJECT),
        "refused": {"type": "object", "additionalProperties": NUMBER},
        "damage": list_of(FINDING),
    }
)
_TEXTS = {"type": "object", "additionalProperties": STRING}
_SIZES = {"type": "object", "additionalProperties": NUMBER}
_WAIT = Shape(closed({"seconds": {"type": "number", "minimum": 0, "maximum": 30}}))


@ROUTES.get(
    "/health",
    Scope.ADMIN,
    Facts("The health of the node", {200: of_json(_HEALTH, "ok or failing"), 503: of_json(_HEALTH, "frozen")}),
)
async def get_health(request: web.Request) -> web.Response:
    """The node's health: 200, also with failing ledgers; 503 once a log is frozen that has no successor in this node."""
    state = health(request.app[NODE])
    return answer(state, status=503 if state["state"] == "frozen" else 200)


@ROUTES.get(
    "/v1/ledgers",
    Scope.ADMIN,
    Facts("The state of every ledger", {200: of_json(closed({"ledgers": list_of(_OBJECT)}))}),
)
async def ledgers(request: web.Request) -> web.Response:
    """The state of every ledger."""
    return answer({"ledgers": [ledger.to_json() for ledger in request.app[NODE].states()]})


@ROUTES.post(
    "/v1/sequence",
    Scope.ADMIN,
    Facts("Sequence all queued entries now", {200: of_json(closed({"checkpoints": _TEXTS}))}, body=of_json(_NOTHING)),
)
async def sequence(request: web.Request) -> web.Response:
    """Sequence all queued entries now. Answers the new checkpoint of each log that grew."""
    await json_in_body(request, _NOTHING, codes.MALFORMED_BODY)
    notes = await request.app[NODE].sequence()
    return answer({"checkpoints": {log: note.decode() for log, note in notes.items()}})


@ROUTES.post(
    "/v1/anchor",
    Scope.ADMIN,
    Facts(
        "Make the newest checkpoints due on their ledgers",
        {202: of_json(closed({"sizes": _SIZES}))},
        body=of_json(_NOTHING),
    ),
)
async def anchor(request: web.Request) -> web.Response:
    """Make every log's newest checkpoint due on its ledgers, now."""
    await json_in_body(request, _NOTHING, codes.MALFORMED_BODY)
    await request.app[NODE].anchor()
    return answer({"sizes": {log.name: log.size for log in request.app[NODE].logs.values()}}, status=202)


@ROUTES.post(
    "/v1/wait-for-anchors",
    Scope.ADMIN,
    Facts("Wait until no ledger has an open anchor", {200: of_json(closed({"idle": BOOLEAN}))}, body=of_json(_WAIT)),
)
async def wait_for_anchors(request: web.Request) -> web.Response:
    """Wait until no ledger has an open anchor, for at most the seconds of the body: ``{"seconds": n}``, 0 to 30."""
    wanted = await json_in_body(request, _WAIT, codes.MALFORMED_WAIT)
    states = await request.app[NODE].wait_for_anchors(wanted["seconds"])
    return answer({"idle": all(ledger.idle for ledger in states)})
