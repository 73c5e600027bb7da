"""The table of footprints: what is filled in becomes records that their profiles admit, and whatever is wrong is told by cell."""

from __future__ import annotations

import csv
import datetime
import io
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from carbonseal.escaping import escape_invisible, unguard_formulas
from carbonseal.findings import Refused
from carbonseal.footprints import units
from carbonseal.footprints.pact_words import REGIONS
from carbonseal.records.admission import admit
from carbonseal.records.canonical import jcs
from carbonseal.tables import rows as table_rows
from carbonseal.tables.footprints import columns, template
from carbonseal.tables.footprints.cells import guarded
from carbonseal.tables.footprints.columns import Form
from carbonseal.tables.footprints.rows import ACTIVITY, FOOTPRINT, Filled
from tests.tables.footprints.filling import (
    COMPONENTS,
    EXAMPLE,
    STAGES,
    Cells,
    as_csv,
    as_plain_workbook,
    as_workbook,
    changed,
    read,
    saved,
)


def admitted(row: Filled) -> None:
    """Every record of a row is one of its profile, in canonical form."""
    assert not row.problems
    admit(jcs(row.footprint), FOOTPRINT)
    for stage in row.stages:
        admit(jcs(stage.document), ACTIVITY)


def problems(cells: Cells) -> list[tuple[str | None, str]]:
    """Column and code of what is wrong with a row: the same in both forms."""
    (row,), (same,) = read(as_csv([cells])), read(as_plain_workbook([cells]))
    found = [(one.column, one.finding.code.name) for one in row.problems]
    assert [(one.column, one.finding.code.name) for one in same.problems] == found
    return found


def test_the_template_is_empty_and_its_example_is_admitted() -> None:
    assert read(template.as_csv(STAGES, COMPONENTS)) == read(template.as_workbook(STAGES, COMPONENTS)) == []
    (row,), (same,) = read(as_csv([EXAMPLE])), read(as_workbook([EXAMPLE]))
    admitted(row)
    assert (row.footprint, row.stages, row.request) == (same.footprint, same.stages, same.request)
    pcf = row.footprint["pcf"]
    assert pcf["referencePeriodStart"], pcf["referencePeriodEnd"] == ("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
    assert row.footprint["productIds"] == ["urn:product:example:cell-2400", "urn:gtin:4012345000016"]
    assert [stage.document["emissions"] for stage in row.stages] == ["0.00310", "0.00310"]
    assert row.request["components"][0] == {
        "passport": "cathode.json",
        "quantity": "0.012",
        "unit": "kilogram",
        "basis": "used",
        "per": {"amount": "1", "unit": "piece"},
    }


def test_the_largest_template_is_a_table() -> None:
    raw = template.as_csv(columns.STAGES, columns.COMPONENTS)
    assert read(raw) == []
    assert len(next(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))) < table_rows.MAX_COLUMNS


def _texts() -> st.SearchStrategy[str]:
    letters = st.characters(blacklist_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], blacklist_characters="\ufeff")
    return st.text(letters, min_size=1, max_size=12).filter(lambda text: not text.startswith(("=", "'", "#")))


def _lines() -> st.SearchStrategy[str]:
    return _texts().filter(lambda text: escape_invisible(text) == text)


_DECIMALS = st.decimals(0, 5, allow_nan=False, places=7).map(lambda one: f"{one:f}")
_DAYS = st.dates(datetime.date(2000, 1, 1), datetime.date(2100, 1, 1)).map(str)
_URNS = st.from_regex("urn:[a-z]{2,6}:[a-z0-9]{1,9}", fullmatch=True)


def _cell(column: columns.Column) -> st.SearchStrategy[str]:
    """What may stand in a column, by its form."""
    if column.values:
        return st.sampled_from(list(column.values))
    if column.name == "footprint id" or column.name == "replaces":
        return st.uuids().map(str)
    if column.name.endswith("unit"):
        return st.sampled_from(sorted(unit.name for unit in units.UNITS))
    if column.name == "gwp":
        return st.integers(4, 6).map("AR{}".format)
    if column.name in {"amount", "quantity", "batch quantity"} or column.name.endswith("quality"):
        return st.decimals(1, 5, places=3).map(str)
    if "0 or less" in column.expected:
        return _DECIMALS.map(lambda text: f"-{text}")
    return {
        Form.DECIMAL: _DECIMALS,
        Form.DAY: _DAYS,
        Form.LAST_DAY: _DAYS,
        Form.PLACE: st.sampled_from(["DE", "FR-75", *REGIONS]),
        Form.PRODUCTS: _URNS,
        Form.SEVERAL: _URNS,
        Form.TEXT: _texts(),
        Form.LINE: _lines(),
        Form.FILE: st.from_regex("[a-z]{1,5}(/[a-z0-9.]{3,9}){0,2}", fullmatch=True).filter(lambda text: ".." not in text),
    }[column.form]  # fmt: skip


@st.composite
def _filled_rows(draw: st.DrawFn) -> dict[str, str]:
    """A row whose period is in order; of what is not needed, some. Ratings, lots and groups are whole or not there."""
    found: dict[str, str] = {}
    for column in columns.SINGLE:
        whole = column.name.endswith("quality") or column.name.startswith("batch")
        if column.is_needed or (not whole and draw(st.booleans())):
            found[column.name] = draw(_cell(column))
    for word in ("quality", "batch"):
        if draw(st.booleans()):
            found |= {one.name: draw(_cell(one)) for one in columns.SINGLE if word in one.name}
    for group in columns.GROUPS:
        if draw(st.booleans()):
            found |= {name: draw(_cell(column)) for column, name in group.numbered(draw(st.integers(1, 2)))}
    for names in columns.PERIODS:
        if found.keys() >= {*names}:
            found |= dict(zip(names, sorted(found[name] for name in names), strict=True))
    return found


@settings(max_examples=15)
@given(st.lists(_filled_rows(), min_size=1, max_size=2, unique_by=lambda row: str(sorted(row.items()))))
def test_whatever_is_filled_in_is_admitted(filled: list[dict[str, str]]) -> None:
    """Template, filled in, read: the records are admitted, and figures are the digits that were typed."""
    by_csv, by_workbook = read(as_csv(filled)), read(as_plain_workbook(filled))
    assert [row.footprint for row in by_csv] == [row.footprint for row in by_workbook]
    for row, cells in zip(by_csv, filled, strict=True):
        admitted(row)
        assert row.footprint["pcf"]["fossilGhgEmissions"] == cells["fossil"]
        for stage in row.stages:
            line = stage.document["process"][0]
            assert Decimal(line["emissions"]) == Decimal(line["quantity"]) * Decimal(line["factor"])


EMPTY, VALUE = "table.empty", "table.value"


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("company name", "", EMPTY),
        ("total", "0,812", "table.decimal-comma"),
        ("total", "1.234,5", VALUE),
        ("total", "1,234.5", VALUE),
        ("total", "1 234", VALUE),
        ("total", "0.8 kg", VALUE),
        ("total", "NaN", VALUE),
        ("fossil", "-1", VALUE),
        ("biogenic uptake", "1", VALUE),
        ("exempted", "101", VALUE),
        ("amount", "0", VALUE),
        ("unit", "pieces", VALUE),
        ("product id", "9.50614E+12", "table.number-cell"),
        ("product id", "9,50614E+12", "table.number-cell"),
        ("product id", "12345678905", "goods.malformed"),  # a GTIN-12 that lost its zero
        ("product id", "4012345000017", "goods.check-digit"),
        ("product id", "cell 2400", VALUE),
        ("company id", "urn:a:b", VALUE),
        ("created", "2026-02-30", VALUE),
        ("created", "02.03.2026", VALUE),
        ("created", "2026-03-02T08:00:00", VALUE),
        ("created", "46083", VALUE),
        ("period end", "9999-12-31", VALUE),
        ("period end", "2024-12-31", VALUE),
        ("place", "Germany", VALUE),
        ("footprint id", "1", VALUE),
        ("packaging included", "maybe", VALUE),
        ("temporal quality", "2", EMPTY),
        ("comment", '=HYPERLINK("x")', "table.formula"),
        ("stage 2 module", "A3", VALUE),
        ("stage 2 module", "", EMPTY),
        ("stage 2 quantity", "0", VALUE),
        ("component 1 unit", "handful", VALUE),
        ("component 1 quantity", "1e3", VALUE),
        ("component 1 passport", "", EMPTY),
        ("component 1 passport", "../../etc/passwd", VALUE),
        ("component 1 passport", "/etc/passwd", VALUE),
        ("component 1 passport", "a//b", VALUE),
        ("component 1 passport", "..\\b", VALUE),
        ("component 1 passport", "C:b", VALUE),
        ("component 1 passport", "~/b", VALUE),
        ("product name", "two\nlines", VALUE),
        ("product name", "turned \u202e round", VALUE),
        ("product name", "x" * 129, VALUE),
        ("batch", "a\u200bb", VALUE),
        ("batch", "", EMPTY),
        ("batch quantity", "0", VALUE),
        ("batch unit", "handful", VALUE),
        ("passport until", "2030-01-01T00:00:00+01:00", VALUE),
    ],
)
def test_a_cell_that_is_wrong(name: str, text: str, code: str) -> None:
    (found,) = {code for _, code in problems({**EXAMPLE, name: text})}
    assert found == code


def test_all_that_is_wrong_is_told() -> None:
    wrong = problems(
        changed(total="x", fossil="y", company_name="", stage_1_unit="z", component_2_basis="w", comment="=1")
    )
    assert {name for name, _ in wrong} == {
        "total", "fossil", "company name", "stage 1 unit", "component 2 basis", "comment",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("product id", 4012345000016, "table.number-cell"),
        ("batch", 7, "table.number-cell"),
        ("created", 46083, "table.cell-type"),
        ("packaging included", True, "table.cell-type"),
        ("total", "=0.4+0.4", "table.formula"),
    ],
)
def test_cells_of_a_workbook_that_are_wrong(name: str, value: Any, code: str) -> None:
    (row,) = read(as_workbook([{**EXAMPLE, name: value}]))
    assert [(one.column, one.finding.code.name) for one in row.problems] == [(name, code)]


def test_cells_of_a_workbook_that_are_good() -> None:
    """Numbers where figures stand, and dates where days stand."""
    cells = changed(total=0.1, mass=2, created=datetime.date(2026, 3, 2), period_end=datetime.datetime(2025, 12, 31))
    (row,) = read(as_workbook([cells]))
    admitted(row)
    assert row.footprint["created"] == "2026-03-02T00:00:00Z"
    assert row.footprint["pcf"]["pcfExcludingBiogenicUptake"] == "0.1"
    assert row.footprint["pcf"]["referencePeriodEnd"] == "2026-01-01T00:00:00Z"


def test_one_id_is_not_taken_twice() -> None:
    """The same line twice would be one record; two figures under one id would contradict each other."""
    first, second = read(as_csv([EXAMPLE, EXAMPLE]))
    assert not first.problems
    assert [one.finding.code.name for one in second.problems] == ["table.twice"]
    assert len({row.footprint["id"] for row in read(as_csv([EXAMPLE, changed(total="0.9")]))}) == 2


@pytest.mark.parametrize(
    ("header", "code", "words"),
    [
        ("company nam", "table.unknown-column", "write company name, if that is meant"),
        ("stage 9 unit", "table.unknown-column", "stage 9 unit"),
        ("component 33 unit", "table.unknown-column", "component 33 unit"),
        ("stage 1 colour", "table.unknown-column", "stage 1 colour"),
        ("total", "table.missing-column", "unit, amount"),
    ],
)
def test_headers_that_are_refused(header: str, code: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        read(f"{header},batch\n1,2\n".encode())
    assert refused.value.finding.code.name == code
    assert words in str(refused.value.finding)


def test_columns_and_lines_of_ones_own_are_not_read() -> None:
    raw = as_csv([changed(total="0.9", comment="mine"), {"# note": "# an old line", "total": "x"}])
    header, rest = raw.split(b"\r\n", 1)
    (row,) = read(header.replace(b",comment,", b",# comment,") + b"\r\n" + rest)
    admitted(row)
    assert row.footprint["pcf"]["pcfExcludingBiogenicUptake"] == "0.9"
    assert "comment" not in row.footprint


def test_whatever_is_in_a_column_of_ones_own_is_no_error() -> None:
    book = load_workbook(io.BytesIO(as_workbook([EXAMPLE])))
    sheet = book.active
    width = sheet.max_column
    for at, (name, value) in enumerate(
        [("# sum", "=1+1"), ("# flag", True), ("errors", 7), ("# part", "1,5")], start=1
    ):
        sheet.cell(1, width + at).value, sheet.cell(5, width + at).value = name, value
    (row,) = read(saved(book))
    admitted(row)


@given(st.text(max_size=8))
def test_no_text_is_a_formula_and_all_come_back(text: str) -> None:
    assert unguard_formulas(guarded(text)) == unguard_formulas(text)
    assert not guarded(text).startswith(("=", "@", "\t", "\r"))
    assert guarded(text)[:1] not in "+-" or not guarded(text) or Decimal(guarded(text)).is_finite()
