"""Files that come with a request, kept in a folder of its own until it is answered.

Names are those that the sender gave, and only that: each file has a folder with a number, and the last part of its name.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from carbonseal.findings import Refused
from carbonseal.records.places import printable
from carbonseal.service import codes
from carbonseal.service.bodies import require_no_encoding

from .codes import DESK_PACKING_ALONE, DESK_TOO_MANY_FILES, DESK_TWO_TABLES, DESK_UNKNOWN_FIELD

FORM = "multipart/form-data"
FILES, DECLARATION, PACKING = "files", "declaration", "packing"
MOST_FILES = 1000
MOST_BYTES = 256 << 20  # of all files of a request
BROKEN = (
    ValueError,
    web.RequestPayloadError,
    HttpProcessingError,
    ConnectionError,
)  # what is not sent whole, or not as it says
LONGEST_NAME = 200  # bytes: file systems take 255


class Uploads:
    """The files of one request in `folder`, which exists and is empty."""

    def __init__(self, folder: Path) -> None:
        self.passports = folder / "passports"
        self.passports.mkdir()
        self.tables: dict[str, Path] = {}
        self._folder = folder
        self._left = MOST_BYTES
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

    async def take_body(self, request: web.Request, name: str) -> None:
        """The body as one file. Raises Refused (http.*)."""
        require_no_encoding(request)
        try:
            with self._next(name).open("wb") as file:
                async for chunk in request.content.iter_any():
                    self._write(file, chunk)
        except BROKEN as error:
            raise Refused(codes.BODY_BROKEN()) from error

    async def _take_part(self, part: BodyPartReader) -> None:
        if part.name in (DECLARATION, PACKING) and part.filename:
            if part.name in self.tables:
                raise Refused(DESK_TWO_TABLES(name=part.name))
            path = self._folder / f"{part.name}-{_safe(part.filename)}"
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
        if self._count > MOST_FILES:
            raise Refused(DESK_TOO_MANY_FILES(most=f"{MOST_FILES:,}"))
        folder = self.passports / f"{self._count:06}"
        folder.mkdir()
        return folder / _safe(name)

    def _write(self, file: IO[bytes], chunk: bytes) -> None:
        self._count_bytes(chunk)
        file.write(chunk)

    def _count_bytes(self, chunk: bytes) -> None:
        self._left -= len(chunk)
        if self._left < 0:
            raise Refused(codes.BODY_TOO_LARGE(most=MOST_BYTES))


def _safe(name: str) -> str:
    """The last part of a name, without what a file system does not take."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(one if one.isprintable() and one not in '<>:"|?*' else "_" for one in last).strip(". ")
    return kept.encode("utf-8", "replace")[-LONGEST_NAME:].decode("utf-8", "ignore") or "file"
