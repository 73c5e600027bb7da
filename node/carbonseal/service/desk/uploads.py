"""Files that come with a request, kept in a folder of its own until it is answered.

Names are those that the sender gave, and only that: each file has a folder with a number, and in it the path that it was sent
under, as browsers send folders (`carbonseal.desk.sent_names`).
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from carbonseal.desk.sent_names import PASSPORTS, TABLES
from carbonseal.findings import Refused
from carbonseal.records.places import printable
from carbonseal.service import codes
from carbonseal.service.bodies import require_no_encoding

from .bounds import DeskBounds
from .codes import DESK_NO_FILES, DESK_PACKING_ALONE, DESK_TOO_MANY_FILES, DESK_TWO_TABLES, DESK_UNKNOWN_FIELD

FORM = "multipart/form-data"
FILES, DECLARATION, PACKING = "files", "declaration", "packing"
BODY = "body"  # the name of a file that came without one
BROKEN = (
    ValueError,
    web.RequestPayloadError,
    HttpProcessingError,
    ConnectionError,
)  # what is not sent whole, or not as it says
LONGEST_NAME = 200  # bytes: file systems take 255
MOST_STEPS = 12  # of a path: file systems take 4,096 bytes


class Uploads:
    """The files of one request in `folder`, which exists and is empty."""

    def __init__(self, folder: Path, bounds: DeskBounds) -> None:
        self.folder = folder
        self._passports = folder / PASSPORTS
        self._passports.mkdir()
        self.tables: dict[str, Path] = {}
        self._tables = folder / TABLES
        self._tables.mkdir()
        self._bounds = bounds
        self._left = bounds.bytes
        self._count = 0

    async def take_form(self, request: web.Request) -> None:
        """The files of a form (multipart/form-data). Raises Refused (http.*, desk.*)."""
        if request.content_type != FORM:
            raise Refused(codes.WRONG_TYPE(wanted=FORM, found=request.content_type))
        require_no_encoding(request)
        try:
            async for part in await request.multipart():
                if not isinstance(part, BodyPartReader):
                    raise Refused(codes.MALFORMED_BODY(problem="a form inside a form"))
                await self._take_part(part)
        except BROKEN as error:
            raise Refused(codes.MALFORMED_BODY(problem="it is not a form that was sent whole")) from error
        if PACKING in self.tables and DECLARATION not in self.tables:
            raise Refused(DESK_PACKING_ALONE())

    async def take_body(self, request: web.Request) -> None:
        """The body as one file, `BODY`. Raises Refused (http.*, desk.no-files)."""
        require_no_encoding(request)
        try:
            with self._next(BODY).open("wb") as file:
                async for chunk in request.content.iter_any():
                    self._write(file, chunk)
        except BROKEN as error:
            raise Refused(codes.BODY_BROKEN()) from error
        if self._left == self._bounds.bytes:
            raise Refused(DESK_NO_FILES())

    async def _take_part(self, part: BodyPartReader) -> None:
        if part.name in (DECLARATION, PACKING) and part.filename:
            if part.name in self.tables:
                raise Refused(DESK_TWO_TABLES(name=part.name))
            path = self._tables / f"{len(self.tables) + 1:06}" / _safe(part.filename)[-1]
            path.parent.mkdir()
            self.tables[part.name] = path
        elif part.name == FILES and part.filename:
            path = self._next(part.filename)
        elif part.filename or part.name not in (FILES, DECLARATION, PACKING):
            raise Refused(DESK_UNKNOWN_FIELD(name=printable(part.name or "", 80)))
        else:  # a field of the form that was left empty
            while chunk := await part.read_chunk(1 << 16):
                self._count_bytes(chunk)
            return
        with path.open("wb") as file:
            while chunk := await part.read_chunk(1 << 16):
                self._write(file, chunk)

    def _next(self, name: str) -> Path:
        self._count += 1
        if self._count > self._bounds.files:
            raise Refused(DESK_TOO_MANY_FILES(most=f"{self._bounds.files:,}"))
        path = (self._passports / f"{self._count:06}").joinpath(*_safe(name))
        path.parent.mkdir(parents=True)
        return path

    def _write(self, file: IO[bytes], chunk: bytes) -> None:
        self._count_bytes(chunk)
        file.write(chunk)

    def _count_bytes(self, chunk: bytes) -> None:
        self._left -= len(chunk)
        if self._left < 0:
            raise Refused(codes.BODY_TOO_LARGE(most=self._bounds.bytes))


def _safe(name: str) -> list[str]:
    """The steps of a name, the last `MOST_STEPS` of them, without what leads elsewhere or a file system does not take."""
    steps = [kept for step in name.replace("\\", "/").split("/") if (kept := _safe_step(step))]
    return steps[-MOST_STEPS:] or ["file"]


def _safe_step(step: str) -> str:
    kept = "".join(one if one.isprintable() and one not in '<>:"|?*' else "_" for one in step).strip().rstrip(". ")
    return kept.encode("utf-8", "replace")[-LONGEST_NAME:].decode("utf-8", "ignore").strip()
