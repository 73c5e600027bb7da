"""The empty table of footprints, as CSV and as a workbook: names of columns, and below them what each means, its form, an example.

The explaining lines begin with #, so that they may stay where they are. All cells of the workbook are text: figures keep the digits
that are typed, codes their leading zeros. Its second sheet explains the columns one below the other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from .cells import guarded
from .columns import NOTE, OWN, Column, names

SHEET, EXPLANATION = "footprints", "columns"
ROWS = 1000  # of the workbook that offer lists of values
_LONGEST_LIST = 255  # characters, of a list of values in a workbook
_GREY, _BLUE = "FFF2F2F2", "FFDCE6F1"


def lines(stages: int, components: int) -> Iterator[list[str]]:
    """Header and explaining lines."""
    columns = [*names(stages, components)]
    yield [NOTE, *(name for _, name in columns)]
    yield [f"{OWN} what it is", *(column.means for column, _ in columns)]
    yield [f"{OWN} form", *(_form(column) for column, _ in columns)]
    yield [f"{OWN} example", *(column.example for column, _ in columns)]


def as_csv(stages: int, components: int) -> bytes:
    """The table as CSV in UTF-8, with the byte order mark that spreadsheet programs look for."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows([guarded(cell) for cell in line] for line in lines(stages, components))
    return file.getvalue().encode("utf-8-sig")


def as_workbook(stages: int, components: int) -> bytes:
    """The table as an Excel workbook. Raises ModuleNotFoundError without openpyxl."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    for line in lines(stages, components):
        sheet.append(line)
    columns = [*names(stages, components)]
    _format(sheet, columns)
    explanation = book.create_sheet(EXPLANATION)
    explanation.append(["column", "needed", "what it is", "form", "example", "member of the PACT record"])
    for column, name in columns:
        needed = "yes" if column.is_needed else ""
        explanation.append([name, needed, column.means, column.expected, column.example, column.member])
    for letter, width in zip("ABCDEF", (30, 8, 60, 70, 40, 44), strict=True):
        explanation.column_dimensions[letter].width = width
    explanation.freeze_panes = "B2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _form(column: Column) -> str:
    return f"{column.expected}{'; needed' * column.is_needed}"


def _format(sheet: Any, columns: Sequence[tuple[Column, str]]) -> None:
    """Cells of text, lists of values, and colours of what explains."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for at in range(1, len(columns) + 2):
        dimension = sheet.column_dimensions[get_column_letter(at)]
        dimension.number_format, dimension.width = "@", 24
    for number, row in enumerate(sheet.iter_rows(max_row=4), start=1):
        for cell in row:
            cell.number_format, cell.alignment = "@", Alignment(wrap_text=True, vertical="top")
            cell.fill = PatternFill("solid", start_color=_BLUE if number == 1 else _GREY)
            cell.font = Font(bold=number == 1, italic=number > 1)
    sheet.freeze_panes = "B5"
    for at, (column, _) in enumerate(columns, start=2):
        offered = f'"{",".join(column.values)}"'
        if column.values and len(offered) <= _LONGEST_LIST:
            offer = DataValidation(type="list", formula1=offered, allow_blank=True)
            offer.add(f"{get_column_letter(at)}5:{get_column_letter(at)}{ROWS}")
            sheet.add_data_validation(offer)
