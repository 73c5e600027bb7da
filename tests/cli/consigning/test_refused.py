"""Declarations and packing lists that are not used: exit status 2, the cell and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.cli.consigning.conftest import HEADER, LINE, MRN, REGISTRATION, Office, reader

REF = {"12 03": REGISTRATION}


def refused(office: Office, declaration: Path, *more: object) -> str:
    office.deliver(reader(office.world))
    done = office.run(*office.arguments(declaration, *more))
    assert done.exit_code == 2, done.output
    assert "VERIFIED" not in done.output
    return done.output


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"MRN": "26DE"}, "line 2, column mrn: 26DE is not an MRN"),
        ({"MRN": ""}, "line 2, column mrn: an empty cell is not an MRN"),
        ({"11 03": "0"}, "line 2, column 11 03: 0 is not a number from 1"),
        ({"11 03": "1.0"}, "1.0 is not a number from 1"),
        ({"version": "-1"}, "-1 is not a number from 1"),
        ({"status": "gone"}, "gone is not accepted or invalidated"),
        ({"11 09": "import"}, "import is not a procedure"),
        ({"18 09": "1012100"}, "a leading zero was lost: make the column text"),
        ({"18 09": "8523 52"}, "digits without blanks or points"),
        ({"18 09": "852352", "18 01": "1.5.0"}, "column 18 01: 1.5.0 is not a quantity"),
        ({"18 01": "1e3"}, "1e3 is not a quantity"),
        ({"18 01": "9" * 16}, "it is too large to be meant"),
        ({"unit": "readers"}, "readers is not a unit"),
    ],
)
def test_cells(office: Office, line: dict[str, str], words: str) -> None:
    assert words in refused(office, office.declare({**REF, **line}))


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("MRN,11 03,11 09,18 09,18 01", "no column 12 03"),
        ("MRN,11 03,11 09,18 09,12 03", "no column 18 01"),
        ("MRN,11 03,18 09,18 01,12 03", "a column may be called procedure, 11 09, 11 09 001, requested procedure"),
        ("MRN,11 03,item,11 09,18 09,18 01,12 03", "the columns 11 03 and item both have item"),
        ("MRN,11 03,11 09,18 09,commodity code,18 01,12 03", "both have 18 09"),
    ],
)
def test_headers(office: Office, header: str, words: str) -> None:
    assert words in refused(office, office.write("declaration.csv", header + "\n"))


def test_an_item_twice_in_one_version(office: Office) -> None:
    assert f"item 1 of {MRN} is there twice in version 1" in refused(office, office.declare(REF, REF))


def test_a_year_that_is_none(office: Office) -> None:
    columns = {**LINE, **REF, "nomenclature": "26"}
    path = office.write("declaration.csv", ",".join(columns) + "\n" + ",".join(columns.values()) + "\n")
    assert "26 is not the year of a nomenclature" in refused(office, path)


def test_a_workbook_whose_codes_lost_their_zeros(office: Office) -> None:
    made = Workbook()
    made.active.append(HEADER)
    made.active.append([MRN, 1, None, None, "4000", 1012100, None, 40, "NAR", REGISTRATION])
    path = office.folder / "declaration.xlsx"
    made.save(path)
    said = refused(office, path)
    assert "declaration.xlsx > cell F2: the number 1012100" in said
    assert "make the column text" in said


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("1,,,40,piece", "column lot: an empty cell is not a lot or a serial number"),
        ("1,L1,,40,", "column unit: an empty cell is not a unit"),
        ("x,L1,,40,piece", "column item: x is not a number"),
    ],
)
def test_packing_lists(office: Office, line: str, words: str) -> None:
    assert words in refused(office, office.declare(REF), "--packing", office.pack(line))


def test_usage(office: Office) -> None:
    office.deliver(reader(office.world))
    declaration = office.declare(REF)
    for more in (
        ["--consignment", declaration],
        ["--policy", office.folder / "customs.policy", "--packing", declaration],
    ):
        office.arguments(declaration)
        done = office.run("verify", office.folder / "deliveries", *more)
        assert done.exit_code == 2
        assert "need --" in done.output
