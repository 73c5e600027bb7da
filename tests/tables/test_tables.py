"""Tables in CSV, workbooks and JSON: one form, and each refusal names its cell and what to do."""

from __future__ import annotations

import datetime
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from carbonseal.examining.files.tables import read_table
from carbonseal.findings import Refused
from carbonseal.tables import reading, rows, workbooks
from carbonseal.tables.reading import Table
from carbonseal.tables.rows import Kind, Limits

HEADER = ["MRN", "Goods  item", "18 09", "18 01"]
LINES = [["26DE1", "1", "01012100", "12.4"], ["26DE1", "2", "852352", "3"]]


def kind_of(column: str) -> Kind:
    return Kind.NUMBER if column in {"goods item", "18 01"} else Kind.DATE if column == "day" else Kind.TEXT


def read(path: Path, raw: bytes | str) -> Table:
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return read_table(path, kind_of)


def refused(path: Path, raw: bytes | str) -> str:
    with pytest.raises(Refused) as found:
        read(path, raw)
    return str(found.value.finding)


def workbook(rows: Sequence[Sequence[Any]], **sheets: Sequence[Sequence[Any]]) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for name, more in sheets.items():
        sheet = made.create_sheet(name)
        for row in more:
            sheet.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def separated(by: str, lines: Sequence[Sequence[str]] = LINES) -> str:
    return "".join(by.join(line) + "\r\n" for line in (HEADER, *lines))


def test_one_table_in_every_form(tmp_path: Path) -> None:
    objects = [dict(zip(HEADER, line, strict=True)) for line in LINES]
    numbers = [[line[0], int(line[1]), line[2], float(line[3])] for line in LINES]
    forms: dict[str, bytes | str] = {
        "commas": separated(","),
        "semicolons": separated(";"),
        "tabs": separated("\t"),
        "a named delimiter": "sep=;\r\n" + separated(";"),
        "a named tab after a byte order mark": "\ufeffSEP=\t\n" + separated("\t"),
        "a byte order mark": "\ufeff" + separated(";"),
        "gzip": gzip.compress(separated(",").encode()),
        "a workbook in gzip": gzip.compress(workbook([HEADER, *LINES])),
        "blank lines": separated(",").replace("\r\n", "\r\n\r\n,,,\n"),
        "quoted": separated(",").replace("26DE1", '"26DE1"'),
        "a workbook": workbook([HEADER, *LINES]),
        "a workbook with numbers": workbook([HEADER, *numbers]),
        "a workbook that begins further down": workbook([[], [], HEADER, *LINES, [None], []], notes=[["=1+1"]]),
        "json": json.dumps(objects),
        "json in an object": json.dumps({"lines": objects}),
    }
    for name, raw in forms.items():
        found = read(tmp_path / "t", raw)
        assert found.header == ("mrn", "goods item", "18 09", "18 01"), name
        assert [[*row.values.values()] for row in found.rows] == LINES, name


def test_cells_have_the_names_that_people_see(tmp_path: Path) -> None:
    for raw, where in (
        (workbook([[], HEADER, [], *LINES]), "cell C5"),
        ("\n" + separated(","), "line 4, column 18 09"),
        ("sep=,\n" + separated(","), "line 4, column 18 09"),
        (json.dumps([dict(zip(HEADER, line, strict=True)) for line in LINES]), "/1/18 09"),
    ):
        assert read(tmp_path / "t", raw).rows[1].where("18 09") == where


@pytest.mark.parametrize(
    ("code", "place", "lines"),
    [
        ("table.number-cell", "cell C2", [HEADER, ["a", 1, 1012100, 1]]),
        ("table.number-cell", "cell A2", [HEADER, [9506000134352, 1, "a", 1]]),
        ("table.formula", "cell C3", [HEADER, LINES[0], ["a", 1, '=HYPERLINK("x")', 1]]),
        ("table.formula", "cell D2", [HEADER, ["a", 1, "b", "=1+1"]]),
        ("table.cell-type", "cell C2", [HEADER, ["a", 1, datetime.date(2026, 1, 1), 1]]),
        ("table.cell-type", "cell B2", [HEADER, ["a", True, "b", 1]]),
        ("table.cell-type", "cell D2", [HEADER, ["a", 1, "b", "#N/A"]]),
        ("table.ragged", "row 2", [HEADER, ["a", 1, "b", 1, "c"]]),
        ("table.decimal-comma", "cell D2", [HEADER, ["a", 1, "b", "12,4"]]),
        ("table.header", "row 1", [["MRN", "mrn"]]),
        ("table.header", "row 1", [["MRN", None, "item"]]),
        ("table.header", "row 1", []),
    ],
)
def test_workbooks_that_are_refused(tmp_path: Path, code: str, place: str, lines: list[list[Any]]) -> None:
    found = refused(tmp_path / "t.xlsx", workbook(lines))
    assert f"[{code}]" in found
    assert found.startswith(f"t.xlsx > {place}: ")


@pytest.mark.parametrize(
    ("code", "words", "raw"),
    [
        ("table.encoding", "CSV UTF-8", "MRN,Goods item\nä,1\n".encode("latin-1")),
        ("table.encoding", "CSV UTF-8", "MRN,Goods item\n".encode("utf-16")),
        (
            "table.decimal-comma",
            "t > line 2, column 18 01: 12,4 has a decimal comma (write 12.4",
            "MRN;18 01\na;12,4\n",
        ),
        ("table.decimal-comma", "write 12.4", 'MRN,18 01\na,"12,4"\n'),
        ("table.ragged", "t > line 3: 3 cells", "MRN,18 01\na,1\na,12,4\n"),
        ("table.csv", "line 3", 'MRN,18 01\na,"1\nb'),
        ("table.header", "called mrn", "MRN;mrn\n"),
        ("table.header", "column 2 has no name", "MRN;;item\n"),
        ("table.header", "is empty", ""),
        ("table.json", "found something else", "[1]"),
        ("table.number-cell", "/0/18 09", '[{"18 09": 852352}]'),
        ("table.cell-type", "/0/18 09", '[{"18 09": true}]'),
        ("json.duplicate-key", "", '[{"a": "1", "a": "2"}]'),
        ("table.workbook", "has a password", workbooks.COMPOUND_FILE + bytes(512)),
        ("table.workbook", "BadZipFile", b"PK\x03\x04" + bytes(64)),
    ],
)
def test_files_that_are_refused(tmp_path: Path, code: str, words: str, raw: bytes | str) -> None:
    found = refused(tmp_path / "t", raw)
    assert f"[{code}]" in found
    assert words in found


@pytest.mark.parametrize(
    ("code", "raw"),
    [
        ("table.gzip", gzip.compress(b"MRN,18 01")[:-4]),
        ("table.gzip", b"\x1f\x8b" + bytes(30)),
        ("table.too-large", gzip.compress(bytes(rows.MAX_BYTES + 1), 1)),
    ],
    ids=["cut off", "no gzip", "a bomb"],
)
def test_gzip_that_is_refused(tmp_path: Path, code: str, raw: bytes) -> None:
    assert len(raw) < 1 << 20
    assert f"[{code}]" in refused(tmp_path / "t", raw)


def test_merged_cells_are_refused(tmp_path: Path) -> None:
    """All but the first are empty, though people see its text in each."""

    def merge(sheet: Any) -> None:
        sheet.merge_cells("A2:A3")

    said = refused(tmp_path / "t", changed(merge))
    assert "[table.merged]" in said
    assert "t > cells A2:A3: merged cells" in said


def test_the_first_sheet_that_is_not_hidden(tmp_path: Path) -> None:
    def hide(sheet: Any) -> None:
        sheet.sheet_state = "hidden"
        other = sheet.parent.create_sheet("seen")
        other.append(HEADER)
        other.append(["26DE9"])
        other.row_dimensions[2].hidden = True  # as a filter does: its cells count

    (row,) = read(tmp_path / "t", changed(hide)).rows
    assert row.values == {"mrn": "26DE9"}


def test_a_date_is_read_where_one_is_expected(tmp_path: Path) -> None:
    at = datetime.datetime(2026, 3, 2, 8, 30)
    found = read(tmp_path / "t", workbook([["day"], [at.date()], [at], ["2026-03-02"]])).rows
    assert [row.values["day"] for row in found] == ["2026-03-02", "2026-03-02T08:30:00", "2026-03-02"]
    assert "the number 46083, where a date is expected" in refused(tmp_path / "t", workbook([["day"], [46083]]))


def changed(change: Callable[[Any], None]) -> bytes:
    """The workbook after `change` of its sheet."""
    book = load_workbook(io.BytesIO(WHOLE))
    change(book.active)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a.csv"], "it is another archive"),
        (["mimetype", "content.xml", "styles.xml", "META-INF/manifest.xml"], "it is an .ods"),
        (["[Content_Types].xml", "xl/workbook.bin", "xl/worksheets/sheet1.bin"], "it is an .xlsb"),
    ],
)
def test_another_archive_is_no_workbook(names: list[str], said: str, tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "MRN")
    assert said in refused(tmp_path / "t", file.getvalue())


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    file = io.BytesIO(workbook([HEADER]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        for name in ("one", "other"):
            archive.writestr(name, bytes(workbooks.MAX_UNPACKED // 2 + 1))
    raw = file.getvalue()
    assert len(raw) < 1 << 20
    assert "[table.too-large]" in refused(tmp_path / "t", raw)


@pytest.mark.parametrize("raw", [separated(",").encode(), workbook([HEADER, *LINES])], ids=["csv", "workbook"])
@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(lines=1), "2 lines; at most 1"),
        (Limits(cells=7), "8 cells; at most 7"),
        (Limits(characters=20), "characters; at most 20"),
    ],
)
def test_a_table_over_a_limit(raw: bytes, limits: Limits, words: str) -> None:
    with pytest.raises(Refused, match=words):
        reading.read("t", raw, kind_of, limits)


BILLION = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))


@pytest.mark.parametrize(
    "entities",
    [f'<!ENTITY a "xxxxxxxxxx">{BILLION}', '<!ENTITY j SYSTEM "file:///etc/passwd">'],
    ids=["a billion", "a file"],
)
def test_entities_of_xml_are_not_followed(tmp_path: Path, entities: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as whole, zipfile.ZipFile(out, "w") as made:
        for name in whole.namelist():
            part = whole.read(name)
            if name == "xl/worksheets/sheet1.xml":
                sheet = part[part.index(b"<worksheet") :].replace(b"26DE1", b"&j;")
                assert b"&j;" in sheet
                part = f"<!DOCTYPE worksheet [{entities}]>".encode() + sheet
            made.writestr(name, part)
    assert "[table.workbook]" in refused(tmp_path / "t", out.getvalue())


def test_too_many_columns(tmp_path: Path) -> None:
    assert "columns; at most 256" in refused(tmp_path / "t", ",".join(f"c{at}" for at in range(257)))
    assert "columns; at most 256" in refused(tmp_path / "t", workbook([[f"c{at}" for at in range(257)]]))


def test_lines_and_columns_that_have_a_format_alone_are_none(tmp_path: Path) -> None:
    """Spreadsheet programs store thousands of them."""

    def colour(sheet: Any) -> None:
        sheet.cell(60_000, 3).font = sheet.cell(2, 2000).font = Font(bold=True)

    assert len(read(tmp_path / "t", changed(colour)).rows) == len(LINES)


def test_one_long_text_in_many_cells(tmp_path: Path) -> None:
    """A workbook keeps it once: a small file, and cells of gigabytes."""
    found = refused(tmp_path / "t", "a\n" + "x" * 32_768)
    assert "line 2, column a: 32,768 characters; at most 32,767" in found
    many = workbook([["a", "b", "c"], *[["x" * 32_767] * 3] * 700])
    assert len(many) < 1 << 20
    assert "characters; at most 67,108,864" in refused(tmp_path / "t", many)


def test_a_table_that_is_wrong_throughout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_PROBLEMS", 2)
    for count in (2, 3):
        raw = workbook([["a"], *[[1]] * count])
        if count == 2:
            assert len(reading.read("t", raw, kind_of).rows) == 2
        else:
            with pytest.raises(Refused, match="more than 2 errors; the first: cell A2: the number 1") as caught:
                reading.read("t", raw, kind_of)
            assert caught.value.finding.code.name == "table.too-wrong"


cells = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=8).map(str.strip)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=4))
def test_texts_come_through_every_form_alike(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("t") / "t"
    quoted = "".join(
        ";".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line) + "\n" for line in [("A", "B"), *lines]
    )
    expect = [{name: cell for name, cell in zip("ab", line, strict=True) if cell} for line in lines if any(line)]
    assert [row.values for row in read(path, quoted).rows] == expect
    assert [
        row.values for row in read(path, json.dumps([dict(zip("AB", line, strict=True)) for line in lines])).rows
    ] == expect


@given(st.data())
def test_a_workbook_that_is_damaged_anywhere_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from([None, *parts]))
    if name is not None:
        start, length = data.draw(st.integers(0, len(parts[name]))), data.draw(st.integers(0, 40))
        put = data.draw(st.binary(max_size=4))
        parts[name] = parts[name][:start] + put + parts[name][start + length :]
    left_out = data.draw(st.sampled_from([None, *parts]))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part, raw in parts.items():
            if part != left_out:
                archive.writestr(part, raw)
    path = tmp_path_factory.mktemp("t") / "t.xlsx"
    path.write_bytes(file.getvalue())
    try:
        found = read_table(path, kind_of)
    except Refused as refused:
        assert refused.finding.code.name.startswith("table.")
    else:
        assert len(found.rows) <= len(LINES) + 1


WHOLE = workbook([HEADER, *LINES])
