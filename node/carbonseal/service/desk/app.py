"""The desk over HTTP: a page that takes files and answers with what was found, and the same for programs.

| request | answer |
|---|---|
| GET / | the page: which policy, and a form |
| POST /examine, a form with `files` (and `declaration`, `packing`) | the page about them |
| POST /examine.csv, the same form | its table |
| POST /v1/verify, a passport, an archive, or lines of passports | NDJSON: a compact answer for each |
| GET /health | 200 |

It keeps nothing: what a request sent is gone when it is answered. Files are read, and judged, in worker processes. A page of
another site can send forms here, and learns nothing: answers cannot be read by it, and change nothing.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from aiohttp import web

from carbonseal.desk.html import Pages, style_policy
from carbonseal.findings import Refused
from carbonseal.instants import parse_instant
from carbonseal.languages.language import LANGUAGES, Language, choose
from carbonseal.node.working.config import WorkersConfig
from carbonseal.node.working.work import Work, Workers
from carbonseal.records.places import printable
from carbonseal.service import codes
from carbonseal.service.errors import refusals
from carbonseal.service.listening.answering import answering
from carbonseal.service.listening.hosts import host_check
from carbonseal.service.listening.shares import Shares

from .examiner import Asked, Examiner, Holding
from .uploads import DECLARATION, MOST_BYTES, PACKING, Uploads

NDJSON = "application/x-ndjson"
BODIES = ("application/json", "application/zip", "application/gzip", "application/x-tar", NDJSON)
MOST_REQUESTS, MOST_EACH = 16, 8  # whose files are here at one time: of all, of one address
SECONDS = 300.0  # in which all files of a request have to come
P = ParamSpec("P")
T = TypeVar("T")


def _now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """A desk: what it holds, and its worker processes. `clock` gives the instant as of which files are judged."""

    def __init__(self, holding: Holding, work: Work, clock: Callable[[], datetime]) -> None:
        self._requests = Shares("the desk", MOST_REQUESTS, MOST_EACH)
        self._holding = holding
        self._work = work
        self._clock = clock

    async def form(self, request: web.Request) -> web.Response:
        """The page with the form."""
        language = _language(request)
        text = Pages(self._clock(), language).form(self._holding.facts, LANGUAGES)
        return _html(text)

    async def page(self, request: web.Request) -> web.Response:
        """The page about the files of a form."""
        return _html(await self._of_form(request, Examiner.page))

    async def table(self, request: web.Request) -> web.Response:
        """The table of the files of a form, as CSV."""
        headers = {"Content-Disposition": 'attachment; filename="verdicts.csv"', "Cache-Control": "no-store"}
        text = await self._of_form(request, Examiner.table)
        return web.Response(text=text, content_type="text/csv", headers=headers)

    async def verify(self, request: web.Request) -> web.Response:
        """A line for each passport of the body."""
        if request.content_type not in BODIES:
            raise Refused(codes.WRONG_TYPE(wanted=" or ".join(BODIES), found=request.content_type))
        at = _instant(request) or self._clock()
        async with self._uploads(request) as uploads:
            await _in_time(uploads.take_body(request, "body"))
            asked = Asked(uploads.passports, at, LANGUAGES[0])
            lines = await self._examine(request, Examiner.compact, self._holding, asked)
        body = "".join(f"{line}\n" for line in lines)
        return web.Response(text=body, content_type=NDJSON, headers={"Cache-Control": "no-store"})

    async def health(self, _request: web.Request) -> web.Response:
        """That it answers."""
        return web.json_response({"state": "ok"}, headers={"Cache-Control": "no-store"})

    async def _of_form(self, request: web.Request, act: Callable[[Examiner, Holding, Asked], str]) -> str:
        async with self._uploads(request) as uploads:
            await _in_time(uploads.take_form(request))
            tables = uploads.tables
            asked = Asked(
                uploads.passports, self._clock(), _language(request).tag, tables.get(DECLARATION), tables.get(PACKING)
            )
            return await self._examine(request, act, self._holding, asked)

    @asynccontextmanager
    async def _uploads(self, request: web.Request) -> AsyncIterator[Uploads]:
        """Room for the files of a request, until it is answered. Raises Refused (http.busy)."""
        with (
            self._requests.hold(request.remote or ""),
            tempfile.TemporaryDirectory(prefix="carbonseal-desk-") as folder,
        ):
            yield Uploads(Path(folder))

    async def _examine(
        self, request: web.Request, act: Callable[Concatenate[Examiner, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        async with self._work.large(request.remote or "", Examiner) as examiner:
            return await examiner.call(act, *args, **kwargs)


def make_desk(desk: Desk, hosts: Collection[str] = ()) -> web.Application:
    """The service of a desk. `hosts` are names by which a request may call it, beside IP addresses and localhost."""
    app = web.Application(middlewares=[refusals, host_check(frozenset(hosts))], client_max_size=MOST_BYTES)
    app.router.add_get("/", desk.form)
    app.router.add_post("/examine", desk.page)
    app.router.add_post("/examine.csv", desk.table)
    app.router.add_post("/v1/verify", desk.verify)
    app.router.add_get("/health", desk.health)
    return app


@asynccontextmanager
async def desk_at(
    holding: Holding,
    host: str,
    port: int,
    *,
    hosts: Collection[str] = (),
    clock: Callable[[], datetime] = _now,
) -> AsyncIterator[str]:
    """A desk that answers at this address while the context lasts; its value is the URL. Raises OSError where it cannot."""
    work = Workers(WorkersConfig())
    try:
        async with answering(make_desk(Desk(holding, work, clock), hosts), host, port) as url:
            yield url
    finally:
        await work.close()


async def _in_time(taking: Awaitable[None]) -> None:
    """Raises Refused (http.body-too-slow) where files do not come within `SECONDS`."""
    try:
        async with asyncio.timeout(SECONDS):
            await taking
    except TimeoutError as error:
        raise Refused(codes.BODY_TOO_SLOW(seconds=SECONDS)) from error


def _language(request: web.Request) -> Language:
    """The language of the query, else the browser's."""
    wanted = [request.query["lang"]] if "lang" in request.query else []
    accepted = request.headers.get("Accept-Language", "")
    return choose([*wanted, *(part.partition(";")[0].strip() for part in accepted.split(","))])


def _instant(request: web.Request) -> datetime | None:
    text = request.query.get("at")
    if text is None:
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        raise Refused(
            codes.MALFORMED_PARAMETER(
                name="at", value=printable(text), problem="it is not one such as 2026-11-22T08:30:00Z"
            )
        ) from error


def _html(text: str) -> web.Response:
    headers = {
        "Content-Security-Policy": style_policy(),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return web.Response(text=text, content_type="text/html", headers=headers)
