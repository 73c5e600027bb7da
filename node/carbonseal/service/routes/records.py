"""Routes of records: submitted one at a time, or as a stream with a result for every line; their states and seals."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import orjson
from aiohttp import web

from carbonseal.node.access.scopes import Scope
from carbonseal.node.admission.submitted import Submitted
from carbonseal.node.working.work import Desk
from carbonseal.passport.schemas import closed, list_of
from carbonseal.records.files import FILE, File
from carbonseal.records.lists import may_be_list
from carbonseal.service.bodies import media_type, read_body, require_type
from carbonseal.service.context import BOUNDS, NODE, STREAMS, TIMEOUT, answer, caller_of, digest_in_path, query_of
from carbonseal.service.listeners import Routes
from carbonseal.service.listening.sending import Created
from carbonseal.service.listening.shares import client_of, hold
from carbonseal.service.openapi.facts import JSON, NDJSON, OCTETS, Content, Facts, Parameter, of_json
from carbonseal.service.openapi.parameters import COMMITMENT
from carbonseal.service.openapi.schemas import BOOLEAN, FINDING, RECEIPT, SEAL, STRING
from carbonseal.service.operations.records import STATE
from carbonseal.service.results import Missed, Result, Results, answer_each, taken
from carbonseal.service.seals import seal_to_json
from carbonseal.service.several import AT_ONCE, TABLES, Part, TableDesk, listed_records

ROUTES = Routes()

PROFILE, MEDIA = "Carbonseal-Profile", "Carbonseal-Media"  # header fields
_STATE = closed(
    {
        **STATE,
        "isIndexed": BOOLEAN,
        "findings": list_of(FINDING),
    }
)
_SUBMITTED = Facts(
    "Submit a record, a file, a list, a table, or a stream of records",
    {
        201: of_json(RECEIPT, "The record is durable: its receipt"),
        200: Content(
            {NDJSON: {"type": "string"}},
            "Of a stream, a list or a table: a line for each record, and a last one that begins with end or broken",
        ),
    },
    (
        Parameter(
            "profile",
            {"type": "string", "minLength": 1},
            "The format of the record: pact/3.0, json/1, file/1, ...",
            is_required=True,
        ),
        Parameter("tenant", STRING, "For whom: the token's own tenant unless it has none", default=""),
    ),
    Content(
        {JSON: {"type": ["object", "array"]}, NDJSON: {}, **{kind: {} for kind in TABLES}, "*/*": {}},
        "One record, or a list of records; with NDJSON one on each line; with CSV, a workbook or one of them in gzip a table of "
        "footprints (docs/manufacturers.md); with the profile file/1 a file of any other media type",
    ),
)


@ROUTES.post("/v1/records", Scope.SUBMIT, _SUBMITTED)
async def submit(request: web.Request) -> web.StreamResponse:
    """Submit one record as JSON, or as a file whose media type is the content type, answered with its receipt; or a stream as
    NDJSON, a list, or a table of footprints, answered line by line."""
    query = query_of(request)
    profile, tenant = query["profile"], caller_of(request).tenant_for(query["tenant"])
    if profile == FILE:
        return await _file(request, tenant)
    kind = require_type(request, JSON, NDJSON, *TABLES)
    if kind == NDJSON:
        hold(request, request.app[STREAMS])
        return await answer_each(request, _of_stream(request, profile, tenant))
    if kind in TABLES:
        return await _table(request, profile, tenant)
    app, client = request.app, client_of(request)
    node = app[NODE]
    raw = await read_body(request, app[BOUNDS].record, app[TIMEOUT])
    if may_be_list(raw):
        listed = await node.work.small(client, listed_records, raw, profile)
        if listed is not None:
            return await answer_each(request, _of_part(request, listed, tenant))
    receipt = await node.submit(raw, profile, tenant, client=client)
    return Created(orjson.dumps(receipt.to_json()))


async def _file(request: web.Request, tenant: str) -> web.Response:
    """Submit a file. So many at one time as streams: each is in memory."""
    media = media_type(request)
    hold(request, request.app[STREAMS])
    raw = await read_body(request, request.app[BOUNDS].file, request.app[TIMEOUT])
    receipt = await request.app[NODE].submit(raw, FILE, tenant, media, client=client_of(request))
    return Created(orjson.dumps(receipt.to_json()))


async def _table(request: web.Request, profile: str, tenant: str) -> web.StreamResponse:
    """Submit the rows of a table, answered as a stream is. So many at one time as streams: each is in memory."""
    hold(request, request.app[STREAMS])
    raw = await read_body(request, request.app[BOUNDS].file, request.app[TIMEOUT])
    async with request.app[NODE].work.large(client_of(request), TableDesk) as desk:
        await desk.call(TableDesk.read, raw, profile)
        return await answer_each(request, _of_table(request, desk, tenant))


async def _of_stream(request: web.Request, profile: str, tenant: str) -> Results:
    """What becomes of the records on a stream's lines."""
    app, client = request.app, client_of(request)
    chunks = app[TIMEOUT].chunks(request.content)
    lines = app[NODE].admitting.lines(chunks, app[BOUNDS].record, profile, tenant, client)
    async with aclosing(lines) as results:
        async for group in results:
            yield [one if isinstance(one, bytes) else Missed(one.place[:1], one) for one in group]


async def _of_table(request: web.Request, desk: Desk[TableDesk], tenant: str) -> Results:
    """What becomes of the records of a table."""
    while (part := await desk.call(TableDesk.more)) is not None:
        async for results in _of_part(request, part, tenant):
            yield results


async def _of_part(request: web.Request, part: Part, tenant: str) -> Results:
    """What becomes of the records of one profile."""
    profile, items = part
    for start in range(0, len(items), AT_ONCE):
        portion = items[start : start + AT_ONCE]
        yield [
            _result(one) async for one in request.app[NODE].submit_many(portion, profile, tenant, client_of(request))
        ]


def _result(submitted: Submitted) -> Result:
    if submitted.receipt is not None:
        return taken(submitted.place, submitted.receipt)
    assert submitted.finding is not None
    return Missed(submitted.place, submitted.finding)


@ROUTES.get(
    "/v1/records/{commitment}",
    Scope.READ,
    Facts("The state of a record's entry", {200: of_json(_STATE)}, (COMMITMENT,)),
)
async def state(request: web.Request) -> web.Response:
    """How far a record has got, in which log and at which index; nothing that opens its commitment. Its findings are known once
    it is in the index."""
    node, commitment = request.app[NODE], digest_in_path(request, "commitment")
    record = node.record(commitment, caller_of(request))
    states = await asyncio.to_thread(node.states_of, {commitment: record})
    told = await asyncio.to_thread(node.lookup.about, record.log.origin, record.index)
    findings = [finding.outline() for finding in told.findings] if told else []
    place = states[commitment].to_json()
    return answer({**place, "isIndexed": told is not None, "findings": findings})


@ROUTES.get(
    "/v1/seals/{commitment}",
    Scope.READ,
    Facts("The seal of a record as it is now", {200: of_json(SEAL)}, (COMMITMENT,)),
)
async def seal(request: web.Request) -> web.Response:
    """The record's seal as it is now: its entry, and its heads with their proofs and anchors."""
    return answer(seal_to_json(request.app[NODE].seal(digest_in_path(request, "commitment"), caller_of(request))))


_CONTENT = Facts(
    "The record itself",
    {
        200: Content(
            {JSON: {"type": "object"}, OCTETS: {}},
            "Its RFC 8785 bytes, or the bytes of the file",
            {PROFILE: "The record's profile", MEDIA: "The media type of a file"},
        )
    },
    (COMMITMENT,),
)


@ROUTES.get("/v1/records/{commitment}/content", Scope.READ, _CONTENT)
async def content(request: web.Request) -> web.Response:
    """The record itself: its RFC 8785 bytes, or the bytes of the file. Its profile is in a header field, and a file's media type
    in another: whatever a file says it is, no browser opens it as that."""
    record = request.app[NODE].record(digest_in_path(request, "commitment"), caller_of(request))
    profile, canonical = record.receipt.profile, await asyncio.to_thread(record.canonical)
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", PROFILE: profile}
    if profile != FILE:
        return web.Response(body=canonical, content_type=JSON, headers=headers)
    file = File.of_canonical(canonical)
    headers |= {MEDIA: file.media, "Content-Disposition": "attachment"}
    return web.Response(body=file.data, content_type="application/octet-stream", headers=headers)
