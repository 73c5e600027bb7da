"""Reads a table, whatever form it has: a workbook is a zip archive, JSON begins with a bracket, all else is CSV."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from carbonseal.cli.files.items import open_regular
from carbonseal.findings import Refused

from . import csv_text, json_rows, workbooks
from .rows import MAX_BYTES, IsNumber, Row, check_size


@dataclass(frozen=True, slots=True)
class Table:
    """A file's header, its rows, and the SHA-256 of its bytes in hex."""

    name: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    sha256: str


def read_table(path: Path, is_number: IsNumber) -> Table:
    """The table in a file. Raises Refused (`table.*`, and `json.*`), OSError."""
    with open_regular(str(path)) as file:
        raw = file.read(MAX_BYTES + 1)
    try:
        check_size("bytes", len(raw), MAX_BYTES)
        begun = raw[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
        if raw.startswith((b"PK\x03\x04", workbooks.COMPOUND_FILE)):
            header, rows = workbooks.read(raw, is_number)
        elif begun.startswith((b"[", b"{")):
            header, rows = json_rows.read(raw, is_number)
        else:
            header, rows = csv_text.read(raw, is_number)
        return Table(path.name, header, tuple(rows), hashlib.sha256(raw).hexdigest())
    except Refused as refused:
        raise refused.under(path.name) from refused
