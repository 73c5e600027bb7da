"""Routes of data carriers (docs/spec.md, section 27): a passport by the digest in its address, for everybody.

- `/p/DIGEST`, and any address in the form of a GS1 Digital Link, `/01/GTIN[/10/LOT][/21/SERIAL]?digest=DIGEST`. The digest alone
  decides what is given: nobody guesses it, and an identifier that can be guessed opens nothing.
- No digest, a malformed one and one that nobody issued here have one answer, and without a digest nothing is looked up: what is
  here cannot be told from it.
- A program gets the passport, refreshed; a browser, which prefers `text/html`, a page. `/p/DIGEST.json` is a file for both.
"""

from __future__ import annotations

import re

from aiohttp import web

from carbonseal.findings import Refused
from carbonseal.passport.schemas import PASSPORT
from carbonseal.service import codes
from carbonseal.service.context import NODE, REFRESHES
from carbonseal.service.listeners import PUBLIC, Routes
from carbonseal.service.listening.shares import client_of, hold
from carbonseal.service.openapi.facts import JSON, Content, Facts, Parameter, of_json
from carbonseal.service.openapi.schemas import STRING
from carbonseal.service.passport_page import HEADERS, nothing_here, page

ROUTES = Routes()

HTML = "text/html"
_DIGEST = re.compile("[0-9a-f]{64}", re.ASCII)
_NOT_KEPT = {"Cache-Control": "no-store", "Vary": "Accept"}

# whatever comes has one answer where nothing is here: so their form is no part of the schema
_IN_PATH = Parameter("digest", STRING, "The digest of a credential: 64 lower-case hexadecimal digits")
_BOTH = {
    200: Content({JSON: PASSPORT, HTML: STRING}, "The refreshed passport; a page about it where Accept prefers HTML"),
    404: Content({HTML: STRING}, "No passport here, or no digest in the address"),
}
_LINK = (
    Parameter("identifiers", STRING, "The rest of a GS1 Digital Link: GTIN[/10/LOT][/21/SERIAL]"),
    Parameter("digest", STRING, _IN_PATH.what),
)
_CARRIERS = "data carriers"


@ROUTES.get(
    "/p/{digest}.json",
    PUBLIC,
    Facts("A passport, as a file to be kept", {200: of_json(PASSPORT)}, (_IN_PATH,), tag=_CARRIERS),
)
async def as_file(request: web.Request) -> web.Response:
    """The refreshed passport, as a file to be kept."""
    digest = _digest(request.match_info["digest"])
    headers = {"Content-Disposition": f'attachment; filename="{request.match_info["digest"]}.json"'} if digest else {}
    return await _passport(request, digest, headers)


@ROUTES.get(
    "/p/{digest}", PUBLIC, Facts("The passport of a data carrier", _BOTH, (_IN_PATH,), tag=_CARRIERS, is_open=True)
)
async def by_digest(request: web.Request) -> web.Response:
    """The passport whose credential has this digest."""
    return await _answer(request, _digest(request.match_info["digest"]))


@ROUTES.get(
    "/01/{identifiers:.+}",
    PUBLIC,
    Facts("The passport of a GS1 Digital Link", _BOTH, _LINK, tag=_CARRIERS, is_open=True),
)
async def by_digital_link(request: web.Request) -> web.Response:
    """The same, of an address in the form of a GS1 Digital Link with the digest as its parameter."""
    named = request.query.getall("digest", [])
    return await _answer(request, _digest(named[0]) if len(named) == 1 else None)


async def _answer(request: web.Request, digest: bytes | None) -> web.Response:
    """The page about a passport, or the passport itself, as the request prefers."""
    if not prefers_page(request.headers.get("Accept", "")):
        return await _passport(request, digest, {})
    found = None if digest is None else request.app[NODE].issued_as(digest)
    text, status = (nothing_here(), 404) if found is None else (page(found, f"/p/{found.digest.hex()}.json"), 200)
    return web.Response(text=text, status=status, content_type=HTML, charset="utf-8", headers=HEADERS | _NOT_KEPT)


async def _passport(request: web.Request, digest: bytes | None, headers: dict[str, str]) -> web.Response:
    """The refreshed passport. Raises Refused (http.unknown-passport)."""
    hold(request, request.app[REFRESHES])
    found = None if digest is None else await request.app[NODE].passport(digest, client=client_of(request))
    if found is None:
        raise Refused(codes.UNKNOWN_PASSPORT())
    return web.Response(body=found, content_type=JSON, headers=headers | _NOT_KEPT)


def _digest(text: str) -> bytes | None:
    return bytes.fromhex(text) if _DIGEST.fullmatch(text) else None


def prefers_page(accept: str) -> bool:
    """Whether the value of an Accept header (RFC 9110, section 12.5.1) has HTML before JSON. Without a preference: JSON.

    >>> prefers_page("text/html,application/xhtml+xml,*/*;q=0.8"), prefers_page("*/*"), prefers_page("")
    (True, False, False)
    """
    weights: dict[str, float] = {}
    for part in accept.split(","):
        media, *parameters = (one.strip().lower() for one in part.split(";"))
        weights[media] = _weight(parameters)
    return _of(HTML, weights) > _of(JSON, weights)


def _weight(parameters: list[str]) -> float:
    """The parameter q, 1 where there is none; what is not a weight is 0."""
    given = next((one[2:] for one in parameters if one.startswith("q=")), "1")
    return float(given) if re.fullmatch(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?", given, re.ASCII) else 0.0


def _of(media: str, weights: dict[str, float]) -> float:
    """The weight of a media type: of the most specific range that it is in."""
    ranges = (media, media.partition("/")[0] + "/*", "*/*")
    return next((weights[one] for one in ranges if one in weights), 0.0)
