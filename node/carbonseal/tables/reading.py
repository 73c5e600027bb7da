"""Reads a table, whatever form it has: a workbook is a zip archive, JSON begins with a bracket, all else is CSV; in gzip or not."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from dataclasses import dataclass

from carbonseal.findings import Refused

from . import codes, csv_text, json_rows, workbooks
from .rows import LIMITS, MAX_BYTES, KindOf, Limits, Row, check_size

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Table:
    """A file's header, its rows, and the SHA-256 of its bytes in hex."""

    name: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    sha256: str


def read(name: str, raw: bytes, kind_of: KindOf, limits: Limits = LIMITS) -> Table:
    """The table in the bytes of a file with this name. What is wrong with single cells is in its rows. Raises Refused (`table.*`,
    `json.*`); ModuleNotFoundError where a workbook needs openpyxl."""
    try:
        plain = unpacked(raw)
        if plain.startswith((_ZIP, workbooks.COMPOUND_FILE)):
            header, rows = workbooks.read(plain, kind_of, limits)
        elif _begin(plain).startswith((b"[", b"{")):
            header, rows = json_rows.read(plain, kind_of, limits)
        else:
            header, rows = csv_text.read(plain, kind_of, limits)
        return Table(name, header, tuple(rows), hashlib.sha256(raw).hexdigest())
    except Refused as refused:
        raise refused.under(name) from refused


def is_workbook(plain: bytes) -> bool:
    """Whether bytes that are not in gzip are an Excel workbook, or another archive."""
    return plain.startswith(_ZIP)


def unpacked(raw: bytes) -> bytes:
    """The bytes that are in gzip, or `raw` itself. Raises Refused where they are too many, whatever they unpack to."""
    check_size("bytes", len(raw), MAX_BYTES)
    if not raw.startswith(_GZIP):
        return raw
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
            plain = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Refused(codes.TABLE_GZIP(problem=error)) from error
    if len(plain) > MAX_BYTES:
        raise Refused(
            codes.TABLE_TOO_LARGE(what="bytes, unpacked", size=f"more than {MAX_BYTES:,}", limit=f"{MAX_BYTES:,}")
        )
    return plain


def _begin(raw: bytes) -> bytes:
    return raw[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
