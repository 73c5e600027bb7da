"""The desk over HTTP: a page that takes files and answers with what was found, and the same for programs.

| request | answer |
|---|---|
| GET / | the page: which policy, and a form |
| POST /examine, a form with `files` (and `declaration`, `packing`) | the page about them |
| POST /examine.csv, the same form | its table |
| POST /v1/verify, a passport, an archive, lines of passports, or the form | NDJSON: a short answer for each |
| GET /health, /openapi.json | 200 |

- A request for a name that is not the desk's is refused (`hosts`), and one that a page of another site sends (`desk.other-page`).
- A refusal is a problem (RFC 9457); for a browser, the page with the form again, which says the same.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial, wraps
from urllib.parse import urlsplit

from aiohttp import web

from carbonseal.findings import Refused
from carbonseal.node.working.config import WorkersConfig
from carbonseal.node.working.work import Workers
from carbonseal.records.places import printable
from carbonseal.service.codes import WRONG_HOST
from carbonseal.service.errors import Handler, head_of, refusal, refusal_of
from carbonseal.service.listeners import Route
from carbonseal.service.listening.answering import answering
from carbonseal.service.listening.entrance import ENTRANCE, Entrance, Refusal
from carbonseal.service.listening.hosts import host_check
from carbonseal.service.listening.parameters import in_query, query_reader
from carbonseal.service.monitoring.answers import Answers

from .bounds import USUAL, DeskBounds
from .codes import DESK_OTHER_PAGE
from .desk import Desk
from .examiner import Holding
from .routes import DESK, HTML, QUERY, ROUTES, html, language_of

READING = ("GET", "HEAD")


def _now() -> datetime:
    return datetime.now(UTC)


def make_desk(desk: Desk, hosts: Collection[str] = (), bounds: DeskBounds = USUAL) -> web.Application:
    """The service of a desk. `hosts` are names by which a request may call it, beside IP addresses and localhost."""
    checks = (host_check(frozenset(hosts)), refuse_other_pages)
    app = web.Application(client_max_size=bounds.bytes)
    app[ENTRANCE] = Entrance(Answers(), "desk", checks, refusal_or_page(desk))
    app[DESK] = desk
    for route in ROUTES:
        add = app.router.add_get if route.method == "GET" else partial(app.router.add_route, route.method)
        add(route.path, _with_query(route))
    return app


def _with_query(route: Route) -> Handler:
    """The route's handler, which knows what is asked (`QUERY`)."""
    read_query = query_reader(in_query(route.path, route.facts))

    @wraps(route.handler)
    async def known(request: web.Request) -> web.StreamResponse:
        request[QUERY] = read_query(request.rel_url.raw_query_string)
        return await route.handler(request)

    return known


def refusal_or_page(desk: Desk) -> Refusal:
    """`refusal`; for who accepts HTML the form again, and why it was refused. Under a name that is not the desk's, the page would
    be another site's own, which could read the policy on it."""

    def refuse(request: web.Request, error: Exception) -> web.Response:
        refused = refusal_of(error, request)
        if refused is None or refused[0].code is WRONG_HOST or HTML not in request.headers.get("Accept", ""):
            return refusal(request, error)
        finding, status = refused
        answer = html(desk.form(language_of(request), finding), status, has_form=True)
        answer.headers.update(head_of(error, status))
        return answer

    return refuse


def refuse_other_pages(request: web.Request) -> None:
    """A check that refuses what a page of another site sends: browsers name it in `Origin` (RFC 6454), programs send none."""
    origin = request.headers.get("Origin")
    if request.method not in READING and origin is not None and not _is_own(origin, request.headers["Host"]):
        raise Refused(DESK_OTHER_PAGE(origin=printable(origin, 80)))


def _is_own(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


@asynccontextmanager
async def desk_at(
    holding: Holding,
    host: str,
    port: int,
    *,
    hosts: Collection[str] = (),
    clock: Callable[[], datetime] = _now,
    bounds: DeskBounds = USUAL,
) -> AsyncIterator[str]:
    """A desk that answers at this address while the context lasts; its value is the URL. Raises OSError where it cannot."""
    work = Workers(WorkersConfig())
    try:
        async with answering(make_desk(Desk(holding, work, clock, bounds), hosts, bounds), host, port) as url:
            yield url
    finally:
        await work.close()
