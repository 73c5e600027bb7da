"""Excel workbooks (.xlsx), by openpyxl: the first sheet that is not hidden, as it was entered.

- What the archive unpacks to is known before anything of it is unpacked.
- Formulas are refused, also those with a stored result: another program may come to another. Numbers have 15 digits, as Excel has.
- Merged cells are refused: all but the first are empty, though people see the same text in each. Hidden rows and columns are read.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from carbonseal.findings import Finding, Refused

from . import codes
from .rows import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Cell, Kind, KindOf, Row, check_size, column_names, rows_of

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as SheetCell

COMPOUND_FILE = b"\xd0\xcf\x11\xe0"  # .xls, and every workbook with a password
MAX_UNPACKED = 96 << 20  # bytes
MAX_FILES = 4096
_MERGED = re.compile(rb"<(?:[A-Za-z]+:)?mergeCell\b[^>]*\bref=[\"']([^\"']{1,40})")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, ParseError, KeyError, IndexError, ValueError, TypeError, AttributeError,
    ArithmeticError, EOFError, NotImplementedError, RuntimeError, OSError,
)  # fmt: skip  # what openpyxl raises on archives that are no workbooks


def read(raw: bytes, kind_of: KindOf) -> tuple[tuple[str, ...], Iterator[Row]]:
    """Header and rows of the first sheet. Raises Refused (`table.*`); ModuleNotFoundError without openpyxl."""
    if raw.startswith(COMPOUND_FILE):
        raise Refused(codes.TABLE_WORKBOOK(problem="it is an old .xls, or has a password"))
    try:
        check_archive(raw)
        return _first_sheet(raw, kind_of)
    except _BROKEN as error:
        raise Refused(codes.TABLE_WORKBOOK(problem=f"{type(error).__name__}: {error}")) from error


def check_archive(raw: bytes) -> None:
    """Raises Refused where the archive is no workbook, or unpacks to too much. An entry is never unpacked to more than it says."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        entries = archive.infolist()
        check_size("files in the workbook", len(entries), MAX_FILES)
        check_size("bytes, unpacked", sum(entry.file_size for entry in entries), MAX_UNPACKED)
        if "[Content_Types].xml" not in archive.namelist():
            raise Refused(codes.TABLE_WORKBOOK(problem="it is another archive"))


def _first_sheet(raw: bytes, kind_of: KindOf) -> tuple[tuple[str, ...], Iterator[Row]]:
    from openpyxl import load_workbook
    from openpyxl.utils import get_column_letter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what openpyxl leaves out: styles, pictures, validations
        sheet = visible_sheet(load_workbook(io.BytesIO(raw), read_only=True))
        _refuse_merged(raw, sheet)
        sheet.reset_dimensions()  # what a workbook says of its own size may be wrong
        lines = _bounded(sheet.iter_rows())
    begin = next((at for at, line in enumerate(lines) if any(cell.value is not None for cell in line)), 0)
    titles = [
        _title(_cell(cell, f"cell {get_column_letter(at)}{begin + 1}", Kind.TEXT))
        for at, cell in enumerate(lines[begin] if lines else (), 1)
    ]
    header = column_names(titles, f"row {begin + 1}")

    def name(line: str, at: int) -> str:
        return f"cell {get_column_letter(at + 1)}{line.removeprefix('row ')}"

    texts = (
        (
            f"row {number}",
            [
                _cell(cell, name(f"row {number}", at), kind_of(header[at]) if at < len(header) else Kind.NUMBER)
                for at, cell in enumerate(line)
            ],
        )
        for number, line in enumerate(lines[begin + 1 :], start=begin + 2)
    )
    return header, rows_of(header, texts, name, kind_of)


def _bounded(rows: Iterator[Sequence[SheetCell]]) -> list[Sequence[SheetCell]]:
    """The rows, empty ones as well, so that their numbers are those that people see."""
    found, filled = [], 0
    for row in rows:
        found.append(row)
        filled += sum(cell.value is not None for cell in row)
        check_size("cells", filled, MAX_CELLS)
        check_size("lines", len(found), MAX_ROWS + 1)
        check_size("columns", len(row), MAX_COLUMNS)
    return found


def _cell(cell: SheetCell, where: str, kind: Kind) -> Cell:
    """What a cell says, or what is wrong with it."""
    value: Any = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return codes.TABLE_FORMULA(where, found=value)
    if isinstance(value, str) and cell.data_type != "e":
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = f"{Decimal(format(value, '.15g')):f}"
        if kind is Kind.NUMBER:
            return text
        if kind is Kind.TEXT:
            return codes.TABLE_NUMBER_CELL(where, found=text)
        return codes.TABLE_CELL_TYPE(where, found=f"the number {text}", expected=kind.value)
    if kind is Kind.DATE and isinstance(value, datetime | date):
        return value.isoformat().removesuffix("T00:00:00")
    found = "an error" if cell.data_type == "e" else "true or false" if isinstance(value, bool) else "a date or time"
    return codes.TABLE_CELL_TYPE(where, found=f"{found}, {value}", expected=kind.value)


def _title(cell: Cell) -> str:
    """The name of a column. Raises Refused."""
    if isinstance(cell, Finding):
        raise Refused(cell)
    return cell


def visible_sheet(workbook: Any) -> Any:
    """The first sheet that is not hidden. Raises Refused where all are."""
    found = next((sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"), None)
    if found is None:
        raise Refused(codes.TABLE_WORKBOOK(problem="it has no sheet that is not hidden"))
    return found


def _refuse_merged(raw: bytes, sheet: Any) -> None:
    """Raises Refused where the sheet has merged cells: openpyxl does not tell them where it reads row by row."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        found = _MERGED.search(archive.read(sheet._worksheet_path.removeprefix("/")))
    if found is not None:
        raise Refused(codes.TABLE_MERGED(f"cells {found[1].decode('ascii', 'replace')}"))
