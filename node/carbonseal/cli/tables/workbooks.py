"""Excel workbooks (.xlsx), by openpyxl: the first sheet, as it was entered.

- What the archive unpacks to is known before anything of it is unpacked.
- Formulas are refused, also those with a stored result: another program may come to another. Numbers have 15 digits, as Excel has.
"""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from carbonseal.findings import Refused

from . import codes
from .rows import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, IsNumber, Row, check_size, column_names, rows_of

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell

COMPOUND_FILE = b"\xd0\xcf\x11\xe0"  # .xls, and every workbook with a password
MAX_UNPACKED = 96 << 20  # bytes
MAX_FILES = 4096
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, ParseError, KeyError, IndexError, ValueError, TypeError, AttributeError,
    ArithmeticError, EOFError, NotImplementedError, RuntimeError, OSError,
)  # fmt: skip  # what openpyxl raises on archives that are no workbooks


def read(raw: bytes, is_number: IsNumber) -> tuple[tuple[str, ...], Iterator[Row]]:
    """Header and rows of the first sheet. Raises Refused (`table.*`); ModuleNotFoundError without openpyxl."""
    if raw.startswith(COMPOUND_FILE):
        raise Refused(codes.TABLE_WORKBOOK(problem="it is an old .xls, or has a password"))
    try:
        _check_archive(raw)
        return _first_sheet(raw, is_number)
    except _BROKEN as error:
        raise Refused(codes.TABLE_WORKBOOK(problem=f"{type(error).__name__}: {error}")) from error


def _check_archive(raw: bytes) -> None:
    """Raises Refused where the archive is no workbook, or unpacks to too much. An entry is never unpacked to more than it says."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        entries = archive.infolist()
        check_size("files in the workbook", len(entries), MAX_FILES)
        check_size("bytes, unpacked", sum(entry.file_size for entry in entries), MAX_UNPACKED)
        if "[Content_Types].xml" not in archive.namelist():
            raise Refused(codes.TABLE_WORKBOOK(problem="it is another archive"))


def _first_sheet(raw: bytes, is_number: IsNumber) -> tuple[tuple[str, ...], Iterator[Row]]:
    from openpyxl import load_workbook
    from openpyxl.utils import get_column_letter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what openpyxl leaves out: styles, pictures, validations
        sheet = load_workbook(io.BytesIO(raw), read_only=True).worksheets[0]
        sheet.reset_dimensions()  # what a workbook says of its own size may be wrong
        lines = _bounded(sheet.iter_rows())
    begin = next((at for at, line in enumerate(lines) if any(cell.value is not None for cell in line)), 0)
    titles = [
        _text(cell, f"cell {get_column_letter(at)}{begin + 1}", False)
        for at, cell in enumerate(lines[begin] if lines else (), 1)
    ]
    header = column_names(titles, f"row {begin + 1}")

    def name(line: str, at: int) -> str:
        return f"cell {get_column_letter(at + 1)}{line.removeprefix('row ')}"

    texts = (
        (
            f"row {number}",
            [
                _text(cell, name(f"row {number}", at), at >= len(header) or is_number(header[at]))
                for at, cell in enumerate(line)
            ],
        )
        for number, line in enumerate(lines[begin + 1 :], start=begin + 2)
    )
    return header, rows_of(header, texts, name, is_number)


def _bounded(rows: Iterator[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """The rows, empty ones as well, so that their numbers are those that people see."""
    found, filled = [], 0
    for row in rows:
        found.append(row)
        filled += sum(cell.value is not None for cell in row)
        check_size("cells", filled, MAX_CELLS)
        check_size("lines", len(found), MAX_ROWS + 1)
        check_size("columns", len(row), MAX_COLUMNS)
    return found


def _text(cell: Cell, where: str, is_number: bool) -> str:
    """What a cell says. Raises Refused."""
    value: Any = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise Refused(codes.TABLE_FORMULA(where, found=value))
    if isinstance(value, str) and cell.data_type != "e":
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = f"{Decimal(format(value, '.15g')):f}"
        if is_number:
            return text
        raise Refused(codes.TABLE_NUMBER_CELL(where, found=text))
    found = "an error" if cell.data_type == "e" else "true or false" if isinstance(value, bool) else "a date or time"
    raise Refused(
        codes.TABLE_CELL_TYPE(where, found=f"{found}, {value}", expected="a number" if is_number else "a text")
    )
