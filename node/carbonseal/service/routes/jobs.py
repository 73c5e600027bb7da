"""Routes of jobs: many issue requests sent as a stream, and what a job came to as one. The rest are operations."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from aiohttp import web

from carbonseal.node.access.scopes import Scope
from carbonseal.node.jobs.archive import zipped
from carbonseal.node.jobs.export_requests import ID
from carbonseal.service.bodies import require_type
from carbonseal.service.context import BOUNDS, NODE, STREAMS, TIMEOUT, answer, caller_of, query_of
from carbonseal.service.idempotency import under_key
from carbonseal.service.listeners import Routes
from carbonseal.service.listening.sending import abort
from carbonseal.service.listening.shares import hold
from carbonseal.service.openapi.facts import NDJSON, Content, Facts, Parameter, of_json, of_text
from carbonseal.service.operations.jobs import JOB

ROUTES = Routes()

ZIP = "application/zip"
_NOT_EMPTY = {"type": "string", "pattern": r"[^ \t\r\n\x0b\x0c]"}
_JOB = Parameter("job", ID, "The id of a job")
_FORM = Parameter("form", {"enum": ["ndjson", "zip"]}, "One passport a line, or a file each", default="ndjson")


@ROUTES.post(
    "/v1/jobs/issue",
    Scope.ISSUE,
    Facts(
        "Issue many passports in the background",
        {202: of_json(JOB, "The job", {"Location": "Where it can be seen how far it is"})},
        body=Content({NDJSON: _NOT_EMPTY}, "An issue request on each line"),
        refused=(429,),
        takes_key=True,
    ),
)
async def issue_many(request: web.Request) -> web.Response:
    """Take in a job: its requests go to the disk as they come, whatever is on their lines."""
    require_type(request, NDJSON)
    caller, jobs = caller_of(request), request.app[NODE].jobs
    hold(request, request.app[STREAMS])
    async with jobs.coming(caller) as upload:
        if request.content_length is not None:
            upload.expect(request.content_length)
        async for piece in request.app[TIMEOUT].chunks(request.content):
            await upload.write(piece)
        async with under_key(request, upload.end()) as key:
            job = await jobs.accept(upload, caller, key=key)
    answered = answer(job, status=202)
    answered.headers["Location"] = f"/v1/jobs/{job['job']}"
    return answered


@ROUTES.get("/v1/jobs/{job}", Scope.READ, Facts("How far one job is", {200: of_json(JOB)}, (_JOB,)))
async def show(request: web.Request) -> web.Response:
    """The job as it is now."""
    return answer(request.app[NODE].jobs.show(request.match_info["job"], caller_of(request)))


@ROUTES.get(
    "/v1/jobs/{job}/results",
    Scope.READ,
    Facts(
        "The results of a job so far",
        {
            200: of_text(
                'On each line {"line", "credential", "warnings"} or {"line", "error"}, by the number of its request',
                NDJSON,
            )
        },
        (_JOB,),
        refused=(410,),
    ),
)
async def results(request: web.Request) -> web.StreamResponse:
    """What each line came to."""
    id = request.match_info["job"]
    size, pieces = await asyncio.to_thread(request.app[NODE].jobs.results, id, caller_of(request))
    return await _stream(request, pieces, NDJSON, size)


@ROUTES.get(
    "/v1/jobs/{job}/passports",
    Scope.READ,
    Facts(
        "The passports of a job so far",
        {200: Content({NDJSON: {"type": "string"}, ZIP: {}}, "As they were issued; of an export, refreshed")},
        (_JOB, _FORM),
        refused=(410,),
    ),
)
async def passports(request: web.Request) -> web.StreamResponse:
    """All passports that a job issued or exported."""
    id, form = request.match_info["job"], query_of(request)["form"]
    found = await asyncio.to_thread(request.app[NODE].jobs.passports, id, caller_of(request))
    if form == "zip":
        return await _stream(request, zipped((f"{digest.hex()}.json", raw) for digest, raw in found), ZIP)
    return await _stream(request, (raw.rstrip(b"\n") + b"\n" for _, raw in found), NDJSON)


async def _stream(
    request: web.Request, pieces: Iterator[bytes], media: str, size: int | None = None
) -> web.StreamResponse:
    """Answer with these pieces, which block. Where it breaks off, the reader sees that it did."""
    response = web.StreamResponse(headers={"Content-Type": media, "Cache-Control": "no-store"})
    response.content_length = size
    hold(request, request.app[STREAMS])
    try:
        await response.prepare(request)
        while piece := await asyncio.to_thread(next, pieces, b""):
            async with asyncio.timeout(request.app[BOUNDS].idle):
                await response.write(piece)
    except (TimeoutError, OSError):  # nobody reads any more, or the disk fails
        abort(request)
    return response
