"""Errors written back: a copy in which each stands at its cell, which can be corrected, and which runs nothing."""

from __future__ import annotations

import csv
import gzip
import io
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from carbonseal.findings import Refused
from carbonseal.tables.footprints.columns import ERRORS
from carbonseal.tables.footprints.marking import marked
from carbonseal.tables.footprints.rows import filled
from tests.tables.footprints.filling import EXAMPLE, as_csv, as_workbook, changed, read, saved, table_of


def copy(raw: bytes) -> bytes:
    return marked(raw, ((row.row, row.problems) for row in filled(table_of(raw).rows)))


def lines(raw: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=delimiter)]


WRONG = changed(total="0,9", company_name="")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_copy_of_csv_is_corrected_and_handed_in(delimiter: str) -> None:
    raw = as_csv([EXAMPLE, WRONG], delimiter)
    made = copy(raw)
    assert copy(gzip.compress(raw)) == made
    good, wrong = lines(made, delimiter)[-2:]
    assert good.pop(ERRORS) == ""
    assert good.items() >= EXAMPLE.items()
    assert wrong[ERRORS].startswith(
        "company name: the cell is empty (fill it in: your company; a text) | total: 0,9 has"
    )
    mended = [{**good}, {**wrong, "total": "0.9", "company name": "Example Cells", ERRORS: ""}]
    again = as_csv(mended, delimiter)
    assert [row.problems for row in read(again)] == [(), ()]
    assert copy(made) == made  # the column that is there is written again


def test_a_copy_of_a_workbook_is_corrected_and_handed_in() -> None:
    made = copy(as_workbook([EXAMPLE, WRONG]))
    sheet = load_workbook(io.BytesIO(made)).active
    names = [cell.value for cell in sheet[1]]

    def cell(row: int, name: str) -> Any:
        return sheet.cell(row, names.index(name) + 1)

    assert cell(5, ERRORS).value is None
    assert "total: 0,9 has a decimal comma" in cell(6, ERRORS).value
    assert "write 0.9" in cell(6, "total").comment.text
    assert cell(6, "company name").comment.text.startswith("the cell is empty")
    assert {cell(6, name).fill.start_color.rgb for name in ("total", "company name")} == {"FFFFC7CE"}
    assert cell(5, "total").comment is None
    cell(6, "total").value, cell(6, "company name").value = "0.9", "Example Cells"
    cell(6, "comment").comment = Comment("look at this again", "somebody")
    again = saved(sheet.parent)
    assert [row.problems for row in read(again)] == [(), ()]
    clean = load_workbook(io.BytesIO(copy(again))).active
    assert [cell.comment.text for row in clean for cell in row if cell.comment] == ["look at this again"]
    assert clean.cell(6, names.index(ERRORS) + 1).value is None


def test_nothing_that_is_written_back_is_a_formula() -> None:
    """Names that a rival or a customer chose run in nobody's spreadsheet program: neither as cells nor in what is said of them."""
    evil = ["=cmd|' /C calc'!A0", "@SUM(1)", "+1+1", "-1+1", "\t=1", "'=1", '=HYPERLINK("http://x")']
    made = copy(as_csv([changed(company_name=text, comment=text, fossil=text) for text in evil]))
    for line in lines(made)[-len(evil) :]:
        for cell in line.values():
            assert not cell.startswith(("=", "@", "+", "-", "\t", "\r")), cell
    book = load_workbook(io.BytesIO(as_workbook([changed(total="x")] * len(evil))))
    for at, text in enumerate(evil, start=5):
        cell = book.active.cell(at, 6)
        cell.value, cell.data_type = text, "s"
    sheet = load_workbook(io.BytesIO(copy(saved(book)))).active
    assert [sheet.cell(at, 6).value for at in range(5, 5 + len(evil))] == evil
    assert {one.data_type for row in sheet for one in row} <= {"s", "inlineStr", "n"}  # n: empty


def test_texts_that_begin_like_formulas_come_through_the_copy() -> None:
    names = ["-Special", "@home", "+49 Cells", "'quoted'", "'-"]
    raw = as_csv([changed(company_name=name) for name in names])
    expected = ["-Special", "@home", "+49 Cells", "'quoted'", "-"]  # a first apostrophe says that a text follows
    for one in (raw, copy(raw), copy(copy(raw))):
        assert [row.footprint["companyName"] for row in read(one)] == expected


def test_a_line_that_is_too_long_and_text_over_several_lines() -> None:
    raw = as_csv([changed(comment='two\nlines, "quoted"'), EXAMPLE]).rstrip() + b",,,\r\n"
    raw += raw.splitlines()[-1][:-3] + b",beyond\r\n"
    made = [*csv.reader(io.StringIO(copy(raw).decode("utf-8-sig")))]
    assert made[4].count('two\nlines, "quoted"') == 1
    assert made[-1][-2:] == ["beyond", made[-1][-1]]
    assert "cells, and the header has" in made[-1][-1]


def test_of_json_there_is_no_copy() -> None:
    with pytest.raises(Refused) as refused:
        marked(b"[]", ())
    assert refused.value.finding.code.name == "table.no-copy"
