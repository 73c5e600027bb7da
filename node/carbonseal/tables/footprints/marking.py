"""A copy of a table in which every problem stands at its cell: a column `errors`, and in workbooks a colour and a comment.

The copy may be corrected and handed in again: the column is not read, and marks of an earlier time are taken away. Of a workbook,
what openpyxl does not know (drawings, pivot tables) is not in the copy; cells and formulas are as they were. A copy in CSV has no
cell that a spreadsheet program would take for a formula (see `cells.guarded`).
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from carbonseal.findings import Refused
from carbonseal.tables import codes, csv_text, workbooks
from carbonseal.tables.reading import is_workbook, unpacked
from carbonseal.tables.rows import Problem, Row, column_names

from .cells import guarded
from .columns import ERRORS

AUTHOR = "carbonseal"  # of comments
_RED, _NO_FILL = "FFFFC7CE", "00000000"

Problems = Mapping[str, list[Problem]]  # by the name of the line


def marked(raw: bytes, problems: Iterable[tuple[Row, Iterable[Problem]]]) -> bytes:
    """The copy of a file that `carbonseal.tables.reading.read` has read, in the same form; one in gzip comes unpacked. Raises
    Refused: of JSON there is no copy."""
    by_line: dict[str, list[Problem]] = defaultdict(list)
    for row, found in problems:
        by_line[row.name] += found
    plain = unpacked(raw)
    if is_workbook(plain):
        return _workbook(plain, by_line)
    if plain[:64].removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"[", b"{")):
        raise Refused(codes.TABLE_NO_COPY())
    return _csv(plain, by_line)


def suffix(raw: bytes) -> str:
    """What the name of the copy should end with."""
    return ".xlsx" if is_workbook(unpacked(raw)) else ".csv"


def _text(problems: Iterable[Problem]) -> str:
    return " | ".join(f"{one.column}: {_short(one)}" if one.column else _short(one) for one in problems)


def _short(problem: Problem) -> str:
    """The message and its remedy, without the place."""
    finding = problem.finding
    return f"{finding.message} ({finding.remedy})" if finding.remedy else finding.message


def _csv(plain: bytes, problems: Problems) -> bytes:
    text = csv_text.decoded(plain)
    delimiter = csv_text.delimiter_of(text)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    header: tuple[str, ...] = ()
    for name, cells in csv_text.lines_of(text, delimiter):
        said = _text(problems.get(name, ())) if header else ERRORS
        header = header or column_names(cells, name)
        writer.writerow(_with_errors([guarded(cell) for cell in cells], header, said))
    return out.getvalue().encode("utf-8-sig")


def _with_errors(line: list[str], header: tuple[str, ...], said: str) -> list[str]:
    """A line with what is said of it, in its column of errors; at the end of a line that is too long to have one."""
    at = header.index(ERRORS) if ERRORS in header else len(header)
    line += [""] * (at + 1 - len(line))
    if ERRORS in header or not line[at]:
        return [*line[:at], said, *line[at + 1 :]]
    return [*line, said]


def _workbook(plain: bytes, problems: Problems) -> bytes:
    from openpyxl import load_workbook

    workbooks.check_archive(plain)
    book = load_workbook(io.BytesIO(plain))
    sheet = workbooks.visible_sheet(book)
    top = next(row for row in sheet.iter_rows() if any(cell.value is not None for cell in row))
    header = column_names([str(cell.value or "") for cell in top], "header")
    _clear(sheet)
    at = {name: number for number, name in enumerate(header, start=1)}
    errors = at.setdefault(ERRORS, len(header) + 1)
    _write(sheet.cell(top[0].row, errors), ERRORS)
    for row in range(top[0].row + 1, sheet.max_row + 1):
        found = problems.get(f"row {row}", [])
        if found or sheet.cell(row, errors).value is not None:
            _write(sheet.cell(row, errors), _text(found))
        for problem in found:
            if problem.column in at:
                _mark(sheet.cell(row, at[problem.column]), _short(problem))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _clear(sheet: Any) -> None:
    """Take away the marks of an earlier copy."""
    from openpyxl.styles import PatternFill

    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment, cell.fill = None, PatternFill()


def _mark(cell: Any, text: str) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    before = f"{cell.comment.text}\n" if cell.comment is not None else ""
    cell.comment = Comment(before + text, AUTHOR)
    cell.fill = PatternFill("solid", start_color=_RED)


def _write(cell: Any, text: str) -> None:
    """A text that is no formula, whatever it begins with."""
    cell.value = text or None
    if text:
        cell.data_type, cell.number_format = "s", "@"
