"""Routes of a desk, and what its OpenAPI document says of them."""

from __future__ import annotations

from datetime import datetime
from functools import cache

import orjson
from aiohttp import web

from carbonseal.desk.compact import ANSWER, LINE_ANSWER
from carbonseal.desk.html import DROP, drop_script, page_policy
from carbonseal.findings import Refused
from carbonseal.instants import parse_instant
from carbonseal.languages.language import LANGUAGES, Language, choose
from carbonseal.records.places import printable
from carbonseal.service import codes
from carbonseal.service.bodies import require_type
from carbonseal.service.listeners import PUBLIC, Routes
from carbonseal.service.listening.parameters import Query
from carbonseal.service.openapi.document import document
from carbonseal.service.openapi.facts import JSON, NDJSON, Content, Facts, Parameter, of_json, of_text
from carbonseal.service.openapi.problems import PROBLEM
from carbonseal.service.openapi.schemas import STRING

from .desk import Desk
from .uploads import DECLARATION, FILES, FORM, PACKING

DESK = web.AppKey("desk", Desk)
QUERY = web.RequestKey("query", Query)
ROUTES = Routes()
HTML, CSV = "text/html", "text/csv"
ARCHIVES = ("application/zip", "application/gzip", "application/x-tar")
BODIES = (JSON, *ARCHIVES, NDJSON, FORM)

LANG = Parameter("lang", {"enum": [*LANGUAGES]}, "The language of texts; without it, what Accept-Language prefers")
AT = Parameter("at", STRING, "The instant as of which to judge, such as 2026-11-22T08:30:00Z; without it, now")
_FILE = {"type": "string", "contentMediaType": "application/octet-stream"}
_SENT = {
    "type": "object",
    "properties": {FILES: {"type": "array", "items": _FILE, "minItems": 1}, DECLARATION: _FILE, PACKING: _FILE},
    "required": [FILES],
    "additionalProperties": False,
}
_FORM = Content({FORM: _SENT}, "Passports, archives or folders of them; a declaration and its packing list")
_ANY = Content(
    {**{kind: {} for kind in (JSON, NDJSON, *ARCHIVES)}, FORM: _SENT},
    "A passport, lines of passports, an archive of them, or a form with them and a declaration. What is none of that is answered as"
    " what it is: `verdict` is null",
)
_LINES = Content(
    {NDJSON: STRING}, "Each line an Answer, for each file; then a LineAnswer, for each line of a declaration"
)
DESCRIPTION = """\
Judges carbon passports under one policy, which the desk holds; it asks nobody, and keeps nothing of what it is given.

Every refusal is a problem (RFC 9457) with a stable code; a browser that accepts text/html gets a page that says the same. A query
parameter that is not listed is refused, and so is one that comes twice."""
NO_STORE = {"Cache-Control": "no-store"}


@ROUTES.get("/", PUBLIC, Facts("The page that takes files", {200: of_text("", HTML)}, (LANG,), tag="pages"))
async def form(request: web.Request) -> web.Response:
    """See its summary."""
    return html(request.app[DESK].form(language_of(request)), has_form=True)


@ROUTES.get(
    f"/{DROP}",
    PUBLIC,
    Facts("What lets files be dropped on the page", {200: of_text("", "text/javascript")}, tag="pages"),
)
async def script(_request: web.Request) -> web.Response:
    """See its summary."""
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return web.Response(text=drop_script(), content_type="text/javascript", headers=headers)


@ROUTES.post(
    "/examine",
    PUBLIC,
    Facts("The page about these files", {200: of_text("", HTML)}, (LANG,), _FORM, tag="pages"),
)
async def page(request: web.Request) -> web.Response:
    """See its summary."""
    require_type(request, FORM)
    return html(await request.app[DESK].page(request, language_of(request)))


@ROUTES.post(
    "/examine.csv",
    PUBLIC,
    Facts("The table of these files", {200: of_text("RFC 4180", CSV)}, (LANG,), _FORM, tag="pages"),
)
async def table(request: web.Request) -> web.Response:
    """See its summary."""
    require_type(request, FORM)
    text = await request.app[DESK].table(request, language_of(request))
    headers = {"Content-Disposition": 'attachment; filename="verdicts.csv"', **NO_STORE}
    return web.Response(text=text, content_type=CSV, headers=headers)


@ROUTES.post("/v1/verify", PUBLIC, Facts("A short answer for each passport", {200: _LINES}, (AT, LANG), _ANY))
async def verify(request: web.Request) -> web.Response:
    """See its summary."""
    require_type(request, *BODIES)
    lines = await request.app[DESK].lines(request, _instant(request), language_of(request))
    body = "".join(f"{line}\n" for line in lines)
    return web.Response(text=body, content_type=NDJSON, headers=NO_STORE)


@ROUTES.get("/health", PUBLIC, Facts("That it answers", {200: of_json({"type": "object"})}, tag="interface"))
async def health(_request: web.Request) -> web.Response:
    """See its summary."""
    return web.json_response({"state": "ok"}, headers=NO_STORE)


@ROUTES.get("/openapi.json", PUBLIC, Facts("This document", {200: of_json({"type": "object"})}, tag="interface"))
async def openapi(_request: web.Request) -> web.Response:
    """See its summary."""
    return web.Response(body=desk_document(), content_type=JSON, headers={"Cache-Control": "no-cache"})


@cache
def desk_document() -> bytes:
    """The OpenAPI document of a desk."""
    schemas = {"Answer": ANSWER, "LineAnswer": LINE_ANSWER, "Problem": PROBLEM}
    return orjson.dumps(document(ROUTES, "carbonseal desk", DESCRIPTION, schemas))


def language_of(request: web.Request) -> Language:
    """The language of the query, else the browser's."""
    accepted = request.headers.get("Accept-Language", "")
    wanted = [request.query.get("lang", ""), *(part.partition(";")[0].strip() for part in accepted.split(","))]
    return choose(wanted)


def html(text: str, status: int = 200, *, has_form: bool = False) -> web.Response:
    """A page. `has_form`: with our script, which lets files be dropped."""
    headers = {
        "Content-Security-Policy": page_policy(has_script=has_form),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",  # without any, browsers would not say of a form that it is ours
        "Cross-Origin-Resource-Policy": "same-origin",
        **NO_STORE,
    }
    return web.Response(text=text, status=status, content_type=HTML, headers=headers)


def _instant(request: web.Request) -> datetime | None:
    text = request[QUERY]["at"]
    if text is None:
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        problem = "it is not one such as 2026-11-22T08:30:00Z"
        raise Refused(codes.MALFORMED_PARAMETER(name="at", value=printable(text), problem=problem)) from error
