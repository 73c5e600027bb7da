"""A desk: what it holds, and what it does with the files of a request.

It keeps nothing: what a request sent is gone when it is answered. Files are read, and judged, in worker processes.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from aiohttp import web

from carbonseal.desk.html import Pages
from carbonseal.findings import Finding, Refused
from carbonseal.languages.language import Language
from carbonseal.node.working.work import Work
from carbonseal.service import codes
from carbonseal.service.listening.shares import Held, Shares

from .bounds import USUAL, DeskBounds
from .examiner import Asked, Examiner, Holding
from .uploads import DECLARATION, FORM, PACKING, Uploads

P = ParamSpec("P")
T = TypeVar("T")


class Desk:
    """A desk. `clock` gives the instant as of which files are judged."""

    def __init__(self, holding: Holding, work: Work, clock: Callable[[], datetime], bounds: DeskBounds = USUAL) -> None:
        self._requests = Shares("the desk", bounds.requests, bounds.requests_each)
        self._holding = holding
        self._work = work
        self._clock = clock
        self._bounds = bounds

    def form(self, language: Language, refused: Finding | None = None) -> str:
        """The page with the form; with why the last files were `refused`."""
        return Pages(self._clock(), language).form(self._holding.facts, refused)

    async def page(self, request: web.Request, language: Language) -> str:
        """The page about the files of a form. Raises Refused."""
        return await self._examine(request, Examiner.page, None, language)

    async def table(self, request: web.Request, language: Language) -> str:
        """The table of the files of a form, as CSV. Raises Refused."""
        return await self._examine(request, Examiner.table, None, language)

    async def lines(self, request: web.Request, at: datetime | None, language: Language) -> list[str]:
        """An answer for each file of the body, and each line of its declaration. Raises Refused."""
        return await self._examine(request, Examiner.compact, at, language)

    async def _examine(
        self,
        request: web.Request,
        act: Callable[[Examiner, Holding, Asked], T],
        at: datetime | None,
        language: Language,
    ) -> T:
        async with self._uploads(request) as uploads:
            taking = uploads.take_form if request.content_type == FORM else uploads.take_body
            await self._in_time(taking(request))
            tables = uploads.tables
            asked = Asked(
                uploads.folder, at or self._clock(), language.tag, tables.get(DECLARATION), tables.get(PACKING)
            )
            return await self._worked(request, act, self._holding, asked)

    @asynccontextmanager
    async def _uploads(self, request: web.Request) -> AsyncIterator[Uploads]:
        """Room for the files of a request, until it is answered. Raises Refused (http.busy)."""
        with Held(request.remote or "") as held:
            held.hold(self._requests)
            with tempfile.TemporaryDirectory(prefix="carbonseal-desk-") as folder:
                yield Uploads(Path(folder), self._bounds)

    async def _worked(
        self, request: web.Request, act: Callable[Concatenate[Examiner, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        async with self._work.large(request.remote or "", Examiner) as examiner:
            return await examiner.call(act, *args, **kwargs)

    async def _in_time(self, taking: Awaitable[None]) -> None:
        """Raises Refused (http.body-too-slow) where files do not come in time."""
        try:
            async with asyncio.timeout(self._bounds.seconds):
                await taking
        except TimeoutError as error:
            raise Refused(codes.BODY_TOO_SLOW(seconds=self._bounds.seconds)) from error
