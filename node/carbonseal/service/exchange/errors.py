"""Refusals in PACT's form: ``{"code": ..., "message": ...}`` with one of its codes (PACT 3.0, `Error`); those of the token endpoint
also have OAuth's ``error`` and ``error_description`` (RFC 6749, section 5.2)."""

from __future__ import annotations

from typing import Any

import orjson
from aiohttp import web

from carbonseal.findings import BrokenOff, Finding, Refused
from carbonseal.node.exchange import codes
from carbonseal.records.places import printable
from carbonseal.service import codes as http_codes
from carbonseal.service.errors import FULL, NO_ROOM, RETRY_AFTER, status_of

STATUS = {
    codes.EXCHANGE_CLIENT_UNKNOWN.name: 401,
    codes.EXCHANGE_TOKEN_UNKNOWN.name: 401,
    codes.EXCHANGE_TOKEN_EXPIRED.name: 401,
    codes.EXCHANGE_UNKNOWN_FOOTPRINT.name: 404,
    codes.EXCHANGE_BUSY.name: 503,
}
WORDS = {403: "AccessDenied", 404: "NotFound"}  # PACT's codes; what it has none for is a bad request, or ours to mend
OAUTH = {
    codes.EXCHANGE_CLIENT_UNKNOWN.name: "invalid_client",
    codes.EXCHANGE_CLIENT_SCOPE.name: "unauthorized_client",
    codes.EXCHANGE_GRANT_TYPE.name: "unsupported_grant_type",
}
CHALLENGE = 'Bearer realm="pact", error="invalid_token"'  # RFC 6750, section 3
BASIC_CHALLENGE = 'Basic realm="pact", charset="UTF-8"'  # RFC 7617


def refuse(finding: Finding, status: int | None = None) -> web.Response:
    """The answer to what was refused."""
    name = finding.code.name
    if status is None:
        status = STATUS.get(name) or status_of(finding)
    word = "InternalError" if status >= 500 else WORDS.get(status, "BadRequest")
    word = "TokenExpired" if finding.code is codes.EXCHANGE_TOKEN_EXPIRED else word
    body: dict[str, Any] = {"code": word, "message": f"{finding.message}; {finding.code.remedy}"}
    if name in OAUTH:
        body = {"error": OAUTH[name], "error_description": finding.message, **body}
    headers = {"Cache-Control": "no-store"}
    if status in RETRY_AFTER:
        headers["Retry-After"] = RETRY_AFTER[status]
    if status == 401:
        headers["WWW-Authenticate"] = BASIC_CHALLENGE if name in OAUTH else CHALLENGE
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json", headers=headers)


def refusal(request: web.Request, error: Exception) -> web.Response:
    """The answer to what handlers, checks and the router raise on purpose. Raises any other error again."""
    match error:
        case BrokenOff():
            return refuse(error.finding, 500)
        case OSError() if error.errno in NO_ROOM:
            return refuse(http_codes.NO_ROOM(reason=error.strerror), FULL)
        case Refused():
            return refuse(error.finding)
        case web.HTTPNotFound():
            return refuse(http_codes.NOT_FOUND(path=printable(request.path)))
        case web.HTTPMethodNotAllowed():
            answer = refuse(http_codes.WRONG_METHOD(path=printable(request.path), method=request.method))
            answer.headers["Allow"] = ", ".join(sorted(error.allowed_methods))
            return answer
        case web.HTTPExpectationFailed():
            return refuse(http_codes.UNKNOWN_EXPECTATION(expected=printable(request.headers.get("Expect", ""))))
    raise error
