"""Refusals over HTTP: the status of every code, and findings as problem details (RFC 9457)."""

from __future__ import annotations

import errno
from collections.abc import Awaitable, Callable

import orjson
from aiohttp import web
from multidict import CIMultiDict

from carbonseal.findings import BrokenOff, Finding, Outcome, Refused
from carbonseal.node import codes as node_codes
from carbonseal.node.access import codes as access_codes
from carbonseal.node.access.oidc import codes as oidc_codes
from carbonseal.node.issuance import codes as issuance_codes
from carbonseal.node.issuance.drafts import codes as drafts_codes
from carbonseal.node.jobs import codes as jobs_codes
from carbonseal.node.requests import codes as requests_codes
from carbonseal.node.sealing import codes as sealing_codes
from carbonseal.node.sealing.guard import FREEZES
from carbonseal.node.soundness import codes as soundness_codes
from carbonseal.node.webhooks import codes as webhook_codes
from carbonseal.node.witnessing import codes as witnessing_codes
from carbonseal.node.working import codes as working_codes
from carbonseal.records import codes as records_codes
from carbonseal.records.places import printable
from carbonseal.storage.codes import NODE_DATABASE_FULL

from . import codes
from .desk import codes as desk_codes
from .openapi.problems import PROBLEM_JSON, problem

FULL = 507  # the node's disk has no room
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
BROKEN = 500  # something on the node's machine failed: the exception is `BrokenOff`, whatever its code
STATUS = {
    drafts_codes.DRAFT_UNKNOWN.name: 404,
    drafts_codes.DRAFT_PERSONS_ONLY.name: 403,
    drafts_codes.DRAFT_SAME_PERSON.name: 403,
    drafts_codes.DRAFT_STATE.name: 409,
    drafts_codes.DRAFT_CHANGED.name: 409,
    drafts_codes.DRAFT_REVIEW_VOID.name: 409,
    drafts_codes.DRAFT_TOO_MANY.name: 409,
    drafts_codes.DRAFT_DAMAGED.name: 500,
    issuance_codes.ISSUE_NEEDS_DRAFT.name: 403,
    issuance_codes.ISSUE_STATUS_UNSAID.name: 503,
    access_codes.ACCESS_NO_TOKEN.name: 401,
    access_codes.ACCESS_UNKNOWN_TOKEN.name: 401,
    access_codes.ACCESS_TOKEN_EXPIRED.name: 401,
    access_codes.ACCESS_TOKEN_REVOKED.name: 401,
    access_codes.ACCESS_SCOPE_MISSING.name: 403,
    access_codes.ACCESS_OPERATOR_ONLY.name: 403,
    jobs_codes.JOB_UNKNOWN.name: 404,
    jobs_codes.JOB_NONE_ISSUED.name: 404,
    jobs_codes.JOB_TOO_MANY.name: 429,
    jobs_codes.JOB_TOO_LARGE.name: 413,
    jobs_codes.JOB_NO_ROOM.name: FULL,
    jobs_codes.JOB_ENDED.name: 409,
    jobs_codes.JOB_FILES_MISSING.name: 410,
    requests_codes.ISSUE_BUSY.name: 503,
    requests_codes.IDEMPOTENCY_OTHER_REQUEST.name: 422,
    requests_codes.IDEMPOTENCY_UNDER_WAY.name: 409,
    **dict.fromkeys((code.name for code in oidc_codes.LOGINS), 401),
    oidc_codes.OIDC_UNREACHABLE.name: 503,
    oidc_codes.OIDC_NOT_SET.name: 409,
    oidc_codes.OIDC_IDENTITY_TAKEN.name: 409,
    oidc_codes.OIDC_NO_SUCH_IDENTITY.name: 404,
    codes.FROM_A_PAGE.name: 403,
    desk_codes.DESK_OTHER_PAGE.name: 403,
    codes.WRONG_HOST.name: 421,
    codes.NOT_FOUND.name: 404,
    codes.WRONG_METHOD.name: 405,
    codes.UNKNOWN_EXPECTATION.name: 417,
    codes.FAILED.name: 500,
    codes.WRONG_TYPE.name: 415,
    codes.PACKED.name: 415,
    codes.BODY_TOO_LARGE.name: 413,
    codes.BODY_TOO_SLOW.name: 408,
    codes.BUSY.name: 503,
    codes.STOPPING.name: 503,
    codes.UNKNOWN_ANCHOR.name: 404,
    codes.UNKNOWN_PASSPORT.name: 404,
    codes.UNKNOWN_STATUS_LIST.name: 404,
    codes.NO_CHECKPOINT.name: 404,
    codes.NO_TILE.name: 404,
    webhook_codes.WEBHOOK_UNKNOWN.name: 404,
    webhook_codes.WEBHOOK_URL.name: 403,
    webhook_codes.WEBHOOK_ADDRESS.name: 403,
    webhook_codes.WEBHOOK_NAME_TAKEN.name: 409,
    webhook_codes.WEBHOOK_TYPE.name: 409,
    webhook_codes.WEBHOOK_TOO_MANY.name: 409,
    records_codes.JSON_TOO_LARGE.name: 413,
    records_codes.FILE_TOO_LARGE.name: 413,
    sealing_codes.NODE_BUSY.name: 503,
    working_codes.WORK_BUSY.name: 503,
    working_codes.WORK_LOST.name: 503,
    working_codes.WORK_UNAVAILABLE.name: 503,
    sealing_codes.NODE_QUORUM_UNMET.name: 503,
    node_codes.NODE_UNKNOWN_LOG.name: 404,
    node_codes.NODE_UNKNOWN_COMMITMENT.name: 404,
    node_codes.NODE_UNKNOWN_TENANT.name: 404,
    access_codes.ACCESS_NO_SUCH_TOKEN.name: 404,
    access_codes.ACCESS_NO_SUCH_PRINCIPAL.name: 404,
    access_codes.ACCESS_NEW_PRINCIPAL.name: 404,
    access_codes.ACCESS_NAME_TAKEN.name: 409,
    access_codes.ACCESS_PRINCIPAL_DIFFERS.name: 409,
    access_codes.ACCESS_SCOPES_TOGETHER.name: 409,
    issuance_codes.NODE_UNKNOWN_STATEMENT.name: 404,
    issuance_codes.NODE_UNKNOWN_ACCREDITATION.name: 404,
    issuance_codes.NODE_UNKNOWN_CREDENTIAL.name: 404,
    sealing_codes.NODE_UNKNOWN_SIZE.name: 404,
    sealing_codes.NODE_NOT_SEQUENCED.name: 409,
    witnessing_codes.FOREIGN_UNKNOWN_LOG.name: 404,
    witnessing_codes.FOREIGN_OWN_LOG.name: 404,
    witnessing_codes.FOREIGN_UNSIGNED.name: 403,
    witnessing_codes.FOREIGN_PROOF_FAILS.name: 422,
    **dict.fromkeys((code.name for code in witnessing_codes.GUARDS), 503),
    soundness_codes.FSCK_PROOF_DAMAGED.name: 500,
    **dict.fromkeys((code.name for code in FREEZES), 503),
}
RETRY_AFTER = {429: "60", 503: "1", FULL: "30"}  # seconds

CHALLENGE = 'Bearer realm="carbonseal"'  # RFC 6750, section 3
BASIC_CHALLENGE = 'Basic realm="carbonseal: any name, and a token as the password"'  # RFC 7617

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def status_of(finding: Finding) -> int:
    """The status of a refusal: what `STATUS` has for its code, else 400 where it was rejected, 422 where it was undetermined."""
    return STATUS.get(finding.code.name, 400 if finding.code.outcome is Outcome.REJECTED else 422)


def status_of_refusal(error: Refused) -> int:
    """The status of what was raised: `status_of` its finding, unless something on this machine failed (`BrokenOff`)."""
    if isinstance(error, BrokenOff):
        return FULL if error.finding.code is NODE_DATABASE_FULL else BROKEN
    return status_of(error.finding)


def refuse(finding: Finding, status: int | None = None, *, asks_a_person: bool = False) -> web.Response:
    """The answer to what was refused, with this status or that of its code (`status_of`): a problem (RFC 9457).
    `asks_a_person`: a browser that gets 401 asks for a token."""
    if status is None:
        status = status_of(finding)
    headers = CIMultiDict({"Cache-Control": "no-store"})
    if status in RETRY_AFTER:
        headers["Retry-After"] = RETRY_AFTER[status]
    if status == 401:
        headers.add("WWW-Authenticate", CHALLENGE)
        if asks_a_person:  # a line of its own: browsers read one challenge of a line
            headers.add("WWW-Authenticate", BASIC_CHALLENGE)
    return web.Response(
        body=orjson.dumps(problem(finding, status)), status=status, content_type=PROBLEM_JSON, headers=headers
    )


def refusal_of(error: Exception, request: web.Request) -> tuple[Finding, int] | None:
    """What an exception refuses, and the status of the answer; None where it is a defect."""
    match error:
        case Refused():
            return error.finding, status_of_refusal(error)
        case OSError() if error.errno in NO_ROOM:
            return codes.NO_ROOM(reason=error.strerror), FULL
        case web.HTTPNotFound():
            return codes.NOT_FOUND(path=request.path), error.status
        case web.HTTPMethodNotAllowed():
            return codes.WRONG_METHOD(path=request.path, method=request.method), error.status
        case web.HTTPExpectationFailed():
            return codes.UNKNOWN_EXPECTATION(expected=printable(request.headers.get("Expect", ""))), error.status
    return None


def head_of(error: Exception, status: int) -> CIMultiDict[str]:
    """The header fields that the answer to a refusal has, whatever its body is."""
    headers = CIMultiDict({"Cache-Control": "no-store"})
    if status in RETRY_AFTER:
        headers["Retry-After"] = RETRY_AFTER[status]
    if isinstance(error, web.HTTPMethodNotAllowed):
        headers["Allow"] = ", ".join(sorted(error.allowed_methods))
    return headers


def refusal(request: web.Request, error: Exception) -> web.Response:
    """The answer to what handlers, checks and the router raise on purpose, a problem. Raises any other error again."""
    refused = refusal_of(error, request)
    if refused is None:
        raise error
    answer = refuse(*refused)
    answer.headers.update(head_of(error, answer.status))
    return answer
