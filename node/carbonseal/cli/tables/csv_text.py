"""CSV (RFC 4180): UTF-8 with or without a byte order mark, comma or semicolon between cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from carbonseal.findings import Refused

from . import codes
from .rows import IsNumber, Row, column_names, rows_of

DELIMITERS = (",", ";")


def read(raw: bytes, is_number: IsNumber) -> tuple[tuple[str, ...], Iterator[Row]]:
    """Header and rows. The delimiter is the one that parts the header into more cells. Raises Refused (`table.*`), while rows are
    read, too."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(codes.TABLE_ENCODING()) from None
    lines = _lines(text, max(DELIMITERS, key=lambda one: _width(text, one)))
    name, first = next(lines, ("line 1", []))
    header = column_names(first, name)
    return header, rows_of(header, lines, lambda line, at: f"{line}, column {header[at]}", is_number)


def _width(text: str, delimiter: str) -> int:
    """How many cells the header has with this delimiter; 0 where it is no CSV then."""
    try:
        return len(next(_lines(text, delimiter), ("", []))[1])
    except Refused:
        return 0


def _lines(text: str, delimiter: str) -> Iterator[tuple[str, Sequence[str]]]:
    """The lines that have a text, each with its name. Raises Refused."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield f"line {reader.line_num}", cells
    except csv.Error as error:
        raise Refused(codes.TABLE_CSV(f"line {reader.line_num}", problem=error)) from error
