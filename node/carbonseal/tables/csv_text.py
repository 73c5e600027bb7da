"""CSV (RFC 4180): UTF-8 with or without a byte order mark, comma, semicolon or tab between cells.

A first line `sep=;` names the delimiter, as spreadsheet programs write it where a list is parted by semicolons."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from carbonseal.findings import Refused

from . import codes
from .rows import LIMITS, KindOf, Limits, Row, column_names, rows_of

DELIMITERS = (",", ";", "\t")
_NAMED = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)


def read(raw: bytes, kind_of: KindOf, limits: Limits = LIMITS) -> tuple[tuple[str, ...], Iterator[Row]]:
    """Header and rows. Raises Refused (`table.*`), while rows are read, too."""
    text = decoded(raw)
    lines = lines_of(text, delimiter_of(text))
    name, first = next(lines, ("line 1", []))
    header = column_names(first, name)
    return header, rows_of(header, lines, lambda line, at: f"{line}, column {header[at]}", kind_of, limits)


def decoded(raw: bytes) -> str:
    """The text of a file, without its byte order mark. Raises Refused (`table.encoding`)."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(codes.TABLE_ENCODING()) from None


def delimiter_of(text: str) -> str:
    """The delimiter that the file names, or the one that parts the header into most cells."""
    named = _NAMED.match(text)
    return named[1] if named else max(DELIMITERS, key=lambda one: _width(text, one))


def _width(text: str, delimiter: str) -> int:
    """How many cells the header has with this delimiter; 0 where it is no CSV then."""
    try:
        return len(next(lines_of(text, delimiter), ("", []))[1])
    except Refused:
        return 0


def lines_of(text: str, delimiter: str) -> Iterator[tuple[str, Sequence[str]]]:
    """The lines that have a text, each with its name; but for one that names the delimiter. Raises Refused."""
    named = bool(_NAMED.match(text))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not (named and reader.line_num == 1):
                yield f"line {reader.line_num}", cells
    except csv.Error as error:
        raise Refused(codes.TABLE_CSV(f"line {reader.line_num}", problem=error)) from error
