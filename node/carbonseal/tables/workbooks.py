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
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from carbonseal.findings import Finding, Refused

from . import codes
from .rows import LIMITS, MAX_COLUMNS, Cell, Kind, KindOf, Limits, Row, check_size, column_names, rows_of

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as SheetCell

COMPOUND_FILE = b"\xd0\xcf\x11\xe0"  # .xls, and every workbook with a password
OTHERS = {"xl/workbook.bin": "an .xlsb", "content.xml": "an .ods"}  # by a file that each has
MAX_UNPACKED = 96 << 20  # bytes
MAX_FILES = 4096
MAX_NUMBER = 1 << 20  # of a line, as in Excel
_LONGEST_TAG = 256
_MERGED = re.compile(rb"<(?:[A-Za-z]+:)?mergeCell\b[^>]*\bref=[\"']([^\"']{1,40})")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, ParseError, KeyError, IndexError, ValueError, TypeError, AttributeError,
    ArithmeticError, EOFError, NotImplementedError, RuntimeError, OSError,
)  # fmt: skip  # what openpyxl raises on archives that are no workbooks


def read(raw: bytes, kind_of: KindOf, limits: Limits = LIMITS) -> tuple[tuple[str, ...], Iterator[Row]]:
    """Header and rows of the first sheet. Raises Refused (`table.*`); ModuleNotFoundError without openpyxl."""
    if raw.startswith(COMPOUND_FILE):
        raise Refused(codes.TABLE_WORKBOOK(problem="it is an old .xls, or has a password"))
    try:
        check_archive(raw)
        return _first_sheet(raw, kind_of, limits)
    except _BROKEN as error:
        raise Refused(codes.TABLE_WORKBOOK(problem=f"{type(error).__name__}: {error}")) from error


def check_archive(raw: bytes) -> None:
    """Raises Refused where the archive is no workbook, or unpacks to too much. An entry is never unpacked to more than it says."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        entries = archive.infolist()
        check_size("files in the workbook", len(entries), MAX_FILES)
        check_size("bytes, unpacked", sum(entry.file_size for entry in entries), MAX_UNPACKED)
        names = {entry.filename for entry in entries}
        if other := next((what for name, what in OTHERS.items() if name in names), None):
            raise Refused(codes.TABLE_WORKBOOK(problem=f"it is {other}"))
        if "[Content_Types].xml" not in names:
            raise Refused(codes.TABLE_WORKBOOK(problem="it is another archive"))


def _first_sheet(raw: bytes, kind_of: KindOf, limits: Limits) -> tuple[tuple[str, ...], Iterator[Row]]:
    from openpyxl import load_workbook
    from openpyxl.utils import get_column_letter

    def name(line: str, at: int) -> str:
        return f"cell {get_column_letter(at + 1)}{line.removeprefix('row ')}"

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what openpyxl leaves out: styles, pictures, validations
        sheet = visible_sheet(load_workbook(io.BytesIO(raw), read_only=True))
        _refuse_merged(raw, sheet)
        sheet.reset_dimensions()  # what a workbook says of its own size may be wrong
        lines = _filled(sheet.iter_rows())
        first, cells = next(lines, ("row 1", ()))
        titles = [_title(_cell(cell, name(first, at), Kind.TEXT)) for at, cell in enumerate(cells)]
        header = column_names(titles, first)
        kinds = [*map(kind_of, header)]
        texts = (
            (
                line,
                [
                    _cell(one, name(line, at), kinds[at] if at < len(kinds) else Kind.NUMBER)
                    for at, one in enumerate(row)
                ],
            )
            for line, row in lines
        )
        return header, iter([*rows_of(header, texts, name, kind_of, limits)])


def _filled(rows: Iterable[Sequence[SheetCell]]) -> Iterator[tuple[str, Sequence[SheetCell]]]:
    """The rows with something in them, by their names, without empty cells at their ends: programs store formats of thousands."""
    for number, row in enumerate(rows, start=1):
        check_size("lines, empty ones too", number, MAX_NUMBER)
        width = next((at for at in range(len(row), 0, -1) if row[at - 1].value is not None), 0)
        check_size("columns", width, MAX_COLUMNS)
        if width:
            yield f"row {number}", row[:width]


def _cell(cell: SheetCell, where: str, kind: Kind) -> Cell:
    """What a cell says, or what is wrong with it."""
    value: Any = cell.value
    if value is None or (kind is Kind.OWN and cell.data_type not in {"s", "inlineStr"}):
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
    path, before = sheet._worksheet_path.removeprefix("/"), b""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive, archive.open(path) as file:
        while chunk := file.read(1 << 20):
            if found := _MERGED.search(before + chunk):
                raise Refused(codes.TABLE_MERGED(f"cells {found[1].decode('ascii', 'replace')}"))
            before = chunk[-_LONGEST_TAG:]
