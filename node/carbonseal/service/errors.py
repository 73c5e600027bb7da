"""Refusals as HTTP says them: the codes that only the service has, and every code's status."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import orjson
from aiohttp import web

from carbonseal.findings import BrokenOff, Finding, Outcome, Refused, rejected, undetermined
from carbonseal.node import codes as node_codes
from carbonseal.node.sealing import codes as sealing_codes
from carbonseal.node.sealing.guard import FREEZES
from carbonseal.records import codes as records_codes

FROM_A_PAGE = rejected(
    "http.from-a-page",
    "a web page ({origin}) asked for this",
    "programs may change this node; pages in a browser may not",
)
NOT_FOUND = rejected("http.not-found", "there is nothing at {path}")
WRONG_METHOD = rejected("http.wrong-method", "{path} does not take {method}")
WRONG_TYPE = rejected("http.wrong-type", "this takes {wanted}, and the request says {found}", "set Content-Type")
MISSING_PROFILE = rejected("http.missing-profile", "the profile is missing", "add it to the address: ?profile=pact/3.0")
PACKED = rejected("http.packed", "the body is packed with {encoding}", "send it unpacked, without Content-Encoding")
MALFORMED_WAIT = rejected("http.malformed-wait", "this is no time to wait", 'write {{"seconds": n}}, from 0 to 30')
MALFORMED_PATH = rejected("http.malformed-path", "{part} is not {wanted}")
BODY_BROKEN = rejected("http.body-broken", "the body breaks off, or its chunks are malformed", "send it again")
BODY_TOO_LARGE = undetermined("http.body-too-large", "the body has more than {most} bytes")
BODY_TOO_SLOW = undetermined("http.body-too-slow", "nothing more of the body came within {seconds} s", "send it again")
BUSY = undetermined("http.busy", "{what} is as busy as it may be", "ask again after the time that Retry-After says")
STOPPING = undetermined("http.stopping", "the node is being stopped", "send the rest when it is back")
UNKNOWN_ANCHOR = undetermined("http.unknown-anchor", "no such head was entered into this log")
UNKNOWN_PASSPORT = undetermined("http.unknown-passport", "no passport with this digest is here")
NO_CHECKPOINT = undetermined("http.no-checkpoint", "this log has not signed a checkpoint yet", "ask again later")
NO_TILE = undetermined("http.no-tile", "this log has no such tile, or not of this width")

BROKEN = 500  # something on the node's machine failed: the exception is `BrokenOff`, whatever its code
STATUS = {
    FROM_A_PAGE.name: 403,
    NOT_FOUND.name: 404,
    WRONG_METHOD.name: 405,
    WRONG_TYPE.name: 415,
    PACKED.name: 415,
    BODY_TOO_LARGE.name: 413,
    BODY_TOO_SLOW.name: 408,
    BUSY.name: 503,
    STOPPING.name: 503,
    UNKNOWN_ANCHOR.name: 404,
    UNKNOWN_PASSPORT.name: 404,
    NO_CHECKPOINT.name: 404,
    NO_TILE.name: 404,
    records_codes.JSON_TOO_LARGE.name: 413,
    sealing_codes.NODE_BUSY.name: 503,
    node_codes.NODE_UNKNOWN_LOG.name: 404,
    node_codes.NODE_UNKNOWN_COMMITMENT.name: 404,
    sealing_codes.NODE_UNKNOWN_SIZE.name: 404,
    sealing_codes.NODE_NOT_SEQUENCED.name: 409,
    sealing_codes.FOREIGN_UNKNOWN.name: 404,
    sealing_codes.FOREIGN_UNKNOWN_LOG.name: 403,
    sealing_codes.FOREIGN_OTHER_ROOT.name: 409,
    **dict.fromkeys((code.name for code in FREEZES), 503),
}
RETRY_AFTER = "1"  # seconds

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def describe(finding: Finding) -> dict[str, object]:
    """A finding as the service's JSON has it: code, outcome, place, message, remedy."""
    told = finding.to_json()
    del told["facts"]
    return told


def refuse(finding: Finding, status: int | None = None) -> web.Response:
    """The answer to what was refused. Without `status`, `STATUS` decides; what it does not name is 400 where it was rejected
    and 422 where it was undetermined."""
    if status is None:
        status = STATUS.get(finding.code.name, 400 if finding.code.outcome is Outcome.REJECTED else 422)
    headers = {"Cache-Control": "no-store"}
    if status == 503:
        headers["Retry-After"] = RETRY_AFTER
    return web.Response(
        body=orjson.dumps(describe(finding)), status=status, content_type="application/json", headers=headers
    )


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what handlers and the router raise on purpose into JSON."""
    try:
        return await handler(request)
    except BrokenOff as broken:
        return refuse(broken.finding, BROKEN)
    except Refused as refused:
        return refuse(refused.finding)
    except web.HTTPNotFound:
        return refuse(NOT_FOUND(path=request.path))
    except web.HTTPMethodNotAllowed as error:
        answer = refuse(WRONG_METHOD(path=request.path, method=request.method))
        answer.headers["Allow"] = ", ".join(sorted(error.allowed_methods))
        return answer
